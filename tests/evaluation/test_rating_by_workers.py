"""Real workers on real Redis: killed in the middle, robbed of every message, started again; nothing is lost or done twice."""

import os
import signal
import threading
import time

import psutil
import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.utils import timezone

from credit_platform.celery import app
from credit_platform.schedule import BEAT_SCHEDULE
from entities.models import CreditRecord
from entities.signals import records_changed
from evaluation import services
from evaluation.models import CurrentRating, RatingChange, RatingRequest
from tests.factories import EntityFactory
from tests.workers import running_worker

#: Workers take their time to start on a machine that has much else to do.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]

PATIENCE = 240


@pytest.fixture(autouse=True)
def no_message_is_on_its_way():
    """Messages and marks of other tests are gone."""
    app.control.purge()
    cache.clear()


def announce(entity) -> None:
    with transaction.atomic():
        records_changed.send(sender=CreditRecord, entity_ids={entity.pk})


def wait_until(holds, what: str) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < give_up_at, what
        time.sleep(0.05)


def all_answered() -> bool:
    return not RatingRequest.objects.exists()


def require_rated_once(entities) -> None:
    """Each has the grade that its records give, and came to it in one step."""
    assert set(
        CurrentRating.objects.filter(scheme__code="city-comprehensive").values_list("entity_id", "points")
    ) == {(entity.pk, 74_00) for entity in entities}
    assert RatingChange.objects.filter(scheme__code="city-comprehensive").count() == len(entities)
    assert services.verify_ratings(as_of=timezone.localdate()).differences == []


class HeldUp:
    """Lets nobody write a grade for as long as it is entered, so that whoever rates is caught in the middle."""

    def __enter__(self):
        self._reached, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold)
        self._thread.start()
        assert self._reached.wait(PATIENCE)
        return self

    def __exit__(self, *exc):
        self._over.set()
        self._thread.join()

    def _hold(self) -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {RatingChange._meta.db_table} IN EXCLUSIVE MODE")
                self._reached.set()
                assert self._over.wait(PATIENCE)
        finally:
            connections.close_all()

    @staticmethod
    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass)",
                [RatingChange._meta.db_table],
            )
            return cursor.fetchone()[0]


def test_what_a_killed_worker_was_rating_is_rated_by_the_next_and_once(schemes, record):
    entities = [EntityFactory() for _ in range(5)]
    for entity in entities:
        record(entity)
    with running_worker(queues="default") as worker, HeldUp() as held:
        for entity in entities:
            announce(entity)
        wait_until(held.somebody_waits, "no worker came as far as writing")
        for process in (*psutil.Process(worker.pid).children(recursive=True), psutil.Process(worker.pid)):
            os.kill(process.pid, signal.SIGKILL)
        worker.wait(PATIENCE)
    assert RatingRequest.objects.count() == 5, "what was not finished is undone, wishes included"
    assert not RatingChange.objects.exists()
    with running_worker(queues="default"):
        record(last := EntityFactory())
        announce(last)
        wait_until(all_answered, "the next worker did not rate what the killed one left")
    require_rated_once([*entities, last])


def test_without_any_message_left_the_next_wish_brings_all_of_them(schemes, record):
    entities = [EntityFactory() for _ in range(20)]
    for entity in entities:
        record(entity)
        announce(entity)
    # Redis forgets everything: queue, marks, sessions.
    with app.connection_for_write() as broker:
        broker.default_channel.client.flushdb()
    with running_worker(queues="default"):
        assert RatingRequest.objects.count() == 20, "there is no message that a worker could have"
        record(last := EntityFactory())
        announce(last)
        wait_until(all_answered, "wishes without a message were not answered")
    require_rated_once([*entities, last])


def test_the_timetable_alone_brings_what_lost_its_message(schemes, record):
    record(entity := EntityFactory())
    announce(entity)
    with app.connection_for_write() as broker:
        broker.default_channel.client.flushdb()
    sweep = BEAT_SCHEDULE["rate the entities that still wait, every minute"]
    with running_worker(queues="default"):
        app.send_task(sweep["task"])
        wait_until(all_answered, "the sweep rated nothing")
    require_rated_once([entity])


def test_many_changes_at_once_are_rated_once_each_by_several_workers(schemes, record):
    entities = [EntityFactory() for _ in range(40)]
    for entity in entities:
        record(entity)
    with running_worker(queues="default"):
        for entity in entities:
            for _ in range(3):
                announce(entity)
        wait_until(all_answered, "wishes were left")
    require_rated_once(entities)
