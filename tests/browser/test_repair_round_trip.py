"""A fine or a listing is repaired: from the entity's page to the department's desk, decided, and told to all."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from entities.models import CreditRecord, Notice
from entities.services.records import RecordDraft
from evaluation.models import CurrentRating
from evaluation.services import rate_waiting
from repair.models import Case
from tests.browser.city import City, build_city, fine

pytestmark = pytest.mark.django_db(transaction=True)

RECEIPT = {
    "name": "receipt.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n",
}
REGISTER = RECEIPT | {"name": "register.pdf", "buffer": RECEIPT["buffer"] + b"% register\n"}


@pytest.fixture
def city(transactional_db) -> City:
    city = build_city()
    city.record("market-supervision", "administrative-penalty", city.hegu, fine())
    rate_all_waiting()
    return city


def rate_all_waiting() -> None:
    while rate_waiting(limit=100, as_of=timezone.localdate()):
        pass


def points(city: City) -> int:
    return CurrentRating.objects.get(entity=city.hegu, scheme__code="city-comprehensive").points


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


def file_application(page: Page, start: str = "/my-credit/") -> Case:
    """The agent's part: from the own page, or that of a record, to the filed application."""
    page.goto(start)
    press(page, "a[href*='/cases/new/']")
    press(page, "main form button[type=submit]")
    page.locator("[name=statement]").fill("The fine is paid and a register of purchases is kept.")
    page.locator("input[type=file]").first.set_input_files([RECEIPT])
    page.locator("[name=signature]").fill("裴怀瑾")
    page.locator("[name=agreed]").check()
    press(page, "button[name=do][value=submit]")
    return Case.objects.get()


def act(page: Page, case: Case, action: str, words: str) -> None:
    """Open the case, write and press the button of that action, with whatever it asks to confirm."""
    page.goto(f"/cases/{case.number}/")
    page.evaluate("document.querySelectorAll('main details').forEach((folded) => { folded.open = true; })")
    button = page.locator(f"button[name=action][value={action}]").first
    button.locator("xpath=ancestor::form").locator("textarea[name=note]").fill(words)
    with page.expect_navigation():
        button.click()


def test_a_repair_goes_out_comes_back_and_ends_the_effect(sides, city):
    asking, answering = sides.asking, sides.answering
    before = points(city)
    agent = asking.page(city.people["agent"])
    case = file_application(agent)
    assert case.state == "submitted"
    assert case.deciding_body == city.bodies["market-supervision"]
    assert case.due_on is not None

    clerk = answering.page(city.people["market-supervision clerk"])
    clerk.goto("/desk/")
    expect(clerk.get_by_text(case.number).first).to_be_visible()
    act(clerk, case, "ask_material", "Please send the register of purchases.")
    case.refresh_from_db()
    assert case.state == "more_material"

    agent.goto(f"/cases/{case.number}/")
    expect(agent.get_by_text("Please send the register of purchases.").first).to_be_visible()
    asking.look(agent, "asked-for-material")
    agent.locator("main input[type=file]").first.set_input_files([REGISTER])
    press(agent, "button[name=action][value=supply_material]")
    case.refresh_from_db()
    assert case.state == "submitted"

    # Who entered the record does not judge it: a colleague proposes.
    proposer = answering.page(city.people["market-supervision colleague"])
    proposer.goto(f"/cases/{case.number}/")
    answering.look(proposer, "to-propose")
    act(proposer, case, "propose_grant", "Paid, corrected, committed: all four conditions are met.")
    case.refresh_from_db()
    assert case.state == "proposed"

    supervisor = answering.page(city.people["market-supervision supervisor"])
    supervisor.goto(f"/cases/{case.number}/")
    answering.look(supervisor, "to-decide")
    act(supervisor, case, "grant", "All four conditions of Order 36 are met.")
    answering.look(supervisor, "granted")
    case.refresh_from_db()
    assert case.state == "granted"
    assert CreditRecord.objects.get(pk=case.record_id).status == "repaired"

    rate_all_waiting()
    assert not CurrentRating.objects.filter(
        entity=city.hegu, scheme__code="city-comprehensive", points=before
    ).exists()
    assert Notice.objects.filter(body=city.bodies["market-supervision"], url__contains=case.number).exists()
    agent.goto("/my-credit/")
    expect(agent.get_by_text(case.number).first).to_be_visible()
    asking.look(agent, "my-credit")
    public = asking.page()
    public.goto(f"/e/{city.hegu.credit_code}/")
    expect(public.get_by_text("罚款32000元")).to_have_count(0)


#: What else of market supervision is repaired by an application: how long ago it was decided, and what it says.
LISTINGS = {
    "abnormal-listing": (20, {"title": "未按期公示年度报告", "details": {"ground": "annual-report"}}),
    "serious-violation-listing": (400, {"title": "生产假冒伪劣食品", "severity_class": "serious"}),
}


@pytest.mark.parametrize("listing", LISTINGS)
def test_an_entity_is_taken_off_a_list_by_its_application(sides, city, listing):
    days_ago, facts = LISTINGS[listing]
    draft = RecordDraft(
        document_number="云市监列〔2025〕77号",
        decided_on=timezone.localdate() - timedelta(days=days_ago),
        legal_basis="《企业信息公示暂行条例》第十七条",
        **facts,
    )
    record = city.record("market-supervision", listing, city.hegu, draft)
    public = sides.asking.page()
    public.goto(f"/e/{city.hegu.credit_code}/")
    expect(public.get_by_text(record.title).first).to_be_visible()
    agent = sides.asking.page(city.people["agent"])
    case = file_application(agent, f"/records/{record.pk}/")
    assert (case.kind, case.record) == ("repair", record)
    act(
        sides.answering.page(city.people["market-supervision colleague"]), case, "propose_grant", "It is met."
    )
    supervisor = sides.answering.page(city.people["market-supervision supervisor"])
    act(supervisor, case, "grant", "Every condition is met.")
    sides.answering.look(supervisor, f"{listing}-granted")
    record.refresh_from_db()
    assert record.status == "repaired"
    agent.goto(f"/cases/{case.number}/")
    expect(agent.get_by_text("Every condition is met.").first).to_be_visible()
    sides.asking.look(agent, f"{listing}-granted")
    public.reload()
    expect(public.get_by_text(record.title)).to_have_count(0)


def test_a_refusal_is_appealed_to_the_lead_office(sides, city):
    asking, answering = sides.asking, sides.answering
    agent = asking.page(city.people["agent"])
    case = file_application(agent)
    unread = "The receipt cannot be read."
    act(answering.page(city.people["market-supervision colleague"]), case, "propose_refuse", unread)
    act(answering.page(city.people["market-supervision supervisor"]), case, "refuse", unread)
    agent.goto(f"/cases/{case.number}/")
    expect(agent.get_by_text(unread).first).to_be_visible()
    asking.look(agent, "refused")
    act(agent, case, "appeal", "The receipt can be read on paper.")
    lead = answering.page(city.people["lead"])
    lead.goto("/cases/")
    expect(lead.get_by_text(case.number).first).to_be_visible()
    act(lead, case, "uphold_appeal", "The paper shows the payment.")
    answering.look(lead, "upheld")
    case.refresh_from_db()
    assert case.state == "granted"
    assert CreditRecord.objects.get(pk=case.record_id).status == "repaired"


def correct_amount(page: Page, case: Case) -> None:
    """The desk's part: change the two fields that are wrong and propose it."""
    page.goto(f"/cases/{case.number}/")
    form = page.locator("#correct form")
    form.locator("[name=title]").fill("罚款3200元")
    form.locator("[name=amount]").fill("3200.00")
    form.locator("[name=note]").fill("The decision says 3,200 yuan.")
    press(page, "button[name=action][value=propose_correct]")


def test_an_objection_marks_the_record_and_the_correction_is_what_everybody_reads(sides, city):
    asking, answering = sides.asking, sides.answering
    record = CreditRecord.objects.get(entity=city.hegu)
    agent = asking.page(city.people["agent"])
    agent.goto(f"/records/{record.pk}/")
    press(agent, "a[href*='/cases/object/']")
    agent.locator("[name=ground][value=wrong]").check()
    agent.locator("[name=statement]").fill("The fine was 3,200 yuan, not 32,000.")
    agent.locator("main input[type=file]").first.set_input_files([RECEIPT])
    press(agent, "main form button[type=submit]")
    case = Case.objects.get()
    assert (case.kind, case.state) == ("objection", "submitted")

    public = asking.page()
    public.goto(f"/e/{city.hegu.credit_code}/")
    mark = asking.says("Under objection")
    expect(public.locator("main").get_by_text(mark).first).to_be_visible()

    proposer = answering.page(city.people["market-supervision colleague"])
    proposer.goto("/desk/")
    expect(proposer.get_by_text(case.number).first).to_be_visible()
    correct_amount(proposer, case)
    supervisor = answering.page(city.people["market-supervision supervisor"])
    supervisor.goto(f"/cases/{case.number}/")
    expect(supervisor.get_by_text("罚款3200元").first).to_be_visible()
    answering.look(supervisor, "old-and-new")
    act(supervisor, case, "uphold", "The decision says 3,200 yuan.")
    case.refresh_from_db()
    assert case.state == "upheld"

    agent.goto(f"/cases/{case.number}/")
    expect(agent.get_by_text("罚款3200元").first).to_be_visible()
    asking.look(agent, "corrected")
    public.goto(f"/e/{city.hegu.credit_code}/")
    expect(public.get_by_text("罚款3200元").first).to_be_visible()
    expect(public.get_by_text("罚款32000元")).to_have_count(0)
    expect(public.locator("main").get_by_text(mark, exact=True)).to_have_count(0)
