"""Reading what other transactions wrote, in order and without a gap; and writing many, one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

#: What runs in other databases of the server writes nothing here, and would hold up everything by hours.
OLDEST_HERE = """
    WITH next AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS number),
    running AS (
        SELECT backend_xid AS short FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type <> 'autovacuum worker'
        UNION ALL
        SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()
    ),
    -- The short number of a running transaction lies within two thousand million of the next one, on either side.
    apart AS (
        SELECT mod(short::text::bigint - number % 4294967296 + 6442450944, 4294967296) - 2147483648 AS steps
        FROM running, next WHERE short IS NOT NULL
    )
    SELECT number + least(0, (SELECT min(steps) FROM apart)) FROM next
"""


def oldest_running() -> int:
    """The number (`pg_current_xact_id`) below which every transaction of this database has ended.

    The statements after this one see what those wrote, at the isolation level READ COMMITTED: whoever ended after
    the number of the next transaction was read, and before the list of running ones was, is counted as ended.
    """
    with connection.cursor() as cursor:
        # The list is kept for the length of a transaction otherwise, and would not name those begun since.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(OLDEST_HERE)
        return cursor.fetchone()[0]


@contextmanager
def one_of_many() -> Iterator[None]:
    """A transaction that does not wait until the disk has it, for work in many steps that knows where it stands.

    Should the power fail at that moment, the step is undone as a whole, and the work goes on from before it. An ordinary
    transaction, as the last step has to be, waits for the disk with all that was committed before it.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        yield
