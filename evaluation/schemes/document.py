"""What a scheme may say. A document is validated here once, published, and never changes again.

A scheme is a tree of components, each of which comes to a number or to "unknown"; rules that look at them;
and bands that make a grade of the total. How every number is found is said in the words of
`evaluation.schemes.language`. Points are decimals, weights are ratios of whole numbers, and whatever rounds
says how: nothing in a scheme is a binary fraction.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from evaluation.schemes.language import (
    WORKING_DAYS,
    After,
    Alike,
    Before,
    Bounds,
    By,
    Code,
    Condition,
    DayName,
    EarlierOf,
    Elapsed,
    EventOf,
    Expression,
    FieldOf,
    FixedDay,
    Graded,
    Match,
    Mode,
    Name,
    Number,
    Part,
    PartWord,
    PeerKey,
    Places,
    Ratio,
    Same,
    SeverityClass,
    SinceLast,
    ThisRecord,
    ValueOf,
    WasGraded,
    Words,
    is_fixed,
    walk,
)
from evaluation.worked_days import WorkedDays

__all__ = [
    "LANGUAGE", "AnyComponent", "Bounds", "Code", "Grade", "Match", "Part", "Ratio", "SchemeDocument", "SeverityClass",
    "Words", "json_schema",
]  # fmt: skip

#: The edition of this language. A document names the edition that it is written in.
LANGUAGE = 2
Letter = Annotated[str, Field(min_length=1, max_length=24)]
#: What may be asked of an event by name, and of a step of a chain.
EVENT_WORDS = ("points", "records")
STEP_WORDS = (*EVENT_WORDS, "balance", "quiet")
#: And where a chain says what is recent.
RECENT = "recent"
#: What is asked of a record about those around it.
AROUND: tuple[type[Part], ...] = (Before, After)
#: A grade of the registry is a badge, and no longer than this; a method that runs on files may use words.
LONGEST_BADGE = 8
Article = Annotated[str, Field(max_length=20, description="The scheme's own clause that says this.")]
Step = Annotated[Number, Field(gt=0, description="Rounded to multiples of this.")]
Between = Annotated[
    Literal[
        "lower",
        "mean",
        "nearest",
        "line",
        "line-by-n",
        "line-by-n+1",
        "line-by-middles",
        "line-by-thirds",
        "line-by-eighths",
    ],
    Field(
        description="A quantile that falls between two: the smallest number that so large a part does not exceed; the same,"
        " but the mean of two where the part ends just between them; the k-th of n where k lies nearest to the part of n;"
        " or straight lines on which the k-th of n numbers stands at (k - 1)/(n - 1), at k/n, at k/(n + 1), at (k - 1/2)/n,"
        " at (k - 1/3)/(n + 1/3), or at (k - 3/8)/(n + 1/4)."
    ),
]
Spread = Annotated[
    Literal["population", "sample"],
    Field(description="The standard deviation over n of them, or over n - 1."),
]


#: How a quantile may fall between two numbers of which each has a weight.
BY_WEIGHTS = frozenset({"lower", "mean"})


class Grade(Bounds):
    """A place on the scale, best first: the first grade of whose conditions all hold is the entity's.

    The bounds are those of the total; `from` is short for `at_least`. The last grade takes the rest. A grade
    that is given by rules alone has no bounds and says so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    letter: Letter
    least: Annotated[Number | None, Field(alias="from", description="The least total.")] = None
    when: Annotated[Condition | None, Field(description="A further condition, on components or facts.")] = (
        None
    )
    only_by_rule: bool = False
    meaning: Words

    @property
    def is_open(self) -> bool:
        """Whether nothing is asked of an entity for it."""
        return not (self.bounds() or self.when)

    def bounds(self) -> list[tuple[str, Decimal]]:
        """The bounds of the total, `from` among them."""
        least = [] if self.least is None else [(">=", self.least)]
        return [*least, *super().bounds()]


class Considered(Part):
    """The records that the scheme looks at. Market credit information counts only where a scheme names its types."""

    article: Article
    types: Annotated[tuple[Code, ...], Field(min_length=1)]
    market_types: tuple[Code, ...] = ()
    objected: Annotated[
        Literal["counted", "left-out"],
        Field(description="What becomes of a record under objection until the objection is answered."),
    ] = "counted"

    @model_validator(mode="after")
    def _market_types_have_their_clause(self) -> Self:
        if self.market_types and not self.article.strip():
            raise ValueError(
                "Market credit information is weighed only by a clause of the scheme that says so."
            )
        return self


class Enough(Part):
    """What it takes for an entity to be rated at all: so many counted records, and a condition where one is given.

    An entity with too little is not rated, which is neither good nor bad; a rule may still give it a grade.
    """

    article: Article
    records: Annotated[int, Field(ge=0)] = 1
    when: Condition | None = None


class LooksBack(Part):
    """The scheme looks at its own grades of so many earlier periods of the calendar, each as it stood on the last day of the
    period, by this same method and from what is known today to have been in force then. Where the last of them looks
    farther back itself, nothing is known."""

    article: Article
    period: Literal["calendar-months", "calendar-quarters", "calendar-years"]
    back: Annotated[int, Field(ge=1, le=12, description="How many periods.")] = 1


class WorkingDays(Part):
    """Which days offices work: Monday to Friday from `known_from` to `known_to`, but for the days `off`, and those days of
    weekends that are `worked`. Of the days before and after nothing is known."""

    article: Article
    known_from: FixedDay
    known_to: FixedDay
    off: tuple[FixedDay, ...] = ()
    worked: tuple[FixedDay, ...] = ()

    @property
    def days(self) -> WorkedDays:
        """The same, counted."""
        off, worked = (tuple(map(date.fromisoformat, several)) for several in (self.off, self.worked))
        return WorkedDays(date.fromisoformat(self.known_from), date.fromisoformat(self.known_to), off, worked)

    @model_validator(mode="after")
    def _days_are_what_they_are_called(self) -> Self:
        if self.known_from > self.known_to:
            raise ValueError("Working days are known from one day to a later one.")
        for several, weekdays in ((self.off, range(5)), (self.worked, range(5, 7))):
            for day in several:
                if (
                    not self.known_from <= day <= self.known_to
                    or date.fromisoformat(day).weekday() not in weekdays
                ):
                    raise ValueError(
                        "A day off is one from Monday to Friday, a day that is worked one of a weekend, and both lie"
                        " within the days that are known."
                    )
        return self


class Start(Part):
    """The points from which counting begins, the same for all or by condition."""

    article: Article
    points: Expression


class Band(Part):
    """The weight of what is younger than so much (`below`), or at most so old (`up_to`); the last has no end."""

    below: Annotated[int, Field(gt=0, le=36500)] | None = None
    up_to: Annotated[int, Field(ge=0, le=36500)] | None = None
    weight: Ratio

    @property
    def has_end(self) -> bool:
        return self.below is not None or self.up_to is not None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.below is not None and self.up_to is not None:
            raise ValueError("An age band ends below or up to, not both.")
        return self


class Age(Part):
    """The weight of age: by bands, or halved whenever a half-life has passed."""

    since: Annotated[DayName | None, Field(description="Counted from this day; as `dated` if left out.")] = (
        None
    )
    unit: Literal["days", "months"] = "months"
    bands: tuple[Band, ...] = ()
    half_life: Annotated[Number | None, Field(gt=0)] = None
    places: Annotated[Places, Field(description="Places to which the weight by half-life is rounded.")] = 6

    @model_validator(mode="after")
    def _bands_rise(self) -> Self:
        if bool(self.bands) == (self.half_life is not None):
            raise ValueError("Age weighs by bands or by half-life, one of the two.")
        if not self.bands:
            return self
        *bands, last = self.bands
        if last.has_end or not all(band.has_end for band in bands):
            raise ValueError("The last age band, and only that one, has no end.")
        ends = [band.below if band.below is not None else band.up_to for band in bands]
        if any(before >= after for before, after in pairwise(ends)):
            raise ValueError("Age bands go from young to old.")
        return self


class Repeat(Part):
    """A factor for the first, second, third … record of the same kind; the last factor goes on."""

    same: tuple[Same, ...] = ("type",)
    factors: Annotated[tuple[Ratio, ...], Field(min_length=2)]
    within: Annotated[
        int | None, Field(gt=0, description="Only records not older than so much before this one.")
    ] = None
    unit: Literal["days", "months"] = "months"
    at_next: Annotated[
        tuple[Same, ...],
        Field(
            description="Only what comes again at the very next of these events, as the next inspection, goes on; an event"
            " without it begins anew. Events are those of all records that the component looks at."
        ),
    ] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.within is not None and self.at_next:
            raise ValueError("Repetition goes by time or by the next event, one of the two.")
        return self


class EventStep(Bounds):
    """A row of a table of events: where the event's points are within the bounds they become this."""

    gives: Number


class Group(Part):
    """Records that belong together count as one event: their points are taken together, made into what the event
    `gives`, cut, and put in a table."""

    same: Annotated[tuple[Same, ...], Field(min_length=1)]
    within: Annotated[
        int | None,
        Field(gt=0, description="Only as long as each follows the one before within so many days."),
    ] = None
    take: Literal["sum", "mean", "largest", "smallest", "latest", "count"] = "sum"
    start: Annotated[Number, Field(description="Where the points of an event begin.")] = Decimal(0)
    gives: Annotated[
        Expression | None,
        Field(
            description='The points of the event, worked out from what is taken of its records ({"event": ...}), from'
            " fields of its last record and from what is known of the entity."
        ),
    ] = None
    floor: Number | None = None
    ceiling: Number | None = None
    table: Annotated[
        tuple[EventStep, ...],
        Field(description="The first row whose bounds hold gives the event's points; without one they stay."),
    ] = ()
    age: Annotated[Age | None, Field(description="The weight of the event, by its last day.")] = None


class Streak(Part):
    """How many of the last events in a row match; `every` asks that they follow each other without a gap."""

    of: Match
    every: Literal["year", "month"] | None = None


class Rolling(Part):
    """Each record or event stands for itself and all those of the entity that came within so long before it, or for so many
    `records` or events, itself the last of them."""

    over: Annotated[int, Field(gt=0, le=36500)]
    unit: Literal["days", "months", "records"] = "months"
    take: Annotated[Literal["sum", "mean"], Field(description="What becomes of their points.")] = "sum"
    whole: Annotated[bool, Field(description="One that has not so many before it yet is left out.")] = False

    @model_validator(mode="after")
    def _whole_is_a_number(self) -> Self:
        if self.whole and self.unit != "records":
            raise ValueError("Whether there are so many is said of a number of records, not of a time.")
        return self


class Recent(Part):
    """What came within so long before a step, the step itself among it."""

    over: Annotated[int, Field(gt=0, le=36500)]
    unit: Literal["days", "months"] = "months"


class Carried(Part):
    """Another number that a chain carries beside its balance, for its formulas to look at by this name."""

    name: Name
    start: Number = Decimal(0)
    becomes: Expression


class Running(Part):
    """A balance that is carried from record to record, or from event to event, in the order of their days: it begins at
    `start`, takes each one's points, and gets `returns` back for every so many whole `months` or `days` that pass without
    one. After each step it is kept within the floor and ceiling of the component.

    With `becomes` a formula says what each step makes of the balance; with `since` the steps are periods of so many
    months from that day on, those without a record among them; with `largest_first` they go by their size. With `recent` it
    sees the points of the time before, and where a step is `struck` they count anew from there.
    """

    start: Expression
    returns: Number = Decimal(0)
    every: Annotated[int, Field(ge=1, le=36500)] = 12
    unit: Literal["months", "days"] = "months"
    becomes: Annotated[
        Expression | None, Field(description='The balance after a step, from what {"event": ...} says of it.')
    ] = None
    since: Annotated[
        DayName | FixedDay | None,
        Field(description="Where periods begin: entity.<fact>, or a day of the calendar."),
    ] = None
    also: Annotated[tuple[Carried, ...], Field(max_length=8)] = ()
    recent: Annotated[
        Recent | None,
        Field(
            description='Known of a step as {"event": "recent"}: its points and those of the steps within so long before it,'
            " but for those that were struck."
        ),
    ] = None
    struck: Annotated[
        Condition | None,
        Field(description="Where this holds of a step, its points and all before it are recent no longer."),
    ] = None
    largest_first: Annotated[
        bool,
        Field(
            description="The steps go by their size and not by their days: first that with most points, or the largest by"
            " `ranked_by`."
        ),
    ] = False
    up_to_now: Annotated[
        bool,
        Field(
            description="One more step on the day of the rating: with no points after the last record, or with those of"
            " the period that has not ended yet."
        ),
    ] = False

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if self.becomes is None:
            if self.since or self.also or self.up_to_now or self.recent or self.struck or self.largest_first:
                raise ValueError("A chain says by a formula what each step makes of its balance.")
        elif self.returns:
            raise ValueError("Where a formula says what a step does, it also says what comes back.")
        if self.since and not (self.since.startswith("entity.") or is_fixed(self.since)):
            raise ValueError("Periods begin on a day of the entity or of the calendar.")
        if self.since and (self.unit != "months" or self.every > 1200):
            raise ValueError("Periods are of 1 to 1200 months.")
        if self.recent and self.since:
            raise ValueError("What is recent is known of records and events, not of periods.")
        if self.largest_first and (self.since or self.recent or self.up_to_now):
            raise ValueError("Steps that go by their size know no time that passes between them.")
        if self.struck and not self.recent:
            raise ValueError("Only what is recent can be struck.")
        names, own = [one.name for one in self.also], (*STEP_WORDS, RECENT)
        if len({*names, *own}) != len(names) + len(own):
            raise ValueError("What is carried has names of its own.")
        return self

    def words(self) -> frozenset[str]:
        """What its formulas may ask of a step by name."""
        recent = (RECENT,) if self.recent else ()
        own = set(STEP_WORDS) - ({"quiet"} if self.largest_first else set())
        return frozenset({*own, *recent, *(one.name for one in self.also)})

    def formulas(self) -> list[Expression]:
        """What each step makes of the balance, and of what else is carried."""
        return [] if self.becomes is None else [self.becomes, *(one.becomes for one in self.also)]


class Component(Part):
    """What all components have. `weight` is that in the sum, mean or extreme of what it belongs to; 0 leaves it out,
    for rules and other components to look at."""

    code: Code
    name: Words
    article: Article
    weight: Ratio = "1"
    optional: Annotated[
        bool,
        Field(description="Where it is unknown the whole goes on without it, and is not unknown itself."),
    ] = False
    floor: Number | None = None
    ceiling: Number | None = None
    rounding: Annotated[Step | None, Field(description="The step of the result.")] = None
    mode: Mode = "half-up"
    if_unknown: Annotated[
        Number | None, Field(description="What it comes to where it would be unknown; null: unknown.")
    ] = None


class RecordsComponent(Component):
    kind: Literal["records"]
    records: Match
    each: Annotated[Expression, Field(description="The points or the value of one record.")] = Decimal(1)
    dated: Annotated[DayName, Field(description="The day that says which record is last.")] = "decided"
    repeat: Repeat | None = None
    age: Annotated[Age | None, Field(description="The weight of each record.")] = None
    groups: Annotated[
        tuple[Group, ...], Field(description="One after the other: events, events of a year …")
    ] = ()
    by_recency: Annotated[
        tuple[Ratio, ...], Field(description="Weights of the last, the last but one …; none beyond.")
    ] = ()
    by_size: Annotated[
        tuple[Ratio, ...],
        Field(description="Weights of that with most points, of the second, the third …; none beyond."),
    ] = ()
    rolling: Rolling | None = None
    last: Annotated[int | None, Field(gt=0, description="Only so many, the last ones.")] = None
    highest: Annotated[int | None, Field(gt=0, description="Only so many, those with most points.")] = None
    lowest: Annotated[int | None, Field(gt=0, description="Only so many, those of the smallest numbers.")] = (
        None
    )
    ranked_by: Annotated[
        Expression | None,
        Field(description="What makes one of them the largest or smallest, where it is not its points."),
    ] = None
    weighed_by: Annotated[
        Expression | None,
        Field(
            description="The weight of each in the mean, median or quantile: a field of the record, or of an event's last"
            " one."
        ),
    ] = None
    take: Annotated[
        Literal[
            "sum",
            "count",
            "largest",
            "smallest",
            "latest",
            "earliest",
            "mean",
            "median",
            "quantile",
            "deviation",
            "streak",
            "running",
        ],
        Field(description="What becomes of the records, or of the events where there are groups."),
    ] = "sum"
    quantile: Annotated[Ratio | None, Field(description="Which quantile is taken, 1/2 the median.")] = None
    between: Between = "lower"
    spread: Spread = "population"
    streak: Streak | None = None
    running: Running | None = None
    enough: Annotated[int, Field(ge=0, description="With fewer records or events it is unknown.")] = 0
    skip_unknown: Annotated[
        bool,
        Field(description="Leave out records whose value is unknown; else one makes the whole unknown."),
    ] = False

    @model_validator(mode="after")
    def _streak_is_said(self) -> Self:
        if (self.take == "streak") != (self.streak is not None):
            raise ValueError("What makes a streak is said where one is taken, and only there.")
        if (self.take == "running") != (self.running is not None):
            raise ValueError("How a balance runs is said where one is taken, and only there.")
        _require_weights(self)
        by_size = self.take in {"largest", "smallest"} or self.highest or self.lowest or self.by_size
        by_size = by_size or (self.running is not None and self.running.largest_first)
        if self.ranked_by is not None and not by_size:
            raise ValueError("What makes one the largest is said where the largest or smallest is taken.")
        _require_quantile(self)
        return self


def _require_weights(one: "RecordsComponent | Parts") -> None:
    if one.weighed_by is None:
        return
    if one.take not in {"mean", "median", "quantile"}:
        raise ValueError("Weights of their own are those of a mean, a median or a quantile.")
    if one.take == "quantile" and one.between not in BY_WEIGHTS:
        raise ValueError("A quantile by weights lies on no line: it is the lower of two, or their mean.")


def _require_quantile(one: "RecordsComponent | Parts") -> None:
    if (one.take == "quantile") != (one.quantile is not None):
        raise ValueError("Which quantile is said where one is taken, and only there.")
    if one.quantile is not None and not 0 <= Fraction(one.quantile) <= 1:
        raise ValueError("A quantile lies between 0 and 1.")


class FormulaComponent(Component):
    kind: Literal["formula"]
    formula: Expression


class Dimension(Component):
    kind: Literal["dimension"]
    components: Annotated[tuple["AnyComponent", ...], Field(min_length=1)]
    start: Number = Decimal(0)
    take: Literal["sum", "mean", "largest", "smallest"] = "sum"


class Peers(Component):
    kind: Literal["peers"]
    of: Annotated[Expression, Field(description="The number that is held against that of the peers.")]
    among: Annotated[
        tuple[tuple[PeerKey, ...], ...],
        Field(
            min_length=1,
            description="Peers have all of these facts and numbers in common. The first list under which there"
            " are enough peers; an empty one means everybody.",
        ),
    ] = ((),)
    found_by: Annotated[
        tuple[tuple[PeerKey, ...], ...],
        Field(
            description="The entity looks at others than its own: at those whose facts and numbers of `among` are these of"
            " its own, as a branch at the one whose number it names as that of its head office."
        ),
    ] = ()
    at_least: Annotated[int, Field(ge=1, description="So many peers, the entity among them.")] = 2
    who: Annotated[Condition | None, Field(description="Only entities of which this holds are peers.")] = None
    take: Annotated[
        Literal[
            "percentile",
            "rank",
            "ratio-to-mean",
            "standard-score",
            "quantile",
            "mean",
            "sum",
            "largest",
            "smallest",
            "count",
            "deviation",
            "group",
        ],
        Field(
            description="How the entity stands; from quantile to deviation a number of the peers themselves. group: in which"
            " of so many groups it comes, 1 that of the smallest numbers."
        ),
    ] = "percentile"
    order: Annotated[
        Literal["rising", "falling"], Field(description="rising: the smallest number has the first rank.")
    ] = "rising"
    ties: Annotated[
        Literal["lowest", "highest", "middle"], Field(description="The rank of those with the same number.")
    ] = "lowest"
    scale: Annotated[
        Literal[
            "(rank-1)/(n-1)",
            "(rank-1)/n",
            "rank/n",
            "(rank-1/2)/n",
            "rank/(n+1)",
            "(rank-3/8)/(n+1/4)",
            "(rank-1/3)/(n+1/3)",
        ],
        Field(description="How a rank becomes a percentile of 0 to 100."),
    ] = "(rank-1)/(n-1)"
    alone: Annotated[
        Number | None, Field(description="Where the formula would divide by zero; null: unknown.")
    ] = None
    quantile: Annotated[Ratio, Field(description="Which quantile of the peers, 1/2 the median.")] = "1/2"
    between: Between = "lower"
    spread: Spread = "population"
    weighed_by: Annotated[
        Expression | None,
        Field(
            description="The weight of each peer: a percentile is then the share of the weight of those below, whichever the"
            " scale. Without a weight above zero an entity is no peer."
        ),
    ] = None
    into: Annotated[int | None, Field(ge=2, le=20, description="Into so many groups.")] = None
    clustered: Annotated[
        Literal["least-squares", "k-means"],
        Field(
            description="How groups are found. least-squares: those of which the numbers lie nearest to their means, all ways"
            " of cutting compared (natural breaks). k-means: beginning with as many peers in each, every number goes to the"
            " nearest mean until none moves."
        ),
    ] = "least-squares"

    @property
    def is_of_group(self) -> bool:
        """Whether what is taken is a number of the peers themselves, and not how the entity stands among them."""
        return self.take not in {"percentile", "rank", "ratio-to-mean", "standard-score", "group"}

    @model_validator(mode="after")
    def _is_weighed_and_cut_where_that_is_asked(self) -> Self:
        if self.weighed_by is not None:
            if self.take not in {"percentile", "quantile", "mean"}:
                raise ValueError("Weights of peers are those of a percentile, a quantile or a mean.")
            if self.take == "quantile" and self.between not in BY_WEIGHTS:
                raise ValueError(
                    "A quantile by weights lies on no line: it is the lower of two, or their mean."
                )
        if (self.take == "group") != (self.into is not None):
            raise ValueError("How groups are found is said where the group is asked for, and only there.")
        return self

    @model_validator(mode="after")
    def _is_found_as_it_is_grouped(self) -> Self:
        if self.found_by and [len(way) for way in self.found_by] != [len(way) for way in self.among]:
            raise ValueError(
                "What finds the peers has a list for each of theirs, of as many facts and numbers."
            )
        return self


class Parts(Component):
    """What the records tell of the parts of an entity, as its sites, branches or vehicles: the components within it are
    worked out for each part by itself, from the records of that part alone, and what each part `gives` is taken together.
    Facts, and components that stand before, are those of the entity. What has none of the `same` words is of no part.
    Peers among them are the like parts of all entities.
    """

    kind: Literal["parts"]
    same: Annotated[
        tuple[Same, ...], Field(min_length=1, description="What the records of one part have in common.")
    ]
    records: Annotated[Match, Field(description="The records that tell which parts there are.")] = Match()
    components: Annotated[tuple["AnyComponent", ...], Field(min_length=1)]
    gives: Annotated[
        Expression,
        Field(description="The number of a part, from the components within it; rounded to the step once."),
    ]
    where: Annotated[tuple[Condition, ...], Field(description="Only parts of which all of this holds.")] = ()
    highest: Annotated[int | None, Field(gt=0, description="Only so many, those with most points.")] = None
    lowest: Annotated[int | None, Field(gt=0, description="Only so many, those of the smallest numbers.")] = (
        None
    )
    by_size: Annotated[
        tuple[Ratio, ...],
        Field(description="Weights of that with most points, of the second, the third …; none beyond."),
    ] = ()
    ranked_by: Annotated[
        Expression | None,
        Field(description="What makes a part one of the largest or smallest, where it is not its number."),
    ] = None
    take: Annotated[
        Literal["sum", "count", "largest", "smallest", "mean", "median", "quantile", "deviation"],
        Field(description="What becomes of the parts."),
    ] = "sum"
    quantile: Annotated[Ratio | None, Field(description="Which quantile is taken, 1/2 the median.")] = None
    between: Between = "lower"
    spread: Spread = "population"
    weighed_by: Annotated[
        Expression | None, Field(description="The weight of each part in the mean, median or quantile.")
    ] = None
    enough: Annotated[int, Field(ge=0, description="With fewer parts it is unknown.")] = 0
    skip_unknown: Annotated[
        bool,
        Field(description="Leave out parts whose number is unknown; else one makes the whole unknown."),
    ] = False

    @property
    def inner(self) -> list["AnyComponent"]:
        """What is worked out for each part, those of a dimension before the dimension itself."""
        return list(_flat(self.components))

    @model_validator(mode="after")
    def _parts_stand_alone(self) -> Self:
        _require_weights(self)
        by_size = self.take in {"largest", "smallest"} or self.highest or self.lowest or self.by_size
        if self.ranked_by is not None and not by_size:
            raise ValueError("What makes one the largest is said where the largest or smallest is taken.")
        _require_quantile(self)
        return self


AnyComponent = Annotated[
    RecordsComponent | FormulaComponent | Dimension | Peers | Parts, Field(discriminator="kind")
]
Dimension.model_rebuild()
Parts.model_rebuild()


class Then(Part):
    """What a rule does: one thing."""

    grade: Letter | None = None
    ceiling: Letter | None = None
    floor: Letter | None = None
    better_by: Annotated[int | None, Field(ge=1)] = None
    worse_by: Annotated[int | None, Field(ge=1)] = None
    moved_by: Annotated[
        Expression | None,
        Field(
            description="So many grades worse as this number says, or better where it lies below zero; what is not whole"
            " is cut, and what is not known moves nothing."
        ),
    ] = None
    steps_from_earlier: Annotated[
        int | None,
        Field(
            ge=0,
            description="At most so many grades away from that of the period before; whoever had none then is left alone.",
        ),
    ] = None
    unrated: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(getattr(self, name) is not None for name in type(self).model_fields) != 1:
            raise ValueError("A rule does one thing.")
        return self

    def letters(self) -> Iterable[str]:
        """The grades that it names."""
        return filter(None, (self.grade, self.ceiling, self.floor))


class Rule(Part):
    """When the condition holds the grade is given, held, raised, lowered or taken away. Rules act one after the
    other; after one that is `final` no other does."""

    code: Code
    name: Words
    article: Article
    when: Condition
    then: Then
    final: bool = False


class SeenBy(Part):
    """Who may see the result besides officials, and on what basis."""

    entity: bool = False
    public: bool = False
    basis: Words


class SchemeDocument(Part):
    """A whole scheme: what is looked at, where counting starts, what moves it, and what the total means."""

    language: Annotated[Literal[2], Field(description="The edition of this vocabulary.")]
    family: Annotated[
        Literal["evaluation", "risk", "sector"],
        Field(
            description="Comprehensive public evaluation, internal risk class, or a sector's own grade; never mixed."
        ),
    ]
    seen_by: SeenBy
    purpose: Words
    basis: Annotated[Words, Field(description="The legal basis, and what follows from it.")]
    figures: Annotated[
        Words,
        Field(description="Which of its figures are published where, and which are this project's own."),
    ]
    words: Annotated[
        dict[str, Words],
        Field(
            description="What its types, fields, facts and their values are called, where the catalogue does not say."
        ),
    ] = {}
    scale: Annotated[tuple[Grade, ...], Field(min_length=2, max_length=60)]
    scale_article: Article
    floor: Number | None = None
    ceiling: Number | None = None
    rounding: Annotated[
        Step,
        Field(description="Each record's points are rounded to this step before they are added."),
    ] = Decimal("0.1")
    total_rounding: Annotated[Step | None, Field(description="The total is rounded to this step.")] = None
    mode: Annotated[Mode, Field(description="How points and total are rounded.")] = "half-up"
    considered: Considered
    enough: Enough
    looks_back: LooksBack | None = None
    working_days: WorkingDays | None = None
    start: Start | None = None
    components: Annotated[tuple[AnyComponent, ...], Field(min_length=1)]
    rules: tuple[Rule, ...] = ()

    @property
    def every_component(self) -> list[AnyComponent]:
        """All components of the entity, those of a dimension before the dimension itself."""
        return list(_flat(self.components))

    @property
    def with_those_of_parts(self) -> list[AnyComponent]:
        """Every component, and all that are worked out for the parts of an entity."""
        return list(_with_those_of_parts(self.components))

    @property
    def letters(self) -> tuple[str, ...]:
        """The grades, best first."""
        return tuple(grade.letter for grade in self.scale)

    @property
    def has_total(self) -> bool:
        """Whether points are added up at all; some methods go by rules alone."""
        return self.start is not None or any(not _is_nothing(one.weight) for one in self.components)

    def matches(self) -> tuple[Match, ...]:
        """Every condition on records in the scheme."""
        return tuple(part for part in walk(self) if isinstance(part, Match))

    @model_validator(mode="after")
    def _seen_only_by_whom_it_may(self) -> Self:
        if self.family == "risk" and (self.seen_by.entity or self.seen_by.public):
            raise ValueError("An internal risk class is for officials only.")
        return self

    @model_validator(mode="after")
    def _scale_holds(self) -> Self:
        banded = [grade for grade in self.scale if not grade.only_by_rule]
        if not banded:
            raise ValueError("At least one grade is given by points or conditions.")
        *upper, last = banded
        if not last.is_open or any(grade.is_open for grade in upper):
            raise ValueError("Every grade but the last says what it takes, and the last takes the rest.")
        if any(grade.only_by_rule and not grade.is_open for grade in self.scale):
            raise ValueError("A grade that only rules give has no bounds.")
        least = [grade.least for grade in upper if grade.least is not None]
        is_plain = len(least) == len(upper) and not any(grade.when for grade in upper)
        if is_plain and any(better <= worse for better, worse in pairwise(least)):
            raise ValueError("Grades go from the best to the worst.")
        if len({grade.letter for grade in self.scale}) != len(self.scale):
            raise ValueError("Two grades have the same letter.")
        return self

    @model_validator(mode="after")
    def _names_what_it_knows(self) -> Self:
        known = set(self.considered.types) | set(self.considered.market_types)
        for match in self.matches():
            if strange := set(match.types) - known:
                raise ValueError(
                    f"A condition looks at {', '.join(sorted(strange))}, which the scheme does not consider."
                )
        letters = {grade.letter for grade in self.scale}
        for rule in self.rules:
            if strange := set(rule.then.letters()) - letters:
                raise ValueError(
                    f"{rule.code} names {', '.join(sorted(strange))}, which is not on the scale."
                )
        codes = [part.code for part in (*self.with_those_of_parts, *self.rules)]
        if len(set(codes)) != len(codes) or "total" in codes:
            raise ValueError("Two components or rules have the same code, or one is called total.")
        return self

    @model_validator(mode="after")
    def _looks_back_only(self) -> Self:
        before: set[str] = set()
        _look_only_back(self.every_component, before)
        for holder in (self.enough, *self.scale, *self.rules):
            for part in walk(holder):
                if isinstance(part, ValueOf) and part.value not in {*before, "total"}:
                    raise ValueError(f"{part.value} is no component of the scheme.")
        if self.start and any(isinstance(part, ValueOf) for part in walk(self.start)):
            raise ValueError("The start does not depend on what comes after it.")
        return self

    @model_validator(mode="after")
    def _levels_are_right(self) -> Self:
        for part in _per_entity_parts(self):
            of_record = isinstance(part, By) and _is_of_record(part)
            of_record = of_record or (isinstance(part, Alike) and part.of_record())
            if isinstance(part, FieldOf | ThisRecord) or of_record:
                raise ValueError("A field of a record is read where a record is looked at.")
            if type(part) in AROUND:
                raise ValueError("What came before or after is asked where a record is looked at.")
            days = list(getattr(part, "elapsed", ()))
            if isinstance(part, SinceLast) and part.or_since:
                days.append(part.or_since)
            if any(day != "as-of" and not day.startswith("entity.") and not is_fixed(day) for day in days):
                raise ValueError("A day of a record is read where a record is looked at.")
        return self

    @model_validator(mode="after")
    def _events_are_there(self) -> Self:
        asked = {id(part): names for one in self.with_those_of_parts for part, names in _of_events(one)}
        for part in walk(self):
            if isinstance(part, EventOf):
                if id(part) not in asked:
                    raise ValueError("An event is asked of where one is worked out.")
                if isinstance(part.event, str) and part.event not in asked[id(part)]:
                    raise ValueError(f"Of an event nothing is known by the name {part.event}.")
        return self

    @model_validator(mode="after")
    def _working_days_are_said(self) -> Self:
        if self.working_days is None and any(
            isinstance(part, Elapsed | SinceLast) and part.unit == WORKING_DAYS for part in walk(self)
        ):
            raise ValueError("Which days are worked is said in working_days.")
        return self

    @model_validator(mode="after")
    def _words_of_parts_are_there(self) -> Self:
        asked = {id(part) for part in _words_within(self.components, frozenset())}
        for part in walk(self):
            if isinstance(part, PartWord) and id(part) not in asked:
                raise ValueError(f"{part.part} is no word under which the records of a part belong together.")
        return self

    @model_validator(mode="after")
    def _grades_are_asked_of_rules(self) -> Self:
        letters = {"", *(grade.letter for grade in self.scale)}
        asked = {
            id(part) for rule in self.rules for part in _outside_matches(rule) if isinstance(part, Graded)
        }
        for part in walk(self):
            if isinstance(part, Graded):
                if id(part) not in asked:
                    raise ValueError("The grade so far is asked for in rules only.")
                if strange := set(part.graded) - letters:
                    raise ValueError(
                        f"A rule asks for the grade {', '.join(sorted(strange))}, which is not on the scale."
                    )
        return self

    @model_validator(mode="after")
    def _earlier_grades_are_within_reach(self) -> Self:
        letters, codes = {"", *self.letters}, {"total", *(one.code for one in self.every_component)}
        reach = self.looks_back.back if self.looks_back else 0
        for part, back in _looks_at_earlier(self):
            if back > reach:
                raise ValueError("How far a scheme looks back at its own grades is said in looks_back.")
            if isinstance(part, WasGraded) and (strange := set(part.was_graded) - letters):
                raise ValueError(
                    f"An earlier grade {', '.join(sorted(strange))} is asked for, which is not on the scale."
                )
            if isinstance(part, EarlierOf) and part.earlier not in codes:
                raise ValueError(f"{part.earlier} is no component of the scheme.")
        return self

    @model_validator(mode="after")
    def _points_fit(self) -> Self:
        if self.floor is not None and self.ceiling is not None and not self.floor < self.ceiling:
            raise ValueError("The floor lies below the ceiling.")
        for one in self.with_those_of_parts:
            if isinstance(one, RecordsComponent):
                step = one.rounding or self.rounding
                for points in _plain_points(one):
                    if points % step:
                        raise ValueError(f"{points} is not a multiple of the rounding step {step}.")
        return self


def _is_nothing(weight: str) -> bool:
    return not any(digit in "123456789" for digit in weight.split("/", maxsplit=1)[0])


def _flat(components: Iterable[AnyComponent]) -> Iterator[AnyComponent]:
    for one in components:
        if isinstance(one, Dimension):
            yield from _flat(one.components)
        yield one


def _with_those_of_parts(components: Iterable[AnyComponent]) -> Iterator[AnyComponent]:
    for one in _flat(components):
        if isinstance(one, Parts):
            yield from _with_those_of_parts(one.components)
        yield one


def _words_within(components: Iterable[AnyComponent], known: frozenset[str]) -> Iterator[PartWord]:
    """The words of parts that peers are told apart by, in so far as the parts around them have them in common."""
    for one in components:
        if isinstance(one, Peers):
            ways = (part for way in (*one.among, *one.found_by) for part in way)
            yield from (part for part in ways if isinstance(part, PartWord) and part.part in known)
        elif isinstance(one, Parts):
            own = frozenset(same for same in one.same if isinstance(same, str))
            yield from _words_within(one.components, known | own)
        elif isinstance(one, Dimension):
            yield from _words_within(one.components, known)


def looked_at(one: AnyComponent) -> set[str]:
    """The codes of the components that one looks at, but for those that it works out for parts itself."""
    own = {part.code for part in _with_those_of_parts(one.components)} if isinstance(one, Parts) else set()
    return {part.value for part in walk(one) if isinstance(part, ValueOf)} - own


def compared_within(one: AnyComponent) -> set[str]:
    """The codes of the comparisons with peers that a component makes, itself or for its parts."""
    return {part.code for part in _with_those_of_parts((one,)) if isinstance(part, Peers)}


def _look_only_back(components: Iterable[AnyComponent], before: set[str]) -> None:
    """Refuse a component that looks at one that does not stand before it; adds all their codes to those before."""
    for one in components:
        seen = before
        if isinstance(one, Dimension):
            seen = before - {part.code for part in _flat(one.components)}
        elif isinstance(one, Parts):
            seen = set(before)
            _look_only_back(one.inner, seen)
        for part in _own_parts(one):
            if isinstance(part, ValueOf) and part.value not in seen:
                raise ValueError(f"{one.code} looks at {part.value}, which does not stand before it.")
        before.add(one.code)


def _own_parts(one: AnyComponent) -> Iterator[Part]:
    """The parts of a component without the components within it."""
    for name in type(one).model_fields:
        if name != "components":
            yield from walk(getattr(one, name))


def _plain_points(one: RecordsComponent) -> Iterator[Decimal]:
    """The points that are written out for records, in so far as they add up one by one."""
    if one.take in {"sum", "latest"} and isinstance(one.each, Decimal):
        yield one.each
    if one.take in {"sum", "latest"} and isinstance(one.each, By):
        yield from one.each.gives.values()


def _per_entity_parts(document: SchemeDocument) -> Iterator[Part]:
    """What is asked of an entity, without what is asked of its records on the way."""
    roots: list[Any] = [document.enough, document.start, *document.scale, *document.rules]
    for one in document.with_those_of_parts:
        if isinstance(one, FormulaComponent):
            roots.append(one.formula)
        elif isinstance(one, Parts):
            roots += [one.gives, one.where, one.weighed_by, one.ranked_by]
        elif isinstance(one, Peers):
            roots += [one.of, one.among, one.found_by, one.who, one.weighed_by]
        elif isinstance(one, RecordsComponent) and one.running is not None:
            roots.append(one.running.start)
            if one.running.since:
                # A period may hold no record whose field could be read.
                roots += one.running.formulas()
    for root in roots:
        yield from _outside_matches(root)


def _outside_matches(part: Any) -> Iterator[Part]:
    if isinstance(part, Match):
        return
    if isinstance(part, Part):
        yield part
        # What is asked of the records of an event, or of those around a record, is asked of records.
        for name in () if isinstance(part, (EventOf, *AROUND)) else type(part).model_fields:
            if name != "per":
                yield from _outside_matches(getattr(part, name))
    elif isinstance(part, tuple):
        for one in part:
            yield from _outside_matches(one)


def _of_events(one: AnyComponent) -> Iterator[tuple[EventOf, frozenset[str]]]:
    """What a component asks of its events, each with the names by which something is known of them."""
    if not isinstance(one, RecordsComponent):
        return
    own = frozenset(EVENT_WORDS)
    roots: list[tuple[Any, frozenset[str]]] = [(group.gives, own) for group in one.groups]
    roots += [(one.weighed_by, own), (one.ranked_by, own)]
    if one.running is not None:
        roots += [(said, one.running.words()) for said in (*one.running.formulas(), one.running.struck)]
    for root, names in roots:
        for part in _outside_matches(root):
            if isinstance(part, EventOf):
                yield part, names


def _looks_at_earlier(document: SchemeDocument) -> Iterator[tuple[Part, int]]:
    """What asks for earlier grades or values, each with how many periods back."""
    for part in walk(document):
        if isinstance(part, WasGraded):
            yield part, part.farthest
        elif isinstance(part, EarlierOf):
            yield part, part.ago
        elif isinstance(part, Then) and part.steps_from_earlier is not None:
            yield part, 1


def _is_of_record(by: By) -> bool:
    return not by.by.startswith("entity.")


def json_schema() -> dict:
    """The language as JSON Schema, for editors and for whoever writes a scheme elsewhere."""
    return {
        "$id": f"urn:credit-platform:scheme-language:{LANGUAGE}",
        "version": LANGUAGE,
        **SchemeDocument.model_json_schema(),
    }
