"""One of several processes migrates an empty database; each gets a copy of it, in a second instead of a minute."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection


class Migrated:
    """The migrated database of one run; its processes know from `folder` whether it is there."""

    def __init__(self, folder: Path) -> None:
        self._turn, self._made = folder / "migrated.lock", folder / "migrated"
        self.name = f"test_{settings.DATABASES['default']['NAME']}_migrated"

    def ensure(self) -> None:
        """Whoever comes first makes it; the others wait for it."""
        with self._alone():
            if not self._made.exists():
                self._make()
                self._made.touch()

    def drop(self) -> None:
        """What was copied needs it no more; who would come after this makes it anew."""
        with self._alone(), connection.creation._nodb_cursor() as cursor:
            self._made.unlink(missing_ok=True)
            cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(self.name)}")

    def _make(self) -> None:
        ours = connection.settings_dict
        usual, usual_test = ours["NAME"], ours["TEST"]["NAME"]
        ours["TEST"]["NAME"] = self.name
        try:
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        finally:
            connection.close()  # A database that somebody is in cannot be copied.
            ours["TEST"]["NAME"] = usual_test
            ours["NAME"] = settings.DATABASES["default"]["NAME"] = usual

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._turn.open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield
