"""PostgreSQL and Redis from their wheels, as whoever runs these tests."""

import os
import stat

import psycopg
import pytest
import redis as redis_client

from credit_platform.embedded import services
from credit_platform.embedded.__main__ import ADDRESSES, embedded_services
from credit_platform.embedded.bootstrap import Refusal
from credit_platform.embedded.places import Places

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("own_signals")]

as_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="PostgreSQL needs another user only where root starts it"
)


def query(places: Places, statement: str) -> list[tuple]:
    with psycopg.connect(places.database_url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_data_outlive_a_stop_in_a_folder_with_a_space(places):
    with embedded_services(places, ADDRESSES):
        query(places, "CREATE TABLE kept AS SELECT '信用'::text AS word")
        redis_client.from_url(places.redis_url).set("kept", "too")
    assert not (places.sockets / "postgres" / ".s.PGSQL.5432").exists()

    with embedded_services(places, ADDRESSES):
        assert query(places, "SELECT word FROM kept") == [("信用",)]
        assert redis_client.from_url(places.redis_url).get("kept") == b"too"


def test_a_first_start_that_was_cut_short_begins_again(places):
    cluster = services.cluster_for(places)
    unfinished = cluster.data.with_name("postgres.unfinished")
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")

    services.prepare_postgres(cluster, places)

    assert (cluster.data / "global" / "pg_control").exists()
    assert not unfinished.exists()


def test_a_server_that_does_not_start_is_refused_with_its_last_words(places):
    cluster = services.cluster_for(places)
    services.prepare_postgres(cluster, places)
    (cluster.data / "PG_VERSION").write_text("9\n")

    refusal = pytest.raises(Refusal, match=r"PostgreSQL did not start: .*all of it is in .*postgres\.log")
    with refusal, embedded_services(places, {"DATABASE_URL"}):
        pass


@as_root
def test_in_a_clone_that_only_root_may_enter_the_database_has_its_place_outside(
    places, tmp_path, monkeypatch
):
    outside = tmp_path / "lib"
    monkeypatch.setattr(services, "SYSTEM_PLACE", outside)
    places.var.parent.chmod(0o700)

    with embedded_services(places, {"DATABASE_URL"}):
        assert query(places, "SELECT 1") == [(1,)]

    assert (outside / places.name / "postgres" / "PG_VERSION").exists()
    assert not (places.var / "postgres").exists()


@as_root
def test_a_database_that_became_unreachable_is_not_silently_replaced(places, monkeypatch, tmp_path):
    monkeypatch.setattr(services, "SYSTEM_PLACE", tmp_path / "lib")
    services.prepare_postgres(services.cluster_for(places), places)
    places.var.parent.chmod(0o700)

    with pytest.raises(Refusal, match="allow it again"):
        services.cluster_for(places)


@as_root
def test_a_machine_without_an_unprivileged_user_says_what_to_do(places, monkeypatch):
    monkeypatch.setattr(services, "UNPRIVILEGED_USERS", ("nobody of this name",))

    with pytest.raises(Refusal, match="start the platform as an ordinary user"):
        services.cluster_for(places)


def test_nobody_else_may_enter_the_folder_of_the_data_or_of_the_socket(places):
    cluster = services.cluster_for(places)
    services.prepare_postgres(cluster, places)

    for folder in (cluster.data, places.sockets / "postgres"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
