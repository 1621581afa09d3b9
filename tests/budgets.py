"""Query budgets: how many queries a page or a service may make, kept in a file that changes only on purpose.

`tests/query_budgets.json` maps names to numbers; more queries than that fail the test and are listed.
`QUERY_BUDGETS=write pytest …` writes the numbers measured, up or down; look at the difference before
committing it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

FILE = Path(__file__).with_name("query_budgets.json")
WRITING = os.environ.get("QUERY_BUDGETS") == "write"


@contextmanager
def query_budget(name: str) -> Iterator[None]:
    """Fail when the block makes more queries than are written down under the name."""
    with CaptureQueriesContext(connection) as queries:
        yield
    counted = [query["sql"] for query in queries.captured_queries if not _is_free(query["sql"])]
    budgets = json.loads(FILE.read_text(encoding="utf-8"))
    if WRITING:
        budgets[name] = len(counted)
        FILE.write_text(json.dumps(budgets, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    if len(counted) <= budgets.get(name, -1):
        return
    listed = "\n".join(f"{number}. {sql}" for number, sql in enumerate(counted, start=1))
    raise AssertionError(
        f"“{name}” made {len(counted)} queries; {FILE.name} says {budgets.get(name, 'nothing')}. "
        f"If that is meant, write it down with QUERY_BUDGETS=write.\n{listed}"
    )


def _is_free(sql: str) -> bool:
    """Savepoints are the test's own, or as cheap as a comment; content types are read once in a process's life."""
    return "SAVEPOINT" in sql or sql.startswith('SELECT "django_content_type"')
