import gc
from typing import Any

from django.core.management.commands import migrate

#: Collections that look for garbage after so many new objects: seldom, and then through everything.
SELDOM = (1_000_000, 1, 1)


class Command(migrate.Command):
    """Django's own, in two thirds of its time.

    Each migration makes new classes of the models as they then were. Python would look through all of them for
    garbage some thousand times on the way to an empty database's last migration.
    """

    def handle(self, *args: Any, **options: Any) -> str | None:
        usual = gc.get_threshold()
        gc.set_threshold(*SELDOM)
        try:
            return super().handle(*args, **options)
        finally:
            gc.set_threshold(*usual)
