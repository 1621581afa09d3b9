"""Typing into a field that offers what fits."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Response, expect


def look_up(field: Locator, typed: str) -> None:
    """Type it, and wait until what is offered fits all of it: on a busy machine the beginning is asked for first."""

    def is_its_answer(response: Response) -> bool:
        return parse_qs(urlsplit(response.url).query).get("q") == [typed]

    with field.page.expect_response(is_its_answer):
        field.press_sequentially(typed)
    expect(field).not_to_have_attribute("aria-busy", "true")
