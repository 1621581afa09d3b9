"""What follows from a public grade anybody may read, with its law; nothing of a risk class, nothing that is not in force."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.supervision.models import SupervisionRule
from evaluation.models import Scheme
from tests.factories import BodyFactory

pytestmark = pytest.mark.django_db
PAGE = reverse("portal:consequences")


@pytest.fixture
def public(schemes):
    """The comprehensive evaluation, whose result is public."""
    Scheme.objects.filter(code="city-comprehensive").update(is_public=True)


def said(client, **query) -> str:
    answer = client.get(PAGE, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_where_no_rule_is_in_force_the_page_says_so_in_both_languages(client):
    assert "Nothing follows from a public grade" in said(client)
    assert "目前没有" in said(client, hl="zh-hans")


def test_incentives_and_restrictions_in_force_stand_there_with_their_law(client, public, in_force):
    taxes = BodyFactory(name_en="Tax Bureau")
    in_force(code="fast-lane", kind="incentive", grades=("A", "B"), name_en="Fast lane", body=taxes)
    in_force(
        code="no-tender", kind="restriction", grades=("D",), name_en="No tender", listed_as="Entry 3",
        article="Article 31",
    )  # fmt: skip
    page = said(client)
    for words in (
        "Fast lane", "A, B", "Tax Bureau", "No tender", "Regulation on credit", "Article 31", "Entry 3",
        "Incentive", "Restriction", "Every department",
    ):  # fmt: skip
        assert words in page
    assert "Nothing follows" not in page


def test_nothing_of_inspections_of_drafts_of_what_is_over_or_of_grades_that_are_not_public(
    client, public, in_force, writer, a_draft
):
    today = timezone.localdate()
    in_force(name_en="By risk class")
    in_force(code="over", kind="incentive", grades=("A",), name_en="Over and done")
    SupervisionRule.objects.filter(code="over").update(
        valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1)
    )
    in_force(code="to-come", kind="incentive", grades=("B",), name_en="Still to come")
    SupervisionRule.objects.filter(code="to-come").update(valid_from=today + timedelta(days=1))
    in_force(code="draft", kind="incentive", grades=("C",), name_en="Waits for approval")
    SupervisionRule.objects.filter(code="draft").update(state="draft", approved_by=None)
    page = said(client)
    for words in ("By risk class", "Over and done", "Still to come", "Waits for approval"):
        assert words not in page
    in_force(code="shown", kind="incentive", grades=("A",), name_en="Fast lane")
    assert "Fast lane" in said(client)
    Scheme.objects.filter(code="city-comprehensive").update(is_public=False)
    assert "Fast lane" not in said(client)


def test_the_page_of_methods_leads_there(client):
    assert PAGE in client.get(reverse("portal:methods")).content.decode()


def test_the_page_asks_once_however_many_rules_there_are(client, public, in_force, query_budget):
    for number, grade in enumerate("ABC"):
        in_force(code=f"lane-{number}", kind="incentive", grades=(grade,), body=BodyFactory())
    with query_budget("public consequences"):
        client.get(PAGE)
