"""Without a script everything can be done, and on paper stands what is to be read and no button."""

import re

import pytest
from playwright.sync_api import expect

from entities.models import Notice
from tests.factories import BodyFactory, EntityFactory, MemberFactory, RecordFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def record():
    """A public record of a business; the city has a lead office, which issues extracts."""
    BodyFactory(kind="lead_office")
    return RecordFactory(entity=EntityFactory(name_zh="河口百货有限公司"), title="罚款3.2万元")


def test_the_public_looks_a_business_up_and_takes_an_extract(page_as, record, media, settings):
    settings.PLATFORM_URL = "https://credit.example"
    page = page_as(lang="zh-hans", width=768, scripts=False)
    page.goto("/")
    page.get_by_role("searchbox").first.fill("河口百货")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="河口百货有限公司").click()
    expect(page.get_by_text("罚款3.2万元")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name="公开摘录").first.click()
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page).to_have_url(re.compile(r"/credit-reports/BG-\d{4}-\d{2}-"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("罚款3.2万元")).to_be_visible()


def test_an_official_takes_note_of_a_notice_and_narrows_a_list(page_as):
    body = BodyFactory()
    Notice.objects.create(kind="test", template="Hello.", body=body)
    page = page_as(MemberFactory(body=body), scripts=False)
    page.goto("/inbox/")
    page.get_by_role("button", name="Noted").click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    page.goto("/records/")
    page.get_by_role("combobox", name="State").select_option("draft")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile("status=draft"))
    expect(page.get_by_text("No record fits")).to_be_visible()


def test_on_paper_stands_the_record_and_nothing_to_press(page_as, record):
    page = page_as()
    page.goto(f"/e/{record.entity.credit_code}/")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("罚款3.2万元")).to_be_visible()
    for pressed in (".btn", ".site nav", ".menu-btn"):
        expect(page.locator(f"{pressed}:visible"), pressed).to_have_count(0)
