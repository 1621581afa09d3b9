"""The databases of the bench: a city of each size, made once and never written to, and copies of it to be spoiled."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def url_of(database: str) -> str:
    """The address of a database on the server that DATABASE_URL names."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))


@cache
def _server() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _run(statement: str, *names: str) -> None:
    _server().execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def server_version() -> str:
    (version,) = _server().execute("SHOW server_version").fetchone() or ("",)
    return version


def sessions_in(database: str) -> list[int]:
    """The processes of the server that work in a database."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as own:
        rows = own.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [database]).fetchall()
    return [pid for (pid,) in rows]


def mark_of(database: str) -> str:
    """What `mark` wrote to a database; "" for one that is not there or was not finished."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    row = _server().execute(query, [database]).fetchone()
    return (row and row[0]) or ""


def mark(database: str, text: str) -> None:
    """Write down what a database holds, once it is finished."""
    _server().execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(database), sql.Literal(text))
    )


def create(database: str) -> None:
    """An empty database, in place of the one that may be there."""
    drop(database)
    _run("CREATE DATABASE {}", database)


def drop(database: str) -> None:
    _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)


@contextmanager
def copy_of(original: str) -> Iterator[str]:
    """A copy of a database, which is gone afterwards."""
    name = f"{original}_copy"
    drop(name)
    # The planner knows as much of the copy as of the original, and nothing of the original is left to be written.
    _run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, original)
    try:
        yield name
    finally:
        drop(name)
