"""Where the embedded platform keeps its things, and under which addresses its parts find each other."""

import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from credit_platform.embedded.bootstrap import ROOT, Refusal


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and addresses that belong to one `var` folder."""

    var: Path

    @property
    def name(self) -> str:
        """A name that no other clone on this machine has."""
        return "credit-platform-" + hashlib.sha256(str(self.var).encode()).hexdigest()[:12]

    @property
    def sockets(self) -> Path:
        """Where PostgreSQL and Redis listen.

        Not below `var`: a socket's path may have 107 bytes and no more, however long the path of the clone.
        """
        return Path("/tmp") / self.name

    @property
    def database_url(self) -> str:
        return f"postgresql://postgres@/credit?host={self.sockets / 'postgres'}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.sockets / 'redis.sock'}?db=0"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def run(self) -> Path:
        """What is of use only while the platform runs: process numbers, the lock, the timetable's memory."""
        return self.var / "run"

    def make(self) -> None:
        """Make the folders; refuse a socket folder that somebody else put there."""
        for folder in (self.var, self.logs, self.run):
            folder.mkdir(parents=True, exist_ok=True)
        self.sockets.mkdir(mode=0o711, exist_ok=True)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise Refusal(f"{self.sockets} belongs to somebody else: remove it, then start again.")

    def secret_key(self) -> str:
        """This clone's own secret, made when it is first asked for and readable by its owner alone."""
        path = self.var / "secret_key"
        self.var.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        return path.read_text()


def here() -> Places:
    """The places of this clone, or of the folder that `VAR_DIR` names."""
    return Places(Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve())
