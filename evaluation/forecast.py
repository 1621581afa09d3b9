"""How a rating moves by itself as records begin, age and end: the same kernel on every day that can matter.

Nothing is guessed. Between two days that are looked at nothing turns, so what a forecast says of a day is what rating
on that day gives, if the registry stays as it is; `Forecast.until` is the last day of which it says anything. Where peers
are compared they stay as they stand in today's tables: what others will do, and what they do to each other, is not
foreseen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np

from credit_platform.common.working_days import months_after
from evaluation import kernel
from evaluation.columns import FOREVER, Columns, Days, Ints, RecordColumns
from evaluation.history import contributions_on, said_on_days
from evaluation.kernel import Skipped
from evaluation.schemes.compiled import Turning
from evaluation.schemes.in_force import SchemeInForce
from evaluation.schemes.language import CALENDAR, OWN_DAYS, is_fixed
from evaluation.worked_days import WorkedDays

#: So far a forecast looks ahead, and so many turns it names at most.
MONTHS_AHEAD = 24
STEPS_AHEAD = 8
#: An entity with thousands of records has as many days ahead; only the next of them are looked at.
DAYS_TRIED = 60


@dataclass(frozen=True, slots=True)
class Turn:
    """A day on which the rating moves by itself, and the keys of the records that do it.

    `grade` is "" where it is not rated from then on. No record does it where the entity itself grows older.
    """

    day: date
    grade: str
    points: Decimal | None
    ends: tuple[int, ...]
    ages: tuple[int, ...]
    begins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """The rating today and on every day until `until`, if nothing else happens.

    `peers_as_of` is the day of the tables in which the peers stay as they are; None where none are compared.
    """

    today: date
    until: date
    grade: str
    points: Decimal | None
    turns: tuple[Turn, ...]
    peers_as_of: date | None = None

    def on(self, day: date) -> tuple[str, Decimal | None]:
        """Grade and points on a day between today and `until`."""
        if not self.today <= day <= self.until:
            raise ValueError("The forecast says nothing of this day.")
        passed = [turn for turn in self.turns if turn.day <= day]
        return (passed[-1].grade, passed[-1].points) if passed else (self.grade, self.points)


@dataclass(slots=True)
class _Day:
    """What may turn on a day."""

    ends: list[int] = field(default_factory=list)
    ages: list[int] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)


def forecast(*, scheme: SchemeInForce, columns: Columns, today: date) -> Forecast:
    """How the rating of the one entity that the columns hold moves by itself.

    Looks `MONTHS_AHEAD`, or less far where more than `STEPS_AHEAD` turns or `DAYS_TRIED` days come before that.
    """
    last = months_after(today, MONTHS_AHEAD)
    counting = _that_may_count(columns, scheme, today)
    if not columns.records.vocabulary.ended:
        columns = counting
    ahead = _days_ahead(counting, scheme, today, last)
    days = sorted(ahead)
    if len(days) > DAYS_TRIED:
        last = days[DAYS_TRIED] - timedelta(days=1)
    # All days in one run: it costs little more than one day.
    first, *then = said_on_days(columns, scheme, [today, *days[:DAYS_TRIED]])
    turning = [
        (day, said) for day, said, before in zip(days, then, [first, *then], strict=False) if said != before
    ]
    if len(turning) > STEPS_AHEAD:
        # Nothing turns before the day that is looked at next.
        last = days[days.index(turning[STEPS_AHEAD - 1][0]) + 1] - timedelta(days=1)
    return Forecast(
        today,
        last,
        *first,
        tuple(_turns(columns, scheme, today, turning[:STEPS_AHEAD], ahead)),
        scheme.peers_as_of,
    )


def _turns(
    columns: Columns,
    scheme: SchemeInForce,
    today: date,
    turning: list[tuple[date, tuple[str, Decimal | None]]],
    ahead: Mapping[date, "_Day"],
) -> Iterator[Turn]:
    """The days that turn something, each with the records that do it."""
    named = {key for day, _said in turning for key in ahead[day].ages}
    given = contributions_on(columns, scheme, [today, *(day for day, _said in turning)], named)
    for (day, (grade, points)), before, gives in zip(turning, given, given[1:], strict=False):
        may = ahead[day]
        ends = frozenset(may.ends)
        yield Turn(
            day,
            grade,
            points,
            ends=tuple(sorted(ends)),
            ages=tuple(
                key for key in sorted(set(may.ages) - ends) if key in gives and gives[key] != before.get(key)
            ),
            begins=tuple(sorted(may.begins)),
        )


def _that_may_count(columns: Columns, scheme: SchemeInForce, today: date) -> Columns:
    """The columns without the records that count neither today nor, by themselves, on any later day."""
    skipped = kernel.why_skipped(columns.records, scheme.compiled, today)
    left = np.flatnonzero((skipped == Skipped.COUNTED) | (skipped == Skipped.NOT_YET))
    return replace(columns, records=columns.records.take(left))


def _days_ahead(columns: Columns, scheme: SchemeInForce, today: date, last: date) -> dict[date, _Day]:
    """Every day from tomorrow to the last on which anything can turn, with the records that may do it."""
    days: dict[date, _Day] = {}

    def on(day: date) -> _Day:
        return days.setdefault(day, _Day()) if today < day <= last else _Day()

    records = columns.records
    for decided, keys in _by_day(records.decided, records.record, today, last):
        on(decided).begins += keys
    before = np.datetime64(FOREVER) - 1
    for ended, keys in _by_day(np.minimum(records.until, before) + 1, records.record, today, last):
        on(ended).ends += keys
    for turns_on, keys in _ages(records, scheme, today, last):
        on(turns_on).ages += keys
    for turning in scheme.compiled.turnings:
        if is_fixed(turning.day):
            for turns_on in _days_of(turning, date.fromisoformat(turning.day), today, last):
                on(turns_on)
        elif turning.day.startswith("entity."):
            fact = columns.facts.dates[turning.day.removeprefix("entity.")][0].item()
            for turns_on in _days_of(turning, fact, today, last):
                on(turns_on)
    return days


def _ages(
    records: RecordColumns, scheme: SchemeInForce, today: date, last: date
) -> Iterator[tuple[date, list[int]]]:
    """The days on which records may come to weigh otherwise by their age, with their keys."""
    for turning in scheme.compiled.turnings:
        if not turning.types:
            continue
        concerned = records.of_types(turning.types)
        since = getattr(records, turning.day) if turning.day in OWN_DAYS else records.dates[turning.day]
        for day, keys in _by_day(since[concerned], records.record[concerned]):
            for turns_on in _days_of(turning, day, today, last):
                yield turns_on, keys


def _by_day(
    days: Days, keys: Ints, after: date | None = None, last: date | None = None
) -> Iterator[tuple[date, list[int]]]:
    """The keys of each day that is known and lies within the bounds, both in their order."""
    known = ~np.isnat(days)
    if after is not None:
        known &= (days > np.datetime64(after)) & (days <= np.datetime64(last))
    days, keys = days[known], keys[known]
    order = np.lexsort((keys, days))
    different, first = np.unique(days[order], return_index=True)
    edges = [*first.tolist(), len(order)]
    for day, (begins, behind) in zip(different.tolist(), pairwise(edges), strict=True):
        yield day, keys[order[begins:behind]].tolist()


def _days_of(turning: Turning, since: date | None, today: date, last: date) -> Iterator[date]:
    """The days until the last on which something turns that began on the given day; some may lie before tomorrow."""
    if since is None:
        return
    if turning.worked is not None:
        yield from _of_worked_days(turning, turning.worked, since, today, last)
    elif turning.after is None:
        yield from _every(turning.unit, since, today, last)
    elif turning.unit == "days":
        yield since + timedelta(days=turning.after + turning.plus)
    else:
        months = turning.after * (12 if turning.unit == "years" else 1)
        yield months_after(since, months) + timedelta(days=turning.plus)


def _of_worked_days(
    turning: Turning, worked: WorkedDays, since: date, today: date, last: date
) -> Iterator[date]:
    if turning.after is None:
        yield from filter(worked.is_worked, _every("days", since, today, last))
    elif day := worked.day_after(since, turning.after):
        yield day


def _every(unit: str, since: date, today: date, last: date) -> Iterator[date]:
    """Each day, month or year that becomes full after today."""
    if unit == "days":
        yield from (today + timedelta(days=n) for n in range(1, (last - today).days + 1))
    elif unit in CALENDAR:
        months = CALENDAR[unit]
        first = (today.year * 12 + today.month - 1) // months + 1
        until = (last.year * 12 + last.month - 1) // months
        yield from (date(n * months // 12, n * months % 12 + 1, 1) for n in range(first, until + 1))
    else:
        passed = (today.year - since.year) * 12 + today.month - since.month
        yield from (months_after(since, passed + month) for month in range(MONTHS_AHEAD + 2))
