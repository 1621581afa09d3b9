"""Each kind of case from both sides: filed on a phone, decided at a desk, confirmed elsewhere, and read by who asked.

Repairs have their own walks (`test_repair_round_trip`, `test_filed_together`). Here nothing is seeded but what a case
needs. Each side reads in a language and on a device of its own, and from one kind to the next the sides change them.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from agencies.measures.services import Wanted, note_measure
from associations.models import RepairRule
from credit_platform.accounts.models import User
from entities.models import CreditRecord, SubmittingBody
from repair.letters.models import Letter
from repair.missing.models import MissingRecord
from repair.models import Case
from tests.associations.factories import AssociationFactory, officer_of
from tests.browser.test_filed_together import confirm_the_rest
from tests.browser.test_repair_round_trip import RECEIPT, act, file_application, press
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    repairable_record,
)

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, DESK = {"lang": "en", "width": 390}, {"lang": "zh-hans", "width": 1440}
OVER = re.compile("Closed: gone everywhere since|各处均已撤下")


@dataclass
class Town:
    """An agent with a record, its department with people who had no hand in it, and a body that acts upon it."""

    agent: User
    record: CreditRecord
    office: SubmittingBody
    colleague: User
    supervisor: User
    lead: User
    neighbour: User


@pytest.fixture
def town(transactional_db, media) -> Town:
    office = BodyFactory(name_zh="云汀市市场监督管理局", name_en="Yunting Market Supervision")
    entity = EntityFactory(name_zh="云汀市禾谷食品有限公司", name_en="Yunting Hegu Food Co., Ltd.")
    kind = RecordTypeFactory(
        code="administrative-penalty", name_zh="行政处罚", name_en="Penalty", submitters=[office]
    )
    finance = BodyFactory(name_zh="云汀市财政局", name_en="Yunting Finance Bureau")
    town = Town(
        agent=AgentFactory(entity=entity).user,
        record=repairable_record(
            submitted_by=office, entity=entity, record_type=kind, title="罚款32000元：未履行进货查验义务"
        ),
        office=office,
        colleague=MemberFactory(body=office),
        supervisor=MemberFactory(body=office, role="supervisor"),
        lead=MemberFactory(
            body=BodyFactory(kind="lead_office", name_zh="云汀市信用办", name_en="Lead office"), role="lead"
        ),
        neighbour=MemberFactory(body=finance, role="supervisor"),
    )
    wanted = Wanted(finance, "不得参加政府采购活动", "《中华人民共和国政府采购法》第二十二条")
    note_measure(by=town.neighbour, record_id=town.record.pk, wanted=wanted)
    return town


def all_confirm(page: Page, case: Case) -> None:
    """Another department says that the record is gone from its own systems; the platform looks at its own places."""
    page.goto("/confirmations/")
    press(page, "main form[action*='/confirm/'] button")
    confirm_the_rest()
    case.refresh_from_db()
    assert case.effect.closed_at is not None


def public_sees(record: CreditRecord) -> bool:
    return record.title in Client().get(f"/e/{record.entity.credit_code}/").content.decode()


def reads_that_it_is_over(agent: Page, case: Case) -> None:
    """Who filed reads the reasons and that all places have confirmed, and finds the letters."""
    agent.goto(f"/cases/{case.number}/")
    expect(agent.locator("main").get_by_text("It is so.").first).to_be_visible()
    expect(agent.locator("#proof").get_by_text(OVER)).to_be_visible()
    kinds = set(Letter.objects.filter(case=case).values_list("kind", flat=True))
    assert {"decision", "result"} <= kinds


def test_an_objection_to_a_listing_is_upheld_and_gone_everywhere(page_as, town):
    agent = page_as(town.agent, **PHONE)
    agent.goto(f"/records/{town.record.pk}/")
    press(agent, "a[href*='/cases/object/']")
    agent.locator("[name=ground][value=wrongly_listed]").check()
    agent.locator("[name=statement]").fill("It was another company of this name.")
    agent.locator("main input[type=file]").first.set_input_files([RECEIPT])
    agent.locator("button[name=do][value=file]").dblclick()
    agent.wait_for_url("**/cases/YY-*/")
    expect(agent.locator("main")).to_be_visible()
    case = Case.objects.get()
    assert case.state == "submitted"
    assert (
        "Under objection"
        in Client(headers={"accept-language": "en"})
        .get(f"/e/{town.record.entity.credit_code}/")
        .content.decode()
    )
    agent.go_back()
    agent.go_forward()
    expect(agent.get_by_text(case.number).first).to_be_visible()

    act(page_as(town.colleague, **DESK), case, "propose_end", "It was another company.")
    first, second = (page_as(town.supervisor, **DESK) for _tab in range(2))
    second.goto(f"/cases/{case.number}/")
    act(first, case, "uphold", "It is so.")
    with second.expect_response(lambda response: "/act/" in response.url) as refused:
        second.locator("button[name=action][value=dismiss]").click()
    assert refused.value.status == 409
    expect(second.locator("main [role=alert]")).to_contain_text("认定异议成立")
    case.refresh_from_db()
    assert case.state == "upheld"

    assert not public_sees(town.record)
    all_confirm(page_as(town.neighbour, **DESK), case)
    reads_that_it_is_over(agent, case)


def test_a_department_that_withdraws_the_record_meanwhile_answers_the_objection(page_as, town):
    case = CaseFactory(record=town.record, kind="objection", state="submitted", opened_by=town.agent)
    clerk = page_as(town.record.entered_by, **DESK)
    clerk.goto(f"/records/{town.record.pk}/")
    expect(clerk.get_by_text("为什么您现在不能撤回该记录")).to_be_visible()
    assert clerk.locator("main a[href*='/withdraw/']").count() == 0

    supervisor = page_as(town.supervisor, lang="en", width=390)
    supervisor.goto(f"/records/{town.record.pk}/withdraw/")
    expect(supervisor.get_by_text(f"This answers {case.number}")).to_be_visible()
    supervisor.locator("[name=because]").fill("It was another company. It is so.")
    press(supervisor, "main form button[type=submit]")
    case.refresh_from_db()
    assert case.state == "record_withdrawn"
    supervisor.goto(f"/cases/{case.number}/")
    expect(supervisor.get_by_text("Notice that the record is withdrawn")).to_be_visible()

    assert not public_sees(town.record)
    all_confirm(page_as(town.neighbour, **DESK), case)
    agent = page_as(town.agent, lang="zh-hans", width=390)
    reads_that_it_is_over(agent, case)
    expect(agent.get_by_text("记录撤回告知书").first).to_be_visible()
    expect(agent.get_by_text("部门已撤回记录").first).to_be_visible()


def test_an_objection_on_any_other_ground_begins_on_the_same_page_and_is_kept_as_a_draft(page_as, town):
    agent = page_as(town.agent, lang="zh-hans", width=390)
    for ground in ("wrong", "missing", "expired"):
        record = repairable_record(
            submitted_by=town.office, entity=town.record.entity, record_type=town.record.record_type
        )
        agent.goto(f"/cases/object/?record={record.pk}")
        agent.locator(f"[name=ground][value={ground}]").check()
        agent.locator("[name=statement]").fill("该记录有误，请核查。")
        press(agent, "button[name=do][value=save]")
        expect(agent.locator(f"[name=ground][value={ground}]")).to_be_checked()
        case = Case.objects.get(record=record)
        assert (case.state, case.ground, case.record.objected) == ("draft", ground, False)


def test_a_dismissed_objection_is_appealed_sent_back_and_decided_by_others(page_as, town):
    case = CaseFactory(record=town.record, opened_by=town.agent, kind="objection", state="dismissed")
    agent = page_as(town.agent, **DESK)
    act(agent, case, "appeal", "Nobody looked at the register of companies.")
    lead = page_as(town.lead, **PHONE)
    lead.goto("/cases/")
    expect(lead.get_by_text(case.number).first).to_be_visible()
    act(lead, case, "remit", "The register has two companies of this name.")
    act(page_as(town.colleague, **PHONE), case, "propose_end", "It was another company.")
    act(page_as(town.supervisor, **PHONE), case, "uphold", "It is so.")
    case.refresh_from_db()
    assert case.state == "upheld"
    assert not public_sees(town.record)
    all_confirm(page_as(town.neighbour, **PHONE), case)
    reads_that_it_is_over(agent, case)


def test_a_record_whose_basis_fell_is_removed_from_history_too(page_as, town):
    agent = page_as(town.agent, **PHONE)
    agent.goto(f"/records/{town.record.pk}/")
    press(agent, "#repair-panel a[href*='/cases/basis/']")
    agent.locator("[name=outcome][value=revoked]").check()
    agent.locator("[name=forum]").select_option("court")
    for name, words in {"authority": "云汀市中级人民法院", "number": "（2026）云01行终17号"}.items():
        agent.locator(f"[name={name}]").fill(words)
    agent.locator("[name=decided_on]").fill(timezone.localdate().isoformat())
    agent.locator("main input[type=file]").first.set_input_files([RECEIPT])
    press(agent, "main form .btn-primary")
    case = Case.objects.get()
    assert (case.kind, case.state) == ("basis", "submitted")

    act(page_as(town.colleague, **DESK), case, "propose_remove", "The judgment is final.")
    act(page_as(town.supervisor, **DESK), case, "remove", "It is so.")
    case.refresh_from_db()
    assert (case.state, case.record.status) == ("removed", "annulled")
    assert not public_sees(town.record)
    all_confirm(page_as(town.neighbour, **DESK), case)
    reads_that_it_is_over(agent, case)


def test_what_an_association_recorded_is_repaired_by_its_own_people(page_as, town):
    association = AssociationFactory(body__name_zh="云汀市餐饮行业协会", body__name_en="Catering Association")
    RepairRule.objects.create(
        association=association,
        article="第二十一条",
        min_months=3,
        conditions_zh="已改正。",
        conditions_en="It is put right.",
        valid_from=timezone.localdate() - timedelta(days=1),
    )
    kind = RecordTypeFactory(family="market", name_zh="会员警示", name_en="Warning to a member")
    record = RecordFactory(
        submitted_by=association.body,
        entity=EntityFactory(name_zh="云汀市松岚餐饮有限公司", name_en="Yunting Songlan Catering Co., Ltd."),
        record_type=kind,
        title="会员警示：未明码标价",
        decided_on=timezone.localdate() - timedelta(days=180),
    )
    agent = page_as(AgentFactory(entity=record.entity).user, **DESK)
    case = file_application(agent)
    assert case.deciding_body == association.body

    act(page_as(officer_of(association), **PHONE), case, "propose_grant", "The kitchen was seen.")
    head = page_as(MemberFactory(body=association.body, role="supervisor"), **PHONE)
    act(head, case, "grant", "It is so.")
    confirm_the_rest()
    case.refresh_from_db()
    assert (case.state, case.record.status) == ("granted", "repaired")
    assert case.effect.closed_at is not None
    reads_that_it_is_over(agent, case)


def answer(page: Page, missing: MissingRecord, do: str, words: str = "") -> None:
    """Open what is missing, write and press the button of that step."""
    page.goto(f"/cases/missing/{missing.number}/")
    button = page.locator(f"button[name=do][value={do}]")
    if words:
        button.locator("xpath=ancestor::form").locator("textarea[name=note]").fill(words)
    with page.expect_navigation():
        button.click()


def test_a_missing_record_is_refused_appealed_and_entered_in_the_end(page_as, town):
    kind = RecordTypeFactory(
        submitters=[town.office], polarity="positive", name_zh="表彰", name_en="Commendation"
    )
    agent = page_as(town.agent, **PHONE)
    agent.goto("/cases/missing/")
    press(agent, "a[href$='/cases/missing/new/']")
    agent.locator("[name=body]").select_option(str(town.office.pk))
    agent.locator("[name=record_type]").select_option(str(kind.pk))
    agent.locator("[name=document_number]").fill("云市监表〔2026〕5号")
    agent.locator("[name=statement]").fill("五月的表彰没有录入。")
    agent.locator("main form .btn-primary").dblclick()
    agent.wait_for_url("**/cases/missing/QS-*/")
    missing = MissingRecord.objects.get()

    refusing = page_as(MemberFactory(body=town.office, role="reviewer"), **DESK)
    answer(refusing, missing, "refuse", "It was given to another company.")
    answer(agent, missing, "appeal", "The paper names us.")
    answer(page_as(town.lead, **DESK), missing, "remit", "The paper names this company.")
    record = RecordFactory(
        entity=town.record.entity,
        submitted_by=town.office,
        record_type=kind,
        document_number=missing.document_number,
        title="守信企业表彰",
    )
    entering = page_as(town.supervisor, **DESK)
    entering.goto(f"/cases/missing/{missing.number}/")
    entering.locator(f"[name=record][value='{record.pk}']").check()
    press(entering, "button[name=do][value=enter]")
    missing.refresh_from_db()
    assert (missing.state, missing.record) == ("entered", record)
    agent.goto(f"/cases/missing/{missing.number}/")
    press(agent, f"main a[href='/records/{record.pk}/']")
    expect(agent.get_by_text(record.title).first).to_be_visible()
