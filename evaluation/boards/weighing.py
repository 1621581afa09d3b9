"""Whose records weigh: every entity explained by the kernel, range by range, and added up by submitting body."""

from datetime import date

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from entities.models import CreditRecord
from evaluation.boards import locks
from evaluation.boards.models import BodyWeight, WeighedRange
from evaluation.bulk import Reader, cut_ranges
from evaluation.columns import Columns, Ints
from evaluation.frames import Column, copy_rows
from evaluation.kernel import Piece
from evaluation.schemes.in_force import SchemeInForce


def weigh(today: date | None = None) -> int:
    """Weigh each range that was not weighed for today; how many were. A worker that is lost takes one range with it."""
    today = today or timezone.localdate()
    _cut(today)
    reader, done = Reader.for_day(today), 0
    while _weigh_next(today, reader):
        done += 1
    if not WeighedRange.objects.filter(day=today, done_at=None).exists():
        WeighedRange.objects.filter(day__lt=today).delete()
    return done


@transaction.atomic
def _cut(today: date) -> None:
    """Cut the city into ranges, once for a day: who cut it a second time would cut it elsewhere, and weigh some twice."""
    locks.wait_for(locks.CUTTING)
    if not WeighedRange.objects.filter(day=today).exists():
        WeighedRange.objects.bulk_create(
            WeighedRange(day=today, first=first, last=last) for first, last in cut_ranges()
        )


def weighed_day() -> date | None:
    """The last day for which all ranges are weighed."""
    open_days = WeighedRange.objects.filter(done_at=None).values("day")
    return (
        WeighedRange.objects.exclude(day__in=open_days).order_by("-day").values_list("day", flat=True).first()
    )


@transaction.atomic
def _weigh_next(today: date, reader: Reader) -> bool:
    free = WeighedRange.objects.select_for_update(skip_locked=True).filter(day=today, done_at=None)
    found = free.order_by("pk").first()
    if found is None:
        return False
    columns = reader.columns(found.first, found.last)
    body = _bodies(columns, found.first, found.last)
    for one in reader.schemes:
        BodyWeight.objects.bulk_create(_weights(columns, body, one, today, found))
    found.done_at = timezone.now()
    found.save(update_fields=("done_at",))
    return True


def _bodies(columns: Columns, first: int, last: int) -> Ints:
    """The submitting body of each record of the columns."""
    records = CreditRecord.objects.filter(
        entity_id__gte=first, entity_id__lte=last, status=CreditRecord.Status.PUBLISHED
    )
    rows = copy_rows(
        records.order_by("pk"), {"record": Column(F("pk"), "i8"), "body": Column(F("submitted_by_id"), "i8")}
    )
    known, bodies = rows["record"].astype(np.int64), rows["body"].astype(np.int64)
    if not len(known):
        return np.zeros(len(columns.records), np.int64)
    place = np.minimum(np.searchsorted(known, columns.records.record), len(known) - 1)
    # A record that was ended between both readings belongs to nobody here, and is counted tomorrow.
    return np.where(known[place] == columns.records.record, bodies[place], 0)


def _weights(
    columns: Columns, body: Ints, scheme: SchemeInForce, day: date, within: WeighedRange
) -> list[BodyWeight]:
    told = scheme.explain(columns, day)
    chosen = (told.findings.piece == Piece.RECORD) & (told.findings.points != 0)
    record, points = told.findings.record[chosen], told.findings.points[chosen]
    owner, of_entity = body[record], columns.records.entity_index[record]
    made = []
    for one in np.unique(owner[owner > 0]).tolist():
        own = owner == one
        down = own & (points < 0)
        harmed = np.unique(of_entity[down])
        place = told.ratings.place[harmed]
        letters = len(scheme.compiled.letters)
        made.append(
            BodyWeight(
                within=within,
                scheme=scheme.scheme,
                body_id=one,
                records=len(np.unique(record[own])),
                against=int(points[down].sum()),
                in_favour=int(points[own & (points > 0)].sum()),
                entities=len(harmed),
                # The place of those not rated is -1, the last.
                places=np.bincount(np.where(place < 0, letters, place), minlength=letters + 1).tolist(),
            )
        )
    return made
