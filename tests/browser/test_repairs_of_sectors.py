"""Tax points come back and a level of customs ends: asked for, found, decided and read by who asked, from both sides."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import Page, expect

from entities.models import CreditRecord
from repair import sectors
from repair.models import Case
from tests.browser.test_filed_together import confirm_the_rest
from tests.browser.test_repair_round_trip import RECEIPT, act, press
from tests.factories import AgentFactory, EntityFactory, MemberFactory
from tests.repair.sectors import AGO, customs_level, tax_breach

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


@pytest.fixture
def importer(transactional_db):
    return EntityFactory(name_zh="云汀市远帆贸易有限公司", name_en="Yunting Yuanfan Trading Co., Ltd.")


def propose(page: Page, case: Case, field: str, found: str) -> None:
    """A colleague writes what the department found, and proposes to grant."""
    page.evaluate("document.querySelectorAll('main details').forEach((folded) => { folded.open = true; })")
    asked = page.locator(f"[name='{field}']")
    if asked.evaluate("one => one.tagName") == "SELECT":
        asked.select_option(found)
    else:
        asked.fill(found)
    page.locator("button[name=action][value=propose_grant]").locator("xpath=ancestor::form").locator(
        "textarea[name=note]"
    ).fill("It was looked at.")
    press(page, "button[name=action][value=propose_grant]")
    case.refresh_from_db()
    assert case.state == "proposed"


def walk(sides, record: CreditRecord, *, field: str, found: str, corrected_on: str = "") -> Case:
    """From the record to the decision and what whoever asked reads of it."""
    asking, answering = sides.asking, sides.answering
    agent = asking.page(AgentFactory(entity=record.entity).user)
    agent.goto(f"/cases/new/?record={record.pk}")
    asking.look(agent, "before")
    press(agent, "main form button[type=submit]")
    agent.locator("[name=statement]").fill("It is put right; the receipt is attached.")
    if corrected_on:
        agent.locator("[name=corrected_on]").fill(corrected_on)
    agent.locator("input[type=file]").first.set_input_files([RECEIPT])
    agent.locator("[name=signature]").fill("裴怀瑾")
    agent.locator("[name=agreed]").check()
    asking.look(agent, "draft")
    press(agent, "button[name=do][value=submit]")
    case = Case.objects.get()
    assert case.deciding_body == record.submitted_by

    colleague = answering.page(MemberFactory(body=record.submitted_by))
    colleague.goto(f"/cases/{case.number}/")
    answering.look(colleague, "to-propose")
    propose(colleague, case, field, found)
    supervisor = answering.page(MemberFactory(body=record.submitted_by, role="supervisor"))
    supervisor.goto(f"/cases/{case.number}/")
    answering.look(supervisor, "to-decide")
    act(supervisor, case, "grant", "It is so.")
    answering.look(supervisor, "granted")
    confirm_the_rest()
    case.refresh_from_db()
    assert case.state == "granted"
    assert case.effect.closed_at is not None

    agent.goto(f"/cases/{case.number}/")
    with override(asking.lang):
        outcome = sectors.says_granted(case, case.decided_at)
    expect(agent.locator("main").get_by_text(outcome).first).to_be_visible()
    asking.look(agent, "over")
    return case


def test_points_taken_off_by_the_tax_authority_come_back(sides, importer):
    record = tax_breach(entity=importer, title="逾期申报：2026年第三季度")
    day = (timezone.localdate() - timedelta(days=AGO - 10)).isoformat()
    case = walk(sides, record, field="details.corrected_on", found=day, corrected_on=day)
    said_now = CreditRecord.objects.get(replaces=record)
    assert said_now.details["corrected_on"] == day
    assert said_now.status == "published"
    assert case.record in {record, said_now}


def test_a_level_of_customs_ends_and_the_one_that_holds_instead_is_entered(sides, importer):
    record = customs_level(entity=importer, title="海关信用状况：失信企业")
    walk(sides, record, field="details.customs_status", found="regular")
    record.refresh_from_db()
    assert record.status == "repaired"
    holds = CreditRecord.objects.exclude(pk=record.pk).get()
    assert (holds.details["customs_status"], holds.status) == ("regular", "published")
