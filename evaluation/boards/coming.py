"""Who moves by themselves in the weeks ahead: the same kernel, for the entities that each day touches."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from evaluation import frames
from evaluation.birthdays import entities_touched_by
from evaluation.boards import locks
from evaluation.boards.models import ComingDay, ComingMove, ComingPart, CountedBody
from evaluation.columns import Columns, Ints, Vocabulary
from evaluation.frames import Column, copy_rows
from evaluation.kernel import NOT_RATED, RatingColumns
from evaluation.schemes.in_force import SchemeInForce, schemes_in_force
from evaluation.storing import POINTLESS, points_of

DAYS_AHEAD = 28
AT_ONCE = 20_000
#: What is counted of a day, beside whom it touches.
COUNTED = ("moved", "graded", "rise", "fall")


def look_ahead(today: date | None = None, days: int = DAYS_AHEAD) -> int:
    """Work out each of the days ahead that was not worked out today; how many were. May stop and begin again anywhere.

    Under schemes that compare peers these stay as they stand in the tables of today: who moves is told by what ages and
    ends of its own, not by what the others do.
    """
    today = today or timezone.localdate()
    schemes = schemes_in_force(today)
    ComingDay.objects.filter(day__lte=today).delete()
    done = 0
    for number in range(1, days + 1):
        done += _look_at(today + timedelta(days=number), today, schemes)
    return done


@transaction.atomic
def _look_at(day: date, today: date, schemes: list[SchemeInForce]) -> bool:
    # Whoever comes second finds the day done.
    locks.wait_for(locks.LOOKING_AHEAD)
    known = ComingDay.objects.filter(day=day)
    if schemes and known.filter(counted_on=today).count() >= len(schemes):
        return False
    known.delete()
    touched = sorted(entities_touched_by(day, schemes)) if schemes else []
    none = dict.fromkeys(COUNTED, 0)
    made = {
        one.scheme.pk: ComingDay(scheme=one.scheme, day=day, counted_on=today, touched=len(touched), **none)
        for one in schemes
    }
    ComingDay.objects.bulk_create(made.values())
    parts = _follow_moves(touched, schemes, made)
    ComingDay.objects.bulk_update(made.values(), COUNTED)
    ComingPart.objects.bulk_create(
        ComingPart(
            within_id=within,
            body_id=body,
            **{name: parts[within, body, name] for name in ("touched", *COUNTED)},
        )
        for within, body in sorted({(within, body) for within, body, _name in parts})
    )
    return True


def _follow_moves(
    touched: list[int], schemes: list[SchemeInForce], made: dict[int, ComingDay]
) -> Counter[tuple[int, int, str]]:
    """Note who gets another grade on the day, and count on it; what is counted by day, department and name."""
    vocabulary = Vocabulary.union(one.compiled.vocabulary for one in schemes)
    parts: Counter[tuple[int, int, str]] = Counter()
    for start in range(0, len(touched), AT_ONCE):
        columns = frames.columns_in_force(touched[start : start + AT_ONCE], vocabulary)
        belonging = _belonging(columns.entities)
        for one in schemes:
            within = made[one.scheme.pk]
            found = _found(columns, one, within.day)
            for name, rows in found.counted.items():
                setattr(within, name, getattr(within, name) + len(rows))
            for body, owned in belonging.items():
                parts[within.pk, body, "touched"] += len(owned)
                for name, rows in found.counted.items():
                    parts[within.pk, body, name] += int(np.isin(rows, owned).sum())
            ComingMove.objects.bulk_create(_moves(columns, found, within, belonging), batch_size=5_000)
    return parts


def _belonging(entities: Ints) -> dict[int, Ints]:
    """By department the places of the entities that belong to it, as the boards counted last."""
    rows = copy_rows(
        CountedBody.objects.filter(entity__in=entities.tolist()).order_by(),
        {"entity": Column(F("entity_id"), "i8"), "body": Column(F("body_id"), "i8")},
    )
    order = np.argsort(entities)
    place = order[np.searchsorted(entities, rows["entity"].astype(np.int64), sorter=order)]
    return {body: place[rows["body"] == body] for body in np.unique(rows["body"]).tolist()}


@dataclass(frozen=True, slots=True)
class _Found:
    """What a day does to entities: their ratings before and on it, and the places of those whom it moves, by what is counted."""

    before: RatingColumns
    after: RatingColumns
    counted: dict[str, Ints]


def _found(columns: Columns, scheme: SchemeInForce, day: date) -> _Found:
    before = scheme.rate(columns, day - timedelta(days=1))
    after = scheme.rate(columns, day)
    rated = (before.place != NOT_RATED) & (after.place != NOT_RATED)
    other = before.place != after.place
    chosen = {
        "moved": (points_of(before) != points_of(after)) | other,
        "graded": other,
        "rise": rated & (after.place < before.place),
        "fall": rated & (after.place > before.place),
    }
    return _Found(before, after, {name: np.flatnonzero(rows) for name, rows in chosen.items()})


def _moves(
    columns: Columns, found: _Found, within: ComingDay, belonging: dict[int, Ints]
) -> list[ComingMove]:
    """Who gets another grade on the day."""
    bodies: dict[int, list[int]] = {}
    for body, owned in belonging.items():
        for row in owned.tolist():
            bodies.setdefault(row, []).append(body)
    return [
        ComingMove(
            within=within,
            scheme_id=within.scheme_id,
            day=within.day,
            entity_id=int(columns.entities[row]),
            from_place=_place(found.before, row),
            to_place=_place(found.after, row),
            from_points=_points(found.before, row),
            to_points=_points(found.after, row),
            bodies=bodies.get(row, []),
        )
        for row in found.counted["graded"].tolist()
    ]


def _place(ratings: RatingColumns, row: int) -> int | None:
    place = int(ratings.place[row])
    return None if place == NOT_RATED else place


def _points(ratings: RatingColumns, row: int) -> int | None:
    points = int(points_of(ratings)[row])
    return None if points == POINTLESS else points
