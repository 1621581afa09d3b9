"""Empties the tables after a test that committed: what it left goes, and what a fresh database holds is there again.

Django's own way makes every table and index anew and tells every app that it was migrated, which takes a second.
"""

from django.db import connection, transaction

#: No test changes these, and filling them again takes longer than everything else.
LEFT_ALONE = frozenset({"django_content_type", "auth_permission"})


class FreshTables:
    """The tables as they were when this was made."""

    def __init__(self) -> None:
        self.tables = sorted(
            set(connection.introspection.django_table_names(only_existing=True, include_views=False))
            - LEFT_ALONE
        )
        self.rows = {table: self._rows_of(table) for table in self._filled()}

    def restore(self) -> None:
        """Have the tables as they were; whoever still writes is waited for."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {', '.join(map(self._quoted, self.tables))} IN ACCESS EXCLUSIVE MODE")
            # Neither references nor triggers are asked: all that they watch over is replaced.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in self._filled():
                cursor.execute(f"DELETE FROM {self._quoted(table)}")
            for table, rows in self.rows.items():
                with cursor.copy(
                    f"COPY {self._quoted(table)} ({self._columns_of(table)}) FROM STDIN"
                ) as copy:
                    copy.write(rows)

    def _filled(self) -> list[str]:
        """The tables that have any row, in one question."""
        asked = " UNION ALL ".join(
            f"SELECT {place} WHERE EXISTS (SELECT FROM {self._quoted(table)})"
            for place, table in enumerate(self.tables)
        )
        with connection.cursor() as cursor:
            cursor.execute(asked)
            return [self.tables[place] for (place,) in cursor.fetchall()]

    def _rows_of(self, table: str) -> bytes:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {self._quoted(table)} ({self._columns_of(table)}) TO STDOUT") as copy,
        ):
            return b"".join(copy)

    def _columns_of(self, table: str) -> str:
        """The columns that are not worked out by the database."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                " AND NOT attisdropped AND attgenerated = ''",
                [self._quoted(table)],
            )
            return ", ".join(self._quoted(name) for (name,) in cursor.fetchall())

    @staticmethod
    def _quoted(name: str) -> str:
        return connection.ops.quote_name(name)


def may_restore() -> bool:
    """Whether our role may pass references and triggers by."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        return cursor.fetchone()[0] == "on"
