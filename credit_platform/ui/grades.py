"""Where a grade stands on the ladder of colours, whatever letters its scheme uses."""

from collections.abc import Sequence

#: The scale of the national evaluation; a scheme hands in its own.
NATIONAL = ("A", "B", "C", "D")

#: Places by number of grades: 1 is the best, 5 the worst, 12 and 45 lie between their neighbours.
#: The ends never move; a scheme with fewer grades skips places from the middle.
PLACES = {
    3: ("1", "3", "5"),
    4: ("1", "2", "4", "5"),
    5: ("1", "2", "3", "4", "5"),
    6: ("1", "12", "2", "4", "45", "5"),
    7: ("1", "12", "2", "3", "4", "45", "5"),
}
NOT_RATED = "0"


def place(letter: str | None, scale: Sequence[str] = NATIONAL) -> str:
    """The place of a grade on the ladder, as the style sheet names it; "0" for not rated.

    Raises:
        ValueError: the scale has fewer than three or more than seven grades, or does not hold the letter:
            a rating must be shown with the scale of its own scheme.
    """
    if not letter:
        return NOT_RATED
    scale = tuple(scale)
    if len(scale) not in PLACES:
        raise ValueError(f"A scale has three to seven grades, not {len(scale)}.")
    if letter not in scale:
        raise ValueError(f"Grade {letter!r} is not on the scale {', '.join(scale)}.")
    return PLACES[len(scale)][scale.index(letter)]


def direction(before: str | None, after: str | None, scale: Sequence[str] = NATIONAL) -> int:
    """1 when the grade rose, -1 when it fell, 0 when it stayed or one of the two is not rated."""
    if not before or not after:
        return 0
    scale = tuple(scale)
    was, now = scale.index(before), scale.index(after)
    return (was > now) - (was < now)
