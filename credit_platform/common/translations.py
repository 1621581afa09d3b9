"""The Chinese catalogue: gathered from the code, merged, judged and compiled without the gettext programs.

`manage.py messages` is the way to it. Run as a module this file compiles the catalogue, without Django.
"""

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = "zh_Hans"
CATALOGUE = ROOT / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
FRAGMENTS = ROOT / "locale" / LOCALE / "fragments"
HEADER = """\
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""
NOT_SHOWN_TO_USERS = ("tests", "bench")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|(?<!\{)\{\w*\}(?!\})")


def gather(root: Path = ROOT) -> Catalog:
    """Every translatable string in the project's Python files and templates, with the places where it stands."""
    found = Catalog()
    for path in _sources(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What templatize makes of a template reads like Python, except for the lines' indents.
            text = "\n".join(line.strip() for line in templatize(text).splitlines())
        for line, strings, _, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
            found.add(strings, locations=[(str(path.relative_to(root)), line)], context=context)
    return found


def _sources(root: Path) -> Iterator[Path]:
    for folder in sorted(root.iterdir()):
        if folder.name == "templates":
            yield from sorted(path for path in folder.rglob("*") if path.suffix in (".html", ".txt"))
        elif (folder / "__init__.py").exists() and folder.name not in NOT_SHOWN_TO_USERS:
            yield from sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".html", ".txt"))


def read_catalogue() -> Catalog:
    """The catalogue as it is written; what it lacks is taken from the fragments beside it."""
    catalogue = Catalog(locale=LOCALE)
    for path in (CATALOGUE, *sorted(FRAGMENTS.glob("*.po"))):
        if path.exists():
            with path.open("rb") as file:
                for message in read_po(file, locale=LOCALE, abort_invalid=True):
                    if message.id and not _translation(catalogue.get(_singular(message), message.context)):
                        catalogue[message.id] = message
    return catalogue


def merge(found: Catalog, catalogue: Catalog) -> Catalog:
    """The strings of the code, each with the translation that the catalogue has for it; what left the code is gone."""
    merged = Catalog(locale=LOCALE)
    for message in _messages(found):
        known = catalogue.get(_singular(message), message.context)
        merged.add(message.id, known.string if known else None, context=message.context)
    return merged


def problems(found: Catalog, catalogue: Catalog) -> list[str]:
    """What is missing, out of date or broken in the catalogue, each with the string it is about."""
    said = []
    for message in _messages(found):
        known = catalogue.get(_singular(message), message.context)
        place = "{}:{}".format(*message.locations[0])
        if known is None or not _translation(known):
            said.append(f"{place}: no Chinese for “{_singular(message)}”")
        elif known.fuzzy:
            said.append(f"{place}: the Chinese for “{_singular(message)}” is marked as a guess (fuzzy)")
        elif _placeholders(_longest(message.id)) != _placeholders(_translation(known)):
            said.append(f"{place}: the Chinese for “{_singular(message)}” has other placeholders")
    left_over = (
        known for known in _messages(catalogue) if found.get(_singular(known), known.context) is None
    )
    return said + [f"{CATALOGUE.name}: “{_singular(known)}” is no longer in the code" for known in left_over]


def write_catalogue(catalogue: Catalog) -> None:
    """Write the catalogue sorted and without line numbers or dates, so that a change shows only what changed."""
    body = io.BytesIO()
    write_po(body, catalogue, width=110, omit_header=True, no_location=True, sort_output=True)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(HEADER + "\n" + body.getvalue().decode().strip() + "\n", encoding="utf-8")


def compile_catalogue() -> None:
    """Write the compiled catalogue that Django reads."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, read_catalogue())


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _longest(text: str | Sequence[str]) -> str:
    """Of a pair, the plural: Chinese has one form, which must say all that the plural says."""
    return text if isinstance(text, str) else text[-1]


def _translation(message: Message | None) -> str:
    return _longest(message.string) if message and message.string else ""


def _placeholders(text: str) -> list[str]:
    return sorted(set(PLACEHOLDER.findall(text)))


if __name__ == "__main__":
    compile_catalogue()
