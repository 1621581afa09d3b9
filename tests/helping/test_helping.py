"""An association prepares and files for its member what the member let it, and nothing else."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import Notice
from repair import selectors, services
from repair.helping import selectors as leaves, services as helping
from repair.helping.models import Leave, Use
from repair.models import Case
from tests.associations.factories import MembershipOfEntityFactory, officer_of
from tests.factories import AgentFactory, RecordFactory, repairable_record
from tests.repair.papers import pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def record():
    return repairable_record()


@pytest.fixture
def agent(record):
    return AgentFactory(entity=record.entity).user


@pytest.fixture
def member(record):
    return MembershipOfEntityFactory(entity=record.entity)


@pytest.fixture
def officer(member):
    return officer_of(member.association)


def allow(agent, member, record, **more) -> Leave:
    return helping.give_leave(
        by=agent,
        entity=record.entity,
        member_id=member.pk,
        **{"until": timezone.localdate() + timedelta(days=30), "record_id": record.pk} | more,
    )


@pytest.fixture
def leave(agent, member, record) -> Leave:
    return allow(agent, member, record)


@pytest.fixture
def draft(officer, leave, record) -> Case:
    return services.open_case(by=officer, record_id=record.pk)


def prepare(case: Case, officer) -> Case:
    services.save_draft(by=officer, number=case.number, statement="Paid on 20 May.", version=case.version)
    services.add_proof(by=officer, number=case.number, upload=pdf())
    case.refresh_from_db()
    return case


def sign(case: Case, agent) -> None:
    services.sign_commitment(by=agent, number=case.number, name="Pei Huaijin", agreed=True)


def file(case: Case, by) -> Case:
    return services.act_on_case(by=by, number=case.number, action="submit", version=case.version)


def test_without_leave_an_officer_begins_nothing(officer, record):
    with pytest.raises(NotPermitted):
        services.open_case(by=officer, record_id=record.pk)


def test_the_association_prepares_the_member_signs_and_the_association_files(draft, officer, agent, leave):
    prepare(draft, officer)
    helping.hand_over(by=officer, number=draft.number)
    assert Notice.objects.filter(entity=draft.entity, kind="helping.to-sign").exists()
    sign(draft, agent)
    assert Notice.objects.filter(body=leave.member.association.body, kind="helping.signed").exists()
    filed = file(draft, officer)
    assert filed.state == "submitted"
    step = filed.steps.get(action="submit")
    assert (step.actor, step.actor_body) == (officer, leave.member.association.body)
    deeds = list(Use.objects.filter(case=draft).order_by("pk").values_list("deed", flat=True))
    assert deeds == ["begun", "written", "paper", "handed_over", "filed"]
    assert AuditEvent.objects.filter(verb="helping.leave.used", actor=officer).count() == 5


def test_the_letter_is_signed_by_the_member_alone(draft, officer):
    with pytest.raises(NotPermitted):
        sign(draft, officer)


def test_nothing_is_filed_that_the_member_has_not_signed(draft, officer):
    prepare(draft, officer)
    with pytest.raises(InvalidInput) as refused:
        file(draft, officer)
    assert list(refused.value.problems) == ["signature"]


def test_what_the_member_signed_the_association_no_longer_changes(draft, officer, agent):
    prepare(draft, officer)
    sign(draft, agent)
    with pytest.raises(WrongState):
        services.save_draft(by=officer, number=draft.number, statement="More.", version=draft.version)
    with pytest.raises(WrongState):
        services.add_proof(by=officer, number=draft.number, upload=pdf("other.pdf", "else"))
    letter = draft.documents.get(kind="commitment").document
    with pytest.raises(WrongState):
        services.remove_paper(by=officer, number=draft.number, key=str(letter.key))
    assert services.save_draft(by=agent, number=draft.number, statement="More.", version=draft.version)


def test_the_association_neither_withdraws_nor_objects(draft, officer, record):
    with pytest.raises(NotPermitted):
        services.act_on_case(by=officer, number=draft.number, action="withdraw", version=draft.version)
    with pytest.raises(NotPermitted):
        services.open_objection(by=officer, record_id=record.pk, ground="wrong")


def test_a_leave_reaches_one_record_or_one_kind(agent, member, officer, record):
    other = RecordFactory(entity=record.entity, record_type=record.record_type, decided_on=record.decided_on)
    allow(agent, member, record)
    with pytest.raises(NotPermitted):
        services.open_case(by=officer, record_id=other.pk)
    allow(agent, member, record, record_id=None, record_type=record.record_type.code)
    assert services.open_case(by=officer, record_id=other.pk).state == "draft"


def test_a_draft_that_the_member_began_is_taken_up_and_told_once(agent, officer, leave, record):
    begun = services.open_case(by=agent, record_id=record.pk)
    assert not Case.objects.visible_to(officer).exists()
    for _press in range(2):
        assert services.open_case(by=officer, record_id=record.pk) == begun
    assert Case.objects.visible_to(officer).get() == begun
    assert Notice.objects.filter(entity=record.entity, kind="helping.begun").count() == 1


@pytest.mark.parametrize("how", ["revoked", "over", "left"])
def test_when_the_leave_has_ended_the_association_reads_nothing_more(
    draft, officer, agent, leave, member, how
):
    if how == "revoked":
        helping.end_leave(by=agent, entity=leave.entity, leave_id=leave.pk)
        assert Notice.objects.filter(body=member.association.body, kind="helping.ended").exists()
    elif how == "over":
        Leave.objects.filter(pk=leave.pk).update(expires_on=timezone.localdate() - timedelta(days=1))
    else:
        type(member).objects.filter(pk=member.pk).update(left_on=timezone.localdate())
    assert not Case.objects.visible_to(officer).exists()
    assert leaves.held_leaves(officer) == []
    with pytest.raises(Missing):
        selectors.case_page(user=officer, number=draft.number)
    assert selectors.case_page(user=agent, number=draft.number).side == "applicant"


def test_a_leave_does_not_pass_to_another_association_that_takes_the_place_of_the_first(
    draft, officer, agent, leave, member
):
    heir = officer_of(MembershipOfEntityFactory(entity=draft.entity).association)
    body = member.association.body
    assert leaves.held_leaves(officer)
    type(body).objects.filter(pk=body.pk).update(is_active=False, successor=heir.memberships.get().body)
    for somebody in (officer, heir):
        again = type(somebody).objects.get(pk=somebody.pk)
        assert not Case.objects.visible_to(again).exists()
        assert not Leave.objects.held_by(again).exists()
        with pytest.raises((NotPermitted, Missing)):
            services.open_case(by=again, record_id=draft.record_id)
    assert not Leave.objects.get(pk=leave.pk).is_good
    assert selectors.case_page(user=agent, number=draft.number).side == "applicant"


def test_an_ended_leave_is_not_ended_again(agent, leave):
    helping.end_leave(by=agent, entity=leave.entity, leave_id=leave.pk)
    with pytest.raises(WrongState):
        helping.end_leave(by=agent, entity=leave.entity, leave_id=leave.pk)


def test_another_association_and_its_officers_have_no_part_in_it(draft):
    stranger = officer_of(MembershipOfEntityFactory(entity=draft.entity).association)
    assert not Case.objects.visible_to(stranger).exists()


def test_what_was_asked_for_the_association_may_send(draft, officer, agent):
    prepare(draft, officer)
    sign(draft, agent)
    case = file(draft, officer)
    Case.objects.filter(pk=case.pk).update(state="more_material")
    case.refresh_from_db()
    assert selectors.count_waiting(officer) == 1
    answered = services.act_on_case(
        by=officer, number=case.number, action="supply_material", version=case.version, note="Here it is."
    )
    assert answered.state == "submitted"
    assert Use.objects.filter(case=case, deed="answered").exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"member_id": 0}, "member"),
        ({"record_id": None}, "scope"),
        ({"record_type": "administrative-penalty"}, "scope"),
        ({"until": -timedelta(days=1)}, "until"),
        ({"until": timedelta(days=helping.LONGEST_DAYS + 1)}, "until"),
    ],
)
def test_a_leave_names_an_association_of_the_member_one_scope_and_a_near_day(
    agent, member, record, said, field
):
    type(record.record_type).objects.filter(pk=record.record_type.pk).update(code="administrative-penalty")
    about = {"member_id": member.pk, "until": timedelta(days=3), "record_id": record.pk} | said
    about["until"] += timezone.localdate()
    with pytest.raises(InvalidInput) as refused:
        helping.give_leave(by=agent, entity=record.entity, **about)
    assert list(refused.value.problems) == [field]


def test_a_record_that_is_not_public_is_no_business_of_an_association(agent, member, record):
    type(record.type_version).objects.filter(pk=record.type_version.pk).update(disclosure="shared")
    with pytest.raises(InvalidInput):
        allow(agent, member, record)


def test_only_who_acts_for_the_entity_gives_a_leave(officer, member, record):
    with pytest.raises(NotPermitted):
        allow(officer, member, record)


def test_given_twice_it_is_one_leave(agent, member, record):
    assert allow(agent, member, record) == allow(agent, member, record)


def test_what_was_done_by_a_leave_cannot_be_rewritten(draft):
    with pytest.raises(ProgrammingError), transaction.atomic():
        Use.objects.filter(case=draft).update(deed="filed")


def test_the_pages_lead_an_agent_and_an_officer_through_it(client, agent, member, officer, record):
    client.force_login(agent)
    code = record.entity.credit_code
    typed = {
        "member": member.pk,
        "scope": f"record:{record.pk}",
        "until": (timezone.localdate() + timedelta(days=9)).isoformat(),
    }
    page = client.post(reverse("helping:give", args=(code,)), typed, follow=True)
    assert record.title in page.text
    client.force_login(officer)
    assert record.title in client.get(reverse("helping:asked")).text
    draft = client.post(reverse("helping:begin"), {"record": record.pk}, follow=True)
    case = Case.objects.get()
    assert draft.status_code == 200
    assert draft.context["signs"] is False
    refused = client.post(
        reverse("repair:case-draft", args=(case.number,)),
        {"do": "submit", "statement": "Paid.", "version": case.version, "proofs": pdf()},
    )
    assert refused.status_code == 422
    assert "has not signed yet" in refused.text
    asked = client.post(
        reverse("repair:case-draft", args=(case.number,)),
        {"do": "hand_over", "statement": "Paid.", "version": Case.objects.get().version},
        follow=True,
    )
    assert "is asked to read and to sign" in asked.text
    client.force_login(agent)
    shown = client.get(reverse("helping:own", args=(code,)))
    assert case.number in shown.text
    ended = client.post(reverse("helping:end", args=(code, Leave.objects.get().pk)), follow=True)
    assert "no longer reads these cases" in ended.text
