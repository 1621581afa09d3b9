"""An association's own rule of repair: dated, kept by its officers, read by officials, told to members before they ask."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from associations.models import Association, RepairRule
from associations.repair_rules import RuleDraft, rules_on, set_repair_rule
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, NotPermitted
from repair.before_filing import prospects_of
from tests.factories import AgentFactory, BodyFactory, MemberFactory, RecordFactory, RecordTypeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    body = BodyFactory(kind="association", code="caterers", name_zh="餐饮协会", name_en="Caterers")
    return Association.objects.create(body=body, charter="Charter of the caterers")


@pytest.fixture
def officer(association):
    return MemberFactory(body=association.body, role="officer", language="en")


def draft(**facts) -> RuleDraft:
    usual = {
        "article": "article 21", "min_months": 3, "conditions_zh": "已改正。", "conditions_en": "It is put right.",
        "course": "", "valid_from": timezone.localdate(),
    }  # fmt: skip
    return RuleDraft(**usual | facts)


def set_rule(officer, association, **facts) -> RepairRule:
    return set_repair_rule(by=officer, association_id=association.pk, draft=draft(**facts))


def test_a_rule_follows_the_one_before_without_a_gap(officer, association):
    today = timezone.localdate()
    first = set_rule(officer, association)
    assert set_rule(officer, association) == first
    second = set_rule(officer, association, min_months=1, valid_from=today + timedelta(days=10))
    first.refresh_from_db()
    assert (first.valid_to, second.valid_to) == (today + timedelta(days=9), None)
    of = {association.body_id}
    assert rules_on(today + timedelta(days=9), of) == {association.body_id: first}
    assert rules_on(today + timedelta(days=10), of) == {association.body_id: second}
    assert rules_on(today - timedelta(days=1), of) == {}
    assert AuditEvent.objects.filter(verb="associations.repair_rule.set").count() == 2


def test_everything_that_is_wrong_is_told_at_once(officer, association):
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(InvalidInput) as refusal:
        set_rule(officer, association, article=" ", conditions_zh="", min_months=61, valid_from=yesterday)
    assert set(refusal.value.problems) == {"article", "conditions_zh", "min_months", "valid_from"}
    set_rule(officer, association)
    with pytest.raises(InvalidInput, match="begins later"):
        set_rule(officer, association, min_months=1)


def test_nobody_else_sets_it(association):
    for by in (MemberFactory(body=BodyFactory(kind="lead_office"), role="lead"), MemberFactory()):
        with pytest.raises(NotPermitted):
            set_rule(by, association)


@time_machine.travel(datetime(2026, 11, 20, 2, tzinfo=UTC), tick=True)
def test_a_member_reads_from_which_day_on_what_conditions_and_after_which_course(officer, association):
    record = RecordFactory(
        submitted_by=association.body,
        record_type=RecordTypeFactory(family="market"),
        decided_on=date(2026, 8, 31),
    )
    reader = AgentFactory(entity=record.entity).user
    assert "ask there" in prospects_of(user=reader).elsewhere[0].sentence
    set_rule(officer, association, min_months=6, course="Food safety, 8 hours")
    said = prospects_of(user=type(reader).objects.get(pk=reader.pk)).later[0].sentence
    assert "by its charter (article 21): from 28 February 2027 on" in said
    assert "It is put right." in said
    assert "“Food safety, 8 hours”" in said


def test_a_rule_of_another_association_says_nothing(officer, association):
    set_rule(officer, association)
    record = RecordFactory(
        submitted_by=BodyFactory(kind="association"), record_type=RecordTypeFactory(family="market")
    )
    reader = AgentFactory(entity=record.entity).user
    assert "charter" not in prospects_of(user=reader).elsewhere[0].sentence


def test_an_officer_sets_it_on_a_page_and_the_lead_office_reads_it(client, officer, association):
    client.force_login(officer)
    place = reverse("associations:repair-rule", args=("caterers",))
    typed = {
        "article": "article 21", "min_months": "3", "conditions_zh": "已改正。", "conditions_en": "It is put right.",
        "course": "Food safety", "valid_from": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert client.post(place, typed | {"article": ""}).status_code == 422
    assert client.post(place, typed | {"min_months": "61"}).status_code == 422
    assert client.post(place, typed).url == reverse("associations:profile", args=("caterers",))
    client.force_login(MemberFactory(body=BodyFactory(kind="lead_office"), role="lead", language="en"))
    page = client.get(reverse("associations:profile", args=("caterers",))).content.decode()
    for said in ("article 21", "Not before 3 months", "It is put right.", "“Food safety”"):
        assert said in page
    assert client.get(place).status_code == 403
