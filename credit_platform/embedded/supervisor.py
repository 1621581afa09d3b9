"""Starts processes, keeps them running, and stops every one of them in order."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1
LONGEST_PAUSE = 30.0
CALM_AFTER = 60.0
LOG_ROTATES_AT = 20_000_000


@dataclass(frozen=True, slots=True)
class Program:
    """What to run and how to stop it.

    Programs of one stop stage stop at the same time, when those of the stages before have ended.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    user: tuple[int, int] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGTERM
    stop_within: float = 10.0
    stop_stage: int = 1


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    pause: float = 1.0
    restart_at: float | None = None


def die_with_parent(how: signal.Signals, parent: int) -> None:
    """Ask the kernel to send this process the signal when its parent dies, however the parent dies.

    Linux only; elsewhere what a killed supervisor leaves is found at the next start.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:  # It died before we could ask.
            os.kill(os.getpid(), how)


class Supervisor:
    """Owns its children: whatever it started has ended when `stop` returns.

    One thread, and that the main one: the kernel tells children of the death of the thread that started them.
    """

    def __init__(self, run: Path, say: Callable[[str], None] = print):
        self._run = run
        self._say = say
        self._children: list[_Child] = []
        self._in_a_hurry = False

    def start(self, program: Program) -> None:
        """Start a program; from now on it is started again whenever it ends by itself."""
        self._children.append(_Child(program, self._spawn(program), time.monotonic()))

    def is_running(self, name: str) -> bool:
        return any(c.program.name == name and c.process.poll() is None for c in self._children)

    def look_after(self) -> None:
        """Start again what has ended, after a pause that doubles with each failure. Call it again and again."""
        now = time.monotonic()
        for child in self._children:
            if child.restart_at is None and child.process.poll() is not None:
                if now - child.started > CALM_AFTER:
                    child.pause = 1.0
                child.restart_at = now + child.pause
                self._say(
                    f"{child.program.name} ended ({_how(child.process.returncode)}); starting it again "
                    f"in {child.pause:.0f} s. Its log: {child.program.log}"
                )
                child.pause = min(child.pause * 2, LONGEST_PAUSE)
            elif child.restart_at is not None and now >= child.restart_at:
                child.process, child.started, child.restart_at = self._spawn(child.program), now, None

    def stop(self) -> None:
        """Stop the children, stage by stage, each by its own signal; a second Ctrl-C hurries."""
        for hurry in (signal.SIGINT, signal.SIGTERM):
            signal.signal(hurry, self._hurry)
        for stage in sorted({child.program.stop_stage for child in self._children}):
            children = [child for child in self._children if child.program.stop_stage == stage]
            for child in children:
                if child.process.poll() is None:
                    child.process.send_signal(child.program.stop_signal)
            asked = time.monotonic()
            for child in children:
                self._wait_for_end(child, give_up_at=asked + child.program.stop_within)
                _signal_group(child.process.pid, signal.SIGKILL)  # What a child left behind in its group.
                self._pid_file(child.program).unlink(missing_ok=True)
        self._children.clear()

    def remove_leftovers(self) -> None:
        """End what an earlier supervisor started and could not stop, because it was killed itself."""
        for pid_file in sorted(self._run.glob("*.pid"), key=lambda path: path.stat().st_mtime, reverse=True):
            pid, born, how, within = pid_file.read_text().split()
            _end_if_still_the_same(int(pid), float(born), signal.Signals(int(how)), float(within))
            pid_file.unlink()

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        if program.log.exists() and program.log.stat().st_size > LOG_ROTATES_AT:
            program.log.replace(program.log.with_suffix(".log.old"))
        parent = os.getpid()
        uid, gid = program.user or (None, None)
        with program.log.open("ab") as log:
            process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=program.folder,
                env={**os.environ, **program.environ},
                user=uid,
                group=gid,
                extra_groups=None if gid is None else [],
                start_new_session=True,  # Ctrl-C is for the supervisor, which stops its children in order.
                preexec_fn=lambda: die_with_parent(program.orphan_signal, parent),
            )
        born = psutil.Process(process.pid).create_time()
        how = int(program.orphan_signal)
        self._pid_file(program).write_text(f"{process.pid} {born} {how} {program.stop_within}")
        return process

    def _wait_for_end(self, child: _Child, *, give_up_at: float) -> None:
        while child.process.poll() is None:
            if self._in_a_hurry or time.monotonic() > give_up_at:
                self._say(f"{child.program.name} did not stop in time and is killed.")
                _signal_group(child.process.pid, signal.SIGKILL)
                child.process.wait()
            time.sleep(0.02)

    def _hurry(self, *_: object) -> None:
        self._in_a_hurry = True

    def _pid_file(self, program: Program) -> Path:
        return self._run / f"{program.name.replace(' ', '-')}.pid"


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"code {code}"


def _signal_group(pid: int, how: signal.Signals) -> None:
    """Each child leads a process group of its own, which bears its number."""
    try:
        os.killpg(pid, how)
    except ProcessLookupError:
        pass  # Nobody is left in it: just what is wanted.


def _end_if_still_the_same(pid: int, born: float, how: signal.Signals, within: float) -> None:
    """The kernel gives numbers out again: only a process born at the noted moment is ours."""
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - born) > 1:
            return
        process.send_signal(how)
        process.wait(within)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        _signal_group(pid, signal.SIGKILL)
