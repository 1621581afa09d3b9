"""What a scheme may say. A document is validated here once, published, and never changes again.

Points are decimals with two places at most; the kernel works in whole hundredths. Weights are ratios of
whole numbers. Nothing in a scheme is a binary fraction.
"""

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_platform.common.bilingual import in_readers_language

Points = Annotated[Decimal, Field(max_digits=7, decimal_places=2, allow_inf_nan=False)]
Ratio = Annotated[str, Field(pattern=r"^[0-9]{1,4}/[1-9][0-9]{0,3}$")]
Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Letter = Annotated[str, Field(min_length=1, max_length=8)]
SeverityClass = Literal["", "minor", "general", "serious"]
Article = Annotated[str, Field(max_length=20, description="The scheme's own clause that says this.")]


class Part(BaseModel):
    """Any part of a document: frozen, and an unknown word in it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Part):
    """A text in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def __str__(self) -> str:
        return in_readers_language(self.zh, self.en)


class Grade(Part):
    """A place on the scale, best first. `from` is the least number of points; the last grade has none."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    letter: Letter
    least: Annotated[Points | None, Field(alias="from")] = None
    meaning: Words


class Match(Part):
    """Which records an indicator looks at. Every condition that is given must hold."""

    types: Annotated[tuple[Code, ...], Field(min_length=1)]
    classes: tuple[SeverityClass, ...] = ()
    penalty_kinds: Annotated[tuple[Code, ...], Field(description="At least one of these.")] = ()
    values: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z_]+$")], tuple[str, ...]],
        Field(description="For each field of the record's details, the values that fit."),
    ] = {}


class AgeBand(Part):
    """The weight of a record younger than so many whole months; the last band has no end."""

    months: Annotated[int, Field(gt=0, le=1200)] | None = None
    weight: Ratio


class StartRule(Part):
    when: Match
    points: Points


class Start(Part):
    """The points from which counting begins: those of the first rule that a counted record meets, or else `points`."""

    article: Article
    points: Points
    rules: tuple[StartRule, ...] = ()


class Enough(Part):
    """How many counted records there must be before an entity is rated at all."""

    article: Article
    records: Annotated[int, Field(ge=0)] = 1


class Considered(Part):
    """The records that the scheme looks at. Market credit information counts only where a scheme names its types."""

    article: Article
    types: Annotated[tuple[Code, ...], Field(min_length=1)]
    market_types: tuple[Code, ...] = ()
    objected: Annotated[
        Literal["counted", "left-out"],
        Field(description="What becomes of a record under objection until the objection is answered."),
    ] = "counted"


class Indicator(Part):
    code: Code
    name: Words
    article: Article

    def match(self) -> Match:
        """The records that the indicator looks at."""
        raise NotImplementedError

    def letters(self) -> Iterable[str]:
        """The grades that it names."""
        return ()

    def point_values(self) -> Iterable[Decimal]:
        """Every number of points that it gives or takes."""
        return ()


class WeightedCount(Indicator):
    kind: Literal["weighted-count"]
    records: Match
    points: Annotated[
        Points | dict[SeverityClass, Points], Field(description="For each record, or by the record's class.")
    ]
    by_penalty_kind: Annotated[
        dict[Code, Points],
        Field(
            description="In addition: those of the one kind among the record's penalties that weighs most."
        ),
    ] = {}
    ages: tuple[AgeBand, ...] = ()
    limit: Annotated[Points | None, Field(description="The sum never goes beyond this.")] = None

    def match(self) -> Match:
        return self.records

    def by_class(self) -> dict[str, Decimal]:
        """Points of each class; a class that is not named has none."""
        if isinstance(self.points, dict):
            return {name: self.points.get(name, Decimal(0)) for name in ("", "minor", "general", "serious")}
        return dict.fromkeys(("", "minor", "general", "serious"), self.points)

    def point_values(self) -> Iterable[Decimal]:
        yield from self.by_class().values()
        yield from self.by_penalty_kind.values()
        if self.limit is not None:
            yield self.limit

    @model_validator(mode="after")
    def _one_sign(self) -> Self:
        values = list(self.point_values())
        if min(values) < 0 < max(values):
            raise ValueError("An indicator either gives points or takes them; make two of it.")
        return self

    @model_validator(mode="after")
    def _ages_rise(self) -> Self:
        if not self.ages:
            return self
        *bands, last = self.ages
        if last.months is not None or any(band.months is None for band in bands):
            raise ValueError("The last age band, and only that one, has no end.")
        if any(before.months >= after.months for before, after in pairwise(bands)):
            raise ValueError("Age bands go from young to old.")
        return self


class ValueEffect(Part):
    """What one value leads to: points, a grade given directly, a grade that is the best one possible."""

    points: Points = Decimal(0)
    grade: Letter | None = None
    ceiling: Letter | None = None


class LatestValue(Indicator):
    kind: Literal["latest-value"]
    types: Annotated[tuple[Code, ...], Field(min_length=1)]
    field: Annotated[str, Field(pattern=r"^[a-z_]+$", description="A field of the record's details.")]
    values: Annotated[dict[str, ValueEffect], Field(min_length=1)]

    def match(self) -> Match:
        return Match(types=self.types, values={self.field: tuple(self.values)})

    def letters(self) -> Iterable[str]:
        for effect in self.values.values():
            yield from filter(None, (effect.grade, effect.ceiling))

    def point_values(self) -> Iterable[Decimal]:
        return (effect.points for effect in self.values.values())


class Ceiling(Indicator):
    kind: Literal["ceiling"]
    records: Match
    at_least: Annotated[int, Field(ge=1, description="So many such records at once.")] = 1
    grade: Annotated[Letter, Field(description="The best grade that is then possible.")]

    def match(self) -> Match:
        return self.records

    def letters(self) -> Iterable[str]:
        return (self.grade,)


AnyIndicator = Annotated[WeightedCount | LatestValue | Ceiling, Field(discriminator="kind")]


class SchemeDocument(Part):
    """A whole scheme: what is looked at, where counting starts, what moves it, and what the sum means."""

    language: Annotated[Literal[1], Field(description="The edition of this vocabulary.")]
    purpose: Words
    basis: Annotated[Words, Field(description="The legal basis, and what follows from it.")]
    scale: Annotated[tuple[Grade, ...], Field(min_length=3, max_length=7)]
    scale_article: Article
    floor: Points
    ceiling: Points
    rounding: Annotated[
        Literal["0.01", "0.1", "1"],
        Field(
            description="Each record's points are rounded to this step, half away from zero, before they are added."
        ),
    ] = "0.1"
    considered: Considered
    enough: Enough
    start: Start
    indicators: Annotated[tuple[AnyIndicator, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _scale_falls(self) -> Self:
        *upper, last = self.scale
        if last.least is not None or any(grade.least is None for grade in upper):
            raise ValueError("Every grade but the last says from how many points it begins.")
        if any(better.least <= worse.least for better, worse in pairwise(upper)):
            raise ValueError("Grades go from the best to the worst.")
        if len({grade.letter for grade in self.scale}) != len(self.scale):
            raise ValueError("Two grades have the same letter.")
        return self

    @model_validator(mode="after")
    def _names_what_it_knows(self) -> Self:
        known = set(self.considered.types) | set(self.considered.market_types)
        letters = {grade.letter for grade in self.scale}
        codes = [indicator.code for indicator in self.indicators]
        if len(set(codes)) != len(codes):
            raise ValueError("Two indicators have the same code.")
        for name, match in self._matches():
            if strange := set(match.types) - known:
                raise ValueError(
                    f"{name} looks at {', '.join(sorted(strange))}, which the scheme does not consider."
                )
        for indicator in self.indicators:
            if strange := set(indicator.letters()) - letters:
                raise ValueError(
                    f"{indicator.code} names {', '.join(sorted(strange))}, which is not on the scale."
                )
        return self

    @model_validator(mode="after")
    def _points_fit(self) -> Self:
        if not self.floor < self.ceiling:
            raise ValueError("The floor lies below the ceiling.")
        step = Decimal(self.rounding)
        for points in self._all_points():
            if points % step:
                raise ValueError(f"{points} is not a multiple of the rounding step {step}.")
        return self

    def _matches(self) -> Iterable[tuple[str, Match]]:
        yield from (("The start", rule.when) for rule in self.start.rules)
        yield from ((indicator.code, indicator.match()) for indicator in self.indicators)

    def _all_points(self) -> Iterable[Decimal]:
        yield from (self.floor, self.ceiling, self.start.points)
        yield from (rule.points for rule in self.start.rules)
        yield from (grade.least for grade in self.scale if grade.least is not None)
        for indicator in self.indicators:
            yield from indicator.point_values()

    def matches(self) -> tuple[Match, ...]:
        """Every condition on records in the scheme."""
        return tuple(match for _name, match in self._matches())


def json_schema() -> dict:
    """The vocabulary as JSON Schema, for editors and for whoever writes a scheme elsewhere."""
    return SchemeDocument.model_json_schema()
