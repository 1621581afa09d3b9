"""Finds Chromium and Chinese fonts on this machine, or installs them where that is ours to do."""

import os
import shutil
import subprocess
from pathlib import Path

#: The headless shell first: the same engine without the windows around it, which take four times as long to open.
PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
PACKAGES = ("chromium-headless-shell", "fonts-noto-cjk")
HOW = "install Chromium and Chinese fonts (on Debian: apt-get install chromium-headless-shell fonts-noto-cjk)"


class NoBrowser(Exception):
    """The browser tests cannot run; the message says what to install."""


def chromium() -> Path:
    """The browser to test with. Installs it from Debian's packages when we are root; otherwise says what to do."""
    if not (_program() and _has_chinese_font()):
        _install()
    program = _program()
    if program is None or not _has_chinese_font():
        raise NoBrowser(f"The browser tests need a browser that can show Chinese: {HOW}.")
    return Path(program)


def _program() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, PROGRAMS)), None)


def _has_chinese_font() -> bool:
    """Without one, every Chinese page is a page of boxes, and its tests would prove nothing."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=True).stdout.strip())


def _install() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "--yes", *PACKAGES]):
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoBrowser(f"`{' '.join(command)}` failed ({done.stderr.strip()[-300:]}): {HOW} yourself.")
