"""Outline icons of the Tabler set, written into the page so that they take the colour of the text."""

import re
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPACE = re.compile(r"\s+")


class NoSuchIcon(LookupError):
    """A template names an icon that the set does not have."""


def directory() -> Path:
    """Where the icon files lie: `UI_ICON_DIR`, or the place into which npm installs them."""
    return _directory(getattr(settings, "UI_ICON_DIR", None))


@cache
def _directory(named: str | Path | None) -> Path:
    return Path(named) if named else settings.BASE_DIR / "node_modules/@tabler/icons/icons/outline"


def _shapes(folder: Path, name: str) -> str:
    file = folder / f"{name}.svg"
    if not file.is_file():
        if not folder.is_dir():
            return ""
        raise NoSuchIcon(f"There is no icon called {name!r}.")
    _, _, rest = file.read_text(encoding="utf-8").partition("<svg")
    _, _, rest = rest.partition(">")
    return SPACE.sub(" ", rest.rpartition("</svg>")[0]).strip()


def svg(name: str, *, label: str = "", classes: str = "") -> SafeString:
    """The icon as an SVG element; without a label it is hidden from screen readers.

    Empty when the icon set as a whole is not installed, so that a page can be read before
    the front-end packages are there; a name that the set lacks is a mistake and raises.
    """
    return _drawn(directory(), name, str(label), classes)


@lru_cache(maxsize=1024)
def _drawn(folder: Path, name: str, label: str, classes: str) -> SafeString:
    shapes = _shapes(folder, name)
    if not shapes:
        return SafeString("")
    named = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor"'
        ' stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        f" {classes}" if classes else "",
        named,
        SafeString(shapes),
    )
