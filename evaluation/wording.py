"""Numbers and conditions of a scheme in words, for the page that prints its method."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _, ngettext, pgettext

from credit_platform.common.bilingual import in_readers_language
from credit_platform.ui import formats
from entities.models import Entity, RecordType, RecordTypeVersion, SeverityClass
from entities.penalty_kinds import PenaltyKind
from evaluation.columns import CLASSES
from evaluation.schemes import language as words
from evaluation.schemes.document import Age, Component, Rule, SchemeDocument
from evaluation.schemes.language import AHEAD, Match, Part, walk


def divided(said: Iterable[str]) -> str:
    """Sentences one after the other."""
    return ("；" if formats.chinese() else "; ").join(said)


def number(value: Decimal) -> str:
    """A number as a scheme writes it: 5, 0.3, −12."""
    return f"{value.normalize():f}".replace("-", formats.MINUS)


@dataclass(frozen=True, slots=True)
class Wording:
    """The catalogue's names for what a scheme speaks of, and the scheme's own names for its parts."""

    type_names: Mapping[str, str]
    #: By field of the details and value.
    values: Mapping[tuple[str, str], str]
    #: By field of the details.
    fields: Mapping[str, str]
    components: Mapping[str, Component | Rule]
    #: The scheme's own names for what the catalogue does not know.
    own: Mapping[str, str]

    @classmethod
    def of(cls, document: SchemeDocument) -> "Wording":
        """Reads the catalogue for the record types that the scheme considers."""
        codes = {*document.considered.types, *document.considered.market_types}
        types = {one.code: one.name for one in RecordType.objects.filter(code__in=codes)}
        values: dict[tuple[str, str], str] = {}
        fields: dict[str, str] = {}
        versions = RecordTypeVersion.objects.filter(record_type__code__in=codes).order_by("valid_from")
        for extra in versions.values_list("extra_fields", flat=True):
            for field in extra:
                if field.get("label_zh"):
                    fields[field["name"]] = in_readers_language(field["label_zh"], field.get("label_en", ""))
                for choice in field.get("choices") or ():
                    values[field["name"], choice["code"]] = in_readers_language(
                        choice["label_zh"], choice["label_en"]
                    )
        parts = {one.code: one for one in walk(document) if isinstance(one, Component | Rule)}
        return cls(types, values, fields, parts, {name: str(said) for name, said in document.words.items()})

    def types(self, codes: Iterable[str]) -> list[str]:
        return [self.value("type", code) for code in codes]

    def field(self, name: str) -> str:
        """A field of a record, a fact of an entity, or another word by which records are told apart."""
        own = {
            "amount": _("amount"),
            "class": _("class"),
            "type": _("kind of record"),
            "penalty-kind": _("heaviest kind of penalty"),
            "document-number": _("document number"),
            "year": _("calendar year"),
            "quarter": _("calendar quarter"),
            "month": _("calendar month"),
            "day": pgettext("by which records belong together", "day"),
        }
        if name.startswith("entity."):
            fact = name.removeprefix("entity.")
            return FACTS[fact]() if fact in FACTS else self.own.get(fact, fact)
        name = name.removeprefix(AHEAD)
        return own.get(name) or self.fields.get(name) or self.own.get(name, name)

    def value(self, field: str, word: str) -> str:
        """A word of a field, as people say it."""
        if field == "class":
            return str(SeverityClass(word).label)
        if field == "penalty-kind":
            return str(PenaltyKind(word).label) if word in PenaltyKind.values else word
        if field == "type":
            return self.type_names.get(word) or self.own.get(word, word)
        if field == "entity.size" and word in Entity.Size.values:
            return str(Entity.Size(word).label)
        return self.values.get((field, word)) or self.own.get(word, word)

    def day(self, name: str) -> str:
        """A day by its name."""
        own = {
            "as-of": _("the day of the rating"),
            "decided": _("the day of the decision"),
            "published": _("the day of publication"),
            "until": _("the last day of publicity"),
        }
        if words.is_fixed(name):
            return formats.day_long(date.fromisoformat(name))
        return own.get(name) or self.field(name)

    def match(self, match: Match) -> str:
        """Which records are meant."""
        parts = [formats.listed(self.types(match.types))] if match.types else []
        if match.latest:
            parts.append(_("only the last one"))
        if match.classes:
            classes = formats.listed(SeverityClass(one).label for one in match.classes)
            parts.append(_("of class %(classes)s") % {"classes": classes})
        if match.penalty_kinds:
            parts.append(formats.listed(PenaltyKind(kind).label for kind in match.penalty_kinds))
        for name, wanted in match.values.items():
            parts.append(formats.listed(self.value(name, value) for value in wanted))
        parts += [self.condition(one) for one in match.where]
        return divided(parts) or _("all records that count")

    def same(self, same: words.Same) -> str:
        """What records have in common."""
        if isinstance(same, str):
            return self.field(same)
        if not isinstance(same, tuple):
            return self.number(same)
        return _(" or ").join(self.field(name) for name in same)

    def sames(self, same: Iterable[words.Same]) -> str:
        return _(" and ").join(self.same(one) for one in same)

    def age(self, age: Age, dated: str) -> str:
        """The weights of age."""
        since = _("since %(day)s") % {"day": self.day(age.since or dated)}
        if age.half_life is not None:
            said = _("halved every %(time)s") % {"time": lasting(age.half_life, age.unit)}
            return divided([since, said])
        return divided([since, *_bands(age)])

    def number(self, node: Any) -> str:
        """A number in words."""
        if isinstance(node, Decimal):
            return number(node)
        return NUMBERS[type(node)](self, node)

    def condition(self, node: Part) -> str:
        """A condition in words."""
        return CONDITIONS[type(node)](self, node)

    def bounds(self, bounds: words.Bounds) -> str:
        """What a number is held against."""
        said = [SIGNS[sign]() % {"bound": number(bound)} for sign, bound in bounds.bounds()]
        return _(" and ").join(said)

    def component(self, code: str) -> str:
        """The name of a component, or of the total."""
        if code == "total":
            return _("the total")
        return _("“%(name)s”") % {"name": self.components[code].name}


FACTS: dict[str, Callable[[], str]] = {
    "entity": lambda: _("the entity itself"),
    "status": lambda: _("state of the entity"),
    "legal_form": lambda: _("legal form"),
    "region": lambda: _("region"),
    "district": lambda: _("district"),
    "industry": lambda: _("industry"),
    "division": lambda: _("division of industry"),
    "section": lambda: _("section of industry"),
    "size": lambda: _("size of the enterprise"),
    "head_office": lambda: _("head office"),
    "registered_on": lambda: _("the day of registration"),
}
SIGNS: dict[str, Callable[[], str]] = {
    ">=": lambda: _("at least %(bound)s"),
    ">": lambda: _("more than %(bound)s"),
    "<=": lambda: _("at most %(bound)s"),
    "<": lambda: _("less than %(bound)s"),
    "==": lambda: _("exactly %(bound)s"),
}
UNITS: dict[str, Callable[[], str]] = {
    "days": lambda: _("days"),
    "working-days": lambda: _("working days"),
    "months": lambda: _("months"),
    "years": lambda: _("years"),
    "calendar-months": lambda: _("calendar months"),
    "calendar-quarters": lambda: _("calendar quarters"),
    "calendar-years": lambda: _("calendar years"),
}


def lasting(count: Decimal | int, unit: str) -> str:
    """So many days, months or years in words."""
    return _("%(count)s %(unit)s") % {"count": number(Decimal(count)), "unit": UNITS[unit]()}


def _bands(age: Age) -> Iterable[str]:
    before = ""
    weights = ratios(band.weight for band in age.bands)
    for band, weight in zip(age.bands, weights, strict=True):
        if band.below is not None:
            lasts = lasting(band.below, age.unit)
            yield _("younger than %(age)s %(weight)s") % {"age": lasts, "weight": weight}
            before = _("from %(age)s on %(weight)s") % {"age": lasts, "weight": "%(weight)s"}
        elif band.up_to is not None:
            lasts = lasting(band.up_to, age.unit)
            yield _("up to %(age)s %(weight)s") % {"age": lasts, "weight": weight}
            before = _("older than %(age)s %(weight)s") % {"age": lasts, "weight": "%(weight)s"}
        else:
            yield before % {"weight": weight} if before else weight


def ratio(text: str) -> str:
    """A weight: 80% where it is that exactly, else as the scheme writes it."""
    value = Fraction(text)
    percent = value * 100
    return formats.percent(float(value), 0) if percent.denominator == 1 and 0 <= value <= 1 else text


def ratios(several: Iterable[str]) -> list[str]:
    """Weights that stand side by side, all written alike: as percentages where all are such, else as factors."""
    weights = list(several)
    said = [ratio(one) for one in weights]
    return said if all(one.endswith("%") for one in said) else [f"×{one}" for one in weights]


def _by(say: Wording, node: words.By) -> str:
    order = list(CLASSES) if node.by == "class" else []
    # The database does not keep the order of a document's words.
    gives = sorted(
        node.gives.items(),
        key=lambda pair: (order.index(pair[0]) if pair[0] in order else 0, -pair[1], pair[0]),
    )
    said = [f"{say.value(node.by, word)} {number(points)}" for word, points in gives]
    if node.otherwise is None:
        said.append(_("otherwise not known"))
    elif node.otherwise:
        said.append(_("otherwise %(number)s") % {"number": number(node.otherwise)})
    return _("by %(field)s: %(said)s") % {"field": say.field(node.by), "said": formats.listed(said)}


def _elapsed(say: Wording, node: words.Elapsed) -> str:
    since, until = (say.day(name) for name in node.elapsed)
    return _("%(unit)s from %(since)s to %(until)s") % {
        "unit": UNITS[node.unit](),
        "since": since,
        "until": until,
    }


def _since_last(say: Wording, node: words.SinceLast) -> str:
    said = _("%(unit)s since the last of: %(records)s") % {
        "unit": UNITS[node.unit](),
        "records": say.match(node.since_last),
    }
    if not node.or_since:
        return said
    return divided([said, _("without any, since %(day)s") % {"day": say.day(node.or_since)}])


def _around(say: Wording, node: words.Before | words.After) -> str:
    """What came before or after a record: which of them, how far away, and what of them."""
    is_before = isinstance(node, words.Before)
    which = [say.match(node.before if isinstance(node, words.Before) else node.after)]
    if node.same:
        which.append(_("with the same %(same)s") % {"same": say.sames(node.same)})
    if node.dated != "decided":
        which.append(_("by %(day)s") % {"day": say.day(node.dated)})
    facts = {"records": divided(which)}
    if node.within is not None:
        facts["time"] = lasting(node.within, node.unit)
        number = (
            _("number within %(time)s before it of: %(records)s")
            if is_before
            else _("number within %(time)s after it of: %(records)s")
        )
        total = (
            _("sum of %(number)s within %(time)s before it over: %(records)s")
            if is_before
            else _("sum of %(number)s within %(time)s after it over: %(records)s")
        )
    else:
        number = _("number before it of: %(records)s") if is_before else _("number after it of: %(records)s")
        total = (
            _("sum of %(number)s before it over: %(records)s")
            if is_before
            else _("sum of %(number)s after it over: %(records)s")
        )
    return number % facts if node.sum is None else total % (facts | {"number": _bracketed(say, node.sum)})


def _count(say: Wording, node: words.Count) -> str:
    if node.per:
        return _("number of different %(same)s among: %(records)s") % {
            "same": say.sames(node.per),
            "records": say.match(node.count),
        }
    return _("number of: %(records)s") % {"records": say.match(node.count)}


def _bracketed(say: Wording, node: Any) -> str:
    said = say.number(node)
    plain = isinstance(node, Decimal | words.FieldOf | words.FactOf | words.ValueOf) or (
        isinstance(node, words.EventOf) and isinstance(node.event, str)
    )
    return said if plain else _("(%(number)s)") % {"number": said}


def _joined(sign: str) -> Callable[[Wording, Iterable[Any]], str]:
    return lambda say, nodes: sign.join(_bracketed(say, node) for node in nodes)


def _table(say: Wording, node: words.Steps) -> str:
    rows = []
    for row in node.table:
        gives = say.number(row.gives)
        if row.bounds():
            rows.append(_("%(bounds)s: %(gives)s") % {"bounds": say.bounds(row), "gives": gives})
        else:
            rows.append(_("otherwise %(number)s") % {"number": gives})
    return _("by %(number)s: %(rows)s") % {
        "number": _bracketed(say, node.steps),
        "rows": formats.listed(rows),
    }


def _case(say: Wording, node: words.Case) -> str:
    rows = [
        _("where %(condition)s: %(gives)s")
        % {"condition": say.condition(one.when), "gives": say.number(one.gives)}
        for one in node.case
    ]
    rest = (
        _("otherwise not known")
        if node.otherwise is None
        else _("otherwise %(number)s") % {"number": say.number(node.otherwise)}
    )
    return divided([*rows, rest])


def _line(say: Wording, node: words.Line) -> str:
    points = formats.listed(f"({number(at)}, {number(to)})" for at, to in node.through)
    return _("by straight lines through %(points)s at %(number)s") % {
        "points": points,
        "number": say.number(node.line),
    }


def _event(say: Wording, node: words.EventOf) -> str:
    if not isinstance(node.event, str):
        if node.sum is not None:
            facts = {"number": _bracketed(say, node.sum), "records": say.match(node.event)}
            return _("sum of %(number)s over its records: %(records)s") % facts
        return _("number in it of: %(records)s") % {"records": say.match(node.event)}
    own = {
        "points": pgettext("of an event or a step", "its points"),
        "records": pgettext("of an event or a step", "number of its records"),
        "balance": _("the balance so far"),
        "quiet": _("how long nothing came"),
        "recent": _("the points that are recent"),
    }
    return own.get(node.event) or _("“%(name)s”") % {"name": say.own.get(node.event, node.event)}


def _function(say: Wording, node: words.FunctionOf) -> str:
    names = {
        "square-root": _("square root of %(number)s"),
        "natural-logarithm": _("natural logarithm of %(number)s"),
        "common-logarithm": _("common logarithm of %(number)s"),
        "exponential": _("exponential of %(number)s"),
        "normal": _("part of the standard normal distribution below %(number)s"),
        "normal-quantile": _(
            "number below which the part %(number)s of the standard normal distribution lies"
        ),
    }
    return names[node.function] % {"number": _bracketed(say, node.of)}


def _chance(say: Wording, node: words.Chance) -> str:
    """What is asked of a chance, and under which circumstances."""
    said = {
        name: say.number(getattr(node, name))
        for name in (*words.CHANCES[node.chance], "at_most", "level")
        if name != node.asks
    }
    of_what = {
        "binomial": {
            "level": _("chance of at most %(at_most)s in %(of)s trials of the chance %(each)s each"),
            "at_most": _("number that is not exceeded with the chance %(level)s in %(of)s trials of the chance %(each)s each"),
            "each": _("chance of each of %(of)s trials at which at most %(at_most)s come with the chance %(level)s"),
        },
        "poisson": {
            "level": _("chance of at most %(at_most)s where %(expected)s are expected"),
            "at_most": _("number that is not exceeded with the chance %(level)s where %(expected)s are expected"),
            "expected": _("number expected at which at most %(at_most)s come with the chance %(level)s"),
        },
        "hypergeometric": {
            "level": _("chance of at most %(at_most)s marked among %(of)s drawn from %(lot)s, of which %(marked)s are marked"),
            "at_most": _(
                "number of marked that is not exceeded with the chance %(level)s among %(of)s drawn from %(lot)s, of which"
                " %(marked)s are marked"
            ),
        },
    }[node.chance][node.asks] % said  # fmt: skip
    return divided([of_what, *([_("of exactly so many half the chance")] if node.half_of_last else [])])


NUMBERS: dict[type, Callable[[Wording, Any], str]] = {
    words.FieldOf: lambda say, node: say.field(node.field),
    words.FactOf: lambda say, node: say.field(f"entity.{node.fact}"),
    words.ValueOf: lambda say, node: say.component(node.value),
    words.Count: _count,
    words.SinceLast: _since_last,
    words.Before: _around,
    words.After: _around,
    words.Elapsed: _elapsed,
    words.By: _by,
    words.Add: lambda say, node: _joined(" + ")(say, node.add),
    words.Subtract: lambda say, node: _joined(f" {formats.MINUS} ")(say, node.subtract),
    words.Multiply: lambda say, node: _joined(" × ")(say, node.multiply),
    words.Divide: lambda say, node: _joined(" ÷ ")(say, node.divide),
    words.Largest: lambda say, node: (
        _("the largest of %(numbers)s") % {"numbers": formats.listed(map(say.number, node.largest))}
    ),
    words.Smallest: lambda say, node: (
        _("the smallest of %(numbers)s") % {"numbers": formats.listed(map(say.number, node.smallest))}
    ),
    words.Ranked: lambda say, node: (
        _("number %(place)s by size of %(numbers)s")
        % {"place": node.place, "numbers": formats.listed(map(say.number, node.ranked))}
    ),
    words.FirstKnown: lambda say, node: (
        _("the first that is known of %(numbers)s")
        % {"numbers": formats.listed(map(say.number, node.first_known))}
    ),
    words.Absolute: lambda say, node: (
        _("%(number)s without its sign") % {"number": _bracketed(say, node.absolute)}
    ),
    words.HowMany: lambda say, node: (
        _("how many of these hold: %(conditions)s")
        % {"conditions": divided(map(say.condition, node.how_many))}
    ),
    words.Steps: _table,
    words.Line: _line,
    words.Case: _case,
    words.RoundTo: lambda say, node: (
        _("%(number)s, rounded to %(step)s") % {"number": say.number(node.round), "step": number(node.to)}
    ),
    words.FunctionOf: _function,
    words.Power: lambda say, node: (
        _("%(number)s to the power %(exponent)s")
        % {"number": _bracketed(say, node.power), "exponent": number(node.exponent)}
    ),
    words.Chance: _chance,
    words.Unknown: lambda say, node: _("not known"),
    words.EventOf: _event,
    words.EarlierOf: lambda say, node: (
        _("%(number)s in %(before)s") % {"number": say.component(node.earlier), "before": before(node.ago)}
    ),
}


def _has(say: Wording, node: words.Has) -> str:
    facts = {"records": say.match(node.records), "least": node.at_least, "most": node.at_most}
    if node.at_most == 0:
        return _("no record of: %(records)s") % facts
    if node.at_most is None and node.at_least == 1:
        return _("there is a record of: %(records)s") % facts
    if node.at_most is None:
        return ngettext(
            "at least %(least)s record of: %(records)s",
            "at least %(least)s records of: %(records)s",
            node.at_least,
        ) % facts  # fmt: skip
    return _("%(least)s to %(most)s records of: %(records)s") % facts


def _fact_is(say: Wording, node: words.FactIs) -> str:
    name = f"entity.{node.entity}"
    return _("%(fact)s is %(words)s") % {
        "fact": say.field(name),
        "words": _(" or ").join(say.value(name, word) for word in node.is_),
    }


def _alike(say: Wording, node: words.Alike) -> str:
    one, other = map(say.field, node.alike)
    return _("%(one)s and %(other)s are the same") % {"one": one, "other": other}


def _graded(say: Wording, node: words.Graded) -> str:
    grades = _(" or ").join(letter or _("not rated") for letter in node.graded)
    return _("the grade so far is %(grades)s") % {"grades": grades}


def before(ago: int) -> str:
    """How many periods ago in words."""
    if ago == 1:
        return _("the period before")
    return _("%(count)s periods before") % {"count": ago}


def _was_graded(say: Wording, node: words.WasGraded) -> str:
    grades = _(" or ").join(letter or _("not rated") for letter in node.was_graded)
    if node.running == 1:
        return _("the grade of %(before)s was %(grades)s") % {"before": before(node.ago), "grades": grades}
    return _("the grade was %(grades)s for %(count)s periods running until %(before)s") % {
        "grades": grades,
        "count": node.running,
        "before": before(node.ago),
    }


CONDITIONS: dict[type, Callable[[Wording, Any], str]] = {
    words.Every: lambda say, node: _(" and ").join(map(say.condition, node.all)),
    words.Either: lambda say, node: _(" or ").join(map(say.condition, node.any)),
    words.Not: lambda say, node: (
        _("it does not hold that %(condition)s") % {"condition": say.condition(node.not_)}
    ),
    words.Test: lambda say, node: (
        _("%(number)s is %(bounds)s") % {"number": say.number(node.test), "bounds": say.bounds(node)}
    ),
    words.Known: lambda say, node: _("%(number)s is known") % {"number": say.number(node.known)},
    words.FactIs: _fact_is,
    words.Alike: _alike,
    words.Has: _has,
    words.ThisRecord: lambda say, node: say.match(node.record),
    words.Graded: _graded,
    words.WasGraded: _was_graded,
}
