"""The Makefile is small and explains itself."""

import os
import re
import subprocess

from credit_platform.embedded.bootstrap import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # These tests themselves may run under make, which tells its children so.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


def test_help_lists_every_target():
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()

    assert re.findall(r"^  make (\w+) ", run("help").stdout, re.MULTILINE) == targets


def test_make_alone_is_help():
    assert run().stdout == run("help").stdout


def test_without_a_python_it_says_what_to_do():
    told = run("up", "PYTHON=")

    assert told.returncode
    assert told.stdout == (
        "Python 3.11 or newer is needed: install it, or name it with PYTHON=/path/to/python3.\n"
    )
