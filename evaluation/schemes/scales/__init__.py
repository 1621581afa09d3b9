"""Scales of grades that others give, and how one is mapped onto another from which day on: data, in `scales.json`."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from evaluation.schemes.language import Code, Part, Words

FILE = Path(__file__).parent / "scales.json"


class Dated(Part):
    """What holds from one day to another, both included; without a last day until further notice."""

    valid_from: date
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Scale(Dated):
    """Grades, best first, as one instrument has them from one day to another."""

    code: Code
    record_type: Annotated[
        Code, Field(description="The type of the catalogue's records that say such grades.")
    ]
    name: Words
    letters: Annotated[tuple[str, ...], Field(min_length=2)]
    words: Annotated[
        dict[str, Words], Field(description="What grades are called that are written as codes.")
    ] = {}
    source: str

    def called(self, letter: str) -> str:
        """A grade as people know it."""
        return str(self.words.get(letter, letter))


class Mapping(Dated):
    """What a grade of one scale means on another, on the days on which this is said to hold."""

    scale: Annotated[Code, Field(alias="from")]
    onto: Code
    letters: dict[str, str]
    basis: Words


class Scales(Part):
    """All of them."""

    scales: tuple[Scale, ...]
    mappings: tuple[Mapping, ...]

    @model_validator(mode="after")
    def _names_what_it_knows(self) -> Self:
        known = {scale.code: set(scale.letters) for scale in self.scales}
        for one in self.mappings:
            if set(one.letters) != known[one.scale] or not set(one.letters.values()) <= known[one.onto]:
                raise ValueError(
                    f"The mapping of {one.scale} onto {one.onto} names other grades than theirs."
                )
        if any(not set(scale.words) <= set(scale.letters) for scale in self.scales):
            raise ValueError("A scale has words for a grade that is not on it.")
        return self

    def scale(self, code: str) -> Scale:
        """The scale of a code; `KeyError` for none."""
        return {one.code: one for one in self.scales}[code]

    def scale_of(self, record_type: str, day: date) -> Scale | None:
        """The scale of the records of a type on a day, the one that began last; None where they have none."""
        held = [one for one in self.scales if one.record_type == record_type and one.holds(day)]
        return max(held, key=lambda one: one.valid_from, default=None)


@cache
def scales() -> Scales:
    """The scales and mappings that come with the platform."""
    return Scales.model_validate(json.loads(FILE.read_text(encoding="utf-8")))


def mapped(letter: str, *, scale: str, onto: str, day: date) -> str | None:
    """The grade on the other scale, as the mapping of that day says; None where no mapping holds or names it."""
    for one in scales().mappings:
        if (one.scale, one.onto) == (scale, onto) and one.holds(day):
            return one.letters.get(letter)
    return letter if scale == onto else None
