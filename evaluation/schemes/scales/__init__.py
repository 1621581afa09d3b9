"""Scales of grades that others give, and how one is mapped onto another from which day on: data, in `scales.json`."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from evaluation.schemes.language import Code, Part, Words

FILE = Path(__file__).parent / "scales.json"


class Scale(Part):
    """Grades, best first, as one instrument has them from one day to another."""

    code: Code
    name: Words
    letters: Annotated[tuple[str, ...], Field(min_length=2)]
    valid_from: date
    valid_to: date | None = None
    source: str


class Mapping(Part):
    """What a grade of one scale means on another, on the days on which this is said to hold."""

    scale: Annotated[Code, Field(alias="from")]
    onto: Code
    letters: dict[str, str]
    valid_from: date
    valid_to: date | None = None
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
        return self


@cache
def scales() -> Scales:
    """The scales and mappings that come with the platform."""
    return Scales.model_validate(json.loads(FILE.read_text(encoding="utf-8")))


def mapped(letter: str, *, scale: str, onto: str, day: date) -> str | None:
    """The grade on the other scale, as the mapping of that day says; None where no mapping holds or names it."""
    for one in scales().mappings:
        held = one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
        if (one.scale, one.onto) == (scale, onto) and held:
            return one.letters.get(letter)
    return letter if scale == onto else None
