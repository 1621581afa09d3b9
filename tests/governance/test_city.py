"""The lead office's page of the whole city."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from credit_platform.common.services import seed_working_calendar
from credit_platform.governance import selectors
from entities.models import SubmissionRow, SubmittingBody
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    SubmissionFactory,
    UserFactory,
)

KINDS = SubmittingBody.Kind


@pytest.fixture
def lead(db):
    seed_working_calendar()
    return MemberFactory(body=BodyFactory(kind=KINDS.LEAD_OFFICE), role="lead")


def page_of(client, person) -> str:
    client.force_login(person)
    answer = client.get(reverse("governance:city"))
    assert answer.status_code == 200
    return answer.content.decode()


def figures_of(body):
    return next(one for one in selectors.figures_of_bodies(day=timezone.localdate()) if one.body == body)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "supervisor", "officer"])
def test_only_the_lead_office_sees_the_city(client, db, role):
    client.force_login(MemberFactory(role=role))
    assert client.get(reverse("governance:city")).status_code == 404


def test_neither_an_agent_nor_a_stranger_sees_the_city(client, db):
    for person in (AgentFactory().user, UserFactory()):
        client.force_login(person)
        assert client.get(reverse("governance:city")).status_code == 404
    client.logout()
    assert client.get(reverse("governance:city")).status_code == 302


def test_records_are_counted_by_body_and_state(lead):
    body = BodyFactory()
    kind = RecordTypeFactory(submitters=[body])
    for status, count in (("published", 3), ("waiting", 2), ("returned", 1), ("expired", 2), ("repaired", 1)):
        RecordFactory.create_batch(count, submitted_by=body, record_type=kind, status=status)
    found = figures_of(body)
    assert (found.in_force, found.waiting, found.returned, found.ended) == (3, 2, 1, 3)


def test_the_page_tells_how_many_drafts_wait_but_not_what_they_say(client, lead):
    RecordFactory(status="waiting", title="不该看到的草稿")
    assert "不该看到的草稿" not in page_of(client, lead)


def test_a_record_is_in_time_when_it_came_within_its_types_working_days(lead):
    body, today = BodyFactory(), timezone.localdate()
    kind = RecordTypeFactory(submitters=[body], version__submit_within_days=7)
    for days in (3, 5, 60):
        RecordFactory(
            submitted_by=body, record_type=kind, decided_on=today - timedelta(days=days), published_on=today
        )
    RecordFactory(submitted_by=body, record_type=RecordTypeFactory(submitters=[body]), published_on=today)
    found = figures_of(body)
    assert (found.in_time, found.with_a_term) == (2, 3)


def test_nothing_with_a_term_is_not_called_never_in_time(client, lead):
    body = BodyFactory()
    assert figures_of(body).share_in_time is None
    assert "0.0%" not in page_of(client, lead)


def test_refused_rows_are_counted_over_all_rows_of_the_files(lead):
    submission = SubmissionFactory()
    for number, outcome in enumerate(("new", "new", "new", "refused"), start=2):
        SubmissionRow.objects.create(submission=submission, number=number, outcome=outcome)
    cancelled = SubmissionFactory(body=submission.body, state="cancelled")
    SubmissionRow.objects.create(submission=cancelled, number=2, outcome="refused")
    found = figures_of(submission.body)
    assert (found.files, found.rows, found.refused_rows, found.share_refused) == (1, 4, 1, 0.25)


def test_appeals_and_overdue_cases_are_linked(client, lead):
    appeal = CaseFactory(state="appealed")
    late = CaseFactory(state="submitted", due_on=timezone.localdate() - timedelta(days=3))
    draft = CaseFactory(state="draft")
    page = page_of(client, lead)
    for case in (appeal, late):
        assert reverse("repair:case-detail", args=(case.number,)) in page
    assert draft.number not in page, "a draft is the entity's own"
    assert "3 wd over" in page or "wd over" in page


def test_entities_are_counted_by_district(lead):
    EntityFactory.create_batch(2, district="汀东区")
    RecordFactory(entity__district="溪口县")
    found = selectors.entity_figures(day=timezone.localdate())
    assert found.by_district == [("汀东区", 2, 0), ("溪口县", 1, 1)]
    assert (found.total, found.with_records) == (3, 1)


def test_an_empty_city_is_said_to_be_empty(client, lead):
    page = page_of(client, lead)
    assert "No appeal waits" in page
    assert "No case has been filed yet" in page


def test_the_page_stays_within_its_query_budget(client, lead, query_budget):
    RecordFactory.create_batch(2)
    CaseFactory(state="appealed")
    CaseFactory(state="submitted", due_on=timezone.localdate() - timedelta(days=3))
    client.force_login(lead)
    with query_budget("city"):
        client.get(reverse("governance:city"))
