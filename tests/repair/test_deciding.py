"""What a department, a supervisor and the lead office do with a case, and what follows."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, NotPermitted, WrongState
from entities.models import CreditRecord, Notice
from entities.services import records
from evaluation.models import RatingRequest
from repair import policies, selectors, services
from repair.models import Case, CaseStep
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    RecordFactory,
    SubmissionFactory,
    UserFactory,
    repairable_record,
)
from tests.repair.papers import pdf, program

pytestmark = pytest.mark.django_db


def act(case: Case, by, action: str, note: str = "Because.", version: int | None = None, uploads=()) -> Case:
    version = case.version if version is None else version
    return services.act_on_case(
        by=by, number=case.number, action=action, version=version, note=note, uploads=uploads
    )


def supervisor_of(case: Case):
    return MemberFactory(body=case.deciding_body, role="supervisor")


def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


def kinds(**receiver) -> set[str]:
    return set(Notice.objects.filter(**receiver).values_list("kind", flat=True))


def test_granting_ends_the_record_asks_for_a_new_rating_and_tells_everyone():
    case = CaseFactory(state="proposed")
    RatingRequest.objects.all().delete()
    case = act(case, supervisor_of(case), "grant", "All duties are performed.")
    case.record.refresh_from_db()
    assert case.record.status == CreditRecord.Status.REPAIRED
    assert case.number in case.record.ended_because
    assert RatingRequest.objects.filter(entity=case.entity).exists()
    assert kinds(body=case.deciding_body) == kinds(entity=case.entity) == {"repair.granted"}
    assert not case.clocks.filter(stopped_on=None).exists()
    assert case.due_on is None


def test_refusing_keeps_the_record_and_tells_the_reasons():
    case = CaseFactory(state="proposed")
    case = act(case, supervisor_of(case), "refuse", "The second receipt is missing.")
    case.record.refresh_from_db()
    assert case.record.status == CreditRecord.Status.PUBLISHED
    assert "second receipt" in Notice.objects.get(entity=case.entity).text
    assert kinds(body=case.deciding_body) == {"repair.refused"}


def test_a_decision_whose_text_still_has_places_to_fill_in_is_not_taken():
    case = CaseFactory(state="proposed")
    with pytest.raises(InvalidInput, match="Fill in"):
        act(case, supervisor_of(case), "refuse", "Missing: 〔…〕.")


def test_a_grant_that_cannot_end_the_record_changes_nothing(monkeypatch):
    case = CaseFactory(state="proposed")

    def broken(**_kwargs):
        raise WrongState("no")

    monkeypatch.setattr(records, "end_by_repair", broken)
    with pytest.raises(WrongState):
        act(case, supervisor_of(case), "grant")
    case.refresh_from_db()
    assert case.state == "proposed"
    assert not case.steps.exists()
    assert not Notice.objects.exists()


def test_a_refusal_to_decide_says_why_not_you_and_who_may():
    case = CaseFactory(state="proposed")
    other = supervisor_of(case)
    proposer = supervisor_of(case)
    Case.objects.filter(pk=case.pk).update(proposed_by=proposer)
    with pytest.raises(NotPermitted, match=f"proposed a decision .* yourself.*{other}"):
        act(case, proposer, "grant")
    reviewer = supervisor_of(case)
    CreditRecord.objects.filter(pk=case.record_id).update(reviewed_by=reviewer)
    with pytest.raises(NotPermitted, match=f"reviewed this record.*{other}"):
        act(case, reviewer, "grant")


def test_who_proposed_once_does_not_decide_later_even_after_the_case_was_sent_back():
    case = CaseFactory()
    first, second = supervisor_of(case), supervisor_of(case)
    case = act(case, first, "propose_refuse")
    case = act(case, second, "send_back")
    case = act(case, MemberFactory(body=case.deciding_body), "propose_grant")
    with pytest.raises(NotPermitted, match="proposed a decision"):
        act(case, first, "grant")
    assert act(case, second, "grant").state == "granted"


def test_whoever_entered_the_record_that_this_one_corrects_does_not_decide():
    author = MemberFactory(role="supervisor")
    body = author.memberships.get().body
    older = repairable_record(submitted_by=body, entered_by=author, status="replaced")
    newer = RecordFactory(
        submitted_by=body,
        entity=older.entity,
        record_type=older.record_type,
        document_number=older.document_number,
        replaces=older,
        decided_on=older.decided_on,
    )
    case = CaseFactory(record=newer, state="proposed")
    with pytest.raises(NotPermitted, match="entered this record"):
        act(case, author, "grant")


def _entered(case, person, older):
    CreditRecord.objects.filter(pk=case.record_id).update(entered_by=person)


def _entered_what_it_corrects(case, person, older):
    CreditRecord.objects.filter(pk=older.pk).update(entered_by=person)


def _reviewed_what_it_corrects(case, person, older):
    CreditRecord.objects.filter(pk=older.pk).update(reviewed_by=person)


def _uploaded_the_file(case, person, older):
    file = SubmissionFactory(body=case.deciding_body, uploaded_by=person)
    CreditRecord.objects.filter(pk=case.record_id).update(submission=file)


def _confirmed_the_file_of_what_it_corrects(case, person, older):
    file = SubmissionFactory(body=case.deciding_body, confirmed_by=person)
    CreditRecord.objects.filter(pk=older.pk).update(submission=file)


def _changed_the_draft(case, person, older):
    audit.record(actor=person, verb="entities.record.changed", target=case.record)


def _proposed_before_it_was_sent_back(case, person, older):
    CaseStep.objects.create(
        case=case, actor=person, actor_name=str(person), action="propose_refuse", source="submitted",
        target="proposed", version=0,
    )  # fmt: skip


def _proposed(case, person, older):
    Case.objects.filter(pk=case.pk).update(proposed_by=person)


@pytest.mark.parametrize(
    "hand",
    [
        _entered, _entered_what_it_corrects, _reviewed_what_it_corrects, _uploaded_the_file,
        _confirmed_the_file_of_what_it_corrects, _changed_the_draft, _proposed_before_it_was_sent_back, _proposed,
    ],
)  # fmt: skip
def test_whoever_had_a_hand_may_not_decide_and_is_not_asked_to(hand):
    older = repairable_record(status="replaced")
    record = RecordFactory(
        submitted_by=older.submitted_by, entity=older.entity, record_type=older.record_type, replaces=older,
        document_number=older.document_number, decided_on=older.decided_on,
    )  # fmt: skip
    case = CaseFactory(record=record, state="proposed")
    partial, independent = supervisor_of(case), supervisor_of(case)
    hand(case, partial, older)
    case = Case.objects.get(pk=case.pk)
    assert not policies.may_decide(partial, case)
    assert not selectors.cases_waiting(user=partial).exists()
    assert policies.may_decide(independent, case)
    assert selectors.cases_waiting(user=independent).get() == case
    assert policies.supervisors_who_may_decide(case) == [independent]


def test_a_note_in_a_case_is_no_hand_in_it():
    case = CaseFactory(state="proposed")
    noted = supervisor_of(case)
    case = act(case, noted, "note")
    assert selectors.cases_waiting(user=noted).get() == case
    assert policies.may_decide(noted, case)


def test_an_official_who_acts_for_the_entity_has_no_part_in_its_case_in_the_department():
    case = CaseFactory(state="proposed")
    both = supervisor_of(case)
    AgentFactory(user=both, entity=case.entity)
    with pytest.raises(NotPermitted, match="someone else must deal"):
        act(case, both, "grant")
    case = CaseFactory(record=repairable_record(submitted_by=case.deciding_body, entity=case.entity))
    with pytest.raises(NotPermitted, match="someone else must deal"):
        act(case, both, "propose_grant")


def test_when_nobody_in_the_department_is_independent_the_lead_office_hears_of_it():
    office = BodyFactory(kind="lead_office")
    case = CaseFactory()
    only = supervisor_of(case)
    case = act(case, only, "propose_grant")
    assert kinds(body=office) == {"repair.nobody_may_decide"}
    with pytest.raises(NotPermitted, match="another supervisor has to be appointed"):
        act(case, only, "grant")


def test_those_who_may_decide_are_told_by_name():
    case = CaseFactory()
    one, two = supervisor_of(case), supervisor_of(case)
    case = act(case, one, "propose_grant")
    assert kinds(user=two) == {"repair.to_decide"}
    assert not kinds(user=one)


# Asking and answering


def test_asking_stops_the_clocks_and_the_answer_lets_them_go_on():
    with time_machine.travel("2026-11-24 10:00:00+08:00"):
        case = CaseFactory()
        case.clocks.update(counts_from="2026-11-23", days=3, due_on="2026-11-26")
        case = act(case, MemberFactory(body=case.deciding_body), "ask_material", "The receipt, please.")
        assert case.due_on.isoformat() == "2026-12-08"
        assert set(case.clocks.exclude(kind="answer").values_list("days_left", flat=True)) == {2}
        assert "The receipt, please." in Notice.objects.get(entity=case.entity).text
    with time_machine.travel("2026-11-30 10:00:00+08:00"):
        case = act(case, case.opened_by, "supply_material", "Here it is.", uploads=[pdf()])
        assert case.state == "submitted"
        assert case.due_on.isoformat() == "2026-12-02"
        assert case.documents.filter(kind="proof").count() == 1
        assert kinds(body=case.deciding_body) == {"repair.material_supplied"}


def test_an_answer_is_documents_or_words_but_not_nothing():
    case = CaseFactory(state="more_material")
    with pytest.raises(InvalidInput) as refusal:
        act(case, case.opened_by, "supply_material", note="")
    assert refusal.value.problems["note"] == ["Add a document, or say why you cannot."]
    assert act(case, case.opened_by, "supply_material", note="", uploads=[pdf()]).state == "submitted"


def test_a_bad_file_in_an_answer_keeps_the_case_where_it_was_and_leaves_no_file_behind(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    case = CaseFactory(state="more_material")
    with pytest.raises(InvalidInput) as refusal:
        act(case, case.opened_by, "supply_material", uploads=[pdf(), program("virus.pdf")])
    assert "virus.pdf" in refusal.value.problems["proofs"][0]
    case.refresh_from_db()
    assert case.state == "more_material"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_department_goes_on_without_the_material_only_after_the_applicants_time():
    case = CaseFactory(state="more_material")
    clerk = MemberFactory(body=case.deciding_body)
    with pytest.raises(WrongState, match="has until"):
        act(case, clerk, "take_up_again")
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        assert act(case, clerk, "take_up_again").state == "submitted"
    assert kinds(entity=case.entity) == {"repair.taken_up_again"}


# Appeal


def test_a_refusal_is_appealed_and_granted_by_the_lead_office():
    case, office = CaseFactory(state="refused"), BodyFactory(kind="lead_office")
    case = act(case, case.opened_by, "appeal", "The receipt was on page two.")
    assert case.state == "appealed"
    assert kinds(body=office) == kinds(body=case.deciding_body) == {"repair.appealed"}
    head = MemberFactory(body=office, role="lead")
    case = act(case, head, "uphold_appeal", "Page two shows the receipt.")
    assert (case.state, case.appeal_decided_by, case.reasons) == ("granted", head, "The receipt is missing.")
    case.record.refresh_from_db()
    assert case.record.status == CreditRecord.Status.REPAIRED
    assert "repair.appeal_upheld" in kinds(entity=case.entity) & kinds(body=case.deciding_body)
    assert case.steps.get(action="uphold_appeal").actor_body == office


def test_a_dismissed_appeal_leaves_the_record_in_force():
    case = CaseFactory(state="appealed")
    case = act(case, lead(), "dismiss_appeal", "The receipt is another one.")
    case.record.refresh_from_db()
    assert case.record.status == CreditRecord.Status.PUBLISHED
    assert kinds(entity=case.entity) == {"repair.appeal_dismissed"}


def test_an_appeal_comes_too_late_after_its_days(settings):
    case = CaseFactory(state="refused")
    settings.REPAIR_APPEAL_WITHIN_DAYS = 15
    with (
        time_machine.travel(timezone.now() + timedelta(days=16)),
        pytest.raises(WrongState, match="had to be filed by"),
    ):
        act(case, case.opened_by, "appeal")
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert act(case, case.opened_by, "appeal").state == "appealed"


def test_an_appeal_that_was_withdrawn_is_not_filed_again():
    case = CaseFactory(state="appealed")
    case = act(case, case.opened_by, "withdraw_appeal")
    assert case.state == "refused"
    with pytest.raises(WrongState, match="appealed once"):
        act(case, case.opened_by, "appeal")


def test_who_decided_in_the_department_does_not_hear_the_appeal():
    case = CaseFactory(state="appealed")
    decider = Case.objects.get(pk=case.pk).decided_by
    office = BodyFactory(kind="lead_office")
    decider.memberships.create(body=office, role="lead")
    other = MemberFactory(body=office, role="lead")
    with pytest.raises(NotPermitted, match=f"took the decision.*{other}"):
        act(case, decider, "uphold_appeal")


# Old pages and second presses


def test_a_page_from_before_is_refused_with_what_happened_meanwhile():
    case = CaseFactory(state="proposed")
    one, two = supervisor_of(case), supervisor_of(case)
    act(case, one, "grant")
    with pytest.raises(WrongState, match=f"Meanwhile: {one} granted the repair"):
        act(case, two, "refuse", version=case.version)


def test_the_applicant_does_not_learn_of_internal_steps_from_an_old_page():
    case = CaseFactory()
    act(case, MemberFactory(body=case.deciding_body), "propose_refuse", "The receipt is missing.")
    with pytest.raises(WrongState, match="has moved on") as refusal:
        act(case, case.opened_by, "withdraw", version=case.version)
    assert "propose" not in str(refusal.value)


def test_the_same_button_pressed_twice_takes_the_step_once():
    case = CaseFactory(state="proposed")
    supervisor = supervisor_of(case)
    for _press in range(2):
        assert act(case, supervisor, "grant", version=0).state == "granted"
    assert case.steps.count() == 1
    assert Notice.objects.filter(kind="repair.granted").count() == 2


def test_a_note_written_twice_in_a_row_is_written_once_and_disturbs_nobody():
    case = CaseFactory()
    clerk = MemberFactory(body=case.deciding_body)
    for _press in range(2):
        act(case, clerk, "note", "Called the bank.")
    case.refresh_from_db()
    assert (case.version, case.steps.count()) == (0, 1)


# The record changes under the case


def test_a_record_whose_publicity_ends_settles_its_open_case():
    case = CaseFactory(record=repairable_record(decided_on=timezone.localdate() - timedelta(days=400)))
    records.end_publicity(as_of=timezone.localdate())
    case.refresh_from_db()
    assert case.state == "settled"


def test_a_case_goes_on_with_the_record_that_corrects_its_own():
    case = CaseFactory()
    old = case.record
    newer = RecordFactory(
        submitted_by=old.submitted_by, entity=old.entity, record_type=old.record_type, status="draft",
        document_number=old.document_number, decided_on=old.decided_on, replaces=old,
    )  # fmt: skip
    CreditRecord.objects.filter(pk=old.pk).update(status="replaced")
    CreditRecord.objects.filter(pk=newer.pk).update(status="published", published_on=timezone.localdate())
    services.follow_records(entity_ids={old.entity_id})
    case.refresh_from_db()
    assert (case.record, case.state, case.version) == (newer, "submitted", 1)
    assert case.steps.get().action == "record_corrected"


def test_closed_cases_and_cases_of_others_stay_as_they_are_when_records_end():
    closed, other = CaseFactory(state="refused"), CaseFactory()
    CreditRecord.objects.update(status="expired")
    services.follow_records(entity_ids={closed.entity_id})
    for case, state in ((closed, "refused"), (other, "submitted")):
        case.refresh_from_db()
        assert case.state == state


# Lending


def test_a_case_is_lent_to_a_person_by_name_and_taken_back():
    case, reader = CaseFactory(), MemberFactory()
    supervisor = supervisor_of(case)
    assert not Case.objects.visible_to(reader).exists()
    for _press in range(2):
        services.lend_case(by=supervisor, number=case.number, reader=reader)
    assert Case.objects.visible_to(reader).get() == case
    assert kinds(user=reader) == {"repair.lent"}
    with pytest.raises(NotPermitted):
        act(case, reader, "note")
    services.take_back_case(by=supervisor, number=case.number, reader=reader)
    assert not Case.objects.visible_to(reader).exists()


def test_a_case_is_lent_to_officials_only():
    case = CaseFactory()
    supervisor = supervisor_of(case)
    officer = MemberFactory(body=BodyFactory(kind="association"), role="officer")
    for reader in (UserFactory(), AgentFactory().user, officer):
        with pytest.raises(NotPermitted, match="lent to officials only"):
            services.lend_case(by=supervisor, number=case.number, reader=reader)
        assert not Case.objects.visible_to(reader).exists()


def test_whoever_leaves_office_no_longer_reads_what_was_lent_to_them():
    case, reader = CaseFactory(), MemberFactory()
    services.lend_case(by=supervisor_of(case), number=case.number, reader=reader)
    reader.memberships.all().delete()
    again = type(reader).objects.get(pk=reader.pk)
    assert not Case.objects.visible_to(again).exists()


def test_only_a_supervisor_or_the_lead_office_lends():
    case = CaseFactory()
    for user in (MemberFactory(body=case.deciding_body), case.opened_by):
        with pytest.raises(NotPermitted, match="Only a supervisor"):
            services.lend_case(by=user, number=case.number, reader=MemberFactory())
    services.lend_case(by=lead(), number=case.number, reader=MemberFactory())


def test_the_successor_of_a_body_that_is_gone_decides_and_hears_of_it_once():
    record, successor = repairable_record(), BodyFactory()
    record.submitted_by.is_active, record.submitted_by.successor = False, successor
    record.submitted_by.save()
    case = CaseFactory(record=record, deciding_body=successor, state="proposed")
    assert act(case, supervisor_of(case), "grant").state == "granted"
    record.refresh_from_db()
    assert record.status == CreditRecord.Status.REPAIRED
    told = Notice.objects.visible_to(MemberFactory(body=successor)).values_list("kind", flat=True)
    assert list(told) == ["repair.granted"]


def test_a_case_of_a_body_that_goes_meanwhile_is_decided_by_its_successor():
    case, successor = CaseFactory(state="proposed"), BodyFactory()
    decides = MemberFactory(body=successor, role="supervisor")
    case.deciding_body.is_active, case.deciding_body.successor = False, successor
    case.deciding_body.save()
    assert policies.supervisors_who_may_decide(case) == [decides]
    assert act(case, decides, "grant").state == "granted"


def test_long_reasons_of_many_lines_make_a_notice_of_one_line():
    case = CaseFactory(state="proposed")
    act(case, supervisor_of(case), "refuse", "First.\nSecond.\n" + "And so on. " * 100)
    text = Notice.objects.get(entity=case.entity).text
    assert "First. Second." in text
    assert "\n" not in text
    assert len(text) < 500


LOST = {"repair": "refused", "objection": "dismissed", "basis": "kept"}


@pytest.mark.parametrize("kind", LOST)
def test_beside_a_newer_case_about_the_record_the_older_one_is_not_appealed(kind):
    case = CaseFactory(state=LOST[kind], kind=kind)
    newer = CaseFactory(state="submitted", kind=kind, record=case.record)
    assert "appeal" not in selectors.case_page(user=case.opened_by, number=case.number).actions
    with pytest.raises(WrongState, match=newer.number):
        act(case, case.opened_by, "appeal")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("repair", "expired"), ("repair", "replaced"), ("objection", "withdrawn"), ("basis", "annulled")],
)
def test_what_has_ended_meanwhile_is_not_appealed_about(kind, status):
    case = CaseFactory(state=LOST[kind], kind=kind)
    CreditRecord.objects.filter(pk=case.record_id).update(status=status, ended_on=timezone.localdate())
    assert "appeal" not in selectors.case_page(user=case.opened_by, number=case.number).actions
    with pytest.raises(WrongState, match="ended or was corrected"):
        act(case, case.opened_by, "appeal")


def test_that_a_basis_has_fallen_is_appealed_about_though_the_record_ran_out():
    case = CaseFactory(state="kept", kind="basis")
    CreditRecord.objects.filter(pk=case.record_id).update(status="expired", ended_on=timezone.localdate())
    assert act(case, case.opened_by, "appeal").state == "appealed"
