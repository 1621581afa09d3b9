"""What the tests of sharing share."""

import pytest
from django.db import connection

from entities.sharing import feed


def _oldest_running_here() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        (behind_all,) = cursor.fetchone()
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT min(backend_xid::text::bigint) FROM pg_stat_activity WHERE datname = current_database()"
        )
        (oldest,) = cursor.fetchone()
    return behind_all if oldest is None else min(oldest, behind_all)


@pytest.fixture(autouse=True)
def _only_this_database(monkeypatch):
    """Changes wait for the transactions of every database on the server; here they wait for those of the test."""
    monkeypatch.setattr(feed, "watermark", _oldest_running_here)
