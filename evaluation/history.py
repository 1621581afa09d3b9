"""How a rating came to be what it is: the same kernel on earlier days."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise

import numpy as np

from entities.models import CreditRecord
from evaluation.columns import STANDINGS, Columns, Ints
from evaluation.explanation import as_points
from evaluation.kernel import NOT_RATED, Piece, RatingColumns
from evaluation.models import RatingChange
from evaluation.schemes.in_force import SchemeInForce, in_force

#: So many changes of one entity are shown at most, the last ones.
CHANGES_SHOWN = 16


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

    `more` is how many other records moved it between this change and the one before. `events` are all that moved it
    on the whole day, which several changes may share, the greatest first. Each grade has its own scale, best first,
    since versions of a scheme may have other letters; that of a grade before is empty where it is too long ago.
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
    from_scale: tuple[str, ...]
    to_scale: tuple[str, ...]
    events: tuple[Event, ...] = ()

    @property
    def move(self) -> Decimal | None:
        """By how much the points moved, where there were points before and after."""
        if self.from_points is None or self.to_points is None:
            return None
        return self.to_points - self.from_points


def steps_of(*, entity_id: int, scheme: SchemeInForce, columns: Columns) -> list[Step]:
    """The last changes of an entity's rating, oldest first, each with the event that made it.

    A correction speaks from the day on which it came, as in a replay.
    """
    changes = list(
        RatingChange.objects.filter(entity_id=entity_id, scheme=scheme.scheme)
        .select_related("version__scheme")
        .order_by("-as_of", "-pk")[:CHANGES_SHOWN]
    )[::-1]
    steps: list[Step] = []
    version_id, before = None, None
    scale_before: tuple[str, ...] = ()
    told = _Told.of(columns)
    for day, of_day in groupby(changes, key=lambda change: change.as_of):
        events: tuple[Event, ...] = ()
        candidates: list[Event] | None = None
        for change in of_day:
            scheme_then = in_force(change.version, change.peers_id)
            if candidates is None:
                candidates = told.events_between(before or day - timedelta(days=1), day, scheme_then)
                events = tuple(candidates)
            is_new = version_id is not None and change.version_id != version_id
            scales = (scheme_then.compiled.letters, scale_before)
            steps.append(_step(change, candidates, events, scales, is_new))
            version_id, scale_before = change.version_id, scheme_then.compiled.letters
        before = day
    return steps


def _step(
    change: RatingChange,
    candidates: list[Event],
    events: tuple[Event, ...],
    scales: tuple[tuple[str, ...], tuple[str, ...]],
    is_new: bool,
) -> Step:
    """A change with the event that fits it, which is taken from the candidates of its day; `scales` are now and before."""
    event = None if is_new or change.from_points is None else _take_fitting(candidates, change)
    return Step(
        at=change.at,
        as_of=change.as_of,
        from_grade=change.from_grade,
        to_grade=change.to_grade,
        from_points=None if change.from_points is None else as_points(change.from_points),
        to_points=None if change.to_points is None else as_points(change.to_points),
        event=event,
        more=0 if event is None or _explains(event, change) else len(candidates),
        new_version=change.version.number if is_new else None,
        from_scale=_scale_of(change.from_grade, *scales),
        to_scale=scales[0],
        events=events,
    )


def _scale_of(grade: str, *scales: tuple[str, ...]) -> tuple[str, ...]:
    """The first of the scales that has the grade; none has it where that is too long ago."""
    return next((scale for scale in scales if not grade or grade in scale), ())


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


@dataclass(frozen=True, slots=True)
class LastMove:
    """What moved a rating on the day of its last change, all changes of that day together.

    `rest` is what the records do not explain by themselves: limits, rounding, another version of the scheme; None
    where there were no points before or are none now.
    """

    step: Step
    from_grade: str
    from_scale: tuple[str, ...]
    from_points: Decimal | None
    events: tuple[Event, ...]
    rest: Decimal | None

    @property
    def move(self) -> Decimal | None:
        """By how much the points moved on that day."""
        if self.from_points is None or self.step.to_points is None:
            return None
        return self.step.to_points - self.from_points


def last_move(steps: list[Step]) -> LastMove | None:
    """The last day on which the rating became another; None where it was given only once."""
    if not steps:
        return None
    last = steps[-1]
    first = next(step for step in steps if step.as_of == last.as_of)
    if not first.from_grade and first is steps[0]:
        return None
    one = LastMove(last, first.from_grade, first.from_scale, first.from_points, last.events, None)
    if one.move is None:
        return one
    explained = sum((event.points for event in last.events), Decimal(0))
    return replace(one, rest=one.move - explained)


@dataclass(slots=True)
class _Told:
    """What records gave on days that were asked for, each worked out once."""

    columns: Columns
    corrected: Mapping[int, tuple[int, date]]
    given: dict[tuple[date, int, int | None], dict[int, Decimal]] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Columns) -> "_Told":
        corrected = _corrections(columns)
        return cls(_from_the_day_they_came(columns, corrected), corrected)

    def on(self, day: date, scheme: SchemeInForce) -> dict[int, Decimal]:
        """What each record in force on the day gave under the version."""
        key = (day, scheme.version.pk, scheme.tables)
        if key not in self.given:
            self.given[key] = contributions(self.columns.as_on(day), scheme, day)
        return self.given[key]

    def events_between(self, since: date, day: date, scheme: SchemeInForce) -> list[Event]:
        """What began, ended or aged after `since` and until `day`, each with the points it moves, the greatest first."""
        before, after = self.on(since, scheme), self.on(day, scheme)
        rows, first, last = self.columns.records, np.datetime64(since, "D") + 1, np.datetime64(day, "D")
        keys = rows.record.tolist()
        begins = np.maximum(rows.published, rows.decided)
        has_begun = (begins >= first) & (begins <= last)
        has_ended = (rows.ended >= first) & (rows.ended <= last)
        during = after
        if np.any(has_begun & has_ended):
            # What began and ended in between stands in neither.
            both = self.columns.as_on(day, or_ended_after=since)
            during = contributions(both, scheme, day)
        over = np.flatnonzero((rows.until >= first - 1) & (rows.until < last) & (rows.ended > last)).tolist()
        nothing = Decimal(0)
        events = [
            *(
                Event(keys[place], Cause.BEGAN, during.get(keys[place], nothing))
                for place in np.flatnonzero(has_begun).tolist()
            ),
            *(
                Event(
                    keys[place],
                    Cause(STANDINGS[int(rows.standing[place])]),
                    -before.get(keys[place], during.get(keys[place], nothing)),
                )
                for place in np.flatnonzero(has_ended).tolist()
            ),
            *(Event(keys[place], Cause.EXPIRED, -before.get(keys[place], nothing)) for place in over),
            *(Event(key, Cause.AGED, after[key] - before[key]) for key in before.keys() & after.keys()),
        ]
        moving = (event for event in _corrections_as_one(events, self.corrected) if event.points)
        return sorted(moving, key=lambda event: (-abs(event.points), event.record_id))


def _corrections(columns: Columns) -> dict[int, tuple[int, date]]:
    """By record that corrects another: which one, and the day on which it came in its place."""
    if not (columns.records.standing == STANDINGS.index("replaced")).any():
        return {}
    corrections = CreditRecord.objects.filter(
        pk__in=columns.records.record.tolist(), replaces__ended_on__isnull=False
    )
    return {
        pk: (replaced, day)
        for pk, replaced, day in corrections.values_list("pk", "replaces", "replaces__ended_on")
    }


def _from_the_day_they_came(columns: Columns, corrected: Mapping[int, tuple[int, date]]) -> Columns:
    """A correction keeps the day of publication of what it corrects, and until it came that one spoke, never both."""
    if not corrected:
        return columns
    published = columns.records.published.copy()
    for place, key in enumerate(columns.records.record.tolist()):
        if key in corrected:
            published[place] = max(published[place], np.datetime64(corrected[key][1], "D"))
    return Columns(columns.entities, replace(columns.records, published=published), columns.facts)


def _corrections_as_one(
    events: Sequence[Event], corrected: Mapping[int, tuple[int, date]]
) -> Iterator[Event]:
    """What goes and what comes in its place are one event: the record was corrected, by the difference."""
    came = {
        corrected[one.record_id][0]: one
        for one in events
        if one.cause is Cause.BEGAN and one.record_id in corrected
    }
    gone = {one.record_id for one in events if one.cause is Cause.REPLACED}
    for one in events:
        if one.cause is Cause.REPLACED and one.record_id in came:
            yield Event(one.record_id, Cause.REPLACED, one.points + came[one.record_id].points)
        elif not (
            one.cause is Cause.BEGAN and one.record_id in corrected and corrected[one.record_id][0] in gone
        ):
            yield one


def contributions(columns: Columns, scheme: SchemeInForce, day: date) -> dict[int, Decimal]:
    """What each record gives or takes on a day, under all components together."""
    findings = scheme.explain(columns, day).findings
    rows = np.flatnonzero(findings.piece == Piece.RECORD)
    return _added(columns.records.record[findings.record[rows]], findings.points[rows])


def contributions_on(
    columns: Columns, scheme: SchemeInForce, days: Sequence[date], records: Collection[int]
) -> list[dict[int, Decimal]]:
    """The same of one entity on each of several days, of these records only; one run of the kernel."""
    if not records:
        return [{} for _day in days]
    if scheme.peers is None and scheme.compiled.peer_levels:
        return [contributions(columns, scheme, day) for day in days]
    many = columns.repeated(len(days))
    findings = scheme.explain(many, np.array(days, "M8[D]")).findings
    rows = np.flatnonzero(findings.piece == Piece.RECORD)
    keys = many.records.record[findings.record[rows]]
    named = np.isin(keys, np.fromiter(records, np.int64))
    keys, rows = keys[named], rows[named]
    edges = np.searchsorted(findings.entity[rows], np.arange(len(days) + 1))
    return [
        _added(keys[first:behind], findings.points[rows[first:behind]])
        for first, behind in pairwise(edges.tolist())
    ]


def _added(keys: Ints, points: Ints) -> dict[int, Decimal]:
    """The points of each key together."""
    different, place = np.unique(keys, return_inverse=True)
    together = np.zeros(len(different), np.int64)
    np.add.at(together, place, points.astype(np.int64))
    return dict(zip(different.tolist(), map(as_points, together.tolist()), strict=True))


def said_on_days(
    columns: Columns, scheme: SchemeInForce, days: Sequence[date]
) -> list[tuple[str, Decimal | None]]:
    """Grade and points of the one entity that the columns hold, on each of the days; "" and none where it is not rated."""
    if scheme.peers is None and scheme.compiled.peer_levels:
        # Its peers are those of the same day.
        return [said for day in days for said in _said(scheme.rate(columns, day), scheme)]
    return _said(scheme.rate(columns.repeated(len(days)), np.array(days, "M8[D]")), scheme)


def _said(ratings: RatingColumns, scheme: SchemeInForce) -> list[tuple[str, Decimal | None]]:
    letters = (*scheme.compiled.letters, "")
    return [
        (letters[place], None if pointless or place == NOT_RATED else as_points(points))
        for place, pointless, points in zip(
            ratings.place.tolist(), ratings.pointless.tolist(), ratings.points.tolist(), strict=True
        )
    ]
