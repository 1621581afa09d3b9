"""Reminding before a last day and telling once it is over, for whatever has one.

The row says whether either was said; it is locked while it is said, and passed over where another worker has it. So the
timetable may run this as often as it likes, and at once on many workers: each is said once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Reminding:
    """What has a day in its field `due_on`.

    Args:
        waiting: the rows that still wait for something, with all that the telling reads.
        over: tells of one whose day is over, in the transaction that notes it.
        soon: tells of one whose day comes; None where nobody is reminded beforehand.
        told_over: the field that notes when it was told that the day is over.
        told_soon: the field that notes when it was told that the day comes.
        noted: what these fields note, a moment or a day.
    """

    waiting: Callable[[], QuerySet]
    over: Callable[[Any], None]
    soon: Callable[[Any], None] | None = None
    told_over: str = "overdue_told_at"
    told_soon: str = "reminded_at"
    noted: Callable[[], Any] = timezone.now

    def run(self, *, today: date, horizon: date | None = None) -> int:
        """Tell of every row whose day is over before `today` or comes by `horizon`; returns how many were told of."""
        due = Q(due_on__lt=today, **{self.told_over: None})
        if self.soon is not None:
            due |= Q(due_on__gte=today, due_on__lte=horizon, **{self.told_soon: None})
        keys = self.waiting().filter(due).order_by("due_on", "pk").values_list("pk", flat=True)
        return sum(self._tell(key, due, today) for key in list(keys))

    @transaction.atomic
    def _tell(self, key: int, due: Q, today: date) -> bool:
        locked = self.waiting().select_for_update(of=("self",), skip_locked=True)
        row = locked.filter(due, pk=key).first()
        if row is None:
            return False
        is_over = row.due_on < today
        noted = self.told_over if is_over else self.told_soon
        setattr(row, noted, self.noted())
        row.save(update_fields=(noted,))
        if is_over:
            self.over(row)
        elif self.soon is not None:
            self.soon(row)
        return True
