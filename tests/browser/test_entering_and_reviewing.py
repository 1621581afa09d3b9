"""A clerk types a penalty and a commendation without touching the mouse; a colleague approves or returns them."""

import pytest
from playwright.sync_api import Page, expect

from entities.models import CreditRecord, RecordType
from entities.services.records import save_draft, send_to_review
from tests import factories
from tests.browser.city import City, build_city, fine
from tests.browser.looking_up import look_up

pytestmark = pytest.mark.django_db(transaction=True)

LANGUAGES = ("en", "zh-hans")


@pytest.fixture
def city(transactional_db) -> City:
    return build_city()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on the control of that name, as somebody without a mouse does."""
    for _press in range(60):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach “{name}”.")


def find_by_initials(page: Page, initials: str) -> None:
    tab_to(page, "entity_text")
    look_up(page.get_by_role("combobox").and_(page.locator(":focus")), initials)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def choose_first(page: Page, name: str) -> None:
    """Take the first value of a select, as the arrow key does."""
    tab_to(page, name)
    page.keyboard.press("ArrowDown")


def save(page: Page) -> None:
    """Press Ctrl+S; a page that comes back with problems fails with their words."""
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    problems = page.locator("[data-error-summary]")
    assert not problems.count(), problems.inner_text()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_penalty_is_entered_by_keyboard_alone(page_as, city, lang):
    page = page_as(city.people["financial-supervision clerk"], lang=lang)
    page.goto("/enter/administrative-penalty/")
    find_by_initials(page, "ytssl")
    for name, text in (
        ("document_number", "云金罚〔2026〕0007号"),
        ("decided_on", "20261102"),
        ("title", "内控制度不健全"),
        ("legal_basis", "《中华人民共和国银行业监督管理法》第四十六条"),
    ):
        tab_to(page, name)
        page.keyboard.type(text)
    choose_first(page, "procedure")
    tab_to(page, "penalty_kinds")
    while page.evaluate("document.activeElement.value") != "fine":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    tab_to(page, "penalty_content")
    page.keyboard.type("罚款20万元")
    tab_to(page, "fine")
    page.keyboard.type("20")
    tab_to(page, "severity_class")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    choose_first(page, "party_kind")
    save(page)
    record = CreditRecord.objects.get(document_number="云金罚〔2026〕0007号")
    assert (record.status, record.entity, record.amount) == ("waiting", city.leasing, 200_000)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_commendation_is_entered_by_keyboard_alone(page_as, city, lang):
    page = page_as(city.people["financial-supervision clerk"], lang=lang)
    page.goto("/enter/commendation/")
    find_by_initials(page, "ytssl")
    for name, text in (
        ("document_number", "云金表〔2026〕0001号"),
        ("decided_on", "2026-11-02"),
        ("title", "金融服务先进单位"),
        ("legal_basis", "《云汀市表彰办法》第三条"),
    ):
        tab_to(page, name)
        page.keyboard.type(text)
    choose_first(page, "level")
    save(page)
    assert CreditRecord.objects.get(document_number="云金表〔2026〕0001号").status == "waiting"


def test_a_colleague_approves_one_and_returns_another_but_nobody_reviews_their_own(page_as, city):
    office = city.bodies["financial-supervision"]
    clerk, reviewer = (
        city.people["financial-supervision clerk"],
        city.people["financial-supervision reviewer"],
    )
    factories.MembershipFactory(user=reviewer, body=office, role="clerk")
    penalty = RecordType.objects.get(code="administrative-penalty")
    waiting = [
        send_to_review(
            by=by,
            record_id=save_draft(
                by=by, body=office, entity=city.leasing, record_type=penalty, draft=fine(number=number)
            ).pk,
        )
        for by, number in (
            (clerk, "云金罚〔2026〕1号"),
            (clerk, "云金罚〔2026〕2号"),
            (reviewer, "云金罚〔2026〕3号"),
        )
    ]
    approved, returned, own = waiting
    page = page_as(reviewer)
    page.goto("/review/")
    expect(page.get_by_role("link", name="Open 云金罚〔2026〕1号")).to_be_visible()
    page.goto(f"/review/{approved.pk}/")
    with page.expect_navigation():
        page.get_by_role("button", name="Approve").first.click()
    page.goto(f"/review/{returned.pk}/")
    page.locator("[name=note]").fill("The amount is in the wrong unit.")
    with page.expect_navigation():
        page.get_by_role("button", name="Return").first.click()
    page.goto(f"/review/{own.pk}/")
    expect(page.get_by_text("You entered this record yourself")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    states = [
        record.status for record in CreditRecord.objects.filter(pk__in=[r.pk for r in waiting]).order_by("pk")
    ]
    assert states == ["published", "returned", "waiting"]
