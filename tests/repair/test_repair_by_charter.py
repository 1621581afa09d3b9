"""What an association recorded of its member is repaired here by its own rule, by its own people, and read by nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from associations.models import RepairRule
from credit_platform.common.errors import Missing, NotPermitted, WrongState
from entities.models import CreditRecord, Notice
from evaluation.models import RatingRequest
from repair import figures, selectors, services
from repair.joint import services as joint
from repair.letters.models import Letter
from repair.models import Case, CaseDocument
from repair.proof.models import Confirmation, Effect
from tests.associations.factories import AssociationFactory, officer_of
from tests.factories import (
    AgentFactory,
    BodyFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    repairable_record,
)
from tests.repair.papers import pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def association():
    return AssociationFactory()


@pytest.fixture
def rule(association) -> RepairRule:
    return RepairRule.objects.create(
        association=association,
        article="article 21",
        min_months=3,
        conditions_zh="已改正。",
        conditions_en="It is put right.",
        course="Food safety",
        valid_from=timezone.localdate() - timedelta(days=1),
    )


@pytest.fixture
def record(association) -> CreditRecord:
    """A warning of half a year ago."""
    return RecordFactory(
        submitted_by=association.body,
        record_type=RecordTypeFactory(family="market"),
        title="Warning to a member",
        decided_on=timezone.localdate() - timedelta(days=180),
    )


@pytest.fixture
def agent(record):
    return AgentFactory(entity=record.entity).user


@pytest.fixture
def head(association):
    return MemberFactory(body=association.body, role="supervisor")


@pytest.fixture
def case(rule, record, agent) -> Case:
    """Filed with a proof and the signed letter."""
    drafted = services.open_case(by=agent, record_id=record.pk)
    services.save_draft(by=agent, number=drafted.number, statement="All is clean.", version=0)
    services.add_proof(by=agent, number=drafted.number, upload=pdf())
    services.sign_commitment(by=agent, number=drafted.number, name="Pei Huaijin", agreed=True)
    return act(drafted, agent, "submit", "")


def act(case: Case, by, action: str, note: str = "The kitchen was seen.") -> Case:
    case.refresh_from_db()
    return services.act_on_case(by=by, number=case.number, action=action, version=case.version, note=note)


def pages_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_without_a_rule_of_the_association_it_is_not_asked_for_here(record, agent):
    with pytest.raises(WrongState, match="ask there"):
        services.open_case(by=agent, record_id=record.pk)


def test_before_the_day_of_the_rule_it_cannot_be_asked_for(rule, record, agent):
    RepairRule.objects.update(min_months=12)
    with pytest.raises(WrongState, match="by its charter \\(article 21\\): from"):
        services.open_case(by=agent, record_id=record.pk)


def test_it_goes_to_the_association_by_the_terms_of_the_platform_alone(case, association):
    assert (case.deciding_body, case.state) == (association.body, "submitted")
    rules = dict(case.clocks.values_list("kind", "rule"))
    assert rules == {"result": "repair-result-platform", "decision": "repair-decision-platform"}
    filed = Notice.objects.filter(body=association.body).values_list("kind", flat=True)
    assert list(filed) == ["repair.filed"]


def test_its_people_decide_on_it_and_nobody_who_had_a_hand_in_the_record(case, record, association, head):
    act(case, officer_of(association), "propose_grant")
    CreditRecord.objects.filter(pk=record.pk).update(reviewed_by=head)
    with pytest.raises(NotPermitted):
        act(case, head, "grant")
    other = MemberFactory(body=association.body, role="supervisor")
    assert act(case, other, "grant").state == "granted"


def test_granting_ends_it_rates_anew_asks_every_place_and_certifies_it(case, record, association, head):
    act(case, officer_of(association), "propose_grant")
    RatingRequest.objects.all().delete()
    act(case, head, "grant")
    record.refresh_from_db()
    assert record.status == "repaired"
    assert RatingRequest.objects.filter(entity=record.entity).exists()
    effect = Effect.objects.get(case=case)
    assert effect.how == Effect.How.REPAIRED
    assert effect.confirmations.filter(kind=Confirmation.Kind.OWN).exists()
    assert Confirmation.objects.visible_to(head).exists()
    told = Notice.objects.filter(entity=record.entity).values_list("kind", flat=True)
    assert "repair.granted" in set(told)
    assert "no longer public" in str(Letter.objects.get(case=case, kind="decision").content)


def test_neither_the_lead_office_nor_another_association_nor_the_figures_know_of_it(case, association, head):
    act(case, officer_of(association), "propose_grant")
    act(case, head, "grant")
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    for stranger in (lead, officer_of(AssociationFactory()), MemberFactory()):
        with pytest.raises(Missing):
            selectors.case_page(user=stranger, number=case.number)
        assert not Confirmation.objects.visible_to(stranger).exists()
    assert not Notice.objects.filter(body=lead.memberships.get().body).exists()
    assert figures.count_figures(today=timezone.localdate()).lines == []


def test_a_refusal_names_no_remedy_of_public_law_and_is_not_appealed_against_here(case, association, head):
    act(case, officer_of(association), "propose_refuse")
    act(case, head, "refuse", "The kitchen was dirty.")
    words = str(Letter.objects.get(case=case, kind="decision").content)
    assert "reconsideration" not in words
    assert "复议" not in words
    with pytest.raises(WrongState, match="decides alone"):
        act(case, case.opened_by, "appeal")


def test_the_member_reads_the_rule_begins_and_follows_on_the_pages(rule, record, agent):
    member = pages_of(agent)
    page = member.get(reverse("repair:prospects")).text
    assert "by its charter (article 21)" in page
    begin = f"{reverse('repair:case-new')}?record={record.pk}"
    assert begin in page
    page = member.get(begin).text
    assert "It is put right." in page
    assert "“Food safety”" in page
    assert "NDRC" not in page
    page = member.post(reverse("repair:case-new"), {"record": record.pk}, follow=True).text
    assert "By the charter of" in page
    assert "NDRC" not in page


def test_an_officer_starts_from_the_wordings_of_an_association(case, association):
    page = pages_of(officer_of(association)).get(reverse("repair:case-detail", args=(case.number,))).text
    assert "Grant: the conditions of the charter are met" in page
    assert "Grant: all conditions are met" not in page
    assert "It is put right." in page
    assert "ministry" not in page


def test_it_is_asked_for_together_with_what_a_department_recorded(rule, record, agent):
    public = repairable_record(entity=record.entity)
    filing = joint.begin_filing(by=agent, record_ids=[record.pk, public.pk])
    said = joint.Said("Paid and cleaned.")
    filing = joint.save_filing(by=agent, number=filing.number, said=said, version=0)
    joint.add_proof(by=agent, number=filing.number, upload=pdf())
    joint.file_filing(by=agent, number=filing.number, version=1, signature="Pei Huaijin", agreed=True)
    bodies = set(filing.cases.values_list("deciding_body", flat=True))
    assert bodies == {record.submitted_by_id, public.submitted_by_id}
    letters = CaseDocument.objects.filter(case__joint=filing, kind="commitment")
    assert letters.values("document").distinct().count() == 2  # Neither reads of the records of the other.
