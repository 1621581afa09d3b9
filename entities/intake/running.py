"""One runner for one file: a lock that goes with its connection, so that a killed worker leaves none behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

#: Keeps these locks apart from any other advisory lock.
SPACE = 0x1A7A


@contextmanager
def running(submission_id: int) -> Iterator[bool]:
    """Hold the file for this connection; gives False, at once, when another one holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [SPACE, submission_id])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [SPACE, submission_id])


def is_running(submission_id: int) -> bool:
    """Whether some worker holds the file now."""
    with running(submission_id) as free:
        return not free
