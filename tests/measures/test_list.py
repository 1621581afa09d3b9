"""A department finds all its measures in one list: narrowed, sorted, in pages, as a file, and no other's."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.measures import services
from agencies.measures.models import Measure
from agencies.measures.services import Wanted
from credit_platform.audit.models import AccessEntry
from entities.models import CreditRecord
from repair import services as cases
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    RecordTypeFactory,
    repairable_record,
)

pytestmark = pytest.mark.django_db
PAGE = "/measures/"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def finance():
    return BodyFactory(name_en="Yunting Finance Bureau")


@pytest.fixture
def keeper(finance):
    return MemberFactory(body=finance, role="supervisor")


@pytest.fixture
def noted(keeper, finance):
    """`noted("No tenders", record=…, by=…)`: a measure of the finance bureau, or of the body of `by`."""

    def note(title: str, *, record=None, by=keeper, **wanted) -> Measure:
        body = by.memberships.get().body
        return services.note_measure(
            by=by,
            record_id=(record or repairable_record()).pk,
            wanted=Wanted(**{"body": body, "title": title, "legal_basis": "Article 22"} | wanted),
        )

    return note


def titles(client, user, **query) -> list[str]:
    client.force_login(user)
    shown = client.get(PAGE, query)
    assert shown.status_code == 200
    return [measure.title for measure, _may_lift in shown.context["rows"]]


def in_the_file(client, user, **query) -> list[dict]:
    client.force_login(user)
    answer = client.get(reverse("sharing:export", args=("measures", "jsonl")), query)
    return [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]


def test_a_department_lists_its_own_and_the_lead_office_those_of_all(client, noted, keeper):
    other = MemberFactory(role="supervisor")
    noted("No tenders")
    noted("Closer watch", by=other)
    assert titles(client, keeper) == ["No tenders"]
    assert titles(client, other) == ["Closer watch"]
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    assert set(titles(client, lead)) == {"No tenders", "Closer watch"}


def test_the_successor_of_a_body_that_is_gone_lists_what_that_body_noted(client, noted, finance):
    noted("No tenders")
    heir = BodyFactory()
    finance.is_active, finance.successor = False, heir
    finance.save()
    assert titles(client, MemberFactory(body=heir, role="clerk")) == ["No tenders"]


@pytest.mark.parametrize("kind", ["agent", "officer", "nobody"])
def test_it_is_not_there_for_who_keeps_up_no_measures(client, kind):
    reader = {
        "agent": lambda: AgentFactory().user,
        "officer": lambda: MemberFactory(body=BodyFactory(kind="association"), role="officer"),
        "nobody": lambda: AgentFactory(revoked_at=timezone.now()).user,
    }[kind]()
    client.force_login(reader)
    assert client.get(PAGE).status_code == 404
    assert client.get(reverse("sharing:export", args=("measures", "csv"))).status_code == 404


def test_it_is_narrowed_and_sorted_and_its_file_holds_the_same(client, noted, keeper):
    record = repairable_record()
    record.entity.name_zh, record.entity.name_key = "云亭禾谷食品有限公司", "云亭禾谷食品有限公司"
    record.entity.save()
    today = timezone.localdate()
    first = noted("No tenders", record=record, until=today + timedelta(days=9))
    second = noted("Closer watch", record=repairable_record(record_type=RecordTypeFactory(code="arrears")))
    over = noted("No subsidies")
    Measure.objects.filter(pk=over.pk).update(
        since=today - timedelta(days=9), until=today - timedelta(days=1)
    )
    Measure.objects.filter(pk=first.pk).update(since=today - timedelta(days=3))
    for query, there in (
        ({}, ["Closer watch", "No tenders", "No subsidies"]),
        ({"standing": "in-force"}, ["Closer watch", "No tenders"]),
        ({"standing": "over"}, ["No subsidies"]),
        ({"kind": "arrears"}, ["Closer watch"]),
        ({"q": "禾谷食品"}, ["No tenders"]),
        ({"q": second.record.entity.credit_code.lower()}, ["Closer watch"]),
        ({"q": "subsid"}, ["No subsidies"]),
        ({"sort": "measure"}, ["Closer watch", "No subsidies", "No tenders"]),
        ({"sort": "-until"}, ["No tenders", "No subsidies", "Closer watch"]),
        ({"sort": "-measure", "standing": "in-force"}, ["No tenders", "Closer watch"]),
    ):
        assert titles(client, keeper, **query) == there, query
        assert [row["measure"] for row in in_the_file(client, keeper, **query)] == there, query


def test_with_no_match_and_with_nothing_at_all_the_page_says_how_to_go_on(client, noted, keeper):
    client.force_login(keeper)
    assert "No measure was noted yet" in client.get(PAGE).content.decode()
    noted("No tenders")
    page = client.get(PAGE, {"q": "nowhere"}).content.decode()
    assert "No measure fits these filters" in page
    assert f'href="{PAGE}"' in page


def test_it_says_who_lifted_a_measure_and_why(client, noted, keeper):
    record = repairable_record(submitted_by=keeper.memberships.get().body)
    by_hand = noted("No tenders")
    noted("Closer watch", record=record)
    services.lift_measure(by=keeper, measure_id=by_hand.pk, because="It was paid.")
    case = CaseFactory(record=record, state="proposed")
    boss = MemberFactory(body=case.deciding_body, role="supervisor")
    cases.act_on_case(by=boss, number=case.number, action="grant", version=0, note="All is done.")
    rows = {row["measure"]: row for row in in_the_file(client, keeper)}
    assert (rows["No tenders"]["lifted_by"], rows["No tenders"]["lifted_because"]) == (
        str(keeper),
        "It was paid.",
    )
    assert rows["Closer watch"]["lifted_by"] == "The platform"
    page = client.get(PAGE).content.decode()
    assert re.search(rf"Lifted on [^:<]+: It was paid\.\s*· {keeper}", page)
    assert "because the record ended" in page


def test_what_stood_on_another_departments_record_leaves_the_list_with_the_record(client, noted, keeper):
    """A repaired record is read by its department and its entity alone, and its title stands in the row."""
    measure = noted("No tenders")
    assert titles(client, keeper) == ["No tenders"]
    CreditRecord.objects.filter(pk=measure.record_id).update(status="repaired", ended_on=timezone.localdate())
    services.follow_records(entity_ids=[measure.record.entity_id])
    assert titles(client, keeper) == []
    assert in_the_file(client, keeper) == []


def test_a_supervisor_reaches_it_from_the_desk_and_lifts_from_it_where_a_clerk_does_not(
    client, noted, keeper, finance
):
    lift = reverse("measures:lift", args=(noted("No tenders").pk,))
    client.force_login(keeper)
    assert f'href="{PAGE}"' in client.get(reverse("agencies:desk")).content.decode()
    assert lift in client.get(PAGE).content.decode()
    client.force_login(MemberFactory(body=finance, role="clerk"))
    page = client.get(PAGE).content.decode()
    assert ("No tenders" in page, lift in page) == (True, False)


def test_who_reads_the_list_is_noted_as_having_read_what_is_not_public(client, noted, keeper):
    kind = RecordTypeFactory(version__disclosure="shared")
    shared = repairable_record(record_type=kind, type_version=kind.versions.get())
    noted("No tenders", record=shared)
    noted("Closer watch")
    assert len(titles(client, keeper)) == 2
    look = AccessEntry.objects.get(place="measures:list")
    assert (look.record_ids, look.actor) == ([shared.pk], keeper)


def test_it_costs_the_same_queries_for_any_number_and_comes_in_pages(client, noted, keeper, query_budget):
    client.force_login(keeper)
    for number in range(2):
        noted(f"Measure {number}")
    client.get(PAGE)
    with query_budget("measures, list"):
        client.get(PAGE)
    for number in range(2, 27):
        noted(f"Measure {number}")
    with query_budget("measures, list"):
        shown = client.get(PAGE)
    assert len(shown.context["rows"]) == 25
    on_second = client.get(PAGE, {"page": 2}).context["rows"]
    assert len(on_second) == 2
