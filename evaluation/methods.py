"""A scheme in words, printed from its document and from the docstrings of the kinds of indicator that it uses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _, gettext_noop, ngettext

from credit_platform.common.bilingual import in_readers_language
from credit_platform.ui import formats
from entities.models import RecordType, RecordTypeVersion, SeverityClass
from entities.penalty_kinds import PenaltyKind
from evaluation.indicators import KINDS
from evaluation.schemes.document import (
    AgeBand,
    AnyIndicator,
    Ceiling,
    LatestValue,
    Match,
    SchemeDocument,
    ValueEffect,
    WeightedCount,
)

#: What each kind is called, and its docstring once more, so that both are gathered for translation. A test
#: holds the two together.
TITLES = {
    "weighted-count": gettext_noop("Points for each record, by class and age"),
    "latest-value": gettext_noop("The latest grade or status"),
    "ceiling": gettext_noop("A ceiling as long as a record counts"),
}
PUBLISHED = (
    gettext_noop(
        "Each matching record counts the points of its class. Where the scheme names kinds of penalty, the kind that"
        " weighs most among those imposed adds its own points."
    ),
    gettext_noop(
        "The sum is multiplied by the weight of the record's age, in whole months since the day of the decision, and"
        " rounded as the scheme says."
    ),
    gettext_noop(
        "Of all matching records only the one that was decided last speaks; of two decided on one day, the one that"
        " entered the registry later."
    ),
    gettext_noop(
        "Its value gives the points in the table. A value may also give a grade directly, or be a ceiling above which"
        " the grade cannot rise."
    ),
    gettext_noop(
        "As long as at least so many matching records count at once, the grade cannot be better than the one named,"
        " whatever the points."
    ),
)


@dataclass(frozen=True, slots=True)
class KindMethod:
    """How a kind of indicator counts, whatever the scheme."""

    title: str
    paragraphs: list[str]


@dataclass(frozen=True, slots=True)
class IndicatorMethod:
    """An indicator as its scheme sets it: (what, how) in words."""

    indicator: AnyIndicator
    kind: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Method:
    """A scheme in words."""

    document: SchemeDocument
    considered: str
    market: str
    start_rules: list[tuple[str, str]]
    indicators: list[IndicatorMethod]
    kinds: list[KindMethod]
    rungs: list[dict]


def method_of(document: SchemeDocument) -> Method:
    """The method of a scheme for people; reads the names of record types and of their fields' values."""
    words = Catalogue.of({*document.considered.types, *document.considered.market_types})
    used = dict.fromkeys(indicator.kind for indicator in document.indicators)
    return Method(
        document=document,
        considered=formats.listed(words.types(document.considered.types)),
        market=formats.listed(words.types(document.considered.market_types)),
        start_rules=[(words.match(rule.when), formats.score(rule.points)) for rule in document.start.rules],
        indicators=[
            IndicatorMethod(one, _(TITLES[one.kind]), list(_rows(one, words))) for one in document.indicators
        ],
        kinds=[
            KindMethod(_(TITLES[kind]), [_(line) for line in KINDS[kind].method.split("\n")]) for kind in used
        ],
        rungs=rungs_of(document),
    )


def rungs_of(document: SchemeDocument) -> list[dict]:
    """The scale for the component `ladder`, best first."""
    rungs, above = [], None
    for grade in document.scale:
        if grade.least is None:
            reach = _("below %(points)s") % {"points": formats.score(above)}
        elif above is None:
            reach = _("from %(points)s") % {"points": formats.score(grade.least)}
        else:
            reach = f"{formats.score(grade.least)}–{formats.score(above)}"
        rungs.append({"letter": grade.letter, "range": reach, "says": str(grade.meaning)})
        above = grade.least
    return rungs


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The catalogue's names for what a scheme speaks of."""

    type_names: Mapping[str, str]
    #: By field of the details and value.
    values: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, codes: set[str]) -> "Catalogue":
        types = {one.code: one.name for one in RecordType.objects.filter(code__in=codes)}
        values: dict[tuple[str, str], str] = {}
        versions = RecordTypeVersion.objects.filter(record_type__code__in=codes).order_by("valid_from")
        for fields in versions.values_list("extra_fields", flat=True):
            for field in fields:
                for choice in field.get("choices") or ():
                    values[field["name"], choice["code"]] = in_readers_language(
                        choice["label_zh"], choice["label_en"]
                    )
        return cls(types, values)

    def types(self, codes: Iterable[str]) -> list[str]:
        return [self.type_names.get(code, code) for code in codes]

    def match(self, match: Match) -> str:
        """A condition in words."""
        parts = [formats.listed(self.types(match.types))]
        if match.classes:
            parts.append(
                _("of class %(classes)s")
                % {"classes": formats.listed(SeverityClass(one).label for one in match.classes)}
            )
        if match.penalty_kinds:
            parts.append(formats.listed(PenaltyKind(kind).label for kind in match.penalty_kinds))
        for name, wanted in match.values.items():
            parts.append(formats.listed(self.values.get((name, value), value) for value in wanted))
        return _divided(parts)


def _divided(parts: Iterable[str]) -> str:
    return ("；" if formats.chinese() else "; ").join(parts)


def _rows(one: AnyIndicator, words: Catalogue) -> Iterable[tuple[str, str]]:
    yield _("Records"), words.match(Match(types=one.types) if isinstance(one, LatestValue) else one.match())
    match one:
        case WeightedCount():
            yield _("Points of a record"), _points_by_class(one)
            if one.by_penalty_kind:
                weightiest = sorted(one.by_penalty_kind.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
                yield (
                    _("In addition, by the weightiest kind of penalty"),
                    _pairs((PenaltyKind(kind).label, points) for kind, points in weightiest),
                )
            if one.ages:
                yield _("Weight by age"), _divided(_ages(one.ages))
            if one.limit is not None:
                yield _("Limit of the sum"), formats.points(one.limit)
        case LatestValue():
            # The database does not keep the order of a document's words.
            for value, effect in sorted(one.values.items(), key=lambda pair: (-pair[1].points, pair[0])):
                yield words.values.get((one.field, value), value), _effect(effect)
        case Ceiling():
            yield _("Best grade possible"), one.grade
            if one.at_least > 1:
                yield _("From so many records on"), str(one.at_least)


def _points_by_class(one: WeightedCount) -> str:
    if isinstance(one.points, Decimal):
        return formats.points(one.points)
    return _pairs((SeverityClass(name).label, points) for name, points in one.by_class().items() if points)


def _pairs(pairs: Iterable[tuple[object, Decimal]]) -> str:
    return _divided(f"{name} {formats.points(points)}" for name, points in pairs)


def _ages(bands: tuple[AgeBand, ...]) -> Iterable[str]:
    since = 0
    for band in bands:
        above, below = band.weight.split("/")
        weight = formats.percent(int(above) / int(below), 0)
        if band.months is None:
            yield _("from %(months)s months on %(weight)s") % {"months": since, "weight": weight}
        else:
            yield ngettext(
                "younger than %(months)s month %(weight)s",
                "younger than %(months)s months %(weight)s",
                band.months,
            ) % {"months": band.months, "weight": weight}
            since = band.months


def _effect(effect: ValueEffect) -> str:
    parts = [formats.points(effect.points)]
    if effect.grade:
        parts.append(_("gives %(grade)s directly") % {"grade": effect.grade})
    if effect.ceiling:
        parts.append(_("no better grade than %(grade)s while it counts") % {"grade": effect.ceiling})
    return _divided(parts)
