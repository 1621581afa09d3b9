"""Several records asked for in one sitting: from the choice to the filed cases, all of them or none."""

import pytest
from django.utils import timezone

from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import CreditRecord, Document, Notice
from entities.services.records import withdraw_record
from repair import services as cases
from repair.joint import letters, services
from repair.models import Case, CaseDocument, JointFiling
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordFactory,
    RecordTypeFactory,
    repairable_record,
)
from tests.joint.filings import begin, complete, file, filed, records_of_two_bodies
from tests.repair.papers import pdf, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def records() -> list[CreditRecord]:
    """Two of one body and one of another, about one entity."""
    return records_of_two_bodies()


@pytest.fixture
def agent(records):
    return AgentFactory(entity=records[0].entity).user


@pytest.fixture
def filing(records, agent) -> JointFiling:
    return begin(agent, records)


def test_what_is_chosen_becomes_a_draft_for_each_record_under_one_number(filing, records):
    assert filing.number.startswith(f"HB-{timezone.localdate():%Y-%m}-")
    drafts = filing.cases.order_by("record")
    assert [case.record for case in drafts] == records
    assert {case.state for case in drafts} == {"draft"}


def test_choosing_again_gives_the_same_filing_and_more_records_join_it(filing, records, agent):
    complete(filing, agent)
    assert begin(agent, records) == filing
    more = repairable_record(entity=records[0].entity)
    assert begin(agent, [records[0], more]) == filing
    assert filing.cases.count() == 4
    joined = filing.cases.get(record=more)
    assert joined.documents.get().document.name == "receipt.pdf"  # What all of them share, it has too.


def test_a_draft_that_was_begun_alone_is_taken_along(records, agent):
    alone = cases.open_case(by=agent, record_id=records[1].pk)
    filing = begin(agent, records)
    assert filing.cases.get(record=records[1]) == alone


def test_everything_that_stands_against_a_choice_is_said_at_once_and_nothing_is_kept(records, agent):
    CaseFactory(record=records[0], opened_by=agent)
    early = RecordFactory(entity=records[0].entity, decided_on=timezone.localdate())
    PublicityRuleFactory(record_types=[early.record_type])
    with pytest.raises(InvalidInput) as refusal:
        begin(agent, [*records, early])
    problems = refusal.value.problems["records"]
    assert len(problems) == 2
    assert any("already filed" in problem for problem in problems)
    assert any("may be repaired from" in problem for problem in problems)
    assert not JointFiling.objects.exists()
    assert not Case.objects.filter(state="draft").exists()


def test_one_record_alone_is_no_joint_filing(records, agent):
    with pytest.raises(InvalidInput, match="from 2 to 20"):
        begin(agent, records[:1])


def test_records_of_two_entities_are_not_filed_together(records, agent):
    other = repairable_record()
    AgentFactory(entity=other.entity, user=agent)
    with pytest.raises(InvalidInput, match="one entity"):
        begin(agent, [*records, other])


def test_records_that_are_drafted_together_in_another_way_stay_there(filing, records, agent):
    others = [repairable_record(entity=records[0].entity) for _one in range(2)]
    begin(agent, others)
    with pytest.raises(InvalidInput, match="another way"):
        begin(agent, [records[0], others[0]])


def test_nobody_begins_for_an_entity_for_which_they_do_not_act(records):
    with pytest.raises(Missing):
        begin(AgentFactory().user, records)
    with pytest.raises(NotPermitted):
        begin(records[0].entered_by, records)


def test_all_of_it_is_filed_and_each_body_has_its_own_cases(filing, records, agent):
    complete(filing, agent)
    file(filing, agent)
    found = list(Case.objects.filter(joint=filing).order_by("record"))
    assert {case.state for case in found} == {"submitted"}
    assert [case.deciding_body for case in found] == [record.submitted_by for record in records]
    assert all(case.clocks.filter(kind="decision", stopped_on=None).count() == 1 for case in found)
    assert all(case.statement.startswith("Paid, all of it.") for case in found)
    bodies = {record.submitted_by for record in records}
    assert {notice.body for notice in Notice.objects.filter(kind="repair.filed")} == bodies


def test_what_concerns_one_record_alone_its_body_alone_reads(filing, agent):
    complete(filing, agent)
    first, second, third = filing.cases.order_by("record")
    filing = services.save_filing(
        by=agent,
        number=filing.number,
        said=services.Said("Paid, all of it.", {third.number: "The kitchen was rebuilt."}),
        version=filing.version,
    )
    services.add_proof(
        by=agent, number=filing.number, upload=pdf("kitchen.pdf", "new tiles"), only=third.number
    )
    file(filing, agent)
    for case in (first, second):
        case.refresh_from_db()
        assert "kitchen" not in case.statement
        assert not case.documents.filter(document__name="kitchen.pdf").exists()
    third.refresh_from_db()
    assert third.statement == "Paid, all of it.\n\nThe kitchen was rebuilt."
    assert third.documents.filter(document__name="kitchen.pdf").exists()


def test_the_entity_is_told_once_for_all_of_it(filing, agent):
    complete(filing, agent)
    file(filing, agent)
    told = Notice.objects.get(entity=filing.entity)
    assert told.kind == "joint.received"
    assert filing.number in told.text
    assert "3" in told.text


def test_a_shared_proof_is_one_file_for_all_the_cases(filing, agent):
    complete(filing, agent)
    assert Document.objects.filter(name="receipt.pdf").count() == 1
    assert CaseDocument.objects.filter(document__name="receipt.pdf").count() == 3
    services.add_proof(by=agent, number=filing.number, upload=pdf())
    assert CaseDocument.objects.filter(kind="proof").count() == 3


def test_a_shared_proof_that_is_taken_out_is_gone_from_all_of_them_and_its_file_too(filing, agent):
    complete(filing, agent)
    document = Document.objects.get(name="receipt.pdf")
    services.remove_proof(by=agent, number=filing.number, key=str(document.key))
    assert not Document.objects.filter(pk=document.pk).exists()


def test_a_draft_that_is_thrown_away_does_not_take_the_file_from_the_others(filing, agent):
    complete(filing, agent)
    case = filing.cases.first()
    document = Document.objects.get(name="receipt.pdf")
    cases.remove_paper(by=agent, number=case.number, key=str(document.key))
    assert Document.objects.filter(pk=document.pk).exists()
    assert CaseDocument.objects.filter(document=document).count() == 2


def test_there_is_one_letter_for_each_body_and_rule_and_it_names_its_own_records_only(filing, records, agent):
    complete(filing, agent)
    file(filing, agent)
    first, second, third = (case.documents.get(kind="commitment") for case in filing.cases.order_by("record"))
    assert first.document == second.document != third.document
    text = read(first)
    assert records[0].document_number in text
    assert records[1].document_number in text
    assert records[2].document_number not in text
    assert filing.number in text
    assert "Pei Huaijin" in text


def test_two_rules_of_one_body_ask_for_two_letters(agent, records):
    body = records[0].submitted_by
    other = repairable_record(
        entity=records[0].entity, submitted_by=body, record_type=RecordTypeFactory(submitters=[body])
    )
    filing = begin(agent, [records[0], other])
    assert len(letters.commitments_of(list(filing.cases.select_related("record")))) == 2


def read(paper: CaseDocument) -> str:
    with paper.document.file.open() as kept:
        return kept.read().decode()


def test_everything_that_any_of_them_lacks_is_said_at_once_and_none_is_filed(filing, agent):
    number = filing.cases.order_by("record").first().number
    services.add_proof(by=agent, number=filing.number, upload=pdf(), only=number)
    with pytest.raises(InvalidInput) as refusal:
        file(filing, agent, signature="", agreed=False)
    lacking = {services.proofs_field(case.number) for case in filing.cases.all() if case.number != number}
    assert set(refusal.value.problems) == {"statement", "signature"} | lacking
    assert {case.state for case in filing.cases.all()} == {"draft"}


def test_one_record_that_cannot_be_filed_any_more_keeps_all_the_others_from_it(filing, records, agent):
    complete(filing, agent)
    ban = PublicityRuleFactory(
        record_types=[records[1].record_type], penalty_kinds=["production-stopped"], never_early=True
    )
    CreditRecord.objects.filter(pk=records[1].pk).update(penalty_kinds=["production-stopped"])
    with pytest.raises(InvalidInput, match=str(ban.instrument)):
        file(filing, agent)
    filing.refresh_from_db()
    assert filing.submitted_at is None
    assert {case.state for case in filing.cases.all()} == {"draft"}
    assert not CaseDocument.objects.filter(kind="commitment").exists()
    assert not Notice.objects.exists()
    case = filing.cases.get(record=records[1])
    services.leave_out(by=agent, number=filing.number, case_number=case.number)
    file(filing, agent)
    assert sorted(filing.cases.values_list("state", flat=True)) == ["submitted", "submitted", "withdrawn"]


def test_a_record_that_ends_before_the_filing_drops_out_of_it(filing, records, agent):
    complete(filing, agent)
    supervisor = MemberFactory(body=records[0].submitted_by, role="supervisor")
    withdraw_record(by=supervisor, record_id=records[0].pk, because="Issued in error.")
    file(filing, agent)
    assert filing.cases.get(record=records[0]).state == "settled"
    assert filing.cases.filter(state="submitted").count() == 2


def test_what_is_left_empty_cannot_be_filed(filing, agent):
    for case in filing.cases.all():
        services.leave_out(by=agent, number=filing.number, case_number=case.number)
    with pytest.raises(WrongState, match="No record is left"):
        file(filing, agent)


def test_pressing_the_button_twice_files_once(filing, agent):
    complete(filing, agent)
    file(filing, agent)
    again = services.file_filing(by=agent, number=filing.number, version=0, signature="", agreed=False)
    assert again.submitted_at is not None
    assert Notice.objects.filter(kind="joint.received").count() == 1
    assert all(case.steps.filter(action="submit").count() == 1 for case in filing.cases.all())


def test_one_case_of_a_draft_is_not_filed_by_itself(filing, agent):
    complete(filing, agent)
    case = filing.cases.first()
    cases.sign_commitment(by=agent, number=case.number, name="Pei Huaijin", agreed=True)
    with pytest.raises(WrongState, match=filing.number):
        cases.act_on_case(by=agent, number=case.number, action="submit", version=case.version)


def test_what_another_window_saved_is_not_written_over(filing, agent):
    old = filing.version
    said = services.Said("Paid, all of it.")
    services.save_filing(by=agent, number=filing.number, said=said, version=old)
    with pytest.raises(WrongState, match="another window"):
        services.save_filing(by=agent, number=filing.number, said=services.Said("Not paid."), version=old)
    with pytest.raises(WrongState, match="another window"):
        services.file_filing(
            by=agent, number=filing.number, version=old, signature="Pei Huaijin", agreed=True
        )
    assert services.save_filing(by=agent, number=filing.number, said=said, version=old).version == old + 1


def test_a_file_that_is_none_is_refused_by_name_at_its_field(filing, agent):
    number = filing.cases.first().number
    for only, name in (("", "proofs"), (number, services.proofs_field(number))):
        with pytest.raises(InvalidInput, match="receipt") as refusal:
            services.add_proof(by=agent, number=filing.number, upload=program(), only=only)
        assert set(refusal.value.problems) == {name}
    assert not CaseDocument.objects.exists()


def test_a_filed_one_is_no_draft_any_more(agent, records):
    filing = filed(agent, records)
    with pytest.raises(WrongState, match="filed"):
        services.add_proof(by=agent, number=filing.number, upload=pdf())
    with pytest.raises(WrongState, match="filed"):
        services.save_filing(by=agent, number=filing.number, said=services.Said("No."), version=9)


def test_a_draft_is_the_entitys_own_affair(filing, records):
    for stranger in (
        AgentFactory().user,
        MemberFactory(body=records[0].submitted_by, role="supervisor"),
        MemberFactory(body=BodyFactory(kind="lead_office"), role="lead"),
    ):
        with pytest.raises(Missing):
            services.leave_out(by=stranger, number=filing.number, case_number="")
