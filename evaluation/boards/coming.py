"""Who moves by themselves in the weeks ahead: the same kernel, for the entities that each day touches."""

from datetime import date, timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone

from evaluation import frames
from evaluation.birthdays import entities_touched_by
from evaluation.boards import locks
from evaluation.boards.models import ComingDay, ComingMove
from evaluation.columns import Columns, Vocabulary
from evaluation.kernel import NOT_RATED, RatingColumns
from evaluation.schemes.in_force import SchemeInForce, schemes_in_force
from evaluation.storing import POINTLESS, points_of

DAYS_AHEAD = 28
AT_ONCE = 20_000


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
    made = {
        one.scheme.pk: ComingDay(
            scheme=one.scheme,
            day=day,
            counted_on=today,
            touched=len(touched),
            moved=0,
            graded=0,
            rise=0,
            fall=0,
        )
        for one in schemes
    }
    ComingDay.objects.bulk_create(made.values())
    vocabulary = Vocabulary.union(one.compiled.vocabulary for one in schemes)
    for start in range(0, len(touched), AT_ONCE):
        columns = frames.columns_in_force(touched[start : start + AT_ONCE], vocabulary)
        for one in schemes:
            ComingMove.objects.bulk_create(_moves(columns, one, made[one.scheme.pk]), batch_size=5_000)
    ComingDay.objects.bulk_update(made.values(), ["moved", "graded", "rise", "fall"])
    return True


def _moves(columns: Columns, scheme: SchemeInForce, within: ComingDay) -> list[ComingMove]:
    """Who gets another grade on the day; they and those who get other points are counted there."""
    day = within.day
    before = scheme.rate(columns, day - timedelta(days=1))
    after = scheme.rate(columns, day)
    rated = (before.place != NOT_RATED) & (after.place != NOT_RATED)
    within.moved += int(((points_of(before) != points_of(after)) | (before.place != after.place)).sum())
    within.graded += int((before.place != after.place).sum())
    within.rise += int((rated & (after.place < before.place)).sum())
    within.fall += int((rated & (after.place > before.place)).sum())
    return [
        ComingMove(
            within=within,
            scheme=scheme.scheme,
            day=day,
            entity_id=int(columns.entities[row]),
            from_place=_place(before, row),
            to_place=_place(after, row),
            from_points=_points(before, row),
            to_points=_points(after, row),
        )
        for row in np.flatnonzero(before.place != after.place).tolist()
    ]


def _place(ratings: RatingColumns, row: int) -> int | None:
    place = int(ratings.place[row])
    return None if place == NOT_RATED else place


def _points(ratings: RatingColumns, row: int) -> int | None:
    points = int(points_of(ratings)[row])
    return None if points == POINTLESS else points
