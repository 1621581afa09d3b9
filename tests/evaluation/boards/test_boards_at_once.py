"""Two workers at once on the boards: nothing is counted twice, and none of them fails."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from entities.models import Entity
from evaluation import services
from evaluation.boards import coming, counting, locks, weighing
from evaluation.boards.models import BodyWeight, ComingDay, CountedRating, CountMark, WeighedRange
from tests.evaluation.test_rating_at_once import at_once
from tests.factories import EntityFactory

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate


class Meeting:
    """Lets the first who comes wait for a second one, as far as there is one."""

    def __init__(self) -> None:
        self._first, self._second = threading.Lock(), threading.Event()

    def come(self) -> bool:
        """Whether this was the first."""
        if self._first.acquire(blocking=False):
            self._second.wait(1)
            return True
        self._second.set()
        return False


def rated(*entities: Entity) -> None:
    services.request_ratings(entity.pk for entity in entities)
    services.rate_waiting(limit=500, as_of=TODAY())


def test_who_follows_while_another_does_leaves_the_marks_to_them(schemes, record):
    record(entity := EntityFactory())
    rated(entity)
    marks = CountMark.objects.count()
    with transaction.atomic():
        locks.wait_for(locks.FOLLOWING)
        assert at_once(counting.follow) == [0]
        assert CountMark.objects.count() == marks > 0
    assert counting.follow() == marks
    assert set(CountedRating.objects.values_list("entity", flat=True)) == {entity.pk}


def test_two_who_weigh_at_once_weigh_nobody_twice(schemes, record, monkeypatch):
    entities = [EntityFactory() for _ in range(4)]
    body = record(entities[0]).submitted_by
    for entity in entities[1:]:
        record(entity, submitted_by=body)
    rated(*entities)
    first, middle, last = entities[0].pk, entities[2].pk, entities[3].pk
    meeting = Meeting()
    # Where ranges are cut hangs on a sample, which is another for each who draws it.
    monkeypatch.setattr(
        weighing,
        "cut_ranges",
        lambda: [(first, last)] if meeting.come() else [(first - 1, middle), (middle + 1, last)],
    )
    at_once(weighing.weigh, weighing.weigh)
    assert WeighedRange.objects.get().last == last
    weights = BodyWeight.objects.filter(body=body, scheme__code="city-comprehensive")
    assert [one.entities for one in weights] == [4]


def test_two_who_look_ahead_at_once_work_out_each_day_once(schemes, record, monkeypatch):
    record(EntityFactory())
    meeting, touched = Meeting(), coming.entities_touched_by

    def meet(*args):
        meeting.come()
        return touched(*args)

    monkeypatch.setattr(coming, "entities_touched_by", meet)
    assert sum(at_once(lambda: coming.look_ahead(days=1), lambda: coming.look_ahead(days=1))) == 1
    days = ComingDay.objects.values_list("day", "scheme__code")
    assert sorted(days) == [(TODAY() + timedelta(days=1), code) for code in sorted(schemes)]
