"""Hurrying workers: one message for many wishes, and none lost because another was sent."""

import pytest
from django.core.cache import cache
from django.db import transaction

from credit_platform.common import queueing


class Task:
    """Stands for a task that works off whatever waits; counts its messages."""

    name = "tests.work_off_whatever_waits"

    def __init__(self) -> None:
        self.messages = 0

    def delay(self) -> None:
        self.messages += 1


@pytest.fixture
def task():
    cache.clear()
    yield Task()
    cache.clear()


@pytest.mark.django_db(transaction=True)
def test_while_a_message_is_on_its_way_no_other_is_sent(task):
    for _ in range(5):
        with transaction.atomic():
            queueing.hurry_on_commit(task)
    assert task.messages == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_after_the_last_look_sends_its_own_message(task):
    with transaction.atomic():
        queueing.hurry_on_commit(task)
    queueing.begun(task)
    with transaction.atomic():
        queueing.hurry_on_commit(task)
    assert task.messages == 2


@pytest.mark.django_db(transaction=True)
def test_a_message_that_nobody_begins_is_taken_for_lost(task, monkeypatch):
    monkeypatch.setattr(queueing, "TAKEN_FOR_LOST", 0)
    for _ in range(2):
        with transaction.atomic():
            queueing.hurry_on_commit(task)
    assert task.messages == 2


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_hurries_nobody(task):
    def change_that_fails():
        with transaction.atomic():
            queueing.hurry_on_commit(task)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_that_fails()
    assert task.messages == 0


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_is_down_is_no_error_of_the_change(task, monkeypatch):
    def refuse():
        raise ConnectionError("no Redis")

    monkeypatch.setattr(task, "delay", refuse)
    with transaction.atomic():
        queueing.hurry_on_commit(task)
