"""The one way to hurry background work."""

from django.core.cache import cache
from django.db import transaction

#: A message that nobody has begun after so many seconds is taken for lost, and another may be sent.
TAKEN_FOR_LOST = 2


def enqueue_on_commit(task, *args) -> None:
    """Queue a task once the transaction commits; a queue that is down is logged, not raised.

    For work whose need is also written in a table, so that a sweep finds it
    again. By then the change is saved, and its sender must not see an error.
    """

    def send() -> None:
        task.delay(*args)

    # Not a partial: when a robust hook fails, Django logs its __qualname__, and a partial has none.
    transaction.on_commit(send, robust=True)


def hurry_on_commit(task) -> None:
    """As `enqueue_on_commit`, for a task that works off whatever waits: not again while a message is on its way.

    The task says with `begun` from when on it may miss what is written. What was committed before that it finds.
    """

    def send() -> None:
        if cache.add(_mark_of(task), True, timeout=TAKEN_FOR_LOST):
            task.delay()

    transaction.on_commit(send, robust=True)


def begun(task) -> None:
    """The task is about to look for the last time; whoever commits something from now on sends a message."""
    cache.delete(_mark_of(task))


def _mark_of(task) -> str:
    return f"on-its-way:{task.name}"
