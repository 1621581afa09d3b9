"""The public register of 1.09 million real names, where its file is there: a database of its own, made once."""

import io
import os
import time
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from bench import city, databases
from bench.harness import CannotMeasure, Run

DATABASE = "bench_register"
FILE = Path("cn_enterprise_registration") / "all_name_uscc.csv.gz"


def ensure(run: Run) -> str | None:
    """The name of the database with the register; None where REAL_DATA_DIR names no folder.

    Raises:
        CannotMeasure: the folder does not hold the register.
    """
    folder = os.environ.get("REAL_DATA_DIR")
    if not folder:
        return None
    path = Path(folder) / FILE
    if not path.is_file():
        raise CannotMeasure(f"REAL_DATA_DIR has no {FILE}.")
    wanted = f"{city.make()} {path.stat().st_size}"
    if databases.mark_of(DATABASE) != wanted:
        started = time.monotonic()
        databases.create(DATABASE)
        run.unwatched().apart("bench.register:build", str(path), database=DATABASE)
        databases.mark(DATABASE, wanted)
        run.say(f"    the register was read in {time.monotonic() - started:.0f} s")
    return DATABASE


def build(path: str) -> None:
    """Fill an empty database: the schema, the catalogue, two people, the entities of the register."""
    from entities.services.imports import import_entities

    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_catalogue", stdout=io.StringIO())
    city.add_people()
    import_entities(path=Path(path))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
