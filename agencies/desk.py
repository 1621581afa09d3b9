"""The lanes of a desk: apps that stand higher register theirs, so that one table shows all that is to be done.

register_lane("cases", _("Cases to answer"), count=selectors.cases_open_for, rows=rows_of_cases, order=60)
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from credit_platform.common.working_days import WorkingCalendar, working_days_between
from credit_platform.ui.formats import listed
from credit_platform.ui.navigation import everybody

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
        in_the_bar: the same as far as a bar says it, where counting all of them takes long.
        rows: the most urgent of them, at most `MOST_ROWS`.
        to_do: False for what only has to be watched; it is then left out of "All".
        visible: whether the reader has this lane at all: a policy of the user.
    """

    code: str
    label: str | Promise
    count: Callable[..., int]
    rows: Callable[..., Iterable[DeskRow]]
    order: int = 50
    to_do: bool = True
    visible: Callable[..., object] = bool
    in_the_bar: Callable[..., int] | None = None


_lanes: dict[str, Lane] = {}


def register_lane(
    code: str,
    label: str | Promise,
    count: Callable[..., int],
    rows: Callable[..., Iterable[DeskRow]],
    order: int = 50,
    *,
    to_do: bool = True,
    visible: Callable[..., object] = everybody,
    in_the_bar: Callable[..., int] | None = None,
) -> None:
    """Add a queue to every desk whose owner `visible(user)` says yes to. The same code again replaces it."""
    _lanes[code] = Lane(code, label, count, rows, order, to_do, visible, in_the_bar)


def lanes_of(user) -> list[Lane]:
    """The lanes that this reader has, in their order."""
    return [lane for lane in sorted(_lanes.values(), key=lambda lane: lane.order) if lane.visible(user)]


def things_to_do(user) -> int:
    """How much waits for this reader, over all lanes, as far as a bar says it."""
    return sum((lane.in_the_bar or lane.count)(user) for lane in lanes_of(user) if lane.to_do)


@dataclass(frozen=True, slots=True)
class LaneCount:
    """A lane as the strip shows it."""

    code: str
    label: str
    count: int
    overdue: int
    today: int

    @property
    def note(self) -> str:
        """What of it is pressing: 1 overdue, 4 due today."""
        said = [
            (self.overdue, ngettext("%(count)d overdue", "%(count)d overdue", self.overdue)),
            (self.today, ngettext("%(count)d due today", "%(count)d due today", self.today)),
        ]
        return listed(text % {"count": count} for count, text in said if count)


@dataclass(frozen=True, slots=True)
class Placed:
    """A row with its working days left; None where no clock runs."""

    row: DeskRow
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Desk:
    """One look at a desk: the strip of lanes, the rows of the chosen one, and what is due on which day."""

    lanes: tuple[LaneCount, ...]
    everything: LaneCount
    current: str
    rows: tuple[Placed, ...]
    due: dict[date, int]

    @property
    def chosen(self) -> LaneCount:
        return next((lane for lane in self.lanes if lane.code == self.current), self.everything)


BY_DEADLINE, BY_ENTITY, BY_TYPE = "deadline", "entity", "type"
_FAR = date.max


def _urgency(row: DeskRow) -> tuple:
    return (row.paused, row.due or _FAR, row.since or _FAR, row.reference)


ORDERS: dict[str, Callable[[DeskRow], tuple]] = {
    BY_DEADLINE: _urgency,
    BY_ENTITY: lambda row: (not row.name, row.name, *_urgency(row)),
    BY_TYPE: lambda row: (row.kind, row.asked, *_urgency(row)),
}


def look_at_desk(user, *, lane: str, order: str, today: date, calendar: WorkingCalendar) -> Desk:
    """The reader's desk on a day. An unknown lane is "all", an unknown order that of deadlines."""
    lanes = lanes_of(user)
    rows = {one.code: list(one.rows(user)) for one in lanes}
    counts = tuple(_count(one, rows[one.code], user, today) for one in lanes)
    to_do = [row for one in lanes if one.to_do for row in rows[one.code]]
    chosen = rows.get(lane, to_do)
    return Desk(
        lanes=counts,
        everything=LaneCount(
            "",
            gettext("All"),
            sum(count.count for count, one in zip(counts, lanes, strict=True) if one.to_do),
            *_late_and_today(to_do, today),
        ),
        current=lane if lane in rows else "",
        rows=tuple(
            Placed(row, working_days_left(row.due, today, calendar) if row.due else None)
            for row in sorted(chosen, key=ORDERS.get(order, ORDERS[BY_DEADLINE]))
        ),
        due=dict(Counter(row.due for row in to_do if row.due and not row.paused)),
    )


def _count(lane: Lane, rows: list[DeskRow], user, today: date) -> LaneCount:
    count = len(rows) if len(rows) < MOST_ROWS else lane.count(user)
    return LaneCount(lane.code, str(lane.label), count, *_late_and_today(rows, today))


def _late_and_today(rows: Iterable[DeskRow], today: date) -> tuple[int, int]:
    days = [row.due for row in rows if row.due and not row.paused]
    return sum(day < today for day in days), sum(day == today for day in days)


def working_days_left(due: date, today: date, calendar: WorkingCalendar) -> int:
    """Working days until the last day; a day that is over is never shown as if it were still to come."""
    left = working_days_between(today, due, calendar)
    return min(left, -1) if due < today else left
