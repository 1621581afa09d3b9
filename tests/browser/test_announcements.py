"""Whoever listens to a page hears what an act did, and stands where the next step is."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from entities.models import Notice
from tests.browser import reading
from tests.browser.conftest import PATIENCE
from tests.factories import BodyFactory, EntityFactory, MemberFactory, RecordFactory, RecordTypeFactory


@pytest.fixture
def office(transactional_db):
    return BodyFactory(kind="lead_office")


@pytest.fixture
def lead(office):
    return MemberFactory(body=office, role="lead")


def hears_after(page: Page, act, *, expected: str) -> None:
    """Do it, and wait until a live region that was there before says what is expected."""
    before = reading.live_words(page)
    act()
    comes_true(
        page,
        lambda: expected in " ".join(reading.announced(before, reading.live_words(page))),
        lambda: f"“{expected}” is not heard; the page says {reading.live_words(page)}, and said {before}",
    )


def says(page: Page, words: str) -> None:
    """Wait until a live region says it, the beginning of whose words may be others."""
    comes_true(
        page,
        lambda: any(words in said for _role, said in reading.live_words(page).values()),
        lambda: f"“{words}” is not said; the page says {reading.live_words(page)}",
    )


def stands_on(page: Page, role: str, *names: str) -> None:
    """Wait until the reader stands on something of that role, and of one of the names where some are given."""

    def holds() -> bool:
        now_role, now_name = reading.focused(page)
        return now_role == role and (not names or now_name in names)

    comes_true(page, holds, lambda: f"the reader stands on {reading.focused(page)}, not on {role} {names}")


def is_at_rest_above_the_foot(page: Page) -> bool:
    """Whether the page does not move any more, so that no click is missed, and what was jumped to can be seen."""
    return page.evaluate(
        """async () => {
            const field = document.activeElement, foot = field.form.querySelector(".form-foot");
            const before = window.scrollY;
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            return before === window.scrollY &&
                field.getBoundingClientRect().bottom <= foot.getBoundingClientRect().top;
        }"""
    )


def comes_true(page: Page, holds: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    give_up_at = time.monotonic() + PATIENCE / 1_000
    while not holds():
        if time.monotonic() > give_up_at:
            pytest.fail(otherwise())
        page.wait_for_timeout(50)


def test_the_rules_hear_what_is_added_to_a_live_region_and_no_region_that_comes_with_its_words(page_as):
    page = page_as()
    page.set_content('<html lang="en"><main><p id="kept" role="status"></p><div id="place"></div></main>')
    before = reading.live_words(page)
    page.evaluate("place.innerHTML = '<p role=status>Nobody hears this</p>'")
    assert reading.announced(before, reading.live_words(page)) == []
    page.evaluate("kept.textContent = 'Saved'")
    assert reading.announced(before, reading.live_words(page)) == ["Saved"]
    page.evaluate("place.innerHTML = '<p role=alert>Broken</p>'")
    assert reading.announced(before, reading.live_words(page)) == ["Saved", "Broken"]


def test_a_notice_that_is_taken_note_of_is_told_and_the_reader_stays_with_it(page_as, lead, office):
    for text in ("First.", "Second."):
        Notice.objects.create(kind="test", template=text, body=office, url="/desk/")
    page = page_as(lead)
    page.goto("/inbox/")
    button = page.get_by_role("button", name="Noted").first
    button.focus()
    hears_after(page, lambda: page.keyboard.press("Enter"), expected=f", {lead}")
    stands_on(page, "link", "First.", "Second.")


def test_a_refused_form_is_heard_first_and_a_saved_one_is_told(page_as, lead):
    page = page_as(lead)
    page.goto("/retention/papers/")
    page.get_by_label("Months").fill("60")
    page.get_by_label("On which decision or text it stands").fill("Decision 7")
    page.get_by_label("Valid from").fill("2020-01-01")
    with page.expect_navigation():
        page.get_by_role("button", name="Set it").click()
    stands_on(page, "alert")
    says(page, "A period begins on a day to come")
    page.get_by_role("link", name="A period begins on a day to come").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Valid from")).to_be_focused()
    assert is_at_rest_above_the_foot(page)
    page.get_by_label("Valid from").fill("2099-01-01")
    with page.expect_response(lambda answer: answer.request.method == "GET") as answered:
        page.get_by_role("button", name="Set it").click()
    assert 'id="toasts" role="status" aria-live="polite"></div>' in answered.value.text()
    expect(page.locator("#toasts")).to_contain_text("Set. The nights follow it")
    says(page, "Set. The nights follow it")


def test_what_is_found_while_one_types_is_told_and_the_reader_stays_in_the_field(page_as, lead):
    here = EntityFactory(name_zh="河口百货有限公司")
    other = EntityFactory(name_zh="河口食品有限公司")
    page = page_as(lead)
    page.goto(f"/entities/{here.credit_code}/merge/")
    field = page.get_by_role("combobox")
    field.focus()
    hears_after(page, lambda: page.keyboard.type("河口食品"), expected="Matches: 1")
    stands_on(page, "combobox")
    page.keyboard.press("Enter")
    expect(page.locator("[data-lookup-value]")).to_have_value(other.credit_code)
    stands_on(page, "combobox")


def test_a_filter_leaves_the_reader_in_it_and_tells_how_many_are_left_and_a_page_says_which_it_is(page_as):
    body = BodyFactory()
    clerk = MemberFactory(body=body)
    kind = RecordTypeFactory(submitters=[body])
    RecordFactory.create_batch(26, submitted_by=body, record_type=kind, entered_by=clerk)
    page = page_as(clerk)
    page.goto("/records/")
    page.get_by_role("combobox", name="State").focus()
    with page.expect_navigation():
        page.get_by_role("combobox", name="State").select_option("published")
    expect(page.locator("#said")).to_have_text("1–25 of 26")
    stands_on(page, "combobox", "State")
    says(page, "1–25 of 26")
    with page.expect_navigation():
        page.get_by_role("link", name="Next").click()
    expect(page).to_have_title(re.compile("page 2"))
    with page.expect_navigation():
        page.get_by_role("combobox", name="State").select_option("draft")
    expect(page.locator("#said")).to_have_text("No record fits")


def test_why_an_act_is_not_done_is_heard_first(page_as, lead):
    page = page_as(lead)
    page.goto("/stories/desk/new/?entity=NO-SUCH-CODE")
    stands_on(page, "alert")
    says(page, "No entity has this code.")
