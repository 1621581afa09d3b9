"""The report on retention: what each night did, for the lead office and nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entities.retention import services
from tests.budgets import query_budget
from tests.factories import BodyFactory, CaseFactory, MemberFactory
from tests.retention.test_nights import ended

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client: Client) -> Client:
    client.force_login(MemberFactory(body=BodyFactory(kind="lead_office"), role="lead"))
    return client


def test_before_the_first_night_the_report_says_that_nothing_was_counted(lead):
    page = lead.get(reverse("retention:report")).content.decode()
    assert "No night yet" in page
    assert "No record type names a period" in page


def test_the_report_lists_the_nights_and_what_is_due(lead):
    today = timezone.localdate()
    ended()
    ended(delete=None, ended_on=today - timedelta(days=360))
    services.work_through_nights(today=today)
    with query_budget("report on retention"):
        page = lead.get(reverse("retention:report")).content.decode()
    assert reverse("retention:night", args=(today.isoformat(),)) in page
    assert "Of 2 record types in force 2 name a period until archiving and 1 one until deletion" in page
    assert "Nothing is due" not in page


def test_a_night_says_what_was_held_back_and_why(lead):
    today = timezone.localdate()
    CaseFactory(record=ended())
    left = ended(archive=None, delete=None)
    services.work_through_nights(today=today)
    with query_budget("night of retention"):
        page = lead.get(reverse("retention:night", args=(today.isoformat(),))).content.decode()
    assert "a case about it is open" in page
    assert "No period is known" in page
    assert str(left.record_type) in page


def test_a_night_that_never_was_is_not_there(lead):
    assert lead.get(reverse("retention:night", args=("2026-01-01",))).status_code == 404
    assert lead.get(reverse("retention:night", args=("no-day",))).status_code == 404


def test_the_archive_lists_what_is_archived_and_when_it_is_deleted(lead):
    today = timezone.localdate()
    record = ended(delete=None)
    services.work_through_nights(today=today)
    with query_budget("archive of records"):
        page = lead.get(reverse("retention:archive")).content.decode()
    assert record.document_number in page
    assert "no period is known" in page


def test_the_report_may_be_taken_away_as_a_file(lead):
    ended()
    services.work_through_nights(today=timezone.localdate())
    file = lead.get(reverse("sharing:export", args=("retention", "csv"))).getvalue().decode("utf-8-sig")
    assert "Deleted" in file
    assert file.splitlines()[0].startswith("Night,")
