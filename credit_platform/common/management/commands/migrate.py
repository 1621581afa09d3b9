import gc
from contextlib import nullcontext
from typing import Any

from django.core.management.commands import migrate

from credit_platform.common.migrating import classes_follow, fields_taken_apart_once

#: Collections that look for garbage after so many new objects: seldom, and then through everything.
SELDOM = (1_000_000, 1, 1)


class Command(migrate.Command):
    """Django's own, in a third of its time.

    Each step of a migration makes new classes of the models as they then were. Python would look through all of them
    for garbage some thousand times on the way to an empty database's last migration.
    """

    def handle(self, *args: Any, **options: Any) -> str | None:
        # On the way back Django holds the classes before a step against those after it.
        following = nullcontext() if options.get("migration_name") else classes_follow()
        usual = gc.get_threshold()
        gc.set_threshold(*SELDOM)
        try:
            with fields_taken_apart_once(), following:
                return super().handle(*args, **options)
        finally:
            gc.set_threshold(*usual)
