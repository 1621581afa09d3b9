"""`up` as a newcomer meets it: the real platform in places of its own, started, refused, killed and started again."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import psutil
import psycopg
import pytest

from credit_platform.embedded.bootstrap import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

UP = [sys.executable, "-m", "credit_platform.embedded", "up"]
FIRST_START_WITHIN = 400
STOPPED_WITHIN = 120
READY = "The credit supervision platform is ready."


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(places, tmp_path):
    """Start the platform in this test's own places; gives the process and the file with what it says."""
    started = []

    def up(port: int) -> tuple[subprocess.Popen, str]:
        ours = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "MAKELEVEL")
        environ = {name: value for name, value in os.environ.items() if name not in ours}
        environ |= {"VAR_DIR": str(places.var), "PORT": str(port)}
        output = tmp_path / f"screen-{len(started)}.txt"
        with output.open("w") as screen:
            process = subprocess.Popen(UP, cwd=ROOT, env=environ, stdout=screen, stderr=screen, text=True)
        started.append(process)
        return process, output

    yield up
    for process in started:
        process.terminate()
        process.wait(STOPPED_WITHIN)


def wait_for(words: str, process: subprocess.Popen, output) -> str:
    give_up_at = time.monotonic() + FIRST_START_WITHIN
    while words not in output.read_text():
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < give_up_at, output.read_text()
        time.sleep(0.1)
    return output.read_text()


def family(process: subprocess.Popen) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def wait_until_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=STOPPED_WITHIN)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_the_platform_starts_refuses_a_second_start_survives_a_kill_and_stops(start, places):
    port = free_port()
    first, output = start(port)
    wait_for(READY, first, output)
    screen = wait_for("Stop", first, output)
    assert f"http://localhost:{port}/" in screen
    assert str(places.var) in screen
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").status == 200
    with psycopg.connect(places.database_url) as connection:
        entities = connection.execute("SELECT count(*) FROM entities_entity").fetchone()
    assert entities > (0,), "the first start loads the demonstration city"

    second, refusal = start(free_port())
    assert second.wait(STOPPED_WITHIN) == 1
    assert re.fullmatch(
        r"It already runs from this folder: stop it first, .* `kill \d+`\.\n", refusal.read_text()
    )

    children = family(first)
    first.kill()
    first.wait()
    wait_until_gone(children)

    again, output = start(port)
    wait_for("Stop", again, output)
    with psycopg.connect(places.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM entities_entity").fetchone() == entities

    children = family(again)
    again.terminate()
    assert again.wait(STOPPED_WITHIN) == 0
    wait_until_gone(children)
    assert output.read_text().endswith("Stopped.\n")


def test_a_taken_port_is_refused_in_one_sentence_before_anything_is_started(start, places):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        process, output = start(port)

        assert process.wait(STOPPED_WITHIN) == 1
    assert output.read_text() == (
        f"Port {port} cannot be used (Address already in use): choose another, for example PORT={port + 1} make up.\n"
    )
    assert not (places.var / "postgres").exists()


def test_what_is_no_port_is_refused_in_one_sentence(start):
    process, output = start("eighty")

    assert process.wait(STOPPED_WITHIN) == 1
    assert output.read_text() == "PORT=eighty is no port: give a number from 1 to 65535.\n"
