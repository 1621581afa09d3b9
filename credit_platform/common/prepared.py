"""Querysets that are turned into SQL once and planned once, for pages that are asked for all the time.

Django writes the SQL of a queryset each time it is asked, and PostgreSQL plans it each time; for a queryset with
windows and subqueries both take longer than its answer. Here the rule stays a queryset, written where it belongs:

    newest_of = Prepared(lambda: public_records_of(Given("entity", BigIntegerField()), Given("day", DateField())))
    records = newest_of(entity=entity.pk, day=today)
"""

from collections.abc import Callable, Sequence
from copy import copy
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

AnyModel = TypeVar("AnyModel", bound=Model)


class Given(Expression):
    """Stands in a queryset for a value that is given when it is asked: `Given("day", DateField())`."""

    def __init__(self, name: str, output_field: Field) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler, connection) -> tuple[str, Any]:
        return "%s", [self]


class Prepared(Generic[AnyModel]):
    """A queryset of model instances, asked again and again with other values for what is `Given` in it.

    Calling it gives what the queryset would give, in its order, with annotations and `select_related`, by one query;
    without prefetching. A name that is not given is a `KeyError`.
    """

    def __init__(self, queryset: Callable[[], QuerySet[AnyModel]]) -> None:
        """`queryset` is called at the first use, when all models are known."""
        self._queryset = queryset
        self._converters: dict[int, tuple] | None = None

    @cached_property
    def _written(self) -> tuple[SQLCompiler, str, Sequence[Any]]:
        compiler = self._queryset().query.get_compiler(DEFAULT_DB_ALIAS)
        return compiler, *compiler.as_sql()

    def _converters_of(self, expressions: list[Expression]) -> dict[int, tuple]:
        """What makes Python values of a row's columns: found once, as the columns are always the same."""
        if self._converters is None:
            self._converters = self._written[0].get_converters(expressions)
        return self._converters

    def __call__(self, **given: Any) -> list[AnyModel]:
        compiler, statement, holes = self._written
        rows = ask(statement, [given[hole.name] if isinstance(hole, Given) else hole for hole in holes])
        answered: Any = copy(compiler)
        answered.connection = connection
        answered.execute_sql = lambda **_: [rows]
        answered.get_converters = self._converters_of
        # All that Django's own reader of rows asks of a queryset: where it comes from, and for its rows.
        asked = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            query=SimpleNamespace(get_compiler=lambda using: answered),
            _known_related_objects={},
        )
        return list(ModelIterable(cast("QuerySet[AnyModel]", asked)))


def ask(statement: str, values: Sequence[Any]) -> list[tuple]:
    """All rows of a statement that only reads, with `%s` for each value. PostgreSQL plans it once a connection.

    Whether the connection still stands is not asked before, as Django does, which takes as long as many an answer:
    one that turns out to be gone is opened again, and the statement asked once more.
    """
    try:
        rows = _answer(statement, values)
    except OperationalError:
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        rows = _answer(statement, values)
    return rows


def _answer(statement: str, values: Sequence[Any]) -> list[tuple]:
    """By Django's cursor, so that queries are counted, logged and retold as all others, around one that prepares."""
    connection.ensure_connection()
    wrap: Any = connection
    with wrap._prepare_cursor(_Preparing(connection.connection)) as cursor:
        cursor.execute(_numbered(statement), values)
        wrap.health_check_done = True
        return cursor.fetchall()


@lru_cache
def _numbered(statement: str) -> str:
    """The statement as PostgreSQL reads it; psycopg would write a long one anew each time."""
    first, *others = statement.split("%s")
    text = first + "".join(f"${place}{part}" for place, part in enumerate(others, start=1))
    return text.replace("%%", "%")


class _Preparing(psycopg.RawCursor):
    def execute(self, query, params=None, **how):
        return super().execute(query, params, **how | {"prepare": True})

    def _send_query_prepared(self, name, pgq, *, binary=None):
        self._query = pgq  # Where Django's log of queries looks for what was asked.
        super()._send_query_prepared(name, pgq, binary=binary)
