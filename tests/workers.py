"""Real Celery workers, as processes of their own, on the database and the Redis of the test that starts them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from urllib.parse import urlsplit, urlunsplit

import psutil
from django.conf import settings
from django.db import connection

from credit_platform.celery import app
from credit_platform.embedded.supervisor import die_with_parent

READY_WITHIN = 150
PATIENCE = 240
# It starts and stops seconds sooner without telling other workers.
SILENT = ("--without-mingle", "--without-gossip", "--without-heartbeat", "--loglevel", "INFO")


@contextmanager
def running_worker(*, queues: str = "default,bulk", concurrency: int = 2) -> Iterator[subprocess.Popen]:
    """A worker that takes tasks when this is entered and has ended when it is left; kill it if the test is about that.

    It reads what is committed: the test must be marked `django_db(transaction=True)`.
    """
    name = f"{os.getpid()}-{time.monotonic_ns()}@tests"
    url = urlsplit(os.environ["DATABASE_URL"])
    environ = {
        **os.environ,
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}")),
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "credit_platform.settings.test",
    }
    environ.pop("PYTEST_XDIST_WORKER", None)  # The address of Redis above already is this process's own.
    command = [sys.executable, "-m", "celery", "--app", "credit_platform", "worker", "--hostname", name]
    log_path = settings.VAR_DIR / "log" / "test-workers.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("ab") as log:
        worker = subprocess.Popen(
            [*command, "--queues", queues, "--concurrency", str(concurrency), *SILENT],
            cwd=settings.BASE_DIR,
            env=environ,
            stdout=log,
            stderr=log,
            preexec_fn=partial(die_with_parent, signal.SIGTERM, os.getpid()),
        )
    try:
        _wait_for(name, worker)
        yield worker
    finally:
        worker.terminate()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def kill_with_children(worker: subprocess.Popen) -> None:
    """End it as a power cut would, in the middle of whatever it does."""
    process = psutil.Process(worker.pid)
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    worker.wait(60)


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Wait for something that a worker does; on a machine that has much else to do it takes its time."""
    give_up_at = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < give_up_at, what
        time.sleep(0.05)


def _wait_for(name: str, worker: subprocess.Popen) -> None:
    give_up_at = time.monotonic() + READY_WITHIN
    while not app.control.ping(destination=[name], timeout=0.5):
        assert worker.poll() is None, f"the worker ended at its start with code {worker.returncode}"
        assert time.monotonic() < give_up_at, "the worker did not answer in time"
