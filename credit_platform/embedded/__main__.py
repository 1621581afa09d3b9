"""`python -m credit_platform.embedded up`, `reset`, `test`, `bench`, `check`, `lock`: what the Makefile calls."""

import fcntl
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Set as AbstractSet
from contextlib import contextmanager
from functools import partial

from credit_platform.embedded import chores, services
from credit_platform.embedded.bootstrap import ROOT, Refusal, last_line, run_step
from credit_platform.embedded.places import Places, here
from credit_platform.embedded.supervisor import Program, Supervisor, die_with_parent

READY_WITHIN = 120.0
ADDRESSES = frozenset({"DATABASE_URL", "REDIS_URL"})


def main(arguments: list[str]) -> int:
    # A SIGTERM, or a terminal that goes away, is asked for as politely as Ctrl-C and answered in the same way.
    for how in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(how) != signal.SIG_IGN:
            signal.signal(how, signal.default_int_handler)
    if "MAKELEVEL" in os.environ:  # Whoever kills make means us.
        die_with_parent(signal.SIGTERM, os.getppid())
    commands = {
        "up": lambda: up(here()),
        "reset": lambda: reset(here()),
        "test": lambda: test(here()),
        "bench": lambda: bench(here()),
        "check": chores.check,
        "lock": chores.lock,
    }
    (command,) = arguments
    try:
        return commands[command]()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{here().var} must be writable and its disk must have room, but: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def up(places: Places) -> int:
    """Serve the platform until somebody says stop."""
    host, port = os.environ.get("LISTEN") or "127.0.0.1", _port()
    os.environ["DJANGO_SETTINGS_MODULE"] = "credit_platform.settings.embedded"
    with alone(places):
        refuse_taken_port(host, port)
        compile_translations()
        # An address that the environment names already is a server's, which is not ours to start.
        with embedded_services(places, ADDRESSES - os.environ.keys()) as supervisor:
            _prepare_database(places)
            web, *background = platform_programs(places, host, port)
            supervisor.start(web)
            _wait_until_served(supervisor, port, places)
            for (
                program
            ) in background:  # Only now, so that they do not take the web server's time at its start.
                supervisor.start(program)
            _show_screen(places, port)
            try:
                while True:
                    supervisor.look_after()
                    time.sleep(0.5)
            except KeyboardInterrupt:
                return 0


def reset(places: Places) -> int:
    """Delete all data of this clone and start as on the first day."""
    with alone(places):
        if sys.stdin.isatty() and input(f"Delete all data in {places.var}? [y/N] ").strip().lower() != "y":
            print("Nothing was deleted.")
            return 1
        shutil.rmtree(services.SYSTEM_PLACE / places.name, ignore_errors=True)
        for path in places.var.iterdir():
            if path != places.run:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    return up(places)


def test(places: Places) -> int:
    """Run every test, or those that ARGS names, on a PostgreSQL and a Redis of their own."""
    places = Places(places.var / "test")
    environ = {
        "DJANGO_SETTINGS_MODULE": "credit_platform.settings.test",
        "DATABASE_URL": places.database_url,
        "REDIS_URL": places.redis_url,
        "VAR_DIR": str(places.var),
    }
    # One process more than there are processors, for each of them waits now and then: for a browser, for a worker.
    processes = str(min((os.cpu_count() or 1) + 1, services.REDIS_DATABASES))
    # Whichever process has nothing left takes over what waits for another: tests differ a hundredfold in what they cost.
    spread = ["-n", processes, "--dist", "worksteal", "--durations", "25"]
    arguments = [*spread, *shlex.split(os.environ.get("ARGS", ""))]
    with alone(places):
        compile_translations()
        with embedded_services(places, ADDRESSES, careless=True):
            return subprocess.run(
                [sys.executable, "-m", "pytest", *arguments],
                env={**os.environ, **environ},
                cwd=ROOT,
                check=False,
            ).returncode


def bench(places: Places) -> int:
    """Measure the platform on a PostgreSQL of its own, set up as the platform's is; the demonstration stays as it is."""
    places = Places(places.var / "bench")
    environ = {
        "DJANGO_SETTINGS_MODULE": "credit_platform.settings.embedded",
        "DATABASE_URL": places.database_url,
        "REDIS_URL": places.redis_url,
        "VAR_DIR": str(places.var),
        "LOG_LEVEL": "WARNING",
    }
    with alone(places):
        compile_translations()
        with embedded_services(places, ADDRESSES):
            return subprocess.run(
                [sys.executable, "-m", "bench"], env={**os.environ, **environ}, cwd=ROOT, check=False
            ).returncode


@contextmanager
def alone(places: Places) -> Iterator[None]:
    """Hold this clone's place for as long as we run, free of what a killed predecessor left running.

    Refuses when another start holds it.
    """
    places.make()
    with (places.run / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Refusal(
                f"It already runs from this folder: stop it first, with Ctrl-C where it runs or `kill {lock.read()}`."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        Supervisor(places.run).remove_leftovers()
        yield


def compile_translations() -> None:
    """Compile the catalogue when it is newer than what was compiled."""
    folder = ROOT / "locale" / "zh_Hans"
    compiled = folder / "LC_MESSAGES" / "django.mo"
    written = [path.stat().st_mtime for path in folder.rglob("*.po")]
    if written and (not compiled.exists() or compiled.stat().st_mtime < max(written)):
        command = [sys.executable, "-m", "credit_platform.common.translations"]
        run_step("Translations", command, "The translations could not be compiled", cwd=ROOT)


@contextmanager
def embedded_services(
    places: Places, addresses: AbstractSet[str], *, careless: bool = False
) -> Iterator[Supervisor]:
    """The servers behind these addresses (DATABASE_URL, REDIS_URL), ready to be used.

    On leaving, they and everything else that was started with the supervisor are stopped.
    """
    supervisor = Supervisor(places.run)
    try:
        if "REDIS_URL" in addresses:
            store = services.redis(places)
            supervisor.start(store)
            services.wait_for_redis(places, lambda: supervisor.is_running(store.name))
        if "DATABASE_URL" in addresses:
            cluster = services.cluster_for(places)
            services.prepare_postgres(cluster, places)
            database = services.postgres(cluster, places, careless=careless)
            supervisor.start(database)
            services.wait_for_postgres(cluster, places, lambda: supervisor.is_running(database.name))
        yield supervisor
    finally:
        print("\nStopping …", flush=True)
        supervisor.stop()
        print("Stopped.", flush=True)


def platform_programs(places: Places, host: str, port: int) -> list[Program]:
    """The platform's own processes; they stop before PostgreSQL and Redis do."""
    celery = [sys.executable, "-m", "celery", "--app", "credit_platform"]
    gunicorn = [
        sys.executable,
        "-m",
        "gunicorn",
        "credit_platform.wsgi",
        "--config",
        "credit_platform/serving.py",
    ]
    serving = ["--bind", f"{host}:{port}", "--workers", "2", "--threads", "4", "--preload"]

    # What workers on one machine would only tell each other; without it they start and stop seconds sooner.
    silent = ["--without-mingle", "--without-gossip", "--without-heartbeat"]

    def worker(queue: str) -> Program:
        name = ["--queues", queue, "--hostname", f"{queue}@%h"]
        return Program(
            name=f"worker for {queue}",
            command=[*celery, "worker", *name, "--concurrency", "2", *silent],
            log=places.logs / f"worker-{queue}.log",
            folder=ROOT,
            orphan_signal=signal.SIGKILL,  # Without its broker a worker never ends by itself; its tasks come again.
            stop_within=30.0,
        )

    return [
        Program(
            name="web server",
            command=[*gunicorn, *serving, "--graceful-timeout", "10", "--no-control-socket"],
            log=places.logs / "web.log",
            folder=ROOT,
            stop_within=20.0,  # Answers that are under way are given.
        ),
        worker("default"),
        worker("bulk"),
        Program(
            name="timetable",
            command=[*celery, "beat", "--schedule", places.run / "timetable", "--pidfile", ""],
            log=places.logs / "timetable.log",
            folder=ROOT,
        ),
    ]


def refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # As the web server itself will do.
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal(
                f"Port {port} cannot be used ({os.strerror(error.errno or 0)}): "
                f"choose another, for example PORT={port + 1} make up."
            ) from None


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Refusal(f"PORT={given} is no port: give a number from 1 to 65535.")
    return int(given)


def _prepare_database(places: Places) -> None:
    log = places.logs / "prepare.log"
    with log.open(
        "w"
    ) as errors:  # And what the services log; what it says to people is on its standard output.
        done = subprocess.run(
            [sys.executable, "-m", "credit_platform.embedded.prepare"],
            cwd=ROOT,
            stderr=errors,
            check=False,
            preexec_fn=partial(die_with_parent, signal.SIGTERM, os.getpid()),
        )
    if done.returncode:
        raise Refusal(f"The database could not be prepared: {last_line(log)} (all of it is in {log}).")


def _wait_until_served(supervisor: Supervisor, port: int, places: Places) -> None:
    give_up_at = time.monotonic() + READY_WITHIN
    print("  Starting …", flush=True)
    while not _is_ready(port):
        if not supervisor.is_running("web server") or time.monotonic() > give_up_at:
            log = places.logs / "web.log"
            raise Refusal(f"The web server did not start: {last_line(log)} (all of it is in {log}).")
        time.sleep(0.1)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _show_screen(places: Places, port: int) -> None:
    rows = {
        "Address": f"http://localhost:{port}/",
        "Data": f"{places.var}",
        "Logs": f"{places.logs}",
        "Stop": f"Ctrl-C, or kill {os.getpid()}; the data stay. `make reset` deletes them and starts afresh.",
    }
    if "DATABASE_URL" in os.environ:
        rows["Data"] += ", the database where DATABASE_URL says"
    elif places.var not in services.cluster_for(places).data.parents:
        rows["Data"] += f", the database in {services.cluster_for(places).data}"
    # The address last, where a small window shows it.
    print("\n" + (places.run / "accounts.txt").read_text())
    print("The credit supervision platform is ready.\n")
    for title, value in rows.items():
        print(f"  {title:<9}{value}")
    print(flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
