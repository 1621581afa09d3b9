"""Advisory locks of the boards: one for each piece of work that only one worker does at a time."""

from django.db import connection

#: Following the marks, or counting everything anew.
FOLLOWING = 0x0B0A2D5
#: Cutting the city into the ranges in which it is weighed.
CUTTING = 0x0B0A2D6
#: Working out a day ahead.
LOOKING_AHEAD = 0x0B0A2D7


def wait_for(lock: int) -> None:
    """Be the only one with this lock until the transaction ends, after whoever has it now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


def take(lock: int) -> bool:
    """Have this lock until the transaction ends; False where somebody else has it now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        return cursor.fetchone()[0]
