"""A department withdraws a record about which it is asked: an answer with reasons and effects, by whoever may decide."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from agencies.measures import services as measures
from agencies.measures.services import Wanted
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import NotPermitted
from entities.models import CreditRecord, Notice
from entities.quality import measures as quality
from entities.services import records
from repair import figures, selectors, services
from repair.letters import texts
from repair.letters.models import Letter
from repair.models import Case
from repair.proof.models import Effect
from tests.factories import AgentFactory, BodyFactory, CaseFactory, MemberFactory, repairable_record

pytestmark = pytest.mark.django_db
WHY = "The shop named in it is another one of the same name."
OPEN = ("submitted", "more_material", "proposed", "appealed")


def supervisor_of(case: Case):
    return MemberFactory(body=case.deciding_body, role="supervisor")


def withdraw(case: Case, by=None) -> Case:
    records.withdraw_record(by=by or supervisor_of(case), record_id=case.record_id, because=WHY)
    case.refresh_from_db()
    return case


def kinds(**receiver) -> set[str]:
    return set(Notice.objects.filter(**receiver).values_list("kind", flat=True))


def upheld_in(body) -> set[int]:
    today = timezone.localdate()
    figure = next(one for one in quality.figures() if one.code == "objections-upheld")
    counted = figure.records(body, today - timedelta(days=1), today + timedelta(days=1))
    return set(CreditRecord.objects.filter(counted).values_list("pk", flat=True))


# What becomes of the case


@pytest.mark.parametrize("kind", ["repair", "objection"])
@pytest.mark.parametrize("state", OPEN)
def test_the_case_ends_with_the_reason_and_by_whom(kind, state):
    case = CaseFactory(state=state, kind=kind)
    by = supervisor_of(case)
    withdraw(case, by)
    assert case.state == "record_withdrawn"
    step = case.steps.get()
    assert (step.action, step.actor, step.actor_body, step.note) == (
        "end_with_record", by, case.deciding_body, WHY,
    )  # fmt: skip
    assert not case.clocks.filter(stopped_on=None).exists()
    assert AuditEvent.objects.get(verb="repair.case.end_with_record").actor == by


def test_it_stands_in_the_place_of_a_decision_and_leaves_one_under_appeal_as_it_was_taken():
    fresh, appealed = CaseFactory(state="submitted"), CaseFactory(state="appealed")
    by = supervisor_of(fresh)
    withdraw(fresh, by)
    assert (fresh.decided_by, fresh.reasons) == (by, WHY)
    was = appealed.decided_by, appealed.reasons
    withdraw(appealed)
    assert (appealed.decided_by, appealed.reasons) == was


def test_everyone_touched_is_told_the_reason():
    office = BodyFactory(kind="lead_office")
    case = withdraw(CaseFactory(state="submitted", kind="objection"))
    told = Notice.objects.filter(kind="repair.record_withdrawn")
    assert {(one.entity_id, one.body_id) for one in told} == {
        (case.entity_id, None),
        (None, case.deciding_body_id),
    }
    assert all(WHY in one.text for one in told)
    assert "repair.record_withdrawn" not in kinds(body=office)
    withdraw(CaseFactory(state="appealed", kind="objection"))
    assert "repair.record_withdrawn" in kinds(body=office)


def test_every_place_has_to_confirm_that_the_record_is_gone():
    case = CaseFactory(state="proposed")
    withdraw(case)
    effect = Effect.objects.get(case=case)
    assert (effect.how, effect.closed_at) == ("withdrawn", None)
    assert effect.confirmations.filter(kind="own", state="waiting").count() > 5


def test_measures_that_stood_on_the_record_are_lifted_and_asked_about():
    case = CaseFactory(state="proposed")
    finance = BodyFactory()
    measure = measures.note_measure(
        by=MemberFactory(body=finance, role="supervisor"),
        record_id=case.record_id,
        wanted=Wanted(body=finance, title="No tenders", legal_basis="Order 1, art. 2"),
    )
    withdraw(case)
    measure.refresh_from_db()
    assert measure.lifted_at is not None
    assert Effect.objects.get(case=case).confirmations.get(body=finance).why == "measure"


def test_a_letter_says_it_in_both_languages():
    case = withdraw(CaseFactory(state="proposed", kind="objection"))
    letter = Letter.objects.get(case=case)
    assert (letter.kind, {part["lang"] for part in letter.content["parts"]}) == ("decision", {"zh", "en"})
    chinese, english = letter.content["parts"]
    assert str(texts.ENDED_WITH_RECORD) == english["title"] != chinese["title"]
    assert all(WHY in part["paragraphs"] for part in (chinese, english))


def test_an_objection_answered_so_counts_in_the_accuracy_and_a_repair_does_not():
    objection, repair = CaseFactory(state="submitted", kind="objection"), CaseFactory(state="submitted")
    withdraw(objection)
    withdraw(repair)
    assert upheld_in(objection.deciding_body) == {objection.record_id}
    assert upheld_in(repair.deciding_body) == set()
    assert "proof.learned" in kinds(body=objection.deciding_body)
    assert "proof.learned" not in kinds(body=repair.deciding_body)


def test_the_time_used_is_counted_so_that_nothing_late_is_withdrawn_from_the_figures():
    cache.clear()
    case = CaseFactory(state="submitted")
    case.clocks.update(due_on=timezone.localdate() - timedelta(days=3))
    withdraw(case)
    line = figures.count_figures(today=timezone.localdate()).lines[0]
    assert (line.decided, line.in_time, line.open) == (1, 0, 0)
    assert line.outcomes == [("The department withdrew the record", 1, 0)]


def test_of_several_cases_about_one_record_the_objection_stands_for_what_was_done():
    record = repairable_record()
    repair = CaseFactory(record=record, state="submitted")
    objection = CaseFactory(record=record, state="submitted", kind="objection")
    draft = CaseFactory(state="draft")
    withdraw(objection)
    repair.refresh_from_db()
    assert (objection.state, repair.state) == ("record_withdrawn", "settled")
    assert repair.steps.get().note == WHY
    assert Effect.objects.get().case == objection
    withdraw(draft)
    assert (draft.state, draft.steps.get().actor) == ("settled", None)


def test_an_objection_that_is_upheld_settles_the_repair_and_asks_every_place_once():
    record = repairable_record()
    repair = CaseFactory(record=record, state="submitted")
    objection = CaseFactory(record=record, state="proposed", kind="objection")
    services.act_on_case(
        by=supervisor_of(objection), number=objection.number, action="uphold", version=0, note=WHY
    )
    repair.refresh_from_db()
    assert repair.state == "settled"
    assert Effect.objects.get().case == objection


# Who may


def test_who_wrote_or_reviewed_the_record_or_proposed_in_the_case_does_not_withdraw_it_meanwhile():
    case = CaseFactory(state="proposed", kind="objection")
    record = case.record
    reviewer = supervisor_of(case)
    record.reviewed_by = reviewer
    record.save()
    asker = MemberFactory(body=case.deciding_body)
    records.ask_for_withdrawal(by=asker, record_id=record.pk, because=WHY)
    proposer = supervisor_of(case)
    Case.objects.filter(pk=case.pk).update(proposed_by=proposer)
    free = supervisor_of(case)
    for person in (record.entered_by, MemberFactory(body=case.deciding_body), reviewer, proposer):
        with pytest.raises(NotPermitted, match=case.number) as refusal:
            records.withdraw_record(by=person, record_id=record.pk, because=WHY)
        assert str(free) in str(refusal.value)
    assert withdraw(case, free).state == "record_withdrawn"


def reviewed(case: Case) -> Case:
    """The case, its record having come in past two persons."""
    CreditRecord.objects.filter(pk=case.record_id).update(reviewed_by=supervisor_of(case))
    case.record.refresh_from_db()
    return case


def test_what_two_persons_let_in_goes_out_past_two_also_while_a_case_is_open_and_one_who_may_decide_agrees(
    client,
):
    case = reviewed(CaseFactory(state="submitted", kind="objection"))
    # Who asks decides nothing: the very clerk who entered the record may.
    author, free = case.record.entered_by, supervisor_of(case)
    address = reverse("entities:record-withdraw", args=(case.record_id,))
    client.force_login(author)
    assert client.post(address, {"because": WHY}).status_code == 302
    case.refresh_from_db()
    assert case.state == "submitted", "nothing is decided yet"
    refused = client.post(address)
    assert (refused.status_code, case.record.status) == (403, "published")

    client.force_login(case.record.reviewed_by)
    assert client.post(address).status_code == 403
    page = client.get(reverse("entities:record-detail", args=(case.record_id,))).content.decode()
    assert "Why you cannot withdraw it now" in page and address not in page

    client.force_login(free)
    asked = client.get(address).content.decode()
    assert f"This answers {case.number}" in asked and WHY in asked
    assert client.post(address).status_code == 302
    case.refresh_from_db()
    step = case.steps.get()
    assert (case.state, step.action, step.actor, step.note) == (
        "record_withdrawn", "end_with_record", free, WHY,
    )  # fmt: skip
    assert case.reasons == WHY
    assert Effect.objects.get().case == case


def test_who_asked_for_the_withdrawal_does_not_agree_to_it_under_a_case_either():
    case = reviewed(CaseFactory(state="appealed", kind="objection"))
    free = supervisor_of(case)
    records.ask_for_withdrawal(by=free, record_id=case.record_id, because=WHY)
    with pytest.raises(NotPermitted, match="You asked for the withdrawal yourself"):
        records.withdraw_record(by=free, record_id=case.record_id, because=WHY)
    assert withdraw(case).state == "record_withdrawn"


def test_a_case_that_is_filed_between_the_asking_and_the_agreeing_binds_who_agrees():
    case = reviewed(CaseFactory(state="draft", kind="objection"))
    reviewer = case.record.reviewed_by
    records.ask_for_withdrawal(by=case.record.entered_by, record_id=case.record_id, because=WHY)
    Case.objects.filter(pk=case.pk).update(state="submitted", submitted_at=timezone.now())
    with pytest.raises(NotPermitted, match=case.number):
        records.withdraw_record(by=reviewer, record_id=case.record_id, because=WHY)
    assert withdraw(case).state == "record_withdrawn"


def test_what_a_case_about_its_basis_decides_is_not_asked_for_in_vain(client):
    case = reviewed(CaseFactory(state="submitted", kind="basis"))
    clerk = MemberFactory(body=case.deciding_body)
    with pytest.raises(NotPermitted, match=f"{case.number}.*of the past"):
        records.ask_for_withdrawal(by=clerk, record_id=case.record_id, because=WHY)
    client.force_login(clerk)
    page = client.get(reverse("entities:record-detail", args=(case.record_id,))).content.decode()
    assert "Why you cannot withdraw it now" in page
    assert reverse("entities:record-withdraw", args=(case.record_id,)) not in page


def test_who_dismissed_an_objection_does_not_withdraw_the_record_from_under_the_appeal():
    case = CaseFactory(state="appealed", kind="objection")
    with pytest.raises(NotPermitted, match="appealed against"):
        records.withdraw_record(by=case.decided_by, record_id=case.record_id, because=WHY)


def test_a_clerk_withdraws_a_record_about_which_nobody_asks_or_only_a_draft_does():
    draft = CaseFactory(state="draft")
    assert withdraw(draft, MemberFactory(body=draft.record.submitted_by)).state == "settled"


def test_a_record_whose_basis_is_said_to_have_fallen_is_removed_by_that_case_and_not_withdrawn():
    case = CaseFactory(state="submitted", kind="basis")
    with pytest.raises(NotPermitted, match=f"{case.number}.*of the past"):
        records.withdraw_record(by=supervisor_of(case), record_id=case.record_id, because=WHY)
    case.refresh_from_db()
    assert (case.state, case.record.status) == ("submitted", "published")


# What the pages say


def test_the_record_says_who_may_withdraw_it_and_what_that_answers(client):
    case = CaseFactory(state="proposed", kind="objection")
    address = reverse("entities:record-detail", args=(case.record_id,))
    client.force_login(case.record.entered_by)
    page = client.get(address).content.decode()
    assert "Why you cannot withdraw it now" in page
    assert reverse("entities:record-withdraw", args=(case.record_id,)) not in page
    assert client.get(reverse("entities:record-withdraw", args=(case.record_id,))).status_code == 403
    client.force_login(supervisor_of(case))
    asked = client.get(reverse("entities:record-withdraw", args=(case.record_id,))).content.decode()
    assert f"This answers {case.number}" in asked


@pytest.mark.parametrize("kind", ["repair", "objection"])
@pytest.mark.parametrize("state", ["submitted", "appealed"])
def test_both_sides_read_the_reason_as_that_of_a_decision(client, kind, state):
    case = withdraw(CaseFactory(state=state, kind=kind))
    for reader in (case.opened_by, supervisor_of(case)):
        client.force_login(reader)
        page = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
        assert "Notice that the record is withdrawn" in page
        assert WHY in page
        assert ("The receipt is missing." in page) == (state == "appealed")
        assert "Appeal withdrawn" not in page


def test_the_way_of_the_case_ends_with_the_withdrawal():
    case = withdraw(CaseFactory(state="appealed", kind="objection"))
    way = selectors.tracker(case, AgentFactory(entity=case.entity).user, timezone.localdate())
    assert [(node["label"], node["state"]) for node in way[2:]] == [
        ("Dismissed", "refused"), ("The department withdrew the record", "done"),
    ]  # fmt: skip
