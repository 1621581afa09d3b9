"""A fine is repaired: from the entity's page to the department's desk, back for a paper, decided, and told to all."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from entities.models import CreditRecord, Notice
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


def file_application(page: Page) -> Case:
    """The agent's part: from the own page to the filed application."""
    page.goto("/my-credit/")
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


@pytest.mark.parametrize("lang", ["en"])
def test_a_repair_goes_out_comes_back_and_ends_the_effect(page_as, city, lang):
    before = points(city)
    agent = page_as(city.people["agent"], lang=lang, width=390)
    case = file_application(agent)
    assert case.state == "submitted"
    assert case.deciding_body == city.bodies["market-supervision"]
    assert case.due_on is not None

    clerk = page_as(city.people["market-supervision clerk"], lang=lang)
    clerk.goto("/desk/")
    expect(clerk.get_by_text(case.number).first).to_be_visible()
    act(clerk, case, "ask_material", "Please send the register of purchases.")
    case.refresh_from_db()
    assert case.state == "more_material"

    agent.goto(f"/cases/{case.number}/")
    expect(agent.get_by_text("Please send the register of purchases.").first).to_be_visible()
    agent.locator("main input[type=file]").first.set_input_files([REGISTER])
    press(agent, "button[name=action][value=supply_material]")
    case.refresh_from_db()
    assert case.state == "submitted"

    # Who entered the record does not judge it: a colleague proposes.
    proposer = page_as(city.people["market-supervision colleague"], lang=lang)
    act(proposer, case, "propose_grant", "Paid, corrected, committed: all four conditions are met.")
    case.refresh_from_db()
    assert case.state == "proposed"

    supervisor = page_as(city.people["market-supervision supervisor"], lang=lang)
    act(supervisor, case, "grant", "All four conditions of Order 36 are met.")
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
    public = page_as(lang=lang)
    public.goto(f"/e/{city.hegu.credit_code}/")
    expect(public.get_by_text("罚款32000元")).to_have_count(0)


def test_a_refusal_is_appealed_to_the_lead_office(page_as, city):
    agent = page_as(city.people["agent"])
    case = file_application(agent)
    act(
        page_as(city.people["market-supervision colleague"]),
        case,
        "propose_refuse",
        "The receipt cannot be read.",
    )
    act(page_as(city.people["market-supervision supervisor"]), case, "refuse", "The receipt cannot be read.")
    agent.goto(f"/cases/{case.number}/")
    expect(agent.get_by_text("The receipt cannot be read.").first).to_be_visible()
    act(agent, case, "appeal", "The receipt can be read on paper.")
    lead = page_as(city.people["lead"])
    lead.goto("/cases/")
    expect(lead.get_by_text(case.number).first).to_be_visible()
    act(lead, case, "uphold_appeal", "The paper shows the payment.")
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


@pytest.mark.parametrize(("lang", "width"), [("zh-hans", 390)])
def test_an_objection_marks_the_record_and_the_correction_is_what_everybody_reads(page_as, city, lang, width):
    record = CreditRecord.objects.get(entity=city.hegu)
    agent = page_as(city.people["agent"], lang=lang, width=width)
    agent.goto(f"/records/{record.pk}/")
    press(agent, "a[href*='/cases/object/']")
    agent.locator("[name=ground][value=wrong]").check()
    agent.locator("[name=statement]").fill("The fine was 3,200 yuan, not 32,000.")
    agent.locator("main input[type=file]").first.set_input_files([RECEIPT])
    press(agent, "main form button[type=submit]")
    case = Case.objects.get()
    assert (case.kind, case.state) == ("objection", "submitted")

    public = page_as(lang=lang)
    public.goto(f"/e/{city.hegu.credit_code}/")
    mark = {"en": "Under objection", "zh-hans": "异议"}[lang]
    expect(public.locator("main").get_by_text(mark).first).to_be_visible()

    proposer = page_as(city.people["market-supervision colleague"], lang=lang, width=width)
    proposer.goto("/desk/")
    expect(proposer.get_by_text(case.number).first).to_be_visible()
    correct_amount(proposer, case)
    supervisor = page_as(city.people["market-supervision supervisor"], lang=lang, width=width)
    act(supervisor, case, "uphold", "The decision says 3,200 yuan.")
    case.refresh_from_db()
    assert case.state == "upheld"

    agent.goto(f"/cases/{case.number}/")
    expect(agent.get_by_text("罚款3200元").first).to_be_visible()
    public.goto(f"/e/{city.hegu.credit_code}/")
    expect(public.get_by_text("罚款3200元").first).to_be_visible()
    expect(public.get_by_text("罚款32000元")).to_have_count(0)
    expect(public.locator("main").get_by_text(mark, exact=True)).to_have_count(0)
