"""How a rating came to be what it is, and how it moves by itself: the same kernel on other days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

import numpy as np

from credit_platform.common.working_days import months_after
from evaluation import kernel
from evaluation.columns import FOREVER, STANDINGS, Columns, RecordColumns
from evaluation.explanation import as_points
from evaluation.kernel import NOT_RATED, Piece, Skipped
from evaluation.models import RatingChange
from evaluation.schemes.compiled import Turning
from evaluation.schemes.in_force import SchemeInForce, in_force
from evaluation.schemes.language import OWN_DAYS

#: So far a forecast looks ahead, and so many turns it names at most.
MONTHS_AHEAD = 24
STEPS_AHEAD = 8
#: An entity with thousands of records has as many days ahead; only the next of them are looked at.
DAYS_TRIED = 60
#: So many changes of one entity are shown at most, the last ones.
CHANGES_SHOWN = 24


class Cause(StrEnum):
    """What made a record move a rating."""

    BEGAN = "began"
    REPAIRED = "repaired"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    AGED = "aged"


@dataclass(frozen=True, slots=True)
class Event:
    """A record that began, ended or weighs otherwise, with what it moved by itself."""

    record_id: int
    cause: Cause
    points: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """A change of a rating. `event` is what moved it most; None where no record explains it.

    `more` is how many other records moved it between this change and the one before.
    """

    at: datetime
    as_of: date
    from_grade: str
    to_grade: str
    from_points: Decimal | None
    to_points: Decimal | None
    event: Event | None
    more: int
    new_version: int | None

    @property
    def move(self) -> Decimal | None:
        """By how much the points moved, where there were points before and after."""
        if self.from_points is None or self.to_points is None:
            return None
        return self.to_points - self.from_points


def steps_of(*, entity_id: int, scheme: SchemeInForce, columns: Columns) -> list[Step]:
    """The last changes of an entity's rating, oldest first, each with the event that made it."""
    changes = list(
        RatingChange.objects.filter(entity_id=entity_id, scheme=scheme.scheme)
        .select_related("version__scheme")
        .order_by("-as_of", "-pk")[:CHANGES_SHOWN]
    )[::-1]
    steps: list[Step] = []
    version_id, before = None, None
    for day, of_day in groupby(changes, key=lambda change: change.as_of):
        candidates: list[Event] | None = None
        for change in of_day:
            if candidates is None:
                since = before or day - timedelta(days=1)
                candidates = _events_between(since, day, in_force(change.version), columns)
            is_new = version_id is not None and change.version_id != version_id
            event = None if is_new or change.from_points is None else _take_fitting(candidates, change)
            steps.append(
                Step(
                    at=change.at,
                    as_of=day,
                    from_grade=change.from_grade,
                    to_grade=change.to_grade,
                    from_points=None if change.from_points is None else as_points(change.from_points),
                    to_points=None if change.to_points is None else as_points(change.to_points),
                    event=event,
                    more=0 if event is None or _explains(event, change) else len(candidates),
                    new_version=change.version.number if is_new else None,
                )
            )
            version_id = change.version_id
        before = day
    return steps


def _explains(event: Event, change: RatingChange) -> bool:
    """Whether the event alone makes the change."""
    if change.to_points is None or change.from_points is None:
        return False
    return event.points == as_points(change.to_points - change.from_points)


def _take_fitting(candidates: list[Event], change: RatingChange) -> Event | None:
    """Of a day's events the one that moved the points by exactly as much, or else the greatest of that direction."""
    if change.to_points is None or change.from_points is None:
        chosen = candidates[:1]
    else:
        move = as_points(change.to_points - change.from_points)
        chosen = [event for event in candidates if event.points == move] or [
            event for event in candidates if event.points * move > 0
        ]
    if not chosen:
        return None
    candidates.remove(chosen[0])
    return chosen[0]


def _events_between(since: date, day: date, scheme: SchemeInForce, columns: Columns) -> list[Event]:
    """What began, ended or aged after `since` and until `day`, each with the points it moves, the greatest first."""
    before = _contributions(columns.as_on(since), scheme, since)
    after = _contributions(columns.as_on(day), scheme, day)
    # What began and ended in between stands in neither.
    during = _contributions(columns.as_on(day, or_ended_after=since), scheme, day)
    rows, first, last = columns.records, np.datetime64(since, "D") + 1, np.datetime64(day, "D")
    keys = rows.record.tolist()
    begins = np.maximum(rows.published, rows.decided)
    began = np.flatnonzero((begins >= first) & (begins <= last)).tolist()
    ended = np.flatnonzero((rows.ended >= first) & (rows.ended <= last)).tolist()
    over = np.flatnonzero((rows.until >= first - 1) & (rows.until < last) & (rows.ended > last)).tolist()
    nothing = Decimal(0)
    events = [
        *(Event(keys[place], Cause.BEGAN, during.get(keys[place], nothing)) for place in began),
        *(
            Event(
                keys[place],
                Cause(STANDINGS[int(rows.standing[place])]),
                -before.get(keys[place], during.get(keys[place], nothing)),
            )
            for place in ended
        ),
        *(Event(keys[place], Cause.EXPIRED, -before.get(keys[place], nothing)) for place in over),
        *(Event(key, Cause.AGED, after[key] - before[key]) for key in before.keys() & after.keys()),
    ]
    moving = (event for event in events if event.points)
    return sorted(moving, key=lambda event: (-abs(event.points), event.record_id))


def _contributions(columns: Columns, scheme: SchemeInForce, day: date) -> dict[int, Decimal]:
    """What each record gives or takes on a day, under all components together."""
    findings = kernel.explain(columns, scheme.compiled, day).findings
    given: dict[int, Decimal] = {}
    chosen = findings.piece == Piece.RECORD
    for place, points in zip(findings.record[chosen].tolist(), findings.points[chosen].tolist(), strict=True):
        key = int(columns.records.record[place])
        given[key] = given.get(key, Decimal(0)) + as_points(points)
    return given


@dataclass(frozen=True, slots=True)
class Turn:
    """A day on which the rating moves by itself, and the records that do it."""

    day: date
    grade: str
    points: Decimal | None
    ends: tuple[int, ...]
    ages: tuple[int, ...]


def turns_ahead(*, scheme: SchemeInForce, columns: Columns, today: date) -> list[Turn]:
    """The days ahead on which records end or grow older, with the grade that they then leave, if nothing else happens.

    Days that move neither points nor grade are left out. `columns` hold one entity.
    """
    skipped = kernel.why_skipped(columns.records, scheme.compiled, today)
    counted = columns.records.take(np.flatnonzero(skipped == Skipped.COUNTED))
    last = months_after(today, MONTHS_AHEAD)
    ends: dict[date, list[int]] = {}
    ages: dict[date, list[int]] = {}
    for place, key in enumerate(counted.record.tolist()):
        last_day = counted.until[place].item()
        if last_day < FOREVER:
            ends.setdefault(last_day + timedelta(days=1), []).append(key)
        for turning in scheme.compiled.turnings:
            if _type_of(counted, place) in turning.types:
                for turns_on in _days_of(turning, _day_in(counted, place, turning.day), today, last):
                    ages.setdefault(turns_on, []).append(key)
    for turning in scheme.compiled.turnings:
        if turning.day.startswith("entity."):
            fact = columns.facts.dates[turning.day.removeprefix("entity.")][0].item()
            for turns_on in _days_of(turning, fact, today, last):
                ages.setdefault(turns_on, [])
    turns: list[Turn] = []
    now, given = _said(columns, scheme, today), _contributions(columns, scheme, today)
    for day in sorted(day for day in {*ends, *ages} if today < day <= last)[:DAYS_TRIED]:
        then, gives = _said(columns, scheme, day), _contributions(columns, scheme, day)
        if then != now:
            older = [key for key in ages.get(day, ()) if key in gives and gives[key] != given.get(key)]
            turns.append(Turn(day, *then, tuple(ends.get(day, ())), tuple(dict.fromkeys(older))))
        now, given = then, gives
        if len(turns) == STEPS_AHEAD:
            break
    return turns


def _day_in(records: RecordColumns, place: int, name: str) -> date | None:
    return (getattr(records, name) if name in OWN_DAYS else records.dates[name])[place].item()


def _days_of(turning: Turning, since: date | None, today: date, last: date) -> Iterator[date]:
    """The days from tomorrow to the last on which something turns that began on the given day.

    What grows older day by day is looked at once a month.
    """
    if since is None:
        return
    if turning.after is None:
        base, passed = (today, 0) if turning.unit == "days" else (since, _months_to(since, today))
        for month in range(1, MONTHS_AHEAD + 1):
            is_yearly = turning.unit == "calendar-years"
            yield date(today.year + month, 1, 1) if is_yearly else months_after(base, passed + month)
        return
    if turning.unit == "days":
        turns_on = since + timedelta(days=turning.after + turning.plus)
    else:
        months = turning.after * (12 if turning.unit == "years" else 1)
        turns_on = months_after(since, months) + timedelta(days=turning.plus)
    if today < turns_on <= last:
        yield turns_on


def _months_to(since: date, today: date) -> int:
    return max((today.year - since.year) * 12 + today.month - since.month, 0)


def _type_of(records: RecordColumns, place: int) -> str:
    code = int(records.type[place])
    return records.vocabulary.types[code - 1] if code else ""


def _said(columns: Columns, scheme: SchemeInForce, day: date) -> tuple[str, Decimal | None]:
    ratings = kernel.rate(columns, scheme.compiled, day)
    place = int(ratings.place[0])
    if place == NOT_RATED:
        return "", None
    points = None if ratings.pointless[0] else as_points(int(ratings.points[0]))
    return scheme.compiled.letters[place], points
