"""Many workers at once, lost messages, lost workers: no wish is lost and no stale grade is written last."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.utils import timezone

from entities.models import CreditRecord, Entity
from entities.signals import records_changed
from evaluation import bulk, services, tasks
from evaluation.models import CurrentRating, RatingChange, RatingRequest
from tests.factories import EntityFactory
from tests.workers import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_message_is_on_its_way():
    """Messages that another test kept from being sent do not count as sent."""
    cache.clear()


def grade(entity):
    return (
        CurrentRating.objects.filter(entity=entity, scheme__code="city-comprehensive")
        .values_list("points", flat=True)
        .first()
    )


def announce(*entities: Entity) -> None:
    with transaction.atomic():
        records_changed.send(sender=CreditRecord, entity_ids={entity.pk for entity in entities})


def at_once(*calls):
    """Run calls in threads, each with a connection of its own, and return what they gave."""

    def run(call):
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result(200) for future in [threads.submit(run, call) for call in calls]]


def rate_waiting():
    return services.rate_waiting(limit=100, as_of=timezone.localdate())


class Paused:
    """Stops one rating between its reading and its writing until the test lets it go."""

    def __init__(self, monkeypatch):
        self.reached, self.go_on = threading.Event(), threading.Event()
        self._real, self._first = bulk.rate_and_save, threading.Lock()
        monkeypatch.setattr(bulk, "rate_and_save", self)

    def __call__(self, *args):
        if self._first.acquire(blocking=False):
            self.reached.set()
            assert self.go_on.wait(100)
        return self._real(*args)


def test_four_workers_on_one_request_make_one_rating(schemes, record, monkeypatch):
    monkeypatch.setattr(tasks.rate_waiting, "delay", lambda: None)
    for _ in range(5):
        record(entity := EntityFactory())
        announce(entity)
        assert sorted(at_once(*[rate_waiting] * 4)) == [0, 0, 0, 1]
        assert RatingChange.objects.filter(entity=entity, scheme__code="city-comprehensive").count() == 1
        assert not RatingRequest.objects.exists()


def test_workers_share_a_queue_and_leave_nothing(schemes, record, monkeypatch):
    monkeypatch.setattr(tasks.rate_waiting, "delay", lambda: None)
    entities = [EntityFactory() for _ in range(40)]
    for entity in entities:
        record(entity)
        announce(entity)

    def drain():
        return sum(iter(lambda: services.rate_waiting(limit=3, as_of=timezone.localdate()), 0))

    assert sum(at_once(*[drain] * 4)) == 40
    assert all(grade(entity) == 74_00 for entity in entities)
    assert RatingChange.objects.filter(scheme__code="city-comprehensive").count() == 40


def test_a_request_written_while_its_entity_is_being_rated_survives_and_is_answered(
    schemes, record, monkeypatch
):
    monkeypatch.setattr(tasks.rate_waiting, "delay", lambda: None)
    record(entity := EntityFactory())
    announce(entity)
    paused = Paused(monkeypatch)

    def meanwhile():
        assert paused.reached.wait(100)
        started = time.monotonic()
        record(entity)
        announce(entity)
        waited = time.monotonic() - started
        taken_by_another = rate_waiting()
        paused.go_on.set()
        return waited, taken_by_another

    answered, (waited, taken_by_another) = at_once(rate_waiting, meanwhile)
    assert answered == 1
    assert waited < 50, "whoever changes a record does not wait for the workers"
    assert taken_by_another == 0, "an entity is rated by one worker at a time"
    assert grade(entity) == 74_00
    assert RatingRequest.objects.count() == 1
    assert rate_waiting() == 1
    assert grade(entity) == 64_00


def test_bulk_work_does_not_write_an_older_grade_over_a_newer_one(schemes, record, monkeypatch):
    monkeypatch.setattr(tasks.rate_waiting, "delay", lambda: None)
    record(entity := EntityFactory())
    paused = Paused(monkeypatch)

    def meanwhile():
        assert paused.reached.wait(100)
        record(entity)
        announce(entity)
        threading.Timer(0.3, paused.go_on.set).start()
        return rate_waiting()

    changed, answered = at_once(lambda: services.rate_all(as_of=timezone.localdate()), meanwhile)
    assert answered == 1
    assert changed == 2
    assert grade(entity) == 64_00
    assert services.verify_ratings(as_of=timezone.localdate()).differences == []


def test_a_worker_that_dies_in_the_middle_leaves_the_request_for_the_next(schemes, record, monkeypatch):
    monkeypatch.setattr(tasks.rate_waiting, "delay", lambda: None)
    record(entity := EntityFactory())
    announce(entity)
    monkeypatch.setattr(bulk, "rate_and_save", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rate_waiting()
    monkeypatch.undo()
    assert grade(entity) is None
    assert rate_waiting() == 1
    assert grade(entity) == 74_00


def test_with_redis_away_the_change_is_saved_and_the_sweep_rates_it(schemes, record, monkeypatch):
    def refuse():
        raise ConnectionError("no Redis")

    monkeypatch.setattr(tasks.rate_waiting, "delay", refuse)
    record(entity := EntityFactory())
    announce(entity)
    assert RatingRequest.objects.filter(entity=entity).exists()
    tasks.rate_waiting()
    assert grade(entity) == 74_00


@pytest.mark.integration
def test_a_real_worker_rates_after_the_commit(schemes, record, celery_workers):
    record(entity := EntityFactory())
    announce(entity)
    wait_until(lambda: grade(entity) is not None, "a worker rates the entity")
    assert grade(entity) == 74_00
    wait_until(lambda: not RatingRequest.objects.exists(), "the wish leaves with the rating")


def test_whoever_reads_an_entity_is_not_held_up_by_its_rating(schemes, record):
    entity = EntityFactory()
    with transaction.atomic():
        assert services._lock_entities({entity.pk}) == {entity.pk}

        def refer_to_it():
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20s'")
            return record(entity).pk

        assert at_once(refer_to_it)[0]
