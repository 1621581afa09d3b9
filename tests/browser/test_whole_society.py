"""Citizen, business, association and bank do their part in the browser, and a department answers them.

Each walk is made twice, so that either side reads both languages on both devices (`tests.browser.sides`).
"""

import re
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from associations.models import Association
from credit_platform.portal.public_reports.models import PublicReport
from entities.commitments import services as commitments
from entities.models import SubmittingBody
from tests.browser.city import City, build_city, fine
from tests.browser.sides import Side, Sides

pytestmark = pytest.mark.django_db(transaction=True)
DRAFT = FilePayload(name="照片.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7\nphotographs")


@dataclass
class Town:
    """A city with somebody of each side, and what may be promised in it."""

    city: City
    market: SubmittingBody

    def person(self, what: str):
        return self.city.people[what]


@pytest.fixture
def town(transactional_db, media, settings) -> Town:
    settings.PLATFORM_URL = "https://credit.example"
    city = build_city()
    commitments.add_template(
        by=city.people["lead"],
        wording=commitments.Wording(
            code="safe-food",
            name_zh="食品安全承诺",
            name_en="Safe food",
            matter_zh="食品经营",
            text_zh="本单位承诺依法经营。",
            text_en="We sell nothing that is over its date.",
            checked_by=city.bodies["market-supervision"],
            check_within_days=30,
            valid_from=timezone.localdate(),
        ),
    )
    return Town(city, city.bodies["market-supervision"])


def press(side: Side, page: Page, text: str, context: str = "") -> None:
    """Press the button of these words and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=side.says(text, context)).first.click()


def follow(side: Side, page: Page, text: str) -> None:
    """Follow the link of these words."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name=side.says(text)).first.click()


def test_somebody_reports_a_problem_and_reads_the_answer_by_a_code(sides: Sides, town, monkeypatch):
    monkeypatch.setattr("credit_platform.portal.public_reports.views._open_for", lambda opened: 60.0)
    citizen, office = sides.asking, sides.answering
    page = citizen.page()
    page.goto(f"/e/{town.city.hegu.credit_code}/")
    follow(citizen, page, "Report a problem about this business")
    page.locator("[name=topic]").select_option("goods")
    page.locator("[name=text]").fill("11月3日在店里买的牛奶已过期两周，店家拒绝退货。")
    citizen.look(page, "write")
    press(citizen, page, "Send the report")
    citizen.look(page, "sent")
    code = page.locator("code.code").inner_text()

    report = PublicReport.objects.get()
    desk = office.page(town.person("market-supervision clerk"))
    desk.goto("/public-reports/")
    desk.get_by_role("link", name=re.compile("11月3日")).click()
    office.look(desk, "report")
    desk.locator("#answer input[value=upheld]").check()
    desk.locator("#answer [name=answer]").fill("经查属实，已责令整改。")
    press(office, desk, "Answer for good")
    report.refresh_from_db()
    assert (report.state, report.entity) == ("answered", town.city.hegu)

    page.goto("/report-a-problem/follow/")
    page.locator("[name=code]").fill(code)
    press(citizen, page, "Show what became of it")
    expect(page.get_by_text("经查属实，已责令整改。")).to_be_visible()
    citizen.look(page, "answer")


def test_a_business_commits_itself_and_everybody_reads_that_it_kept_its_word(sides: Sides, town):
    business, office = sides.asking, sides.answering
    page = business.page(town.person("agent"))
    page.goto(f"/commitments/of/{town.city.hegu.credit_code}/")
    follow(business, page, "Read and sign")
    page.locator("[name=signed_as]").fill("裴怀瑾")
    page.locator("[name=agreed]").check()
    business.look(page, "sign")
    press(business, page, "Give the commitment")
    expect(page.get_by_text(business.says("To be kept", "a commitment")).first).to_be_visible()

    clerk = office.page(town.person("market-supervision clerk"))
    clerk.goto("/commitments/")
    office.look(clerk, "register")
    clerk.get_by_role("link", name=office.says("Commitments")).first.wait_for()
    with clerk.expect_navigation():
        clerk.get_by_role("main").locator("a.rowlink").first.click()
    for found, kept in (("弄错了单位。", "no"), ("账目齐全。", "yes")):
        clerk.locator(f"[name=kept][value={kept}]").check()
        clerk.locator("[name=finding]").fill(found)
        office.look(clerk, f"check-{kept}")
        press(office, clerk, "Save what was found")
        if kept == "no":
            follow(office, clerk, "Take the check back")
            clerk.locator("[name=because]").fill("核查的是另一家店。")
            office.look(clerk, "take-back")
            press(office, clerk, "Take it back")

    anybody = business.page()
    anybody.goto(f"/e/{town.city.hegu.credit_code}/")
    card = anybody.locator("#commitments")
    expect(card.get_by_text(business.says("Kept", "a commitment"))).to_be_visible()
    business.look(anybody, "entity")
    with anybody.expect_navigation():
        card.get_by_role("link").first.click()
    business.look(anybody, "promise")


def test_an_association_sends_an_observation_and_reads_the_way_it_went(sides: Sides, town):
    association, office = sides.asking, sides.answering
    Association.objects.get_or_create(body=town.city.bodies["catering-association"])
    officer = association.page(town.person("officer"))
    officer.goto("/opinions/observe/")
    officer.locator("[name=department]").select_option(str(town.market.pk))
    officer.locator("[name=subject]").fill("回收油")
    officer.locator("[name=text]").fill("多家店反映有人低价推销回收油。")
    officer.locator("[name=paper]").set_input_files(DRAFT)
    association.look(officer, "observe")
    press(association, officer, "Send")
    here = officer.url

    clerk = office.page(town.person("market-supervision clerk"))
    clerk.goto(here)
    expect(clerk.get_by_role("link", name="照片.pdf")).to_be_visible()
    follow(office, clerk, "Pass on")
    clerk.locator("[name=to]").select_option("tax")
    clerk.locator("[name=because]").fill("涉及发票，由税务部门处理。")
    office.look(clerk, "pass-on")
    press(office, clerk, "Pass on")
    expect(clerk).to_have_url(re.compile(r"/opinions/$"))

    tax = office.page(town.person("tax clerk"))
    tax.goto(here)
    office.look(tax, "passed")
    follow(office, tax, "Say what came of it")
    tax.locator("[name=outcome][value=acted]").check()
    tax.locator("[name=text]").fill("已立案检查两家。")
    press(office, tax, "Say what came of it")

    officer.goto(here)
    for said in ("涉及发票，由税务部门处理。", "已立案检查两家。"):
        expect(officer.get_by_text(said)).to_be_visible()
    association.look(officer, "closed")


def test_a_business_lends_a_code_and_a_bank_reads_as_much_as_it_opens(sides: Sides, town):
    business, bank = sides.asking, sides.answering
    town.city.record("market-supervision", "administrative-penalty", town.city.hegu, fine(days_ago=30))
    page = business.page(town.person("agent"))
    page.goto(f"/my-credit/{town.city.hegu.credit_code}/reports/codes/new/")
    page.locator("[name=for_whom]").fill("云汀银行")
    page.locator("[name=parts][value=penalties]").check()
    business.look(page, "lend")
    press(business, page, "Make the code")
    business.look(page, "lent")
    code = page.locator("code.code").inner_text()

    reader = bank.page()
    reader.goto("/credit-reports/")
    reader.locator("[name=code]").fill(code)
    reader.locator("[name=who]").fill("李华，云汀银行")
    reader.locator("[name=why]").fill("贷款")
    bank.look(reader, "open")
    press(bank, reader, "Open the report")
    expect(reader.get_by_text(fine().document_number).first).to_be_visible()
    bank.look(reader, "report")

    page.goto(f"/my-credit/{town.city.hegu.credit_code}/reports/")
    expect(page.get_by_text("李华，云汀银行").first).to_be_visible()
    business.look(page, "uses")
