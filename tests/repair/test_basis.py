"""The decision behind a record is revoked, changed or found void: the record goes, also out of what others read of the past."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from credit_platform.accounts.models import User
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import CreditRecord, Notice
from entities.services import records
from entities.sharing import feed
from entities.sharing.models import Change
from evaluation import frames
from evaluation.columns import Vocabulary
from evaluation.models import RatingRequest
from repair import selectors, services
from repair.models import Case
from repair.proof.models import Effect
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    MembershipFactory,
    RecordFactory,
)
from tests.repair.papers import pdf, program

pytestmark = pytest.mark.django_db

Status = CreditRecord.Status


def fallen(**more) -> services.Fallen:
    return services.Fallen(
        **{
            "outcome": "revoked",
            "forum": "court",
            "authority": "Yunting Intermediate Court",
            "number": "(2026) 17",
            "decided_on": timezone.localdate(),
        }
        | more
    )


def filed(record: CreditRecord | None = None, by=None, **more) -> Case:
    record = record or RecordFactory()
    by = by or AgentFactory(entity=record.entity).user
    return services.file_basis(
        by=by, record_id=record.pk, fallen=fallen(**more), uploads=[pdf("judgment.pdf")]
    )


def act(case: Case, by, action: str, note: str = "The judgment names this decision.") -> Case:
    case.refresh_from_db()
    return services.act_on_case(by=by, number=case.number, action=action, version=case.version, note=note)


def clerk_of(case: Case):
    return MemberFactory(body=case.deciding_body, role="clerk")


def supervisor_of(case: Case):
    return MemberFactory(body=case.deciding_body, role="supervisor")


def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


def removed(case: Case) -> Case:
    act(case, clerk_of(case), "propose_remove")
    case = act(case, supervisor_of(case), "remove")
    case.refresh_from_db()
    return case


def kinds(**receiver) -> set[str]:
    return set(Notice.objects.filter(kind__startswith="repair.", **receiver).values_list("kind", flat=True))


def counted(entity) -> list[int]:
    """The records that a grade of any day may be worked out from, as is known now."""
    return frames.columns_of([entity.pk], Vocabulary(types={})).records.record.tolist()


def test_filing_keeps_the_decision_with_its_document_and_sets_three_working_days():
    case = filed()
    assert (case.state, case.number[:3], case.filed_by_body) == ("submitted", "CX-", False)
    assert [paper.kind for paper in case.documents.all()] == ["decision"]
    assert set(case.clocks.values_list("kind", "rule", "given")) == {("withdrawal", "basis-penalty-law", 3)}
    assert case.due_on is not None
    assert kinds(body=case.deciding_body) == {"repair.basis_filed"}
    assert kinds(entity=case.entity) == {"repair.basis_received"}


def test_the_department_files_it_itself_and_even_then_somebody_else_decides():
    record = RecordFactory()
    clerk = MemberFactory(body=record.submitted_by, role="supervisor")
    case = filed(record, by=clerk)
    assert case.filed_by_body
    act(case, clerk, "propose_remove")
    with pytest.raises(NotPermitted, match="proposed a decision"):
        act(case, clerk, "remove")
    assert act(case, supervisor_of(case), "remove").state == "removed"


def test_removing_takes_the_record_out_of_all_that_others_read_and_of_every_grade():
    case = filed()
    other = MemberFactory()
    RatingRequest.objects.all().delete()
    assert counted(case.entity) == [case.record_id]
    case = removed(case)
    assert case.record.status == Status.ANNULLED
    assert "(2026) 17" in case.record.ended_because
    assert RatingRequest.objects.filter(entity=case.entity).exists()
    assert counted(case.entity) == []
    for reader in (other, lead(), MemberFactory(body=BodyFactory(kind="association"), role="officer")):
        assert not CreditRecord.objects.visible_to(reader).filter(pk=case.record_id).exists()
    for reader in (case.opened_by, clerk_of(case)):
        assert CreditRecord.objects.visible_to(reader).filter(pk=case.record_id).exists()
    assert Effect.objects.get(case=case).confirmations.exists(), "every place has to confirm that it is gone"
    assert "repair.removed" in kinds(entity=case.entity) & kinds(body=case.deciding_body)
    assert AuditEvent.objects.filter(verb="entities.record.annulled", target_id=str(case.record_id)).exists()


@pytest.mark.parametrize("status", ["expired", "repaired"])
def test_what_has_ended_already_loses_its_basis_too_and_whoever_kept_it_is_told(status):
    yesterday = timezone.localdate() - timedelta(days=1)
    record = RecordFactory(status=status, ended_on=yesterday, publish_until=yesterday)
    case = filed(record)
    records.records_changed.send(sender=CreditRecord, entity_ids={record.entity_id})
    case.refresh_from_db()
    assert case.state == "submitted", "its end does not settle it: it still counts in the past"
    case = removed(case)
    assert (case.record.status, case.record.ended_on) == (Status.ANNULLED, yesterday)
    reader = BodyFactory()
    changes = feed.shared_with(reader, Change.objects.filter(record_id=record.pk), None).order_by("pk")
    assert [one.kind for one in changes][-1] == "annulled"
    (told,) = feed.told(reader, [list(changes)[-1]])
    assert (told.record, told.is_gone) == (None, True)


def test_leaving_the_record_as_it_is_needs_reasons_and_can_be_appealed_against():
    case = filed()
    act(case, clerk_of(case), "propose_keep", "It names another decision.")
    supervisor = supervisor_of(case)
    with pytest.raises(InvalidInput):
        act(case, supervisor, "keep", " ")
    case = act(case, supervisor, "keep", "It names another decision.")
    case.record.refresh_from_db()
    assert (case.state, case.record.status) == ("kept", Status.PUBLISHED)
    act(case, case.opened_by, "appeal", "It names this one on page 2.")
    case = act(case, lead(), "uphold_appeal", "So it does.")
    case.record.refresh_from_db()
    assert (case.state, case.record.status) == ("removed", Status.ANNULLED)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "nonsense"}, "outcome"),
        ({"forum": ""}, "forum"),
        ({"authority": " "}, "authority"),
        ({"number": ""}, "number"),
        ({"decided_on": None}, "decided_on"),
        ({"decided_on": timedelta(days=2)}, "decided_on"),
        ({"decided_on": -timedelta(days=4000)}, "decided_on"),
    ],
)
def test_what_is_missing_is_told_at_its_field_and_nothing_is_filed(wrong, field):
    if isinstance(away := wrong.get("decided_on"), timedelta):
        wrong = {"decided_on": timezone.localdate() + away}
    with pytest.raises(InvalidInput) as refusal:
        filed(**wrong)
    assert set(refusal.value.problems) == {field}
    assert not Case.objects.exists()


def test_without_the_decision_itself_or_with_a_file_that_is_none_nothing_is_filed():
    record = RecordFactory()
    agent = AgentFactory(entity=record.entity).user
    for uploads in ([], [program()]):
        with pytest.raises(InvalidInput) as refusal:
            services.file_basis(by=agent, record_id=record.pk, fallen=fallen(), uploads=uploads)
        assert set(refusal.value.problems) == {"proofs"}
    assert not Case.objects.exists()


def test_nobody_else_files_it_and_not_twice():
    case = filed()
    assert filed(case.record, by=case.opened_by) == case
    for stranger in (MemberFactory(), AgentFactory().user, lead()):
        with pytest.raises((NotPermitted, Missing)):
            filed(RecordFactory(), by=stranger)
    for status in ("withdrawn", "draft"):
        with pytest.raises((WrongState, Missing)):
            filed(RecordFactory(status=status))


def test_annulling_twice_is_annulling_once_and_its_number_does_not_come_back():
    case = removed(filed())
    again = records.annul_record(by=lead(), record_id=case.record_id, because="Once more.")
    assert again.ended_because == case.record.ended_because
    taken_back = RecordFactory(status="withdrawn")
    with pytest.raises(WrongState):
        records.annul_record(by=lead(), record_id=taken_back.pk, because="The court.")


def test_an_objection_to_a_record_that_loses_its_basis_is_settled_and_its_mark_gone():
    case = filed()
    objection = services.file_objection(
        by=case.opened_by, record_id=case.record_id, ground="wrong", statement="It was never so."
    )
    case = removed(case)
    objection.refresh_from_db()
    assert (objection.state, case.record.objected) == ("settled", False)


def test_the_case_is_filed_and_followed_on_its_pages_by_both_sides(client):
    record = RecordFactory()
    agent = AgentFactory(entity=record.entity).user
    client.force_login(agent)
    way = f"{reverse('repair:basis-new')}?record={record.pk}"
    assert way in client.get(reverse("repair:record-panel", args=(record.pk,))).content.decode()
    assert client.get(way).status_code == 200
    assert client.post(reverse("repair:basis-new"), {"record": record.pk}).status_code == 422
    sent = {
        "record": record.pk,
        "outcome": "revoked",
        "forum": "reconsideration",
        "authority": "Yunting People's Government",
        "number": "(2026) 3",
        "decided_on": timezone.localdate().isoformat(),
        "proofs": pdf(),
    }
    answer = client.post(reverse("repair:basis-new"), sent)
    case = Case.objects.get()
    assert answer.url == reverse("repair:case-detail", args=(case.number,))
    assert "Yunting People&#x27;s Government" in client.get(answer.url).content.decode()
    assert client.get(way).url == answer.url
    client.force_login(clerk_of(case))
    assert "Remove the record, whose basis" not in client.get(answer.url).content.decode()
    assert "Propose to remove the record" in client.get(answer.url).content.decode()
    removed(case)
    client.force_login(agent)
    assert "Decision removing a record" in client.get(answer.url).content.decode()


def test_a_case_of_another_kind_has_none_of_the_facts_of_a_withdrawal():
    from django.db import IntegrityError, transaction

    case = CaseFactory()
    with pytest.raises(IntegrityError, match="names_the_decision"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(basis_number="(2026) 17")


def test_it_goes_through_the_api():
    record = RecordFactory()
    client = APIClient()
    client.force_authenticate(AgentFactory(entity=record.entity).user)
    sent = {
        "record": record.pk,
        "basis_outcome": "void",
        "basis_forum": "itself",
        "basis_authority": "Yunting Bureau",
        "basis_number": "7",
        "basis_decided_on": timezone.localdate().isoformat(),
        "file": pdf(),
    }
    answer = client.post(reverse("api-case-basis"), sent, format="multipart")
    assert answer.status_code == 201, answer.json()
    assert answer.json()["basis_outcome"] == "void"


def test_every_decision_leaves_a_letter_that_says_what_was_decided():
    case = removed(filed())
    parts = {part["lang"]: part for part in case.letters.get(kind="decision").content["parts"]}
    assert parts["en"]["title"] == "Decision removing a record"
    assert any("no grade counts it" in paragraph for paragraph in parts["en"]["paragraphs"])


def test_an_objection_upheld_on_appeal_or_sent_back_leaves_a_letter_of_its_own():
    for action, says in (("uphold_appeal", "taken back"), ("remit", "goes back to the department")):
        case = CaseFactory(kind="objection", state="dismissed")
        act(case, case.opened_by, "appeal")
        case = act(case, lead(), action)
        letter = case.letters.filter(kind="decision").latest("pk")
        english = next(part for part in letter.content["parts"] if part["lang"] == "en")
        assert english["title"] == "Decision on the appeal: appeal upheld"
        assert says in " ".join(english["paragraphs"])


def test_whoever_filed_it_for_the_department_does_not_decide_on_it():
    record = RecordFactory()
    boss = MemberFactory(body=record.submitted_by, role="supervisor")
    case = filed(record, by=boss)
    act(case, clerk_of(case), "propose_remove")
    case.refresh_from_db()
    assert case not in selectors.cases_waiting(user=boss)
    with pytest.raises(NotPermitted, match="You filed this case"):
        act(case, boss, "remove")
    assert act(case, supervisor_of(case), "remove").state == "removed"


def test_whoever_answered_for_the_entity_and_changed_sides_does_not_decide():
    case = filed()
    act(case, clerk_of(case), "ask_material")
    answering = AgentFactory(entity=case.entity)
    act(case, answering.user, "supply_material")
    answering.revoked_at = timezone.now()
    answering.save()
    MembershipFactory(user=answering.user, body=case.deciding_body, role="supervisor")
    act(case, clerk_of(case), "propose_keep")
    boss = User.objects.get(pk=answering.user_id)
    assert case not in selectors.cases_waiting(user=boss)
    with pytest.raises(NotPermitted, match="answered in it"):
        act(case, boss, "keep")
