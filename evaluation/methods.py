"""A scheme in words, printed from its document and from the docstrings of the methods that it uses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _, gettext_noop, ngettext, pgettext

from credit_platform.ui import formats
from evaluation.indicators import METHODS, methods_of
from evaluation.schemes.document import (
    AnyComponent,
    Dimension,
    FormulaComponent,
    Grade,
    Group,
    Parts,
    Peers,
    RecordsComponent,
    Rolling,
    Rule,
    Running,
    SchemeDocument,
    Then,
    WorkingDays,
)
from evaluation.schemes.language import PartWord, PeerKey
from evaluation.wording import Wording, divided, lasting, number, ratio, ratios

#: What each method is called, and its docstring once more, so that both are gathered for translation. A test
#: holds the two together.
TITLES = {
    "records": gettext_noop("Points for each record"),
    "formula": gettext_noop("A formula"),
    "dimension": gettext_noop("Several components together"),
    "parts": gettext_noop("Each part by itself"),
    "peers": gettext_noop("Comparison with peers"),
    "repeat": gettext_noop("Repetition"),
    "age": gettext_noop("Weight by age"),
    "groups": gettext_noop("Records of one event"),
    "rolling": gettext_noop("Together with those before"),
    "chosen": gettext_noop("Which records speak"),
    "weighed_by": gettext_noop("Weight of each"),
    "count": gettext_noop("The number"),
    "largest": gettext_noop("The largest"),
    "smallest": gettext_noop("The smallest"),
    "latest": gettext_noop("The latest grade or status"),
    "earliest": gettext_noop("The first"),
    "mean": gettext_noop("The mean"),
    "median": gettext_noop("The middle one"),
    "quantile": gettext_noop("A quantile"),
    "deviation": gettext_noop("The standard deviation"),
    "running": gettext_noop("A running balance"),
    "becomes": gettext_noop("A balance carried from step to step"),
    "streak": gettext_noop("A streak"),
}
PUBLISHED = (
    gettext_noop(
        "Each matching record that counts has its points. They are weighted, rounded as the scheme says, and only then"
        " added. Where a value that is needed is not known the result is not known either, which is not zero."
    ),
    gettext_noop(
        "A number is worked out from other components, from numbers of records and from facts about the entity."
    ),
    gettext_noop(
        "Several components make one: the sum, the mean, the largest or the smallest of them, each by its weight. One"
        " that is not known makes the whole unknown, unless the scheme says that the whole goes on without it."
    ),
    gettext_noop(
        "What is counted is counted for each part of the entity by itself, as for each of its sites, from the records"
        " that name that part. Then the numbers of the parts are taken together."
    ),
    gettext_noop(
        "A record that names no part counts for none. Where parts are compared with peers, these are the like parts of"
        " all entities."
    ),
    gettext_noop(
        "The entity is held against its peers: those of its own group that are measured alike. Where the group is too"
        " small the next wider one is taken; where none is large enough the result is not known."
    ),
    gettext_noop(
        "The scheme may say that it looks at others than its own, at those that it names or that name it."
    ),
    gettext_noop(
        "The first, the second, the third record of the same kind weigh differently, in the order of their days; the"
        " last weight named goes on for all further ones."
    ),
    gettext_noop(
        "The scheme may say that only what comes again soon enough, or at the very next event, is a repetition."
    ),
    gettext_noop(
        "What is older weighs less, by bands of age in whole months or days, or by half whenever a half-life has"
        " passed. The end of a month counts as its last day."
    ),
    gettext_noop(
        "Records of one event are taken together before anything else is counted, and the event has its own limit."
    ),
    gettext_noop("The scheme may say by a formula what an event gives."),
    gettext_noop(
        "Each record or event stands for itself and for all those that came within so long before it: their points are"
        " added, whichever stretch of time that is."
    ),
    gettext_noop(
        "The scheme may say how many they are in place of how long, and take the mean of their points in place of the sum."
    ),
    gettext_noop(
        "Only some of the records or events speak: the last ones, each by its place from the last, or those with most"
        " points."
    ),
    gettext_noop("The last ones may be taken first, and then those of the smallest numbers."),
    gettext_noop("Where the scheme says so each weighs by its place in the order of their points."),
    gettext_noop(
        "Each record or event has a weight of its own, which the scheme reads from the record or works out."
    ),
    gettext_noop("The records or events are counted, whatever their points."),
    gettext_noop("Only the largest counts. Without any the result is not known."),
    gettext_noop("Only the smallest counts. Without any the result is not known."),
    gettext_noop(
        "Of all matching records only the one that was decided last speaks; of two decided on one day, the one that"
        " entered the registry later. Without any the result is not known."
    ),
    gettext_noop("Only the record that was decided first speaks. Without any the result is not known."),
    gettext_noop(
        "The mean of all, each by its weight: the weighted values are added and divided once by the sum of the"
        " weights. Without any the result is not known."
    ),
    gettext_noop(
        "The middle one by its points; of an even number the mean of the two in the middle. Without any the result is"
        " not known."
    ),
    gettext_noop(
        "The number that a given part of all records or events does not exceed, 9/10 of them for instance; where the"
        " scheme says so, on a straight line between two of them. Without any the result is not known."
    ),
    gettext_noop(
        "The standard deviation of all from their mean. Without any, or without two where it is that of a sample, the"
        " result is not known."
    ),
    gettext_noop(
        "A balance is carried from step to step in the order of the days, and a formula says what each step makes of"
        " it. A step is a record or event, or a period, in which there may be none. The balance never leaves its limits"
        " on the way."
    ),
    gettext_noop("Where the scheme says so the records or events go by their size, the largest first."),
    gettext_noop(
        "A balance is carried from one record or event to the next, in the order of their days. It takes the points of"
        " each and gets some back for the time that passes without any, and never leaves its limits on the way."
    ),
    gettext_noop(
        "How many of the last records or events in a row meet the condition, counted back from the last until one does"
        " not; where the scheme asks it, without leaving out a year or a month."
    ),
)


@dataclass(frozen=True, slots=True)
class KindMethod:
    """How a method counts, whatever the scheme."""

    title: str
    paragraphs: list[str]


@dataclass(frozen=True, slots=True)
class PartMethod:
    """A component or rule as its scheme sets it: (what, how) in words. `depth` is that within dimensions."""

    part: AnyComponent | Rule
    kind: str
    rows: list[tuple[str, str]]
    depth: int = 0

    @property
    def indent(self) -> range:
        """Once for each dimension that it stands in."""
        return range(self.depth)


@dataclass(frozen=True, slots=True)
class Method:
    """A scheme in words."""

    document: SchemeDocument
    considered: str
    market: str
    start: str
    enough: str
    looks_back: str
    working_days: str
    #: By year the days that are not worked as their weekday would be.
    worked_years: list[tuple[str, str]]
    total: str
    components: list[PartMethod]
    rules: list[PartMethod]
    kinds: list[KindMethod]
    rungs: list[dict]


def method_of(document: SchemeDocument) -> Method:
    """The method of a scheme for people; reads the names of record types and of their fields' values."""
    say = Wording.of(document)
    used = dict.fromkeys(name for one in document.every_component for name in methods_of(one))
    return Method(
        document=document,
        considered=formats.listed(say.types(document.considered.types)),
        market=formats.listed(say.types(document.considered.market_types)),
        start=say.number(document.start.points) if document.start else "",
        enough=say.condition(document.enough.when) if document.enough.when else "",
        looks_back=_looks_back(document),
        working_days=_working_days(document),
        worked_years=list(_worked_years(document.working_days)),
        total=_total(document),
        components=list(_components(document.components, say, 0)),
        rules=[PartMethod(rule, _("Rule"), _rule_rows(rule, say)) for rule in document.rules],
        kinds=[
            KindMethod(_(TITLES[name]), [_(line) for line in METHODS[name].published.split("\n")])
            for name in used
        ],
        rungs=rungs_of(document),
    )


def rungs_of(document: SchemeDocument) -> list[dict]:
    """The scale for the component `ladder`, best first."""
    rungs, above = [], None
    for grade in document.scale:
        rungs.append({"letter": grade.letter, "range": _reach(grade, above), "says": str(grade.meaning)})
        above = grade.least if grade.least is not None else above
    return rungs


def _reach(grade: Grade, above: Decimal | None) -> str:
    if grade.only_by_rule:
        return _("by rule only")
    if grade.least is not None and above is not None:
        return f"{formats.score(grade.least)}–{formats.score(above)}"
    if grade.least is not None:
        return _("from %(points)s") % {"points": formats.score(grade.least)}
    if grade.at_most is not None:
        return _("up to %(points)s") % {"points": formats.score(grade.at_most)}
    if grade.less_than is not None or above is not None:
        limit = grade.less_than if grade.less_than is not None else above
        return _("below %(points)s") % {"points": formats.score(limit)}
    return _("all others") if grade.is_open else _("by condition")


def _looks_back(document: SchemeDocument) -> str:
    """At which of its own earlier grades the scheme looks; nothing where at none."""
    said = document.looks_back
    if said is None:
        return ""
    period = {
        "calendar-months": lambda: ngettext(
            "%(count)s calendar month", "%(count)s calendar months", said.back
        ),
        "calendar-quarters": lambda: ngettext(
            "%(count)s calendar quarter", "%(count)s calendar quarters", said.back
        ),
        "calendar-years": lambda: ngettext("%(count)s calendar year", "%(count)s calendar years", said.back),
    }[said.period]() % {"count": said.back}
    told = _(
        "Its own grades of %(periods)s before this one, each as it stood on the last day, by this same method and from what"
        " is known today to have been in force then."
    ) % {"periods": period}
    if not any(isinstance(one, Peers) for one in document.with_those_of_parts):
        return told
    return ("" if formats.chinese() else " ").join([told, _("Its peers of then are those of that day.")])


def _working_days(document: SchemeDocument) -> str:
    """From when to when the scheme knows which days are worked; nothing where it does not ask."""
    said = document.working_days
    if said is None:
        return ""
    return _(
        "Monday to Friday from %(first)s to %(last)s, but for the days off and with some days of weekends."
    ) % {
        "first": formats.day_long(date.fromisoformat(said.known_from)),
        "last": formats.day_long(date.fromisoformat(said.known_to)),
    }


def _worked_years(said: WorkingDays | None) -> Iterable[tuple[str, str]]:
    """By year, the last first, the days off and those of weekends that are worked."""
    days = said.days if said else None
    if days is None:
        return
    for year in range(days.last.year, days.first.year - 1, -1):
        off, worked = (
            formats.listed(formats.day_short(day) for day in several if day.year == year)
            for several in (days.off, days.worked)
        )
        lines = [
            _("Days off: %(days)s") % {"days": off} if off else "",
            _("Days of weekends that are worked: %(days)s") % {"days": worked} if worked else "",
        ]
        if any(lines):
            yield str(year), divided(filter(None, lines))


def _total(document: SchemeDocument) -> str:
    """How the total is bounded and rounded."""
    if not document.has_total:
        return _("Points are not added up; the grade follows from rules and conditions.")
    said = []
    if document.floor is not None:
        said.append(_("never below %(points)s") % {"points": number(document.floor)})
    if document.ceiling is not None:
        said.append(_("never above %(points)s") % {"points": number(document.ceiling)})
    if document.total_rounding is not None:
        said.append(_("rounded to %(step)s") % {"step": number(document.total_rounding)})
    said.append(
        _("the points of each record rounded to %(step)s before they are added")
        % {"step": number(document.rounding)}
    )
    said.append(MODES[document.mode]())
    return divided(said)


MODES = {
    "half-up": lambda: _("half rounded away from zero"),
    "half-even": lambda: _("half rounded to even"),
    "up": lambda: _("rounded away from zero"),
    "down": lambda: _("rounded towards zero"),
    "floor": lambda: _("rounded down"),
    "ceiling": lambda: _("rounded up"),
}


def _components(components: Iterable[AnyComponent], say: Wording, depth: int) -> Iterable[PartMethod]:
    for one in components:
        yield PartMethod(one, _(TITLES[one.kind]), list(_rows(one, say)), depth)
        if isinstance(one, Dimension | Parts):
            yield from _components(one.components, say, depth + 1)


def _rows(one: AnyComponent, say: Wording) -> Iterable[tuple[str, str]]:
    if isinstance(one, RecordsComponent):
        yield from _records_rows(one, say)
    elif isinstance(one, FormulaComponent):
        yield _("How"), say.number(one.formula)
    elif isinstance(one, Dimension):
        if one.take != "sum":
            yield _("What is taken"), DIMENSION_TAKES[one.take]()
        if one.start:
            yield _("Where counting starts"), number(one.start)
    elif isinstance(one, Parts):
        yield from _parts_rows(one, say)
    else:
        yield from _peers_rows(one, say)
    yield from _common_rows(one)


def _parts_rows(one: Parts, say: Wording) -> Iterable[tuple[str, str]]:
    yield _("One part: the same %(same)s") % {"same": say.sames(one.same)}, say.match(one.records)
    yield _("A part gives"), say.number(one.gives)
    if one.where:
        yield _("Only parts of which this holds"), divided(map(say.condition, one.where))
    if one.weighed_by is not None:
        yield _("Weight of each"), say.number(one.weighed_by)
    yield from _by_size_rows(one, say)
    if one.take in {"quantile", "deviation"}:
        yield _spread_row(one)
    else:
        yield _("What is taken"), DIMENSION_TAKES.get(one.take, lambda: _(TITLES[one.take]))()
    if one.enough:
        yield _("From so many parts on"), str(one.enough)


def _by_size_rows(one: RecordsComponent | Parts, say: Wording) -> Iterable[tuple[str, str]]:
    if one.highest is not None:
        yield _("Only those with most points"), str(one.highest)
    if one.lowest is not None:
        yield _("Only those of the smallest numbers"), str(one.lowest)
    if one.ranked_by is not None:
        yield _("Largest and smallest by"), say.number(one.ranked_by)
    if one.by_size:
        yield _("Weights from the largest down"), formats.listed(ratios(one.by_size))


def _spread_row(one: RecordsComponent | Parts) -> tuple[str, str]:
    """The quantile or the standard deviation that is taken, and how where there are several ways."""
    if one.take == "deviation":
        return _("What is taken"), divided([_(TITLES[one.take]), SPREADS[one.spread]()])
    how = [] if one.between == "lower" else [BETWEEN[one.between]()]
    return _("What is taken"), divided([f"{_(TITLES[one.take])} {one.quantile}", *how])


def _records_rows(one: RecordsComponent, say: Wording) -> Iterable[tuple[str, str]]:
    yield _("Records"), say.match(one.records)
    if one.take not in {"count", "streak"}:
        yield _("Points of a record"), say.number(one.each)
    yield from _weighing_rows(one, say)
    if one.rolling is not None:
        yield _("Together with those before"), _rolling(one.rolling)
    yield from _chosen_rows(one, say)
    if one.running is not None:
        yield from _running_rows(one.running, say)
    if one.streak is not None:
        yield _("In a row"), say.match(one.streak.of)
    if one.take in {"quantile", "deviation"}:
        yield _spread_row(one)
    elif one.take != "sum":
        yield _("What is taken"), _(TITLES[one.take])
    if one.enough:
        yield _("From so many records on"), str(one.enough)


def _rolling(said: Rolling) -> str:
    """How far each record or event reaches back, and what becomes of all that it reaches."""
    if said.unit == "records":
        reach = ngettext(
            "%(count)s record or event, itself the last",
            "%(count)s records or events, itself the last",
            said.over,
        ) % {"count": said.over}
    else:
        reach = lasting(said.over, said.unit)
    mean = [DIMENSION_TAKES["mean"]()] if said.take == "mean" else []
    whole = [_("only where there are so many")] if said.whole else []
    return divided([reach, *mean, *whole])


def _weighing_rows(one: RecordsComponent, say: Wording) -> Iterable[tuple[str, str]]:
    """By what records weigh, and which of them are one event."""
    if one.repeat:
        factors = formats.listed(ratios(one.repeat.factors))
        yield _("Repetition of the same %(same)s") % {"same": say.sames(one.repeat.same)}, factors
        if one.repeat.at_next:
            yield _("Only where it comes again at the very next"), say.sames(one.repeat.at_next)
    if one.age:
        yield _("Weight by age"), say.age(one.age, one.dated)
    for group in one.groups:
        same = _("One event: the same %(same)s") % {"same": say.sames(group.same)}
        if group.within is not None:
            same = _("%(same)s, within %(days)s days of each other") % {"same": same, "days": group.within}
        yield same, _group(group, one, say)


def _chosen_rows(one: RecordsComponent, say: Wording) -> Iterable[tuple[str, str]]:
    """Which of the records or events speak, and how much."""
    if one.last is not None:
        yield _("Only the last ones"), str(one.last)
    yield from _by_size_rows(one, say)
    if one.by_recency:
        yield _("Weights from the last one back"), formats.listed(ratios(one.by_recency))
    if one.weighed_by is not None:
        yield _("Weight of each"), say.number(one.weighed_by)


def _running_rows(said: Running, say: Wording) -> Iterable[tuple[str, str]]:
    yield _("Begins at"), say.number(said.start)
    if said.since:
        every = {"time": lasting(said.every, said.unit), "day": say.day(said.since)}
        yield _("Steps"), _("every %(time)s since %(day)s, with or without a record") % every
    elif said.largest_first:
        yield _("Steps"), _("each record or event, the largest first")
    elif said.becomes is not None:
        yield _("Steps"), _("each record or event, in the order of their days")
    if said.becomes is not None:
        yield _("The balance becomes"), say.number(said.becomes)
    for other in said.also:
        facts = {"start": number(other.start), "becomes": say.number(other.becomes)}
        name = {"name": say.own.get(other.name, other.name)}
        yield (
            _("“%(name)s” is carried beside it") % name,
            _("begins at %(start)s; becomes %(becomes)s") % facts,
        )
    if said.recent is not None:
        yield _("What is recent"), lasting(said.recent.over, said.recent.unit)
    if said.struck is not None:
        yield _("Struck, and counted anew"), say.condition(said.struck)
    if said.up_to_now:
        last = (
            _("one more, for the period that has not ended yet")
            if said.since
            else _("one more on the day of the rating, without points")
        )
        yield _("Last step"), last
    if said.returns:
        every = {"points": number(said.returns), "time": lasting(said.every, said.unit)}
        yield _("Comes back"), _("%(points)s for every %(time)s without any") % every


def _group(group: Group, one: RecordsComponent, say: Wording) -> str:
    said = [DIMENSION_TAKES.get(group.take, lambda: _(TITLES[group.take]))()]
    if group.gives is not None:
        said.append(_("it gives %(number)s") % {"number": say.number(group.gives)})
    if group.start:
        said.append(_("from %(points)s") % {"points": number(group.start)})
    if group.floor is not None:
        said.append(_("never below %(points)s") % {"points": number(group.floor)})
    if group.ceiling is not None:
        said.append(_("never above %(points)s") % {"points": number(group.ceiling)})
    for row in group.table:
        gives = number(row.gives)
        if row.bounds():
            said.append(_("%(bounds)s: %(gives)s") % {"bounds": say.bounds(row), "gives": gives})
        else:
            said.append(_("otherwise %(number)s") % {"number": gives})
    if group.age is not None:
        said.append(say.age(group.age, one.dated))
    return divided(said)


#: What lies between two numbers where a quantile does.
BETWEEN = {
    "lower": lambda: _("the lower of both"),
    "mean": lambda: _("the mean of both where it ends between them"),
    "nearest": lambda: _("the nearest of both"),
    "line": lambda: _("on a straight line"),
    "line-by-n": lambda: _("on straight lines, the k-th of n at k/n"),
    "line-by-n+1": lambda: _("on straight lines, the k-th of n at k/(n + 1)"),
    "line-by-middles": lambda: _("on straight lines, the k-th of n at (k − ½)/n"),
    "line-by-thirds": lambda: _("on straight lines, the k-th of n at (k − ⅓)/(n + ⅓)"),
    "line-by-eighths": lambda: _("on straight lines, the k-th of n at (k − ⅜)/(n + ¼)"),
}
SPREADS = {
    "population": lambda: _("over their number"),
    "sample": lambda: _("over their number less one"),
}
DIMENSION_TAKES = {
    "sum": lambda: _("the sum"),
    "mean": lambda: _("the mean"),
    "largest": lambda: _("the largest"),
    "smallest": lambda: _("the smallest"),
}
PEER_TAKES = {
    "percentile": lambda: _("percentile among peers"),
    "rank": lambda: _("rank among peers"),
    "ratio-to-mean": lambda: _("ratio to the mean of peers"),
    "standard-score": lambda: _("distance from the mean of peers in standard deviations"),
    "quantile": lambda: _("a quantile of the peers"),
    "mean": lambda: _("mean of the peers"),
    "sum": lambda: _("sum of the peers"),
    "largest": lambda: _("the largest of the peers"),
    "smallest": lambda: _("the smallest of the peers"),
    "count": lambda: _("number of peers"),
    "deviation": lambda: _("standard deviation of the peers"),
    "group": lambda: _("group among the peers"),
}
CLUSTERED = {
    "least-squares": lambda: _("cut so that numbers lie nearest to the means of their groups"),
    "k-means": lambda: _(
        "from groups of as many each, every number goes to the nearest mean until none moves"
    ),
}


def _peers_rows(one: Peers, say: Wording) -> Iterable[tuple[str, str]]:
    yield _("Of"), say.number(one.of)
    yield _("Peers by"), _peer_ways(one.among, say)
    if one.found_by:
        yield _("Looks at those found by its own"), _peer_ways(one.found_by, say)
    if one.who is not None:
        yield _("Only entities of which this holds"), say.condition(one.who)
    yield _("At least so many peers"), str(one.at_least)
    if one.weighed_by is not None:
        yield _("Weight of each"), say.number(one.weighed_by)
    taken = PEER_TAKES[one.take]()
    if one.take == "percentile":
        taken = (
            f"{taken}, {one.scale}"
            if one.weighed_by is None
            else _("%(taken)s, by weight") % {"taken": taken}
        )
    elif one.take == "quantile":
        taken = f"{taken}, {one.quantile}"
        if one.between != "lower":
            yield _("Between two peers"), BETWEEN[one.between]()
    elif one.take == "group":
        taken = _("%(taken)s, of %(into)s") % {"taken": taken, "into": one.into}
        yield _("How groups are found"), CLUSTERED[one.clustered]()
    elif one.take in {"standard-score", "deviation"} and one.spread == "sample":
        yield _("Standard deviation"), _("over the number of peers less one")
    yield _("What is taken"), taken
    if one.take in {"percentile", "rank"}:
        ties = {
            "lowest": _("the lowest rank"),
            "highest": _("the highest rank"),
            "middle": _("the middle rank"),
        }
        yield _("Equals share"), ties[one.ties]


def _peer_ways(ways: Iterable[tuple[PeerKey, ...]], say: Wording) -> str:
    """What peers have in common: lists one after the other."""
    return divided(
        formats.listed(_peer_key(part, say) for part in way) or _("the whole city") for way in ways
    )


def _peer_key(part: PeerKey, say: Wording) -> str:
    if isinstance(part, str):
        return say.field(f"entity.{part}")
    if isinstance(part, PartWord):
        return _("%(word)s of the part") % {"word": say.field(part.part)}
    return say.number(part)


def _weight(weight: str) -> str:
    """A weight of nothing is said in words: the component is there for others."""
    return ratio(weight) if Fraction(weight) else _("none in the sum; rules and other components look at it")


def _common_rows(one: AnyComponent) -> Iterable[tuple[str, str]]:
    if one.floor is not None:
        yield _("Never below"), number(one.floor)
    if one.ceiling is not None:
        yield _("Never above"), number(one.ceiling)
    if one.rounding is not None:
        yield _("Rounded to"), number(one.rounding)
    if one.weight != "1":
        yield _("Weight"), _weight(one.weight)
    if one.if_unknown is not None:
        yield _("Where it is not known"), number(one.if_unknown)
    elif one.optional:
        yield _("Where it is not known"), _("the whole goes on without it")


def _rule_rows(rule: Rule, say: Wording) -> list[tuple[str, str]]:
    rows = [
        (pgettext("of a rule", "When"), say.condition(rule.when)),
        (_("Then"), then_in_words(rule.then, say)),
    ]
    if rule.final:
        rows.append((_("After it"), _("no other rule acts")))
    return rows


def then_in_words(then: Then, say: Wording) -> str:
    """What a rule does."""
    if then.grade is not None:
        return _("gives %(grade)s directly") % {"grade": then.grade}
    if then.ceiling is not None:
        return _("no better grade than %(grade)s") % {"grade": then.ceiling}
    if then.floor is not None:
        return _("no worse grade than %(grade)s") % {"grade": then.floor}
    if then.better_by is not None:
        return ngettext("%(count)s grade better", "%(count)s grades better", then.better_by) % {
            "count": then.better_by
        }
    if then.worse_by is not None:
        return ngettext("%(count)s grade worse", "%(count)s grades worse", then.worse_by) % {
            "count": then.worse_by
        }
    if then.steps_from_earlier is not None:
        return ngettext(
            "at most %(count)s grade away from that of the period before",
            "at most %(count)s grades away from that of the period before",
            then.steps_from_earlier,
        ) % {"count": then.steps_from_earlier}
    if then.moved_by is not None:
        return _("so many grades worse, or better where it lies below zero: %(number)s") % {
            "number": say.number(then.moved_by)
        }
    return _("not rated")
