"""The lanes of a desk: apps that stand higher register theirs, so that one table shows all that is to be done.

    register_lane("cases", _("Cases to answer"), count=selectors.cases_open_for, rows=rows_of_cases, order=60)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

#: How many rows of one lane the desk shows; the lane's own page has the rest.
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One thing that is asked of the reader.

    Args:
        asked: what to do, in words: Correct a returned record.
        detail: one more fact in small type: the reviewer's note, the amount.
        url, verb: where it is done and what the button says.
        due: the last day on which it is in time; None when no clock runs.
        provisional: the calendar of a year before `due` is not published yet.
        paused: the clock stands still, whatever `due` says.
        name, code, name_url: the entity, where there is one.
        reference: document or case number.
        since: when it came to lie here; orders what has no deadline.
        kind: by what it is grouped under "By type".
    """

    asked: str
    url: str
    verb: str
    detail: str = ""
    due: date | None = None
    provisional: bool = False
    paused: bool = False
    name: str = ""
    code: str = ""
    name_url: str = ""
    reference: str = ""
    since: date | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One queue of the desk, asked anew for each reader.

    Args:
        count: how many things wait in it, in one query.
        rows: the most urgent of them, at most `MOST_ROWS`.
        to_do: False for what only has to be watched; it is then left out of "All".
        visible: whether the reader has this lane at all; by default when something lies in it or they are official.
    """

    code: str
    label: str | Promise
    count: Callable[..., int]
    rows: Callable[..., Iterable[DeskRow]]
    order: int = 50
    to_do: bool = True
    visible: Callable[..., bool] = bool


_lanes: dict[str, Lane] = {}


def register_lane(
    code: str, label: str | Promise, count: Callable[..., int], rows: Callable[..., Iterable[DeskRow]],
    order: int = 50, *, to_do: bool = True, visible: Callable[..., bool] = lambda user: True,
) -> None:
    """Add a queue to every desk whose owner `visible(user)` says yes to. The same code again replaces it."""
    _lanes[code] = Lane(code, label, count, rows, order, to_do, visible)


def lanes_of(user) -> list[Lane]:
    """The lanes that this reader has, in their order."""
    return [lane for lane in sorted(_lanes.values(), key=lambda lane: lane.order) if lane.visible(user)]


def things_to_do(user) -> int:
    """How much waits for this reader, over all lanes."""
    return sum(lane.count(user) for lane in lanes_of(user) if lane.to_do)
