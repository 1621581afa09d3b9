"""The departments' pages in a real browser: keys, live preview, remedies, and nothing in a reader's way."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from credit_platform.common.services import seed_working_calendar
from entities.models import CreditRecord, RecordType, SubmittingBody
from entities.services.catalogue import seed_catalogue
from tests.browser.accessibility import assert_accessible
from tests.browser.sides import assert_fits
from tests.factories import EntityFactory, MemberFactory, MembershipFactory, RecordFactory

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = ("en", "zh-hans")
PENALTY = "/enter/administrative-penalty/"


@pytest.fixture
def office(transactional_db) -> SubmittingBody:
    seed_catalogue()
    seed_working_calendar()
    return SubmittingBody.objects.get(code="market-supervision")


@pytest.fixture
def clerk(office):
    return MemberFactory(body=office)


def penalty_of(office, **record) -> CreditRecord:
    kind = RecordType.objects.get(code="administrative-penalty")
    return RecordFactory(
        **{
            "submitted_by": office,
            "record_type": kind,
            "type_version": kind.versions.last(),
            "penalty_kinds": ["fine"],
            "amount": 32_000,
        }
        | record
    )


@pytest.mark.parametrize(("lang", "width"), [("en", 1024), ("zh-hans", 390)])
def test_nothing_on_the_departments_pages_stands_in_a_readers_way(page_as, office, lang, width):
    person = MemberFactory(body=office)
    MembershipFactory(user=person, body=office, role="reviewer")
    entity = EntityFactory(name_zh="云汀市启帆机电安装工程技术服务有限责任公司汀东第二分公司")
    waiting = penalty_of(office, status="waiting", entity=entity)
    penalty_of(office, status="waiting", entity=entity, entered_by=person)
    returned = penalty_of(office, status="returned", entered_by=person, review_note="请核对金额单位。" * 8)
    page = page_as(person, lang=lang, width=width)
    for path in (
        "/desk/",
        "/desk/?lane=waiting",
        "/enter/",
        PENALTY,
        f"{PENALTY}{returned.pk}/",
        "/enter/commendation/",
        "/review/",
        f"/review/{waiting.pk}/",
    ):
        page.goto(path)
        assert_accessible(page)
        assert_fits(page, width)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_form_with_problems_stands_in_nobodys_way(page_as, clerk, lang):
    EntityFactory(name_zh="云汀市禾谷食品有限公司"), EntityFactory(name_zh="云汀市禾谷食品销售有限公司")
    page = page_as(clerk, lang=lang)
    page.goto(PENALTY)
    page.locator("[name=entity_text]").fill("禾谷食品")
    page.locator("[name=fine]").fill("32000元")
    page.locator("[name=action][value=send]").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[name=entity_choice]")).to_have_count(2)
    assert_accessible(page)


def fill_penalty(page: Page, entity, **changes: str) -> None:
    """Type a penalty that a reviewer could approve."""
    page.goto(f"{PENALTY}?entity={entity.credit_code}")
    typed = {
        "document_number": "云市监罚〔2026〕1129号",
        "decided_on": timezone.localdate().isoformat(),
        "title": "未记录进货查验",
        "legal_basis": "《食品安全法》第一百二十六条",
        "penalty_content": "罚款32000元",
        "fine": "3.2",
    } | changes
    page.locator("[name=procedure]").select_option("ordinary")
    page.locator("[name=registered_in]").select_option("same-province")
    page.locator("[name=penalty_kinds][value=fine]").check()
    page.locator("[name=severity_class][value=general]").check()
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    page.keyboard.press("Tab")


def test_the_preview_follows_what_is_typed(page_as, clerk):
    page = page_as(clerk)
    fill_penalty(page, EntityFactory())
    preview = page.locator("#preview")
    expect(preview).to_contain_text("It may be repaired from")
    page.locator("[name=severity_class][value=minor]").check()
    expect(preview).to_contain_text("it is not made public")
    expect(preview).to_contain_text("Look at this again")


def test_one_press_types_what_should_have_been_typed(page_as, clerk):
    page = page_as(clerk)
    fill_penalty(page, EntityFactory(), fine="32000")
    page.keyboard.press("Control+s")
    remedy = page.get_by_role("button", name="Use 3.2")
    remedy.click()
    expect(page.locator("[name=fine]")).to_have_value("3.2")
    with page.expect_navigation(url=re.compile("/desk/")):
        page.keyboard.press("Control+s")
    assert CreditRecord.objects.get().amount == 32_000


def test_the_browsers_back_button_and_a_second_sending_make_no_second_record(page_as, clerk):
    page = page_as(clerk)
    fill_penalty(page, EntityFactory())
    with page.expect_navigation(url=re.compile("/desk/")):
        page.keyboard.press("Control+s")
    page.go_back()
    with page.expect_navigation(url=re.compile("/desk/")):
        page.keyboard.press("Control+s")
    assert CreditRecord.objects.get().status == "waiting"


def test_j_k_and_enter_walk_over_the_desk(page_as, office, clerk):
    today = timezone.localdate()
    for days in (3, 1):
        penalty_of(office, status="draft", entered_by=clerk, decided_on=today - timedelta(days=days))
    page = page_as(clerk)
    page.goto("/desk/")
    for key in "jjk":
        page.keyboard.press(key)
    first = CreditRecord.objects.order_by("decided_on").first()
    with page.expect_navigation(url=re.compile(f"{PENALTY}{first.pk}/")):
        page.keyboard.press("Enter")


def test_enter_in_the_note_returns_and_never_approves(page_as, office):
    record = penalty_of(office, status="waiting")
    page = page_as(MemberFactory(body=office, role="reviewer"))
    page.goto(f"/review/{record.pk}/")
    page.locator("[name=note]").fill("请核对金额单位。")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    record.refresh_from_db()
    assert record.status == "returned"


def test_a_whole_page_of_the_queue_is_chosen_and_approved(page_as, office):
    records = [penalty_of(office, status="waiting") for _ in range(3)]
    page = page_as(MemberFactory(body=office, role="supervisor"))
    page.goto("/review/")
    page.locator("[data-select-all]").check()
    expect(page.locator("[data-chosen-count]")).to_have_text("3 chosen")
    page.get_by_role("button", name="Approve what is chosen").click()
    expect(page.get_by_text("3 records approved.")).to_be_visible()
    assert set(CreditRecord.objects.values_list("status", flat=True)) == {"published"}
    assert len(records) == 3
