"""Who asks and who answers: each side of a case in a language and on a device of its own.

A test that takes `sides` is walked through twice: asked in English on a phone and answered in Chinese at a desk, then
the other way round. So each side of a case is read in both languages and in both widths. Where the environment names
a folder as SCREENSHOTS, what a walk looks at is kept there as pictures.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import Page

from tests.browser.accessibility import assert_accessible

PHONE, DESK = 390, 1440
SAID = {"en": "en", "zh-hans": "zh-CN"}


def said(lang: str, text: str, context: str = "", **words: object) -> str:
    """A sentence of the platform as somebody who reads that language has it."""
    with override(lang):
        sentence = pgettext(context, text) if context else gettext(text)
    return sentence % words if words else sentence


def assert_fits(page: Page, width: int) -> None:
    """The page is no wider than its window; charts take a moment to follow it."""
    for _look in range(100):
        if page.evaluate("document.documentElement.scrollWidth") <= width:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{page.url} is wider than {width} pixels")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a case: all who stand on it read the same language on the same kind of device."""

    lang: str
    width: int
    page_as: Callable[..., Page]
    #: What the pictures of this walk are called.
    walk: str

    def page(self, user=None) -> Page:
        """A page of somebody on this side; of the public, where no user is named."""
        return self.page_as(user, lang=self.lang, width=self.width)

    def says(self, text: str, context: str = "", **words: object) -> str:
        """A sentence of the platform as this side reads it."""
        return said(self.lang, text, context, **words)

    def look(self, page: Page, name: str) -> None:
        """The page is in this side's language, fits its device and stands in nobody's way; a picture of it is kept."""
        assert page.locator("html").get_attribute("lang") == SAID[self.lang]
        assert_fits(page, self.width)
        assert_accessible(page)
        if folder := os.environ.get("SCREENSHOTS"):
            path = Path(folder, f"{self.walk}-{name}-{self.lang}-{self.width}.png")
            page.screenshot(path=path, full_page=True)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a case."""

    asking: Side
    answering: Side


#: The language and the width of whoever asks, then of whoever answers.
WALKS = {
    "asked-on-a-phone": (("en", PHONE), ("zh-hans", DESK)),
    "asked-at-a-desk": (("zh-hans", DESK), ("en", PHONE)),
}
