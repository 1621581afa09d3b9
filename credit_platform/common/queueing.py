"""The one way to hurry background work."""

from django.db import transaction


def enqueue_on_commit(task, *args) -> None:
    """Queue a task once the transaction commits; a queue that is down is logged, not raised.

    For work whose need is also written in a table, so that a sweep finds it
    again. By then the change is saved, and its sender must not see an error.
    """

    def send() -> None:
        task.delay(*args)

    # Not a partial: when a robust hook fails, Django logs its __qualname__, and a partial has none.
    transaction.on_commit(send, robust=True)
