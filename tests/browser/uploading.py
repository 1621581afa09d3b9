"""How somebody sends a file and gets on with it, in either language: by the words that stand on the page."""

import re
from pathlib import Path

from django.utils.translation import ngettext, override
from playwright.sync_api import FilePayload, Locator, Page, ViewportSize, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.sides import assert_fits, said

SAVE = ("Save %(rows)s ready row", "Save %(rows)s ready rows")
#: How long workers may take for a file, in milliseconds.
WORKED_OFF = 150_000
PHONE: ViewportSize = {"width": 390, "height": 844}


def assert_fits_a_phone(page: Page) -> None:
    """The page as it stands has no more than a phone's width, and nothing on it stands in a reader's way there."""
    desk = page.viewport_size
    assert desk
    page.set_viewport_size(PHONE)
    assert_fits(page, PHONE["width"])
    assert_accessible(page)
    page.set_viewport_size(desk)


class Reader:
    """Somebody before one page, who finds what they press by its words in their language."""

    def __init__(self, page: Page, lang: str) -> None:
        self.page, self.lang = page, lang

    def says(self, text: str, context: str = "", **words: object) -> str:
        """A sentence of the platform as this reader has it."""
        return said(self.lang, text, context, **words)

    def counted(self, one: str, many: str, count: int, /, **words: object) -> str:
        """The same for a sentence with a number in it."""
        with override(self.lang):
            return ngettext(one, many, count) % words

    def go(self, address: str) -> None:
        self.page.goto(address)

    def press(self, text: str, context: str = "", **words: object) -> None:
        """Press the button of these words and wait for the page that follows."""
        with self.page.expect_navigation():
            self.button(text, context, **words).click()

    def button(self, text: str, context: str = "", **words: object) -> Locator:
        return self.page.get_by_role("button", name=self.says(text, context, **words)).first

    def link(self, text: str, context: str = "", **words: object) -> Locator:
        return self.page.get_by_role("link", name=self.says(text, context, **words)).first

    def send_file(self, path: Path | FilePayload, kind: str = "") -> None:
        """Hand in a file, as what `kind` says where there is a choice, and wait until it has been checked."""
        self.go("/submissions/new/")
        if kind:
            self.page.get_by_role("radio", name=self.says(kind), exact=True).check()
        self.page.get_by_label(self.says("The file")).set_input_files(path)
        self.button("Send and check").click()
        expect(self.page.get_by_role("button", name=self.says("Check again"))).to_be_visible(
            timeout=WORKED_OFF
        )

    def lane(self, label: str) -> Locator:
        """The lane of rows with that label; it leads to them."""
        lanes = self.page.get_by_role("navigation", name=self.says("Rows by what becomes of them"))
        return lanes.get_by_role("link").filter(has_text=re.compile(f"^\\s*{re.escape(self.says(label))}\\s"))

    def rows(self, label: str) -> int:
        """How many rows stand in a lane of the preview."""
        return int(self.lane(label).locator(".v").inner_text().replace(",", ""))

    def open_lane(self, label: str) -> None:
        with self.page.expect_navigation():
            self.lane(label).click()

    def save(self) -> None:
        """Confirm what is ready, and wait until it is saved."""
        ready = self.rows("Ready")
        self.page.get_by_role("button", name=self.counted(*SAVE, ready, rows=f"{ready:,}")).click()
        expect(self.page.get_by_role("heading", name=self.says("What was saved"))).to_be_visible(
            timeout=WORKED_OFF
        )
