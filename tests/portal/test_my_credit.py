"""The page of an entity's own agent."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from entities.models import EntityAgent
from entities.services import feedback
from tests.factories import (
    AgentFactory,
    CaseFactory,
    EntityFactory,
    RecordFactory,
    RecordTypeFactory,
    repairable_record,
)


@pytest.fixture
def agency(db) -> EntityAgent:
    return AgentFactory()


def page_of(client, agency) -> str:
    client.force_login(agency.user)
    answer = client.get(reverse("portal:my-credit"), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_with_nothing_on_record_the_page_says_when_something_will_come(client, agency):
    page = page_of(client, agency)
    assert "Nothing stands on record" in page
    assert "No case yet" in page


def test_a_record_shows_when_it_ends_by_itself_and_that_it_can_be_repaired(client, agency):
    record = repairable_record(entity=agency.entity, publish_until=timezone.localdate() + timedelta(days=200))
    page = page_of(client, agency)
    assert record.title in page
    assert "in 6 months" in page
    assert f"{reverse('repair:case-new')}?record={record.pk}" in page


def test_shared_records_are_shown_to_the_entity_and_drafts_are_not(client, agency):
    shared = RecordTypeFactory(version__disclosure="shared")
    RecordFactory(entity=agency.entity, record_type=shared, title="政府部门间共享的记录")
    RecordFactory(entity=agency.entity, status="waiting", title="还在审核的记录")
    page = page_of(client, agency)
    assert "政府部门间共享的记录" in page
    assert "还在审核的记录" not in page


def test_an_open_case_is_shown_with_its_state_instead_of_a_second_application(client, agency):
    record = repairable_record(entity=agency.entity)
    case = CaseFactory(record=record, opened_by=agency.user)
    page = page_of(client, agency)
    assert case.number in page
    assert "With the department" in page
    assert f"?record={record.pk}" not in page


def test_what_was_told_to_the_entity_stands_there(client, agency):
    feedback.notify(
        kind="entities.record-expired",
        params={"title": "旧记录", "number": "云市监罚〔2025〕1号"},
        entity=agency.entity,
    )
    assert "旧记录" in page_of(client, agency)


def test_an_agent_of_several_businesses_changes_between_them(client, agency):
    other = AgentFactory(user=agency.user, entity=EntityFactory(name_en="The Other One", name_zh="另一家"))
    RecordFactory(entity=other.entity, title="另一家的记录")
    client.force_login(agency.user)
    page = client.get(reverse("portal:my-credit-of", args=(agency.entity.credit_code,))).content.decode()
    assert "The Other One" in page
    assert "另一家的记录" not in page


def test_nobody_reads_the_page_of_a_business_that_is_not_theirs(client, agency):
    client.force_login(AgentFactory().user)
    assert client.get(reverse("portal:my-credit-of", args=(agency.entity.credit_code,))).status_code == 404


def test_an_agent_whose_authority_was_revoked_sees_it_no_longer(client, agency):
    agency.revoked_at = timezone.now()
    agency.save()
    client.force_login(agency.user)
    assert client.get(reverse("portal:my-credit-of", args=(agency.entity.credit_code,))).status_code == 404


def test_the_page_stays_within_its_query_budget(client, agency, query_budget):
    for _ in range(3):
        repairable_record(entity=agency.entity)
    CaseFactory(record=repairable_record(entity=agency.entity), opened_by=agency.user)
    client.force_login(agency.user)
    with query_budget("my credit"):
        client.get(reverse("portal:my-credit-of", args=(agency.entity.credit_code,)))
