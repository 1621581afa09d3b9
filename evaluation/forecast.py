"""How a rating moves by itself as records begin, age and end: the same kernel on every day that can matter.

Nothing is guessed. Between two days that are looked at nothing turns, so what a forecast says of a day is what rating
on that day gives, if the registry stays as it is; `Forecast.until` is the last day of which it says anything. Where peers
are compared they stay as they stand in today's tables: what others will do, and what they do to each other, is not
foreseen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from credit_platform.common.working_days import months_after
from evaluation import kernel
from evaluation.columns import FOREVER, Columns, RecordColumns
from evaluation.history import contributions, said_on
from evaluation.kernel import Skipped
from evaluation.schemes.compiled import Turning
from evaluation.schemes.in_force import SchemeInForce
from evaluation.schemes.language import CALENDAR, OWN_DAYS, is_fixed

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
    columns = _that_may_count(columns, scheme, today)
    ahead = _days_ahead(columns, scheme, today, last)
    turns: list[Turn] = []
    first = now = said_on(columns, scheme, today)
    given = contributions(columns, scheme, today) if ahead else {}
    for tried, day in enumerate(sorted(ahead)):
        if tried == DAYS_TRIED or len(turns) == STEPS_AHEAD:
            last = day - timedelta(days=1)
            break
        then = said_on(columns, scheme, day)
        if then == now:
            continue
        may, gives = ahead[day], contributions(columns, scheme, day)
        turns.append(
            Turn(
                day,
                *then,
                ends=tuple(dict.fromkeys(may.ends)),
                ages=tuple(
                    key
                    for key in dict.fromkeys(may.ages)
                    if key not in may.ends and key in gives and gives[key] != given.get(key)
                ),
                begins=tuple(dict.fromkeys(may.begins)),
            )
        )
        now, given = then, gives
    return Forecast(today, last, *first, tuple(turns), scheme.peers_as_of)


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
    for place, key in enumerate(records.record.tolist()):
        decided, last_day = records.decided[place].item(), records.until[place].item()
        on(decided).begins.append(key)
        if last_day < FOREVER:
            on(last_day + timedelta(days=1)).ends.append(key)
        for turning in scheme.compiled.turnings:
            if _type_of(records, place) in turning.types:
                for turns_on in _days_of(turning, _day_in(records, place, turning.day), today, last):
                    on(turns_on).ages.append(key)
    for turning in scheme.compiled.turnings:
        if is_fixed(turning.day):
            for turns_on in _days_of(turning, date.fromisoformat(turning.day), today, last):
                on(turns_on)
        elif turning.day.startswith("entity."):
            fact = columns.facts.dates[turning.day.removeprefix("entity.")][0].item()
            for turns_on in _days_of(turning, fact, today, last):
                on(turns_on)
    return days


def _day_in(records: RecordColumns, place: int, name: str) -> date | None:
    return (getattr(records, name) if name in OWN_DAYS else records.dates[name])[place].item()


def _days_of(turning: Turning, since: date | None, today: date, last: date) -> Iterator[date]:
    """The days until the last on which something turns that began on the given day; some may lie before tomorrow."""
    if since is None:
        return
    if turning.after is None:
        yield from _every(turning.unit, since, today, last)
    elif turning.unit == "days":
        yield since + timedelta(days=turning.after + turning.plus)
    else:
        months = turning.after * (12 if turning.unit == "years" else 1)
        yield months_after(since, months) + timedelta(days=turning.plus)


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


def _type_of(records: RecordColumns, place: int) -> str:
    code = int(records.type[place])
    return records.vocabulary.types[code - 1] if code else ""
