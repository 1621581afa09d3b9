"""Public records for programs: anybody reads the same, and every copy can follow what is published and removed."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from credit_platform.portal import limits, open_data
from entities.models import CreditRecord, Entity
from entities.services.publishing import end_publicity
from entities.sharing.feed import now
from tests.budgets import query_budget
from tests.factories import EntityFactory, MemberFactory, RecordFactory, RecordTypeFactory

pytestmark = pytest.mark.django_db(transaction=True)
CHANGES = "/api/v1/public/changes/"


def changes(client, since="", **asked) -> dict:
    answer = client.get(CHANGES, {"since": str(since)} | asked)
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture
def household(db) -> Entity:
    return EntityFactory(credit_code="92370102MA3M9AG94X", name_zh="云汀张三小吃店")


def test_a_copy_that_follows_holds_what_is_public_and_nothing_else(client):
    """Files first, then changes: at every step the copy is what the pages show."""
    penalty = RecordTypeFactory(code="administrative-penalty")
    records = RecordFactory.create_batch(3, record_type=penalty)
    copy: dict[int, dict] = {}
    place = ""

    def follow() -> None:
        nonlocal place
        more = True
        while more:
            answer = changes(client, place, limit=2)
            for one in answer["changes"]:
                if one["gone"]:
                    copy.pop(one["record_id"], None)
                elif one["record"]:
                    copy[one["record_id"]] = one["record"]
            place, more = answer["next"], answer["more"]

    def public_now() -> set[int]:
        return set(CreditRecord.objects.public_on(timezone.localdate()).values_list("pk", flat=True))

    follow()
    assert set(copy) == public_now() == {record.pk for record in records}
    CreditRecord.objects.filter(pk=records[0].pk).update(status="repaired")
    CreditRecord.objects.filter(pk=records[1].pk).update(objected=True)
    CreditRecord.objects.filter(pk=records[2].pk).update(withheld=True)
    late = RecordFactory(record_type=penalty, decided_on="2020-01-01", publish_until="2020-12-31")
    follow()
    assert set(copy) == public_now() == {records[1].pk}
    assert copy[records[1].pk]["under_objection"]
    CreditRecord.objects.filter(pk=records[1].pk).update(objected=False)
    follow()
    assert not copy[records[1].pk]["under_objection"]
    end_publicity(as_of=timezone.localdate())
    follow()
    assert late.pk not in copy


def test_each_file_names_the_place_from_which_a_copy_follows_what_leaves_it(client):
    record = RecordFactory(record_type=RecordTypeFactory(code="administrative-penalty"))
    answer = client.get(reverse("portal:dataset", args=("penalties", "csv")))
    assert record.document_number in b"".join(answer.streaming_content).decode("utf-8-sig")
    address = re.fullmatch(r'<http://testserver(.+)>; rel="related"; title="changes"', answer["Link"])[1]
    assert client.get(address).json()["changes"] == []
    CreditRecord.objects.filter(pk=record.pk).update(status="repaired")
    (gone,) = client.get(address).json()["changes"]
    assert (gone["record_id"], gone["gone"]) == (record.pk, True)
    assert CHANGES in client.get(reverse("portal:open-data")).text
    catalogue = client.get(reverse("portal:data-catalogue")).json()
    assert catalogue["dcat:service"]["dcat:endpointURL"]["@id"].endswith(CHANGES)


def test_of_a_record_that_is_not_public_its_number_is_told_and_nothing_else(client):
    record = RecordFactory()
    CreditRecord.objects.filter(pk=record.pk).update(status="withdrawn")
    for one in changes(client)["changes"]:
        assert one == {
            "at": one["at"], "record_id": record.pk, "gone": True, "record": None, "credit_code": None, "name": None,
            "status": None, "merged_into": None,
        }  # fmt: skip


def test_whose_a_record_was_that_is_gone_is_not_told_beside_a_change_of_its_entity_either(client):
    record = RecordFactory()
    start = now()
    CreditRecord.objects.filter(pk=record.pk).update(status="repaired")
    Entity.objects.filter(pk=record.entity_id).update(name_zh="云汀新名食品有限公司", name_key="新名")
    gone, renamed = changes(client, start)["changes"]
    assert (gone["record_id"], gone["credit_code"], gone["name"], gone["status"]) == (
        record.pk,
        None,
        None,
        None,
    )
    assert renamed["credit_code"] == record.entity.credit_code


@pytest.mark.parametrize(
    "never_public", [{"version__disclosure": "shared"}, {"version__disclosure": "own"}, {"family": "market"}]
)
def test_what_never_may_be_public_is_not_told_of_at_all(client, never_public):
    RecordFactory(record_type=RecordTypeFactory(**never_public))
    assert changes(client)["changes"] == []


def test_a_new_name_and_a_merging_are_told(client):
    entity, other = EntityFactory(), EntityFactory()
    start = now()
    Entity.objects.filter(pk=entity.pk).update(
        name_zh="云汀新名食品有限公司", name_key="云汀新名食品有限公司"
    )
    Entity.objects.filter(pk=entity.pk).update(merged_into=other)
    renamed, merged = changes(client, start)["changes"]
    assert (renamed["credit_code"], renamed["name"]) == (entity.credit_code, "云汀新名食品有限公司")
    assert merged["merged_into"] == other.credit_code
    assert not renamed["gone"]


def test_self_employed_households_are_read_by_whoever_knows_them_and_followed_by_nobody(client, household):
    RecordFactory(entity=household)
    Entity.objects.filter(pk=household.pk).update(name_zh="云汀李四小吃店")
    assert changes(client)["changes"] == []
    answer = client.get(reverse("api-public-records", args=(household.credit_code,)))
    assert len(answer.json()["results"]) == 1


def test_a_record_that_moves_to_a_household_leaves_every_copy_by_its_number_alone(client, household):
    record = RecordFactory()
    start = now()
    CreditRecord.objects.filter(pk=record.pk).update(entity=household)
    told = changes(client, start)["changes"]
    assert {one["record_id"] for one in told} == {record.pk}
    assert all(one["gone"] and not (one["record"] or one["credit_code"]) for one in told)


def test_an_entity_is_found_by_its_code_without_its_address_and_persons(client):
    entity = EntityFactory(address="云汀市长乐路1号", legal_representative="张*")
    shown = client.get(reverse("api-public-entity", args=(entity.credit_code.lower(),))).json()
    assert (shown["credit_code"], shown["name"]) == (entity.credit_code, entity.name_zh)
    assert "长乐路" not in str(shown)
    assert "张" not in str(shown)
    assert client.get(reverse("api-public-entity", args=("91000000000000000X",))).status_code == 404


def test_records_have_the_columns_of_the_files(client):
    record = RecordFactory()
    (shown,) = client.get(reverse("api-public-records", args=(record.entity.credit_code,))).json()["results"]
    assert list(shown) == [column.name for column in open_data.COLUMNS]
    assert (shown["id"], shown["class"]) == (record.pk, "general")


def test_an_official_reads_no_more_than_anybody(client):
    clerk = MemberFactory()
    record = RecordFactory(submitted_by=clerk.memberships.get().body, status="draft")
    client.force_login(clerk)
    assert (
        client.get(reverse("api-public-records", args=(record.entity.credit_code,))).json()["results"] == []
    )


def test_one_address_asks_so_often_a_minute(client, monkeypatch):
    monkeypatch.setattr(limits, "INTERFACE", limits.Limit("few", amount=2, seconds=3600))
    assert [client.get(CHANGES).status_code for _number in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("asked", [{"since": "yesterday"}, {"limit": "0"}, {"limit": "many"}])
def test_a_wrong_question_is_answered_with_what_is_wrong(client, asked):
    answer = client.get(CHANGES, asked)
    assert answer.status_code == 422
    assert set(answer.json()["problems"]) == set(asked)


def test_nothing_is_kept_on_the_way(client):
    answer = client.get(CHANGES)
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


def test_the_interface_stays_within_its_query_budgets(client):
    record = RecordFactory()
    RecordFactory.create_batch(5, entity=record.entity)
    with query_budget("public interface: changes"):
        changes(client)
    with query_budget("public interface: records"):
        client.get(reverse("api-public-records", args=(record.entity.credit_code,)))
