"""The numbers of a scheme that may be turned: each with its place in the document, and one step down and up."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from evaluation.schemes import SchemeDocument

Path = tuple[str | int, ...]
#: Below these no number is a parameter: they are names, words, or say how exactly a number is kept.
NAMES = frozenset(
    {
        "language", "article", "scale_article", "code", "letter", "meaning", "name", "purpose", "basis", "figures", "words",
        "seen_by", "family", "considered", "kind", "types", "classes", "penalty_kinds", "values", "is", "same", "per",
        "places", "rounding", "total_rounding", "to", "take", "mode", "grade", "among", "value", "field", "fact", "by", "entity",
        "event", "graded", "since", "working_days", "at_next",
        "was_graded", "found_by", "part", "alike", "earlier", "ago", "back", "period", "steps_from_earlier",
    }
)  # fmt: skip
#: A ceiling or floor is a grade below these, and a number elsewhere.
GRADES_BELOW = "then"
#: Weights, which are ratios of whole numbers.
RATIOS = frozenset({"weight", "factors", "by_recency", "by_size", "quantile"})
#: One step is this share of the number.
SHARE = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a document, as the document has it, and the same one step down and up."""

    path: Path
    value: str
    down: str
    up: str

    def in_place(self, document: SchemeDocument, value: str) -> SchemeDocument | None:
        """The document with another value there; None where the language does not allow it."""
        content = document.model_dump(mode="json", by_alias=True)
        put(content, self.path, value)
        try:
            return SchemeDocument.model_validate(content)
        except ValidationError:
            return None


def put(content: Any, path: Path, value: Any) -> None:
    """Write a value into plain content."""
    *way, last = path
    for step in way:
        content = content[step]
    content[last] = value


def parameters_of(document: SchemeDocument) -> list[Parameter]:
    """Every number that may be turned, in the order of the document.

    One step is a tenth of the number: of points at least the step to which the scheme rounds, of months, days
    and counts at least one, and of a weight exactly a tenth. A zero is not turned: it says "none".
    """
    content = document.model_dump(mode="json", by_alias=True)
    return list(_parameters(content, (), document.rounding))


def _parameters(content: Any, path: Path, step: Decimal) -> Iterator[Parameter]:
    if isinstance(content, dict):
        own = Decimal(content["rounding"]) if path and content.get("rounding") else step
        for name, value in content.items():
            if name not in NAMES and path[-1:] != (GRADES_BELOW,):
                yield from _parameters(value, (*path, name), own)
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from _parameters(value, (*path, number), step)
    elif (found := _turned(content, path, step)) is not None:
        yield found


def _turned(value: Any, path: Path, step: Decimal) -> Parameter | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if any(name in RATIOS for name in path[-2:]):
        weight = Fraction(value)
        down, up = weight * (1 - SHARE), weight * (1 + SHARE)
        if not weight or max(up.denominator, abs(up.numerator)) > 10**6:
            return None
        return Parameter(path, str(value), _ratio(down), _ratio(up))
    if isinstance(value, int):
        whole = max(round(value * SHARE), 1)
        return Parameter(path, str(value), str(value - whole), str(value + whole)) if value else None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number or not number.is_finite():
        return None
    by = max((abs(number) / 10 / step).to_integral_value() * step, step)
    return Parameter(path, value, _plain(number - by), _plain(number + by))


def _ratio(weight: Fraction) -> str:
    return f"{weight.numerator}/{weight.denominator}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
