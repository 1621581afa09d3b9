"""The supervisor: what it starts keeps running, and has ended when it says so, however it was told to stop."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from credit_platform.embedded.supervisor import Program, Supervisor

NAPPING = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path, said, own_signals):
    supervisor = Supervisor(tmp_path, say=said.append)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def program(tmp_path):
    def make(code: str = NAPPING, *, name: str = "napper", **more) -> Program:
        return Program(name, [sys.executable, "-c", code], log=tmp_path / f"{name}.log", **more)

    return make


def wait_until(is_so, seconds: float = 60.0) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.02)


def pid_of(tmp_path, name: str) -> int:
    return int((tmp_path / f"{name}.pid").read_text().split()[0])


def test_what_was_started_has_ended_after_stop(supervisor, program, tmp_path):
    supervisor.start(program())
    pid = pid_of(tmp_path, "napper")
    assert psutil.pid_exists(pid)

    supervisor.stop()

    assert not psutil.pid_exists(pid)
    assert not list(tmp_path.glob("*.pid"))


def test_a_later_stage_stops_after_the_earlier_one_has_ended(supervisor, program, tmp_path):
    leaving = "import atexit, signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit())\n"
    leaving += "atexit.register(lambda: (time.sleep({1}), open(r'{2}', 'a').write('{0} ')))\n"
    leaving += "print('up', flush=True); time.sleep(60)"
    order = tmp_path / "order"
    supervisor.start(program(leaving.format("database", 0, order), name="database", stop_stage=2))
    supervisor.start(program(leaving.format("worker", 0.3, order), name="worker"))
    wait_until(lambda: all((tmp_path / f"{name}.log").read_text() for name in ("database", "worker")))

    supervisor.stop()

    assert order.read_text() == "worker database "


def test_what_does_not_stop_in_time_is_killed_and_named(supervisor, program, said, tmp_path):
    supervisor.start(program(STUBBORN, name="stubborn", stop_within=0.2))
    pid = pid_of(tmp_path, "stubborn")
    wait_until((tmp_path / "stubborn.log").read_text)

    supervisor.stop()

    assert not psutil.pid_exists(pid)
    assert said == ["stubborn did not stop in time and is killed."]


def test_the_children_of_a_child_do_not_outlive_it(supervisor, program, tmp_path):
    supervisor.start(program(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {NAPPING!r}])"))
    parent = psutil.Process(pid_of(tmp_path, "napper"))
    wait_until(parent.children)
    (grandchild,) = parent.children()

    supervisor.stop()

    wait_until(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_a_child_that_ends_is_started_again_and_each_time_later(supervisor, program, said):
    supervisor.start(program("raise SystemExit(3)"))

    wait_until(lambda: supervisor.look_after() or len(said) == 2)

    assert [line.partition(" Its log")[0] for line in said] == [
        "napper ended (code 3); starting it again in 1 s.",
        "napper ended (code 3); starting it again in 2 s.",
    ]


def test_a_signal_that_killed_a_child_is_named(supervisor, program, said, tmp_path):
    supervisor.start(program())
    os.kill(pid_of(tmp_path, "napper"), signal.SIGKILL)

    wait_until(lambda: supervisor.look_after() or said)

    assert said[0].startswith("napper ended (SIGKILL); starting it again in 1 s.")


SUPERVISING = """
import sys, time
from pathlib import Path
from credit_platform.embedded.supervisor import Program, Supervisor
run = Path(sys.argv[1])
supervisor = Supervisor(run)
supervisor.start(Program("napper", [sys.executable, "-c", sys.argv[2]], log=run / "napper.log"))
print("started", flush=True)
time.sleep(60)
"""


@pytest.fixture
def killed_supervisor(tmp_path):
    """Start a supervisor in a process of its own, with one child, and kill it with -9; gives the child."""

    def kill(code: str) -> psutil.Process:
        command = [sys.executable, "-c", SUPERVISING, str(tmp_path), code]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"started\n"
            child = psutil.Process(pid_of(tmp_path, "napper"))
            process.kill()
        return child

    return kill


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_children_end_with_a_supervisor_that_was_killed(killed_supervisor):
    child = killed_supervisor(NAPPING)

    wait_until(lambda: not child.is_running())


def test_what_outlives_a_killed_supervisor_is_ended_by_the_next(killed_supervisor, supervisor, tmp_path):
    # It ignores the signal that the kernel sends it, as a child would that has no such kernel.
    child = killed_supervisor(STUBBORN)
    record = tmp_path / "napper.pid"
    pid, born, how, _ = record.read_text().split()
    record.write_text(f"{pid} {born} {how} 0.2")

    supervisor.remove_leftovers()

    wait_until(lambda: not child.is_running())
    assert not record.exists()


def test_a_stranger_with_the_number_of_a_former_child_is_left_alone(supervisor, tmp_path):
    (tmp_path / "napper.pid").write_text(f"{os.getpid()} 1.0 {int(signal.SIGKILL)} 0")

    supervisor.remove_leftovers()

    assert not list(tmp_path.glob("*.pid"))
