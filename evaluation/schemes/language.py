"""The vocabulary of schemes for conditions and numbers: what may stand wherever a scheme needs either.

A number is written as itself, or as an object whose key says how it is found. A condition likewise. The same
words serve for one record ("each") and for an entity; which of them make sense where is checked when a
document is read. Nothing is ever zero because it is unknown: what is unknown makes unknown whatever needs it,
and no condition holds of it, nor does its negation.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)
from typing_extensions import TypeAliasType

from credit_platform.common.bilingual import in_readers_language


def _is_held(value: Decimal) -> Decimal:
    if value != round(value, 9):
        raise ValueError("A number has at most nine decimal places.")
    if abs(value) >= 10**15:
        raise ValueError("A number has at most fifteen digits before its point.")
    return value


Number = Annotated[Decimal, Field(max_digits=18, allow_inf_nan=False), AfterValidator(_is_held)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
SeverityClass = Literal["", "minor", "general", "serious"]
Places = Annotated[int, Field(ge=0, le=9, description="Decimal places to which the result is rounded.")]
Mode = Annotated[
    Literal["half-up", "half-even", "up", "down", "floor", "ceiling"],
    Field(description="half-up: half away from zero; up: away from zero; down: towards zero."),
]
DayName = Annotated[
    str,
    Field(
        pattern=r"^(as-of|decided|published|until|(entity|ahead)\.[a-z][a-z0-9_]*|[a-z][a-z0-9_]*)$",
        description="as-of, decided, published, until, entity.<fact>, or a field of the record's details."
        " A day of the details or facts that lies after the day of the rating is not known yet, unless it is one that"
        " is set ahead, as the end of a licence: ahead.<field>.",
    ),
]


def _is_a_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("A day of the calendar is written as 2026-04-01.") from error
    return text


FixedDay = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="A day of the calendar, as 2026-04-01."),
    AfterValidator(_is_a_day),
]
Unit = Annotated[
    Literal[
        "days", "working-days", "months", "years", "calendar-months", "calendar-quarters", "calendar-years"
    ],
    Field(
        description="Whole ones; the end of a month counts as its last day. working-days: those after the first day up to"
        " and with the second, as the scheme's `working_days` has them. calendar-years: difference of years,"
        " calendar-months and calendar-quarters likewise."
    ),
]
#: The unit for which a scheme says which days are worked.
WORKING_DAYS = "working-days"
#: The units of the calendar, each with how many months it has.
CALENDAR = {"calendar-months": 1, "calendar-quarters": 3, "calendar-years": 12}
#: The days that a record has of itself.
OWN_DAYS = ("decided", "published", "until")
#: What stands before the name of a field whose day may lie after that of the rating.
AHEAD = "ahead."


def is_fixed(name: str) -> bool:
    """Whether a day is one of the calendar, and nobody's own."""
    return name[:1].isdigit()


def _is_ratio(text: str) -> str:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError("A weight is a number like 0.6, or a ratio like 3/5.") from error
    if value.denominator > 10**6 or abs(value) > 10**6:
        raise ValueError("A weight has at most six digits before and after its point or line.")
    return text


#: A field of the record, or a fact of the entity, of which only the word matters.
WordName = Annotated[str, Field(pattern=r"^(document-number|(entity\.)?[a-z][a-z0-9_]*)$", max_length=70)]
Ratio = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int | float | Decimal) else value),
    Field(pattern=r"^-?[0-9]{1,7}(\.[0-9]{1,6}|/[1-9][0-9]{0,6})?$", max_length=16),
    AfterValidator(_is_ratio),
]


class Part(BaseModel):
    """Any part of a document: frozen, and an unknown word in it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Words(Part):
    """A text in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def __str__(self) -> str:
        return in_readers_language(self.zh, self.en)


class Bounds(Part):
    """What a number is held against; every bound that is given must hold."""

    at_least: Number | None = None
    more_than: Number | None = None
    at_most: Number | None = None
    less_than: Number | None = None
    equals: Number | None = None

    def bounds(self) -> list[tuple[str, Decimal]]:
        """The bounds that are given, each with its sign."""
        signs = ((">=", self.at_least), (">", self.more_than), ("<=", self.at_most), ("<", self.less_than))
        return [(sign, bound) for sign, bound in (*signs, ("==", self.equals)) if bound is not None]


# Which records


class Match(Part):
    """Which records are meant: every part that is given must hold. Without any part, all that count."""

    types: tuple[Code, ...] = ()
    classes: tuple[SeverityClass, ...] = ()
    penalty_kinds: Annotated[tuple[Code, ...], Field(description="At least one of these.")] = ()
    latest: Annotated[
        bool,
        Field(description="Only the entity's last record of these types: decided last, and entered last."),
    ] = False
    values: Annotated[
        dict[Name, tuple[str, ...]],
        Field(description="For each field of the record's details, the values that fit."),
    ] = {}
    where: Annotated[tuple["Condition", ...], Field(description="Further conditions on the record.")] = ()


# Numbers


class FieldOf(Part):
    """The number in a field of the record: "amount", or one of its details."""

    field: Name


class FactOf(Part):
    """A number known of the entity itself."""

    fact: Name


class ValueOf(Part):
    """What another component came to, or "total". Only components that stand before it may be named."""

    value: Code


class Count(Part):
    """How many counted records of the entity match; with `per`, how many events they belong to."""

    count: Match
    per: tuple["Same", ...] = ()


class SinceLast(Part):
    """Time since the entity's last matching record; since `or_since` where there is none."""

    since_last: Match
    unit: Unit = "months"
    dated: DayName = "decided"
    or_since: DayName | None = None


Within = Annotated[int | None, Field(gt=0, le=36500, description="Only those not farther away than so long.")]


class Before(Part):
    """How many counted records that match the entity has from before the record that is looked at, in the order of their
    days and of their entry; with `sum`, the sum of a number of each of them. `within` looks back only so far, `same` at what
    has these in common with it."""

    before: Match
    within: Within = None
    unit: Literal["days", "months"] = "months"
    dated: DayName = "decided"
    same: tuple["Same", ...] = ()
    sum: "Expression | None" = None


class After(Part):
    """How many counted records that match came after the record that is looked at: the other side of `before`."""

    after: Match
    within: Within = None
    unit: Literal["days", "months"] = "months"
    dated: DayName = "decided"
    same: tuple["Same", ...] = ()
    sum: "Expression | None" = None


class Elapsed(Part):
    """Time from one day to another, in whole units; negative where the second lies before the first. Either may be a day
    of the calendar, as 2026-04-01, so that what came before a new rule can be told from what came after it."""

    elapsed: tuple[DayName | FixedDay, DayName | FixedDay]
    unit: Unit = "days"


class By(Part):
    """A number for each word: of the record's "class", its "type", the heaviest of its kinds of penalty
    ("penalty-kind"), a field of its details, or a fact of the entity ("entity.size")."""

    by: Annotated[str, Field(pattern=r"^(class|type|penalty-kind|(entity\.)?[a-z][a-z0-9_]*)$")]
    gives: Annotated[dict[str, Number], Field(min_length=1)]
    otherwise: Annotated[Number | None, Field(description="For any other word; null: unknown.")] = Decimal(0)


class Add(Part):
    """The sum."""

    add: Annotated[tuple["Expression", ...], Field(min_length=1)]


class Subtract(Part):
    """The first less the second."""

    subtract: tuple["Expression", "Expression"]


class Multiply(Part):
    """The product."""

    multiply: Annotated[tuple["Expression", ...], Field(min_length=1)]


class Divide(Part):
    """The first over the second, rounded; unknown where the second is zero."""

    divide: tuple["Expression", "Expression"]
    places: Places = 6
    mode: Mode = "half-up"


class Largest(Part):
    """The largest of several; `of_known` leaves out what is unknown."""

    largest: Annotated[tuple["Expression", ...], Field(min_length=1)]
    of_known: bool = False


class Smallest(Part):
    """The smallest of several; `of_known` leaves out what is unknown."""

    smallest: Annotated[tuple["Expression", ...], Field(min_length=1)]
    of_known: bool = False


class Ranked(Part):
    """The largest of several, the second largest and so on by `place`; `of_known` leaves out what is unknown. Unknown
    where there are not so many."""

    ranked: Annotated[tuple["Expression", ...], Field(min_length=1)]
    place: Annotated[int, Field(ge=1, le=60)]
    of_known: bool = False


class FirstKnown(Part):
    """The first of several that is known."""

    first_known: Annotated[tuple["Expression", ...], Field(min_length=1)]


class Absolute(Part):
    """The number without its sign."""

    absolute: "Expression"


class HowMany(Part):
    """How many of several conditions hold; unknown where that of one is."""

    how_many: Annotated[tuple["Condition", ...], Field(min_length=1)]


class Step(Bounds):
    """A row of a table: its bounds, and what it gives."""

    gives: "Expression"


class Steps(Part):
    """A table of steps: the first row whose bounds hold gives the number. A row without bounds takes the rest."""

    steps: "Expression"
    table: Annotated[tuple[Step, ...], Field(min_length=1)]


class Line(Part):
    """Straight lines through given points, level before the first and after the last."""

    line: "Expression"
    through: Annotated[tuple[tuple[Number, Number], ...], Field(min_length=2)]
    places: Places = 4

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        starts = [at for at, _to in self.through]
        if any(later <= earlier for earlier, later in pairwise(starts)):
            raise ValueError("The points of a line go from left to right.")
        return self


class When(Part):
    """A condition and what it gives."""

    when: "Condition"
    gives: "Expression"


class Case(Part):
    """The first condition that holds gives the number; `otherwise` where none does; null: unknown."""

    case: Annotated[tuple[When, ...], Field(min_length=1)]
    otherwise: "Expression | None" = None


class RoundTo(Part):
    """The number rounded to a multiple of a step."""

    round: "Expression"
    to: Annotated[Number, Field(gt=0)]
    mode: Mode = "half-up"


class FunctionOf(Part):
    """A function, worked out with 40 digits and rounded half to even; unknown where it has no value."""

    function: Annotated[
        Literal[
            "square-root",
            "natural-logarithm",
            "common-logarithm",
            "exponential",
            "normal",
            "normal-quantile",
        ],
        Field(
            description="normal: which part of the standard normal distribution lies below the number; normal-quantile: the"
            " number below which such a part of it lies."
        ),
    ]
    of: "Expression"
    places: Places = 6


class Chance(Part):
    """A chance of at most so many (`at_most`): of trials (`of`) that hit with a chance (`each`), where a number is `expected`, or
    of things drawn (`of`) from a `lot` in which so many are `marked`. Where another of these is left out than the chance
    (`level`), it is what makes the chance so large. Exact but for one rounding; unknown where there is none, and of more than
    10,000."""

    chance: Annotated[
        Literal["binomial", "poisson", "hypergeometric"],
        Field(
            description="binomial: trials that hit with the same chance each; poisson: a number is expected; hypergeometric:"
            " things are drawn from a lot and not put back."
        ),
    ]
    of: Annotated["Expression | None", Field(description="How many trials, or how many are drawn.")] = None
    each: Annotated["Expression | None", Field(description="The chance of each trial.")] = None
    expected: Annotated["Expression | None", Field(description="The number that is expected.")] = None
    lot: Annotated["Expression | None", Field(description="How many things the lot has.")] = None
    marked: Annotated["Expression | None", Field(description="How many of them are marked.")] = None
    at_most: "Expression | None" = None
    level: Annotated[
        "Expression | None",
        Field(
            description="The chance that is given, where the number or rate is asked for at which it is so large."
        ),
    ] = None
    half_of_last: Annotated[
        bool, Field(description="Of exactly so many only half the chance is counted (mid-P).")
    ] = False
    places: Places = 6

    @property
    def asks(self) -> str:
        """What is left out, and so asked for."""
        named = (*CHANCES[self.chance], "at_most", "level")
        left_out = [name for name in named if getattr(self, name) is None]
        return left_out[0] if len(left_out) == 1 else ""

    @model_validator(mode="after")
    def _one_is_asked_for(self) -> Self:
        strange = {name for names in CHANCES.values() for name in names} - set(CHANCES[self.chance])
        if any(getattr(self, name) is not None for name in strange):
            raise ValueError("Of a chance is said what belongs to it: trials, what is expected, or a lot.")
        if self.asks not in {"level", "at_most", "each", "expected"}:
            raise ValueError("Of a chance one thing is left out: the chance, the number, or the rate.")
        if self.half_of_last and self.asks == "at_most":
            raise ValueError("Half of the last chance is left out where it is known which is the last.")
        return self


#: What is said of each kind of chance besides the number and the chance itself.
CHANCES = {
    "binomial": ("of", "each"),
    "poisson": ("expected",),
    "hypergeometric": ("of", "lot", "marked"),
}


class Power(Part):
    """A number to a power, worked out with 40 digits and rounded half to even; unknown where it has no value."""

    power: "Expression"
    exponent: Number
    places: Places = 6


class EarlierOf(Part):
    """What a component, or "total", came to at the end of an earlier period, by the scheme itself; only where the scheme
    `looks_back` so far. Not known before that."""

    earlier: Code
    ago: Annotated[int, Field(ge=1, description="How many periods before this one; 1 is the one before.")] = 1


class Unknown(Part):
    """Not known: null, which is not zero."""

    unknown: Literal[True]


class EventOf(Part):
    """Of the event or step that is being worked out: its "points", the number of its "records", or how many of those
    that the component looks at and that belong to it match; with `sum`, the sum of a number of each of these. Of a step
    of a chain also its "balance" so far, how long it was "quiet", what is "recent", and whatever else is carried, by
    name."""

    event: Name | Match
    sum: "Expression | None" = None

    @model_validator(mode="after")
    def _sums_records(self) -> Self:
        if self.sum is not None and isinstance(self.event, str):
            raise ValueError("A sum over the records of an event says which of them.")
        return self


# Conditions


class Every(Part):
    """Every one of these holds."""

    all: Annotated[tuple["Condition", ...], Field(min_length=1)]


class Either(Part):
    """At least one of these holds."""

    any: Annotated[tuple["Condition", ...], Field(min_length=1)]


class Not(Part):
    """This does not hold. Of what is unknown neither a condition holds nor its opposite."""

    not_: Annotated["Condition", Field(alias="not")]


class Test(Bounds):
    """A number is within bounds."""

    __test__ = False  # Not one of pytest's.

    test: "Expression"

    @model_validator(mode="after")
    def _is_bound(self) -> Self:
        if not self.bounds():
            raise ValueError("A test needs at least one bound.")
        return self


class Known(Part):
    """Something is known at all."""

    known: "Expression"


class FactIs(Part):
    """A fact of the entity is one of these words."""

    entity: Name
    is_: Annotated[tuple[str, ...], Field(alias="is", min_length=1)]


class Alike(Part):
    """Two words are the same: those of fields of the record, or of facts of the entity ("entity.region"). Where one is not
    known neither this nor its opposite holds."""

    alike: tuple[WordName, WordName]

    def of_record(self) -> bool:
        """Whether a field of a record is among them."""
        return not all(name.startswith("entity.") for name in self.alike)


class Has(Part):
    """The entity has so many counted records that match; with `per`, records of so many events."""

    records: Match
    per: tuple["Same", ...] = ()
    at_least: Annotated[int, Field(ge=0)] = 1
    at_most: Annotated[int | None, Field(ge=0)] = None


class ThisRecord(Part):
    """The record itself matches; only where a record is looked at."""

    record: Match


class Graded(Part):
    """The grade so far, by bands and by the rules before, is one of these; "" is not rated. Only in rules."""

    graded: Annotated[tuple[str, ...], Field(min_length=1)]


class WasGraded(Part):
    """The scheme itself gave one of these grades at the end of an earlier period ("" is not rated), and of so many periods
    `running`, counted back from there, at the end of each. Only where the scheme `looks_back` so far."""

    was_graded: Annotated[tuple[str, ...], Field(min_length=1)]
    ago: Annotated[int, Field(ge=1, description="How many periods before this one; 1 is the one before.")] = 1
    running: Annotated[int, Field(ge=1)] = 1

    @property
    def farthest(self) -> int:
        """How many periods back it looks."""
        return self.ago + self.running - 1


#: What makes records belong together. Of a list of words the first that the record has.
SameWord = Annotated[
    str,
    Field(
        pattern=r"^(document-number|type|class|year|quarter|month|day|[a-z][a-z0-9_]*)$",
        description="document-number, type, class, year, quarter, month, day, or a field of the details.",
    ),
]
NUMBERS: dict[str, type[Part]] = {
    "field": FieldOf,
    "fact": FactOf,
    "value": ValueOf,
    "count": Count,
    "since_last": SinceLast,
    "before": Before,
    "after": After,
    "elapsed": Elapsed,
    "by": By,
    "add": Add,
    "subtract": Subtract,
    "multiply": Multiply,
    "divide": Divide,
    "largest": Largest,
    "smallest": Smallest,
    "ranked": Ranked,
    "first_known": FirstKnown,
    "absolute": Absolute,
    "how_many": HowMany,
    "steps": Steps,
    "line": Line,
    "case": Case,
    "round": RoundTo,
    "function": FunctionOf,
    "power": Power,
    "chance": Chance,
    "unknown": Unknown,
    "event": EventOf,
    "earlier": EarlierOf,
}
CONDITIONS: dict[str, type[Part]] = {
    "all": Every,
    "any": Either,
    "not": Not,
    "test": Test,
    "known": Known,
    "entity": FactIs,
    "alike": Alike,
    "records": Has,
    "record": ThisRecord,
    "graded": Graded,
    "was_graded": WasGraded,
}


def _kind_of(value: Any, kinds: dict[str, type[Part]], otherwise: str) -> str | None:
    if isinstance(value, Part):
        return next((key for key, kind in kinds.items() if type(value) is kind), None)
    if isinstance(value, dict):
        return next((key for key in kinds if key in value), None)
    return otherwise


def _kind_of_number(value: Any) -> str | None:
    return _kind_of(value, NUMBERS, "number")


def _kind_of_condition(value: Any) -> str | None:
    return _kind_of(value, CONDITIONS, "")


# Named, so that they are made once and not anew within each other, as deep as there are words.
Expression = TypeAliasType(
    "Expression",
    Annotated[
        Annotated[Number, Tag("number")]
        | Annotated[FieldOf, Tag("field")]
        | Annotated[FactOf, Tag("fact")]
        | Annotated[ValueOf, Tag("value")]
        | Annotated[Count, Tag("count")]
        | Annotated[SinceLast, Tag("since_last")]
        | Annotated[Before, Tag("before")]
        | Annotated[After, Tag("after")]
        | Annotated[Elapsed, Tag("elapsed")]
        | Annotated[By, Tag("by")]
        | Annotated[Add, Tag("add")]
        | Annotated[Subtract, Tag("subtract")]
        | Annotated[Multiply, Tag("multiply")]
        | Annotated[Divide, Tag("divide")]
        | Annotated[Largest, Tag("largest")]
        | Annotated[Smallest, Tag("smallest")]
        | Annotated[Ranked, Tag("ranked")]
        | Annotated[FirstKnown, Tag("first_known")]
        | Annotated[Absolute, Tag("absolute")]
        | Annotated[HowMany, Tag("how_many")]
        | Annotated[Steps, Tag("steps")]
        | Annotated[Line, Tag("line")]
        | Annotated[Case, Tag("case")]
        | Annotated[RoundTo, Tag("round")]
        | Annotated[FunctionOf, Tag("function")]
        | Annotated[Power, Tag("power")]
        | Annotated[Chance, Tag("chance")]
        | Annotated[Unknown, Tag("unknown")]
        | Annotated[EventOf, Tag("event")]
        | Annotated[EarlierOf, Tag("earlier")],
        Discriminator(
            _kind_of_number,
            custom_error_type="number",
            custom_error_message="A number is written as itself or as one of: " + ", ".join(NUMBERS),
        ),
    ],
)
Condition = TypeAliasType(
    "Condition",
    Annotated[
        Annotated[Every, Tag("all")]
        | Annotated[Either, Tag("any")]
        | Annotated[Not, Tag("not")]
        | Annotated[Test, Tag("test")]
        | Annotated[Known, Tag("known")]
        | Annotated[FactIs, Tag("entity")]
        | Annotated[Alike, Tag("alike")]
        | Annotated[Has, Tag("records")]
        | Annotated[ThisRecord, Tag("record")]
        | Annotated[Graded, Tag("graded")]
        | Annotated[WasGraded, Tag("was_graded")],
        Discriminator(
            _kind_of_condition,
            custom_error_type="condition",
            custom_error_message="A condition is one of: " + ", ".join(CONDITIONS),
        ),
    ],
)


class PartWord(Part):
    """What the records of a part have in common, by the word under which they make one: peers may be the like parts
    with the same. Only where parts are compared with peers."""

    part: SameWord


#: What records have in common: a word, the first that they have of several words, or a number.
Same = SameWord | tuple[SameWord, ...] | Expression


def _kind_of_peer_key(value: Any) -> str:
    if isinstance(value, PartWord) or (isinstance(value, dict) and "part" in value):
        return "part"
    return "name" if isinstance(value, str) and value[:1].isalpha() else "number"


#: What peers have in common: a fact, what the records of a part have, or a number.
PeerKey = Annotated[
    Annotated[Name, Tag("name")] | Annotated[PartWord, Tag("part")] | Annotated[Expression, Tag("number")],
    Discriminator(_kind_of_peer_key),
]

KINDS: list[type[Part]] = [Match, Step, When, *NUMBERS.values(), *CONDITIONS.values()]
for _kind in KINDS:
    _kind.model_rebuild()


def walk(part: Any) -> Iterator[Part]:
    """A part of a document and every part within it, in the order of the document."""
    if isinstance(part, Part):
        yield part
        for name in type(part).model_fields:
            yield from walk(getattr(part, name))
    elif isinstance(part, tuple | list):
        for one in part:
            yield from walk(one)
    elif isinstance(part, dict):
        for one in part.values():
            yield from walk(one)
