"""Whatever list has pages can be taken away as a file: no page of a long list is without its menu of exports."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGED = re.compile(r"{% data_table [^%]*\bpage=")
INCLUDED = re.compile(r'{% include "(?P<name>[^"]+)"')
#: Pages whose lists leave in another way, each with which.
ELSEWHERE = {
    "evaluation/on_a_day.html": "the interface gives the same day as data",
    "portal/credit_checks/list.html": "each check is taken away as a file of its own, from its page",
    "portal/entity.html": "the public takes open data, and the interface for everybody",
    "portal/entity_records.html": "the public takes open data, and the interface for everybody",
    "ui/styleguide.html": "nothing on it is real",
}


def text_of(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def with_its_parts(name: str, seen: frozenset[str] = frozenset()) -> str:
    """The text of a template with that of all that it includes."""
    text = text_of(name)
    parts = {part for part in INCLUDED.findall(text) if part not in seen and (TEMPLATES / part).exists()}
    return text + "".join(with_its_parts(part, seen | {name}) for part in sorted(parts))


def pages_of_lists() -> set[str]:
    """The pages on which a list is leafed through, whether they or a part of them say so."""
    names = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}
    pages = {name for name in names if text_of(name).startswith("{% extends")}
    return {name for name in pages if PAGED.search(with_its_parts(name))}


def test_each_list_of_several_pages_offers_its_files():
    found = pages_of_lists()
    assert len(found) > 30, "The lists are no longer found."
    without = {name for name in found if "{% export_menu" not in with_its_parts(name)}
    assert without == set(ELSEWHERE), "Offer its file, or say in which other way it leaves."
