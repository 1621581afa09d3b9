"""credit_platform/serving.py: where the workers' figures lie, that /metrics adds them up, and what is not searched."""

import contextlib
import gc
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
FOLDER, PREPARED_BY = "PROMETHEUS_MULTIPROC_DIR", "CREDIT_METRICS_PREPARED_BY"


@pytest.fixture
def read_settings(monkeypatch):
    """Reads gunicorn's settings as a start does; `read_settings(folder)` with the folder in the environment."""

    def read(folder: Path | None = None) -> Path:
        monkeypatch.delenv(FOLDER, raising=False)
        if folder:
            monkeypatch.setenv(FOLDER, str(folder))
        runpy.run_path(str(ROOT / "credit_platform/serving.py"))
        return Path(os.environ[FOLDER])

    monkeypatch.setenv(PREPARED_BY, "")
    yield read
    monkeypatch.delenv(FOLDER, raising=False)


def test_a_folder_is_made_where_none_is_named(read_settings):
    folder = read_settings()
    assert list(folder.iterdir()) == []
    folder.rmdir()


def test_a_named_folder_is_made_and_emptied_of_earlier_figures_only(read_settings, tmp_path):
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_7.db").touch()
    (folder / "notes.txt").touch()
    assert [one.name for one in read_settings(folder).iterdir()] == ["notes.txt"]


def test_what_a_worker_has_loaded_is_not_searched_for_garbage_again(read_settings, tmp_path):
    read_settings(tmp_path / "metrics")
    of_the_tests, of_python = gc.get_threshold(), (700, 10, 10)
    gc.unfreeze()
    gc.set_threshold(*of_python)
    try:
        runpy.run_path(str(ROOT / "credit_platform/serving.py"))["post_worker_init"](None)
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() > of_python
    finally:
        gc.set_threshold(*of_the_tests)


def test_a_reload_keeps_the_figures(read_settings, tmp_path):
    folder = read_settings(tmp_path / "metrics")
    (folder / "counter_7.db").touch()
    read_settings(folder)
    assert (folder / "counter_7.db").exists()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=200) as answer:
        return answer.read().decode()


@pytest.mark.django_db(transaction=True)
def test_metrics_count_what_every_worker_answered(tmp_path):
    """Several workers answer in turn; one of them tells of all, and tells the same whoever is asked."""
    port, folder = _free_port(), tmp_path / "metrics"
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "credit_platform.wsgi", "--config", "credit_platform/serving.py", "--preload", "--workers", "3",
            "--no-control-socket", "--bind", f"127.0.0.1:{port}",
        ],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": database.geturl(), FOLDER: str(folder), PREPARED_BY: "", "ALLOWED_HOSTS": "127.0.0.1"}
        | {"DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE") or settings.SETTINGS_MODULE},
    )  # fmt: skip
    try:
        until = time.monotonic() + 200
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                _read(f"http://127.0.0.1:{port}/healthz")
                break
            time.sleep(0.2)
        with ThreadPoolExecutor(6) as readers:
            list(readers.map(_read, [f"http://127.0.0.1:{port}/healthz"] * 30))
        told = [_read(f"http://127.0.0.1:{port}/metrics") for _ in range(5)]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(120)
    counts = [_answered(one) for one in told]
    assert counts == [31.0] * 5
    assert len({one.name for one in folder.glob("counter_*.db")}) >= 2


def _answered(figures: str) -> float:
    """How often /healthz was answered, as Prometheus reads it."""
    found = re.search(
        r'^django_http_responses_total_by_status_view_method_total\{[^}]*view="healthz"[^}]*\} (\S+)$',
        figures,
        re.MULTILINE,
    )
    return float(found[1]) if found else 0.0
