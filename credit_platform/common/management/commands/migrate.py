import gc
from contextlib import ExitStack
from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from credit_platform.common.migrating import classes_follow, fields_taken_apart_once

#: Collections that look for garbage after so many new objects: seldom, and then through everything.
SELDOM = (1_000_000, 1, 1)


class Command(migrate.Command):
    """Django's own, and of an empty database in a third of its time.

    Each step of a migration makes new classes of the models as they then were. Python would look through all of them
    for garbage some thousand times on the way to an empty database's last migration. There alone the classes follow
    the steps instead: a city that has data is migrated in Django's own way.
    """

    def handle(self, *args: Any, **options: Any) -> str | None:
        usual = gc.get_threshold()
        gc.set_threshold(*SELDOM)
        try:
            with ExitStack() as ways:
                if not MigrationRecorder(connections[options["database"]]).applied_migrations():
                    ways.enter_context(fields_taken_apart_once())
                    ways.enter_context(classes_follow())
                return super().handle(*args, **options)
        finally:
            gc.set_threshold(*usual)
