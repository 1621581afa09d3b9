"""Where the browser comes from: the machine, else Debian's packages, else a sentence that says what to do."""

import subprocess

import pytest

from tests.browser import chromium


@pytest.fixture
def bare_machine(monkeypatch):
    """A machine without a browser; what would be installed is noted, and then is there."""
    commands: list[str] = []

    def run(command, **_):
        commands.append(" ".join(command))
        if "install" in command:
            monkeypatch.setattr(chromium, "_program", lambda: "/usr/bin/chromium-headless-shell")
        return subprocess.CompletedProcess(command, 0, stdout=b"a font", stderr="")

    monkeypatch.setattr(chromium, "_program", lambda: None)
    monkeypatch.setattr(chromium.subprocess, "run", run)
    monkeypatch.setattr(chromium.shutil, "which", lambda name: f"/usr/bin/{name}")
    return commands


def test_root_gets_it_installed_from_debians_packages(bare_machine, monkeypatch):
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)

    assert str(chromium.chromium()) == "/usr/bin/chromium-headless-shell"
    assert bare_machine[:2] == [
        "apt-get -qq update",
        "apt-get -qq install --yes chromium-headless-shell fonts-noto-cjk",
    ]


def test_anybody_else_is_told_what_to_install(bare_machine, monkeypatch):
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)

    with pytest.raises(chromium.NoBrowser, match="apt-get install chromium-headless-shell fonts-noto-cjk"):
        chromium.chromium()


def test_a_browser_that_cannot_show_chinese_is_not_enough(bare_machine, monkeypatch):
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(chromium, "_program", lambda: "/usr/bin/chromium-headless-shell")
    monkeypatch.setattr(chromium, "_has_chinese_font", lambda: False)

    with pytest.raises(chromium.NoBrowser, match="a browser that can show Chinese"):
        chromium.chromium()
