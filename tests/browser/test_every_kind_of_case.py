"""Each kind of case from both sides: filed, decided, confirmed elsewhere, and read by who asked.

Repairs of what departments recorded have their own walks (`test_repair_round_trip`, `test_filed_together`). Here
nothing is seeded but what a case needs. Each walk is made twice, so that either side reads both languages on both
devices (`tests.browser.sides`).
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from agencies.measures.services import Wanted, note_measure
from associations.models import RepairRule
from credit_platform.accounts.models import User
from credit_platform.ui.formats import moment
from entities.models import CreditRecord, SubmittingBody
from repair.letters.models import Letter
from repair.missing.models import MissingRecord
from repair.models import Case
from tests.associations.factories import AssociationFactory, officer_of
from tests.browser.sides import Side
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


def reads_that_it_is_over(asking: Side, agent: Page, case: Case) -> None:
    """Who filed reads the reasons and that all places have confirmed, and finds the letters."""
    agent.goto(f"/cases/{case.number}/")
    expect(agent.locator("main").get_by_text("It is so.").first).to_be_visible()
    with override(asking.lang):
        over = gettext("Closed: gone everywhere since %(when)s.") % {"when": moment(case.effect.closed_at)}
    expect(agent.locator("#proof").get_by_text(over)).to_be_visible()
    asking.look(agent, "over")
    kinds = set(Letter.objects.filter(case=case).values_list("kind", flat=True))
    assert {"decision", "result"} <= kinds


def test_an_objection_to_a_listing_is_upheld_and_gone_everywhere(sides, town):
    asking, answering = sides.asking, sides.answering
    agent = asking.page(town.agent)
    agent.goto(f"/records/{town.record.pk}/")
    press(agent, "a[href*='/cases/object/']")
    agent.locator("[name=ground][value=wrongly_listed]").check()
    agent.locator("[name=statement]").fill("It was another company of this name.")
    agent.locator("main input[type=file]").first.set_input_files([RECEIPT])
    asking.look(agent, "written")
    agent.locator("button[name=do][value=file]").dblclick()
    agent.wait_for_url("**/cases/YY-*/")
    expect(agent.locator("main")).to_be_visible()
    case = Case.objects.get()
    assert case.state == "submitted"
    public = asking.page()
    public.goto(f"/e/{town.record.entity.credit_code}/")
    expect(public.locator("main").get_by_text(asking.says("Under objection")).first).to_be_visible()
    agent.go_back()
    agent.go_forward()
    expect(agent.get_by_text(case.number).first).to_be_visible()

    act(answering.page(town.colleague), case, "propose_end", "It was another company.")
    first, second = (answering.page(town.supervisor) for _tab in range(2))
    second.goto(f"/cases/{case.number}/")
    answering.look(second, "proposed")
    act(first, case, "uphold", "It is so.")
    second.evaluate("document.querySelectorAll('main details').forEach((folded) => { folded.open = true; })")
    with second.expect_response(lambda response: "/act/" in response.url) as refused:
        second.locator("button[name=action][value=dismiss]").click()
    assert refused.value.status == 409
    expect(second.locator("main [role=alert]")).to_contain_text(answering.says("upheld the objection"))
    case.refresh_from_db()
    assert case.state == "upheld"

    assert not public_sees(town.record)
    all_confirm(answering.page(town.neighbour), case)
    reads_that_it_is_over(asking, agent, case)


def test_a_department_that_withdraws_the_record_meanwhile_answers_the_objection(sides, town):
    case = CaseFactory(record=town.record, kind="objection", state="submitted", opened_by=town.agent)
    asking, answering = sides.asking, sides.answering
    clerk = answering.page(town.record.entered_by)
    clerk.goto(f"/records/{town.record.pk}/")
    expect(clerk.get_by_text(answering.says("Why you cannot withdraw it now"))).to_be_visible()
    assert clerk.locator("main a[href*='/withdraw/']").count() == 0

    supervisor = answering.page(town.supervisor)
    supervisor.goto(f"/records/{town.record.pk}/withdraw/")
    answers = "This answers %(numbers)s: the reason given is read there as that of a decision."
    expect(supervisor.get_by_text(answering.says(answers, numbers=case.number))).to_be_visible()
    answering.look(supervisor, "withdrawing")
    supervisor.locator("[name=because]").fill("It was another company. It is so.")
    press(supervisor, "main form button[type=submit]")
    case.refresh_from_db()
    assert case.state == "record_withdrawn"
    supervisor.goto(f"/cases/{case.number}/")
    notice = "Notice that the record is withdrawn"
    expect(supervisor.get_by_text(answering.says(notice)).first).to_be_visible()

    assert not public_sees(town.record)
    all_confirm(answering.page(town.neighbour), case)
    agent = asking.page(town.agent)
    reads_that_it_is_over(asking, agent, case)
    expect(agent.get_by_text(asking.says(notice)).first).to_be_visible()
    expect(agent.get_by_text(asking.says("The department withdrew the record")).first).to_be_visible()


def test_an_objection_on_any_other_ground_begins_on_the_same_page_and_is_kept_as_a_draft(sides, town):
    agent = sides.asking.page(town.agent)
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


def test_what_was_typed_into_a_draft_is_there_after_the_browser_was_closed(sides, town):
    case = CaseFactory(record=town.record, opened_by=town.agent, state="draft", statement="")
    typed = "The fine is paid and the kitchen was rebuilt."
    first = sides.asking.page(town.agent)
    first.goto(f"/cases/{case.number}/")
    first.locator("[name=statement]").fill(typed)
    kept = sides.asking.says("Kept as a draft at %(time)s.").partition("%(time)s")[0]
    expect(first.get_by_role("status").filter(has_text=kept)).to_be_visible()
    first.context.close()
    again = sides.asking.page(town.agent)
    again.goto(f"/cases/{case.number}/")
    expect(again.locator("[name=statement]")).to_have_value(typed)
    # The version came along with the first keeping: the next is no conflict.
    again.locator("[name=statement]").fill(f"{typed} All of it.")
    expect(again.get_by_role("status").filter(has_text=kept)).to_be_visible()
    press(again, ".form-foot button[name=do][value=save]")
    case.refresh_from_db()
    assert case.statement == f"{typed} All of it."
    assert case.state == "draft"


def test_a_dismissed_objection_is_appealed_sent_back_and_decided_by_others(sides, town):
    case = CaseFactory(record=town.record, opened_by=town.agent, kind="objection", state="dismissed")
    asking, answering = sides.asking, sides.answering
    agent = asking.page(town.agent)
    agent.goto(f"/cases/{case.number}/")
    asking.look(agent, "dismissed")
    act(agent, case, "appeal", "Nobody looked at the register of companies.")
    lead = answering.page(town.lead)
    lead.goto("/cases/")
    expect(lead.get_by_text(case.number).first).to_be_visible()
    answering.look(lead, "waiting")
    act(lead, case, "remit", "The register has two companies of this name.")
    answering.look(lead, "sent-back")
    act(answering.page(town.colleague), case, "propose_end", "It was another company.")
    act(answering.page(town.supervisor), case, "uphold", "It is so.")
    case.refresh_from_db()
    assert case.state == "upheld"
    assert not public_sees(town.record)
    all_confirm(answering.page(town.neighbour), case)
    reads_that_it_is_over(asking, agent, case)


def test_a_record_whose_basis_fell_is_removed_from_history_too(sides, town):
    asking, answering = sides.asking, sides.answering
    agent = asking.page(town.agent)
    agent.goto(f"/records/{town.record.pk}/")
    press(agent, "#repair-panel a[href*='/cases/basis/']")
    agent.locator("[name=outcome][value=revoked]").check()
    agent.locator("[name=forum]").select_option("court")
    for name, words in {"authority": "云汀市中级人民法院", "number": "（2026）云01行终17号"}.items():
        agent.locator(f"[name={name}]").fill(words)
    agent.locator("[name=decided_on]").fill(timezone.localdate().isoformat())
    agent.locator("main input[type=file]").first.set_input_files([RECEIPT])
    asking.look(agent, "written")
    press(agent, "main form .btn-primary")
    case = Case.objects.get()
    assert (case.kind, case.state) == ("basis", "submitted")

    act(answering.page(town.colleague), case, "propose_remove", "The judgment is final.")
    supervisor = answering.page(town.supervisor)
    supervisor.goto(f"/cases/{case.number}/")
    answering.look(supervisor, "proposed")
    act(supervisor, case, "remove", "It is so.")
    answering.look(supervisor, "removed")
    case.refresh_from_db()
    assert (case.state, case.record.status) == ("removed", "annulled")
    assert not public_sees(town.record)
    all_confirm(answering.page(town.neighbour), case)
    reads_that_it_is_over(asking, agent, case)


def test_what_an_association_recorded_is_repaired_by_its_own_people(sides, town):
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
    asking, answering = sides.asking, sides.answering
    agent = asking.page(AgentFactory(entity=record.entity).user)
    case = file_application(agent)
    assert case.deciding_body == association.body

    officer = answering.page(officer_of(association))
    officer.goto(f"/cases/{case.number}/")
    answering.look(officer, "applied")
    act(officer, case, "propose_grant", "The kitchen was seen.")
    head = answering.page(MemberFactory(body=association.body, role="supervisor"))
    act(head, case, "grant", "It is so.")
    answering.look(head, "granted")
    confirm_the_rest()
    case.refresh_from_db()
    assert (case.state, case.record.status) == ("granted", "repaired")
    assert case.effect.closed_at is not None
    reads_that_it_is_over(asking, agent, case)


def answer(page: Page, missing: MissingRecord, do: str, words: str = "") -> None:
    """Open what is missing, write and press the button of that step."""
    page.goto(f"/cases/missing/{missing.number}/")
    button = page.locator(f"button[name=do][value={do}]")
    if words:
        button.locator("xpath=ancestor::form").locator("textarea[name=note]").fill(words)
    with page.expect_navigation():
        button.click()


def test_a_missing_record_is_refused_appealed_and_entered_in_the_end(sides, town):
    kind = RecordTypeFactory(
        submitters=[town.office], polarity="positive", name_zh="表彰", name_en="Commendation"
    )
    asking, answering = sides.asking, sides.answering
    agent = asking.page(town.agent)
    agent.goto("/cases/missing/")
    asking.look(agent, "none")
    press(agent, "a[href$='/cases/missing/new/']")
    agent.locator("[name=body]").select_option(str(town.office.pk))
    agent.locator("[name=record_type]").select_option(str(kind.pk))
    agent.locator("[name=document_number]").fill("云市监表〔2026〕5号")
    agent.locator("[name=statement]").fill("五月的表彰没有录入。")
    asking.look(agent, "written")
    agent.locator("main form .btn-primary").dblclick()
    agent.wait_for_url("**/cases/missing/QS-*/")
    missing = MissingRecord.objects.get()

    refusing = answering.page(MemberFactory(body=town.office, role="reviewer"))
    answer(refusing, missing, "refuse", "It was given to another company.")
    answering.look(refusing, "refused")
    answer(agent, missing, "appeal", "The paper names us.")
    lead = answering.page(town.lead)
    lead.goto(f"/cases/missing/{missing.number}/")
    answering.look(lead, "appealed")
    answer(lead, missing, "remit", "The paper names this company.")
    record = RecordFactory(
        entity=town.record.entity,
        submitted_by=town.office,
        record_type=kind,
        document_number=missing.document_number,
        title="守信企业表彰",
    )
    entering = answering.page(town.supervisor)
    entering.goto(f"/cases/missing/{missing.number}/")
    answering.look(entering, "answering-anew")
    entering.locator(f"[name=record][value='{record.pk}']").check()
    press(entering, "button[name=do][value=enter]")
    missing.refresh_from_db()
    assert (missing.state, missing.record) == ("entered", record)
    agent.goto(f"/cases/missing/{missing.number}/")
    asking.look(agent, "entered")
    press(agent, f"main a[href='/records/{record.pk}/']")
    expect(agent.get_by_text(record.title).first).to_be_visible()
