"""Grades as other bodies write them: one word, or the words of a scale in one text."""

import re
from collections.abc import Iterable

from entities.intake.rows import narrow

#: What stands between the grades of a scale.
BETWEEN = re.compile(r"[\s,;/·>、，；]+")


def words_of(scale: str) -> list[str]:
    """The grades that a text names, in its order; none of an empty one."""
    return [word for word in BETWEEN.split(narrow(scale).strip()) if word]


def own_word(written: str, letters: Iterable[str]) -> str:
    """The scale's own word for a grade that was written otherwise: wide, small, or with 级 or 等 behind it; "" for none."""
    known = {letter.casefold(): letter for letter in letters}
    said = narrow(written).strip().casefold()
    return known.get(said) or known.get(said.removesuffix("级").removesuffix("等").strip(), "")
