"""The locks pin everything by hash and name no registry: whoever installs uses their own."""

import json
import re
import tomllib
from itertools import chain

from django.conf import settings

LOCK = (settings.BASE_DIR / "requirements.lock").read_text()
PROJECT = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
FRONT_END = json.loads((settings.BASE_DIR / "package-lock.json").read_text())


def test_no_lock_names_an_address():
    assert "://" not in LOCK
    assert not [name for name, package in FRONT_END["packages"].items() if "resolved" in package]


def test_every_package_is_pinned_by_hash():
    blocks = re.split(r"^(?=\S)", re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE), flags=re.MULTILINE)[1:]

    assert [block for block in blocks if not re.match(r"[\w.-]+==\S+.*\\\n    --hash=sha256:", block)] == []
    assert [
        name for name, package in FRONT_END["packages"].items() if name and "integrity" not in package
    ] == []


def test_the_lock_holds_what_the_project_asks_for():
    wanted = chain(PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"].values())
    names = {re.match(r"[\w-]+", requirement)[0] for requirement in wanted}
    locked = set(re.findall(r"^([\w.-]+)==", LOCK, re.MULTILINE))

    assert names <= locked
    asked = json.loads((settings.BASE_DIR / "package.json").read_text())
    assert FRONT_END["packages"][""]["dependencies"] == asked["dependencies"]
    assert FRONT_END["packages"][""]["devDependencies"] == asked["devDependencies"]


def test_the_lock_says_how_to_write_it_again():
    assert LOCK.splitlines()[1] == "#    make lock"
