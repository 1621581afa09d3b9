"""Fines of two departments are asked for in one sitting, go to a section each, and are followed to the last proof."""

import re
from dataclasses import replace

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from evaluation.services import rate_waiting
from repair.models import Case, JointFiling
from repair.proof import services as proof
from repair.proof.models import Confirmation
from repair.sections.models import Routing
from tests.browser.accessibility import assert_accessible
from tests.browser.city import City, build_city, fine
from tests.browser.test_repair_round_trip import RECEIPT, REGISTER, act, press

pytestmark = pytest.mark.django_db(transaction=True)

OFFICES = ("market-supervision", "market-supervision", "financial-supervision")


@pytest.fixture
def city(transactional_db) -> City:
    city = build_city()
    for place, office in enumerate(OFFICES):
        draft = fine(number=f"云监罚〔2026〕041{place}号")
        city.record(office, "administrative-penalty", city.hegu, replace(draft, title=f"罚款：第{place}号"))
    rate_all_waiting()
    return city


def rate_all_waiting() -> None:
    while rate_waiting(limit=100, as_of=timezone.localdate()):
        pass


def open_section(page: Page, city: City) -> None:
    """The supervisor's part: a section of the department that takes repairs, with the colleague in it."""
    page.goto("/cases/sections/")
    press(page, "a[href*='/cases/sections/new/']")
    page.locator("[name=name_zh]").fill("信用修复科")
    page.locator("[name=name_en]").fill("Credit repair")
    press(page, "main form button[type=submit]")
    page.locator("[name=case_kind]").select_option("repair")
    press(page, "button[value=task]")
    page.locator("#member_user").select_option(city.people["market-supervision colleague"].username)
    press(page, "button[value=member]")


def file_together(page: Page) -> JointFiling:
    """The agent's part: from what can be repaired to the filed whole, with one thing forgotten on the way."""
    page.goto("/cases/repairable/")
    press(page, "a[href$='/cases/together/new/']")
    expect(page.locator("main input[name=record]")).to_have_count(3)
    press(page, "main form .btn-primary")
    assert_accessible(page)
    page.locator("[name=statement]").fill("Every fine is paid and a register of purchases is kept.")
    page.locator("[name=proofs]").set_input_files([RECEIPT, REGISTER])
    press(page, "button[name=do][value=submit]")
    expect(page.get_by_text("receipt.pdf").first).to_be_visible()
    assert not Case.objects.exclude(state="draft").exists()
    page.locator("[name=signature]").fill("裴怀瑾")
    page.locator("[name=agreed]").check()
    press(page, "button[name=do][value=submit]")
    return JointFiling.objects.get()


def confirm_the_rest() -> None:
    """What is not done in this walk: other bodies say that it is gone, and the platform looks at its own places."""
    rate_all_waiting()
    Confirmation.objects.filter(kind="own").update(next_look_at=timezone.now())
    proof.look_at_own_places()


def test_several_records_go_out_together_and_each_comes_back_from_its_own_body(sides, city):
    asking, answering = sides.asking, sides.answering
    open_section(answering.page(city.people["market-supervision supervisor"]), city)
    agent = asking.page(city.people["agent"])
    filing = file_together(agent)
    expect(agent).to_have_url(re.compile(f"/cases/together/{filing.number}/$"))
    asking.look(agent, "filed")
    first, second, third = Case.objects.order_by("record")
    assert {first.state, second.state, third.state} == {"submitted"}
    assert first.deciding_body == second.deciding_body != third.deciding_body

    colleague = answering.page(city.people["market-supervision colleague"])
    colleague.goto("/cases/")
    assert Routing.objects.filter(section__isnull=False).count() == 2
    expect(colleague.get_by_text(first.number).first).to_be_visible()
    expect(colleague.get_by_text(third.number)).to_have_count(0)
    act(colleague, first, "propose_grant", "All four conditions are met.")
    act(colleague, second, "propose_refuse", "The receipt is of another fine.")
    expect(colleague.get_by_text(filing.number).first).to_be_visible()
    expect(colleague.get_by_text(third.record.title)).to_have_count(0)
    supervisor = answering.page(city.people["market-supervision supervisor"])
    act(supervisor, first, "grant", "All four conditions are met.")
    act(supervisor, second, "refuse", "The receipt is of another fine.")
    other = answering.page(city.people["financial-supervision colleague"])
    act(other, third, "propose_grant", "All four conditions are met.")
    deciding = answering.page(city.people["financial-supervision supervisor"])
    act(deciding, third, "grant", "All four conditions are met.")
    filing.refresh_from_db()
    assert filing.done_at is None  # Decided, and not yet gone everywhere.

    confirm_the_rest()
    filing.refresh_from_db()
    assert not Confirmation.objects.filter(state="waiting").exists()
    assert filing.done_at is not None
    agent.goto(f"/cases/together/{filing.number}/")
    for case in (first, second, third):
        expect(agent.locator("main").get_by_text(case.number).first).to_be_visible()
    asking.look(agent, "over")
    public = asking.page()
    public.goto(f"/e/{city.hegu.credit_code}/")
    expect(public.get_by_text(second.record.title).first).to_be_visible()
    for gone in (first, third):
        expect(public.get_by_text(gone.record.title)).to_have_count(0)
