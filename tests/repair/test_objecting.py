"""An objection: filed in one act, marked at once, decided by somebody independent, carried out and told."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from rest_framework.test import APIClient

from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.drafts import draft_of
from entities.models import CreditRecord, Notice, RecordType, SubmittingBody
from entities.services import records
from entities.services.catalogue import seed_catalogue
from evaluation.models import RatingRequest
from repair import corrections, selectors, services
from repair.models import Case, CaseStep
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    RecordFactory,
)
from tests.repair.papers import pdf, program

pytestmark = pytest.mark.django_db

Status = CreditRecord.Status


def sound_record(**fields) -> CreditRecord:
    """A record that would pass the checks of the registry again, as a correction of it has to."""
    record = RecordFactory(
        **{"title": "Fine of 2,000 yuan", "amount": Decimal("2000.00"), "legal_basis": "Art. 9"} | fields
    )
    record.type_version.submitters.add(record.submitted_by)
    return record


GROUND = {
    "name": "ground", "type": "code", "label_zh": "列入原因", "label_en": "Ground", "required": True,
    "choices": [
        {"code": "late", "label_zh": "未按期公示", "label_en": "Report late"},
        {"code": "unreachable", "label_zh": "无法联系", "label_en": "Not reachable"},
    ],
}  # fmt: skip


def filed(record=None, **sent) -> Case:
    record = record or sound_record()
    agent = AgentFactory(entity=record.entity).user
    given = {"ground": "wrong", "statement": "The fine was 1,000 yuan."} | sent
    return services.file_objection(by=agent, record_id=record.pk, **given)


def act(case: Case, by, action: str, note: str = "The decision says 1,000.", **more) -> Case:
    case.refresh_from_db()
    return services.act_on_case(
        by=by, number=case.number, action=action, version=case.version, note=note, **more
    )


def clerk_of(case: Case):
    return MemberFactory(body=case.deciding_body, role="clerk")


def supervisor_of(case: Case):
    return MemberFactory(body=case.deciding_body, role="supervisor")


def kinds(**receiver) -> set[str]:
    return set(Notice.objects.filter(kind__startswith="repair.", **receiver).values_list("kind", flat=True))


def test_filing_marks_the_record_at_once_starts_the_clocks_and_tells_both_sides():
    case = filed(uploads=[pdf()])
    case.record.refresh_from_db()
    assert (case.state, case.record.objected) == ("submitted", True)
    assert case.number.startswith("YY-")
    assert set(case.clocks.values_list("kind", "rule")) == {
        ("result", "objection-result-platform"),
        ("decision", "objection-decision-platform"),
    }
    assert case.due_on is not None
    assert kinds(body=case.deciding_body) == {"repair.objection_filed"}
    assert kinds(entity=case.entity) == {"repair.objection_received"}
    assert RatingRequest.objects.filter(entity=case.entity).exists()


def test_filing_twice_is_filing_once():
    case = filed()
    again = services.file_objection(
        by=case.opened_by, record_id=case.record_id, ground="missing", statement="And more."
    )
    assert again == case


def test_an_empty_objection_is_told_all_that_it_lacks_and_leaves_no_mark():
    record = sound_record()
    with pytest.raises(InvalidInput) as refusal:
        filed(record, ground="because", statement=" ")
    assert set(refusal.value.problems) == {"ground", "statement"}
    with pytest.raises(InvalidInput):
        services.file_objection(
            by=AgentFactory(entity=record.entity).user,
            record_id=record.pk,
            ground="wrong",
            statement="See the paper.",
            uploads=[program()],
        )
    record.refresh_from_db()
    assert not record.objected
    assert not Case.objects.exists()


def test_nobody_objects_for_another_nor_to_what_is_not_in_force():
    record = sound_record()
    with pytest.raises((Missing, NotPermitted)):
        services.file_objection(
            by=AgentFactory().user, record_id=record.pk, ground="wrong", statement="It is wrong."
        )
    with pytest.raises(WrongState):
        filed(sound_record(status="expired"))


def test_a_correction_replaces_the_record_field_by_field_and_lifts_the_mark():
    case = filed()
    proposer, supervisor = clerk_of(case), supervisor_of(case)
    act(case, proposer, "propose_correct", correction={"title": "Fine of 1,000 yuan", "amount": "1000.00"})
    case = act(case, supervisor, "uphold", "The decision says 1,000 yuan.")
    assert case.state == "upheld"
    assert case.correction == {
        "title": ["Fine of 2,000 yuan", "Fine of 1,000 yuan"],
        "amount": ["2000.00", "1000.00"],
    }
    case.record.refresh_from_db()
    newer = CreditRecord.objects.get(replaces=case.record)
    assert (case.record.status, newer.status) == (Status.REPLACED, Status.PUBLISHED)
    assert (newer.title, newer.amount, newer.objected) == ("Fine of 1,000 yuan", Decimal("1000.00"), False)
    assert (newer.entered_by, newer.reviewed_by) == (proposer, supervisor)
    assert newer.published_on == case.record.published_on
    assert case.number in newer.correction_reason
    assert "repair.objection_corrected" in kinds(entity=case.entity) & kinds(body=case.deciding_body)


def test_class_kinds_and_the_fields_of_its_type_are_corrected_too_and_read_by_their_names():
    record = sound_record(severity_class="serious", penalty_kinds=["fine"])
    record.type_version.extra_fields = [GROUND]
    record.type_version.save(update_fields=("extra_fields",))
    CreditRecord.objects.filter(pk=record.pk).update(details={"ground": "unreachable"})
    case = filed(CreditRecord.objects.get(pk=record.pk))
    wanted = {"severity_class": "general", "penalty_kinds": "fine,warning", "details.ground": "late"}
    case = act(case, clerk_of(case), "propose_correct", correction=wanted)
    assert case.correction == {
        "severity_class": ["serious", "general"],
        "penalty_kinds": ["fine", "fine,warning"],
        "details.ground": ["unreachable", "late"],
    }
    boss = supervisor_of(case)
    for language, said in (
        ("en", ["Serious → General", "Fine → Warning, Fine", "Not reachable → Report late"]),
        ("zh-hans", ["严重 → 一般", "罚款 → 警告、罚款", "无法联系 → 未按期公示"]),
    ):
        with translation.override(language):
            page = selectors.case_page(user=boss, number=case.number)
            assert [f"{change.old} → {change.new}" for change in page.changes] == said
    act(case, boss, "uphold")
    newer = CreditRecord.objects.get(replaces=record)
    assert (newer.severity_class, newer.penalty_kinds) == ("general", ["warning", "fine"])
    assert newer.details == {"ground": "late"}
    assert newer.title == record.title


def test_a_title_that_follows_from_the_fields_of_its_type_follows_a_correction_too():
    seed_catalogue()
    kind = RecordType.objects.get(code="national-credit-evaluation")
    record = RecordFactory(
        record_type=kind,
        type_version=kind.versions.order_by("-valid_from").first(),
        submitted_by=SubmittingBody.objects.get(code="lead-office"),
        decided_on=date(2026, 6, 1),
        details={"grade": "D"},
    )
    assert not {"title", "facts", "legal_basis"} & corrections.fields_of(record).keys()
    with pytest.raises(InvalidInput) as refusal:
        corrections.changes(record, {"title": "Grade B"})
    assert set(refusal.value.problems) == {"title"}
    found = corrections.changes(record, {"details.grade": "B"})
    assert corrections.corrected(record, found).title.endswith("：B")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"severity_class": "worst"}, "severity_class"),
        ({"penalty_kinds": "fine,shame"}, "penalty_kinds"),
        ({"details.ground": "nothing"}, "details.ground"),
        ({"details.colour": "red"}, "details.colour"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"decided_on": "2999-01-01"}, "decided_on"),
    ],
)
def test_what_the_registry_would_refuse_is_said_to_who_proposes_it(wanted, field):
    record = sound_record(details={"ground": "late"})
    record.type_version.extra_fields = [GROUND]
    record.type_version.save(update_fields=("extra_fields",))
    case = filed(record)
    with pytest.raises(InvalidInput) as refusal:
        act(case, clerk_of(case), "propose_correct", correction=wanted)
    assert set(refusal.value.problems) == {field}


def test_a_correction_of_somebody_who_has_left_is_sent_back_and_the_supervisor_is_told_why():
    case = filed()
    clerk = clerk_of(case)
    act(case, clerk, "propose_correct", correction={"amount": "1000.00"})
    clerk.memberships.all().delete()
    boss = supervisor_of(case)
    with pytest.raises(WrongState, match="Send the case back"):
        act(case, boss, "uphold")
    act(case, boss, "send_back", "Somebody else has to propose it.")
    act(case, clerk_of(case), "propose_correct", correction={"amount": "1000.00"})
    assert act(case, boss, "uphold").state == "upheld"


def test_taking_the_record_back_ends_it_everywhere():
    case = filed(ground="wrongly_listed", statement="We were never inspected.")
    act(case, clerk_of(case), "propose_end")
    case = act(case, supervisor_of(case), "uphold", "It concerns another company.")
    case.record.refresh_from_db()
    assert (case.record.status, case.record.objected) == (Status.WITHDRAWN, False)
    assert not CreditRecord.objects.public_on(timezone.localdate()).filter(pk=case.record_id).exists()
    assert "repair.objection_ended" in kinds(entity=case.entity)


def test_a_dismissal_lifts_the_mark_and_tells_the_reasons_to_both():
    case = filed()
    act(case, clerk_of(case), "propose_dismiss")
    case = act(case, supervisor_of(case), "dismiss", "The receipt is of another year.")
    case.record.refresh_from_db()
    assert (case.state, case.record.status, case.record.objected) == (
        "dismissed",
        Status.PUBLISHED,
        False,
    )
    assert "another year" in Notice.objects.get(entity=case.entity, kind="repair.objection_dismissed").text
    assert "repair.objection_dismissed" in kinds(body=case.deciding_body)


def test_what_nobody_proposed_is_not_upheld():
    case = filed()
    act(case, clerk_of(case), "propose_dismiss")
    with pytest.raises(WrongState, match="send the case back"):
        act(case, supervisor_of(case), "uphold")


def test_withdrawing_the_objection_lifts_the_mark():
    case = filed()
    act(case, case.opened_by, "withdraw", "")
    case.record.refresh_from_db()
    assert not case.record.objected


@pytest.mark.parametrize(
    ("correction", "field"),
    [
        ({"document_number": "X-1"}, "document_number"),
        ({"decided_on": "yesterday"}, "decided_on"),
        ({"amount": "much"}, "amount"),
        ({"title": "Fine of 2,000 yuan"}, "note"),
        ({}, "note"),
    ],
)
def test_a_correction_that_cannot_be_or_changes_nothing_is_refused_with_its_field(correction, field):
    case = filed()
    with pytest.raises(InvalidInput) as refusal:
        act(case, clerk_of(case), "propose_correct", correction=correction)
    assert set(refusal.value.problems) == {field}
    case.refresh_from_db()
    assert case.state == "submitted"


def test_who_wrote_the_record_or_the_correction_does_not_decide():
    case = filed()
    author = case.record.entered_by
    case.record.submitted_by.memberships.create(user=author, role="supervisor")
    proposer = clerk_of(case)
    case.deciding_body.memberships.create(user=proposer, role="supervisor")
    act(case, proposer, "propose_correct", correction={"title": "Fine of 1,000 yuan"})
    for user in (author, proposer):
        with pytest.raises(NotPermitted):
            act(case, type(user).objects.get(pk=user.pk), "uphold")


def test_a_record_corrected_meanwhile_takes_the_mark_along_and_the_case_follows():
    case = filed()

    newer = records.correct_record(
        by=clerk_of(case),
        record_id=case.record_id,
        draft=replace(draft_of(case.record), title="Fine of 1,500 yuan"),
        because="A slip of the pen.",
    )
    records.approve_record(by=supervisor_of(case), record_id=newer.pk)
    case.refresh_from_db()
    newer.refresh_from_db()
    assert (case.record, newer.objected) == (newer, True)


def test_a_repair_and_an_objection_run_beside_each_other():
    repair = CaseFactory()
    objection = services.file_objection(
        by=repair.opened_by, record_id=repair.record_id, ground="wrong", statement="It is wrong."
    )
    assert {repair.kind, objection.kind} == {"repair", "objection"}
    assert selectors.prospect_of(user=repair.opened_by, record_id=repair.record_id).open_case == repair
    assert (
        selectors.open_case_of(user=repair.opened_by, record_id=repair.record_id, kind="objection")
        == objection
    )


def test_the_correction_stays_with_the_department_until_it_is_decided(client):
    case = filed()
    act(case, clerk_of(case), "propose_correct", correction={"title": "Fine of 1,000 yuan"})
    for user, sees in ((case.opened_by, False), (supervisor_of(case), True)):
        client.force_login(user)
        page = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
        assert ("Fine of 1,000 yuan" in page) == sees


# Pages and API


def test_the_page_of_the_record_offers_the_objection_and_the_form_files_it(client):
    record = sound_record()
    client.force_login(AgentFactory(entity=record.entity).user)
    panel = client.get(reverse("repair:record-panel", args=(record.pk,))).content.decode()
    way = f"{reverse('repair:objection-new')}?record={record.pk}"
    assert way in panel
    assert client.get(way).status_code == 200
    empty = client.post(reverse("repair:objection-new"), {"record": record.pk})
    assert empty.status_code == 422
    sent = {"record": record.pk, "ground": "wrong", "statement": "It was 1,000.", "proofs": pdf()}
    answer = client.post(reverse("repair:objection-new"), sent)
    case = Case.objects.get()
    assert answer.url == reverse("repair:case-detail", args=(case.number,))
    assert case.documents.count() == 1
    assert way not in client.get(reverse("repair:record-panel", args=(record.pk,))).content.decode()
    assert client.get(way).url == answer.url


def test_the_desk_proposes_and_decides_on_its_pages(client):
    case = filed()
    url = reverse("repair:case-detail", args=(case.number,))
    client.force_login(clerk_of(case))
    assert "Fine of 2,000 yuan" in client.get(url).content.decode()
    sent = {
        "action": "propose_correct",
        "version": case.version,
        "note": "The decision says 1,000.",
        "title": "Fine of 1,000 yuan",
    }
    assert (
        client.post(reverse("repair:case-act", args=(case.number,)), sent | {"note": ""}).status_code == 422
    )
    assert client.post(reverse("repair:case-act", args=(case.number,)), sent).status_code == 302
    case.refresh_from_db()
    assert case.correction == {"title": ["Fine of 2,000 yuan", "Fine of 1,000 yuan"]}
    client.force_login(supervisor_of(case))
    sent = {"action": "uphold", "version": case.version, "note": "So it is."}
    assert client.post(reverse("repair:case-act", args=(case.number,)), sent).status_code == 302
    page = client.get(url).content.decode()
    assert "Decision upholding the objection" in page
    client.force_login(case.opened_by)
    assert "Fine of 1,000 yuan" in client.get(url).content.decode()


def test_the_form_shows_what_the_record_says_in_each_field_and_takes_boxes_left_empty(client):
    case = filed(sound_record(severity_class="serious", penalty_kinds=["fine"]))
    client.force_login(clerk_of(case))
    page = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
    assert '<option value="serious" selected>' in page
    assert 'name="penalty_kinds" value="fine"' in page
    sent = corrections.as_typed(case.record) | {
        "action": "propose_correct",
        "version": case.version,
        "note": "It was no penalty.",
        "penalty_kinds": [],
    }
    assert client.post(reverse("repair:case-act", args=(case.number,)), sent).status_code == 302
    case.refresh_from_db()
    assert case.correction == {"penalty_kinds": ["fine", ""]}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("repair", "filed the application"),
        ("objection", "filed the objection"),
        ("basis", "filed that the basis has fallen"),
    ],
)
def test_what_was_done_is_called_by_the_kind_of_the_case(kind, said, client):
    case = CaseFactory(kind=kind)
    CaseStep.objects.create(
        case=case, actor=case.opened_by, actor_name="x", action="submit", target="submitted", version=0
    )
    client.force_login(case.opened_by)
    page = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
    assert said in page


def test_a_dismissal_tells_the_applicant_what_remains(client):
    case = filed()
    act(case, clerk_of(case), "propose_dismiss")
    act(case, supervisor_of(case), "dismiss", "The record is right.")
    client.force_login(case.opened_by)
    page = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
    assert "administrative reconsideration within 60 days" in page


def test_an_objection_goes_through_the_api():
    record = sound_record()
    agent = AgentFactory(entity=record.entity).user
    client = APIClient()
    client.force_authenticate(agent)
    sent = {"record": record.pk, "kind": "objection", "ground": "wrong", "statement": "It was 1,000."}
    answer = client.post(reverse("api-case-list"), sent, format="json")
    assert answer.status_code == 201
    case = Case.objects.get()
    client.force_authenticate(clerk_of(case))
    step = {
        "action": "propose_correct",
        "version": case.version,
        "note": "So it is.",
        "correction": {"amount": "1000"},
    }
    told = client.post(reverse("api-case-steps", args=(case.number,)), step, format="json")
    assert told.status_code == 200
    assert told.json()["correction"] == {"amount": ["2000.00", "1000"]}
    client.force_authenticate(agent)
    assert client.get(reverse("api-case-detail", args=(case.number,))).json()["correction"] == {}


# Drafts and appeals


def test_a_draft_of_an_objection_is_kept_marks_nothing_and_is_filed_later(client):
    record = sound_record()
    agent = AgentFactory(entity=record.entity).user
    client.force_login(agent)
    sent = {"record": record.pk, "statement": "It was 1,000.", "proofs": pdf(), "do": "save"}
    answer = client.post(reverse("repair:objection-new"), sent)
    case = Case.objects.get()
    record.refresh_from_db()
    assert (case.state, case.ground, record.objected) == ("draft", "", False)
    page = client.get(answer.url).content.decode()
    assert "It was 1,000." in page
    url = reverse("repair:case-draft", args=(case.number,))
    again = {"statement": "It was 900.", "version": case.version, "do": "submit"}
    assert client.post(url, again).status_code == 422, "the ground is still missing"
    case.refresh_from_db()
    assert (case.state, case.statement) == ("draft", "It was 900.")
    answer = client.post(url, again | {"version": case.version, "ground": "wrong"})
    case.refresh_from_db()
    record.refresh_from_db()
    assert (answer.status_code, case.state, record.objected) == (302, "submitted", True)
    assert case.documents.count() == 1


def test_filing_over_a_draft_files_that_draft():
    record = sound_record()
    agent = AgentFactory(entity=record.entity).user
    draft = services.open_objection(by=agent, record_id=record.pk)
    case = services.file_objection(
        by=agent, record_id=record.pk, ground="expired", statement="Its time is over."
    )
    assert (case, case.ground, case.statement) == (draft, "expired", "Its time is over.")


def test_a_draft_thrown_away_was_never_filed():
    record = sound_record()
    case = services.open_objection(by=AgentFactory(entity=record.entity).user, record_id=record.pk)
    act(case, case.opened_by, "withdraw", "")
    assert not Case.objects.visible_to(clerk_of(case)).filter(pk=case.pk).exists()


def dismissed() -> Case:
    case = filed()
    act(case, clerk_of(case), "propose_dismiss")
    return act(case, supervisor_of(case), "dismiss", "The receipt is of another year.")


def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


def test_an_appeal_marks_the_record_again_and_upheld_the_record_is_taken_back():
    case = dismissed()
    case = act(case, case.opened_by, "appeal", "It is of this year.")
    case.record.refresh_from_db()
    assert (case.state, case.record.objected) == ("appealed", True)
    assert case.clocks.get(stopped_on=None).rule == "objection-appeal-platform"
    case = act(case, lead(), "uphold_appeal", "So it is.")
    case.record.refresh_from_db()
    assert (case.state, case.record.status, case.record.objected) == ("upheld", Status.WITHDRAWN, False)
    assert "repair.appeal_upheld_objection" in kinds(entity=case.entity) & kinds(body=case.deciding_body)


def test_an_appeal_that_is_remitted_goes_to_the_department_again_where_somebody_else_decides():
    case = dismissed()
    decider = case.decided_by
    act(case, case.opened_by, "appeal", "It is of this year.")
    case = act(case, lead(), "remit", "The amount is 1,000 yuan.")
    case.record.refresh_from_db()
    assert (case.state, case.decided_by, case.record.objected) == ("submitted", None, True)
    assert set(case.clocks.filter(stopped_on=None).values_list("kind", flat=True)) == {"result", "decision"}
    act(case, clerk_of(case), "propose_correct", correction={"amount": "1000.00"})
    with pytest.raises(NotPermitted, match="took the decision"):
        act(case, decider, "uphold")
    assert act(case, supervisor_of(case), "uphold").state == "upheld"


def test_what_the_department_decides_after_that_can_be_appealed_against_anew_before_somebody_else():
    case = dismissed()
    hearing = lead()
    act(case, case.opened_by, "appeal", "It is of this year.")
    act(case, hearing, "remit", "Look at the receipt.")
    act(case, clerk_of(case), "propose_dismiss")
    act(case, supervisor_of(case), "dismiss", "The receipt is no receipt.")
    act(case, case.opened_by, "appeal", "It is one.")
    with pytest.raises(NotPermitted, match="decided on an appeal"):
        act(case, hearing, "dismiss_appeal")
    assert act(case, lead(), "dismiss_appeal").state == "appeal_dismissed"


@pytest.mark.parametrize("ending", ["withdraw_appeal", "dismiss_appeal"])
def test_an_appeal_that_comes_to_nothing_lifts_the_mark(ending):
    case = dismissed()
    case = act(case, case.opened_by, "appeal", "It is of this year.")
    by = case.opened_by if ending == "withdraw_appeal" else lead()
    case = act(case, by, ending, "It holds.")
    case.record.refresh_from_db()
    assert not case.record.objected


def test_the_page_of_a_dismissed_objection_offers_the_appeal_and_the_lead_office_its_three_answers(client):
    case = dismissed()
    url = reverse("repair:case-detail", args=(case.number,))
    client.force_login(case.opened_by)
    assert "Appeal to the lead office" in client.get(url).content.decode()
    act(case, case.opened_by, "appeal", "It is of this year.")
    client.force_login(lead())
    page = client.get(url).content.decode()
    for label in (
        "Uphold the appeal and take the record back",
        "Uphold the appeal and have the record corrected",
        "Dismiss the appeal",
    ):
        assert label in page
