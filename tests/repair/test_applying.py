"""From the question whether a record can be repaired to the filed application."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import Document, Notice
from repair import before_filing, selectors, services
from repair.models import Case, CaseDocument
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
    repairable_record,
)
from tests.repair.papers import pdf, png, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    return repairable_record()


@pytest.fixture
def agent(record):
    return AgentFactory(entity=record.entity).user


@pytest.fixture
def draft(record, agent) -> Case:
    return services.open_case(by=agent, record_id=record.pk)


def file(case: Case, by) -> Case:
    case.refresh_from_db()
    return services.act_on_case(by=by, number=case.number, action="submit", version=case.version)


def read(paper: CaseDocument) -> bytes:
    with paper.document.file.open() as kept:
        return kept.read()


def complete(case: Case, by) -> None:
    saved = services.save_draft(by=by, number=case.number, statement="Paid on 20 May.", version=case.version)
    services.add_proof(by=by, number=case.number, upload=pdf())
    services.sign_commitment(by=by, number=case.number, name="Pei Huaijin", agreed=True)
    case.version = saved.version


def test_an_application_is_drafted_completed_and_filed(draft, agent, record):
    complete(draft, agent)
    case = file(draft, agent)
    assert case.state == "submitted"
    assert case.submitted_at is not None
    assert case.deciding_body == record.submitted_by
    assert case.clocks.filter(stopped_on=None).count() == 2
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"repair.case.opened", "repair.case.commitment_signed", "repair.case.submit"} <= verbs


def test_filing_tells_the_department_what_to_do_and_the_entity_when_it_hears(draft, agent):
    complete(draft, agent)
    case = file(draft, agent)
    to_body = Notice.objects.get(body=case.deciding_body)
    assert to_body.kind == "repair.filed"
    assert case.number in to_body.text
    assert case.due_on.isoformat() in to_body.text
    assert Notice.objects.get(entity=case.entity).kind == "repair.received"


def test_everything_that_is_missing_is_said_at_once(draft, agent):
    with pytest.raises(InvalidInput) as refusal:
        file(draft, agent)
    assert set(refusal.value.problems) == {"statement", "proofs", "signature"}
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_asking_again_gives_the_draft_that_is_there(draft, agent, record):
    assert services.open_case(by=agent, record_id=record.pk) == draft
    assert Case.objects.count() == 1


def test_after_a_refusal_one_may_apply_anew(agent, record):
    CaseFactory(record=record, opened_by=agent, state="refused")
    assert services.open_case(by=agent, record_id=record.pk).state == "draft"


def test_numbers_of_a_year_follow_each_other():
    numbers = []
    for _one in range(2):
        record = repairable_record()
        agent = AgentFactory(entity=record.entity).user
        numbers.append(services.open_case(by=agent, record_id=record.pk).number)
    today = timezone.localdate()
    assert numbers == [f"XF-{today:%Y-%m}-0001", f"XF-{today:%Y-%m}-0002"]


def test_before_its_day_a_record_cannot_be_repaired_and_the_day_is_said():
    record = RecordFactory(decided_on=timezone.localdate() - timedelta(days=20))
    PublicityRuleFactory(record_types=[record.record_type])
    agent = AgentFactory(entity=record.entity).user
    with pytest.raises(WrongState, match="may be repaired from"):
        services.open_case(by=agent, record_id=record.pk)


def test_a_kind_that_is_never_repaired_early_says_by_which_rule():
    record = repairable_record(penalty_kinds=["production-stopped"])
    ban = PublicityRuleFactory(
        record_types=[record.record_type], penalty_kinds=["production-stopped"], never_early=True
    )
    agent = AgentFactory(entity=record.entity).user
    with pytest.raises(WrongState, match=str(ban.instrument)):
        services.open_case(by=agent, record_id=record.pk)


def test_a_commendation_needs_no_repair():
    body = BodyFactory()
    record = RecordFactory(
        submitted_by=body, record_type=RecordTypeFactory(submitters=[body], polarity="positive")
    )
    agent = AgentFactory(entity=record.entity).user
    with pytest.raises(WrongState, match="needs no repair"):
        services.open_case(by=agent, record_id=record.pk)


def test_what_an_association_noted_is_asked_of_the_association():
    body = BodyFactory(kind="association")
    record = repairable_record(
        submitted_by=body, record_type=RecordTypeFactory(submitters=[body], family="market")
    )
    agent = AgentFactory(entity=record.entity).user
    with pytest.raises(WrongState, match="ask there"):
        services.open_case(by=agent, record_id=record.pk)


def test_the_condition_of_time_is_checked_again_when_it_is_filed(draft, agent, record):
    complete(draft, agent)
    PublicityRuleFactory(
        record_types=[record.record_type],
        penalty_kinds=[],
        never_early=True,
        min_months=None,
        max_months=None,
    )
    with pytest.raises(InvalidInput) as refusal:
        file(draft, agent)
    assert "not repaired early" in refusal.value.problems[""][0]


def test_nobody_applies_for_an_entity_they_do_not_act_for(record):
    for stranger in (UserFactory(), AgentFactory().user):
        with pytest.raises(Missing):
            services.open_case(by=stranger, record_id=record.pk)
    with pytest.raises(NotPermitted, match="do not act for"):
        services.open_case(by=MemberFactory(body=record.submitted_by), record_id=record.pk)


def test_whose_authority_ended_neither_sees_nor_files_the_case(draft, agent):
    complete(draft, agent)
    agent.agencies.update(revoked_at=timezone.now())
    del agent._entity_ids
    with pytest.raises(Missing):
        file(draft, agent)


def test_a_draft_is_seen_by_the_entity_alone(draft, agent):
    supervisor = MemberFactory(body=draft.deciding_body, role="supervisor")
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    colleague = AgentFactory(entity=draft.entity).user
    assert list(Case.objects.visible_to(agent)) == list(Case.objects.visible_to(colleague)) == [draft]
    for user in (supervisor, lead, UserFactory()):
        assert not Case.objects.visible_to(user).exists()


def test_a_draft_that_was_thrown_away_stays_unseen_by_the_department(draft, agent):
    services.act_on_case(by=agent, number=draft.number, action="withdraw", version=draft.version)
    assert not Case.objects.visible_to(MemberFactory(body=draft.deciding_body)).exists()
    assert not Notice.objects.exists()


def test_a_record_of_a_body_that_is_gone_goes_to_its_successor(record, agent):
    successor = BodyFactory()
    record.submitted_by.is_active, record.submitted_by.successor = False, successor
    record.submitted_by.save()
    assert services.open_case(by=agent, record_id=record.pk).deciding_body == successor


# Saving


def test_another_window_does_not_write_over_what_was_saved(draft, agent):
    services.save_draft(by=agent, number=draft.number, statement="First.", version=draft.version)
    with pytest.raises(WrongState, match="another window"):
        services.save_draft(by=agent, number=draft.number, statement="Second.", version=draft.version)
    draft.refresh_from_db()
    assert draft.statement == "First."


def test_saving_the_same_text_twice_is_no_conflict(draft, agent):
    for _press in range(2):
        services.save_draft(by=agent, number=draft.number, statement="First.", version=draft.version)


def test_what_was_filed_is_no_longer_changed(draft, agent):
    complete(draft, agent)
    file(draft, agent)
    with pytest.raises(WrongState, match="is filed"):
        services.save_draft(by=agent, number=draft.number, statement="Later.", version=1)
    with pytest.raises(WrongState, match="is filed"):
        services.add_proof(by=agent, number=draft.number, upload=pdf(text="another"))
    with pytest.raises(WrongState, match="is filed"):
        services.sign_commitment(by=agent, number=draft.number, name="Other", agreed=True)


# Documents


def test_proofs_are_kept_with_size_and_digest(draft, agent):
    paper = services.add_proof(by=agent, number=draft.number, upload=pdf())
    assert (paper.document.content_type, len(paper.document.sha256)) == ("application/pdf", 64)
    assert read(paper).startswith(b"%PDF-")


@pytest.mark.parametrize("upload", [program(), SimpleUploadedFile("notes.txt", b"paid")])
def test_what_only_calls_itself_a_document_is_refused_by_name(draft, agent, upload):
    with pytest.raises(InvalidInput) as refusal:
        services.add_proof(by=agent, number=draft.number, upload=upload)
    assert upload.name in refusal.value.problems["proofs"][0]
    assert not Document.objects.exists()


def test_a_file_above_the_limit_is_refused_with_both_sizes(draft, agent, settings):
    settings.EVIDENCE_MAX_BYTES = 10
    with pytest.raises(InvalidInput, match="at most 10 B"):
        services.add_proof(by=agent, number=draft.number, upload=pdf())


def test_the_same_file_twice_is_kept_once(draft, agent):
    first = services.add_proof(by=agent, number=draft.number, upload=pdf())
    assert services.add_proof(by=agent, number=draft.number, upload=pdf("copy.pdf")) == first
    assert draft.documents.count() == 1


def test_a_case_holds_so_many_proofs_and_no_more(draft, agent, monkeypatch):
    monkeypatch.setattr(services, "MOST_PROOFS", 1)
    services.add_proof(by=agent, number=draft.number, upload=pdf())
    with pytest.raises(InvalidInput, match="at most 1"):
        services.add_proof(by=agent, number=draft.number, upload=png())


def test_a_proof_taken_out_is_gone_with_its_file(draft, agent, django_capture_on_commit_callbacks):
    paper = services.add_proof(by=agent, number=draft.number, upload=pdf())
    storage, name = paper.document.file.storage, paper.document.file.name
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_paper(by=agent, number=draft.number, key=str(paper.document_id))
        services.remove_paper(by=agent, number=draft.number, key=str(paper.document_id))
    assert not Document.objects.exists()
    assert not storage.exists(name)


def test_the_letter_is_signed_in_both_languages_and_kept_with_its_digest(draft, agent):
    paper = services.sign_commitment(by=agent, number=draft.number, name=" Pei  Huaijin ", agreed=True)
    text = read(paper).decode()
    assert draft.entity.name_zh in text
    assert draft.entity.name_en in text
    assert text.count("Pei Huaijin") == 2
    assert draft.record.document_number in text
    draft.refresh_from_db()
    assert draft.commitment_signed_by == "Pei Huaijin"
    with translation.override("zh-hans"):
        assert services.letter_of(draft).encode() == text.encode()


def test_a_letter_without_name_or_consent_is_not_signed(draft, agent):
    with pytest.raises(InvalidInput) as refusal:
        services.sign_commitment(by=agent, number=draft.number, name=" ", agreed=False)
    assert len(refusal.value.problems["signature"]) == 2
    assert not CaseDocument.objects.exists()


def test_signing_again_under_another_name_makes_another_letter_and_under_the_same_none(draft, agent):
    first = services.sign_commitment(by=agent, number=draft.number, name="Pei Huaijin", agreed=True)
    assert services.sign_commitment(by=agent, number=draft.number, name="Pei Huaijin", agreed=True) == first
    second = services.sign_commitment(by=agent, number=draft.number, name="Lu Yan", agreed=True)
    assert list(CaseDocument.objects.all()) == [second]


def test_a_signature_taken_back_is_missing_again(draft, agent):
    complete(draft, agent)
    letter = draft.documents.get(kind="commitment")
    services.remove_paper(by=agent, number=draft.number, key=str(letter.document_id))
    with pytest.raises(InvalidInput) as refusal:
        file(draft, agent)
    assert set(refusal.value.problems) == {"signature"}


# What can be repaired


def test_records_are_sorted_by_when_they_can_be_repaired(agent, record):
    today = timezone.localdate()
    kind = record.record_type
    same = {"entity": record.entity, "submitted_by": record.submitted_by, "record_type": kind}
    later = RecordFactory(**same, decided_on=today - timedelta(days=10))
    banned = RecordFactory(**same, penalty_kinds=["closed"])
    PublicityRuleFactory(record_types=[kind], penalty_kinds=["closed"], never_early=True)
    RecordFactory(**same, status="repaired")
    RecordFactory(entity=record.entity, record_type=RecordTypeFactory(polarity="positive"))
    RecordFactory()
    found = before_filing.prospects_of(user=agent)
    assert [[one.record for one in group] for group in (found.now, found.later, found.never)] == [
        [record], [later], [banned],
    ]  # fmt: skip
    assert not before_filing.prospects_of(user=UserFactory())


def test_general_class_of_order_36_opens_after_three_months_as_in_the_worked_case(agent):
    record = RecordFactory(decided_on=date(2026, 5, 6))
    PublicityRuleFactory(record_types=[record.record_type])
    applicant = AgentFactory(entity=record.entity).user
    with time_machine.travel("2026-08-05 12:00:00+08:00"):
        assert not selectors.prospect_of(user=applicant, record_id=record.pk).may_apply
    with time_machine.travel("2026-08-06 12:00:00+08:00"):
        assert selectors.prospect_of(user=applicant, record_id=record.pk).may_apply
        assert services.open_case(by=applicant, record_id=record.pk).state == "draft"
