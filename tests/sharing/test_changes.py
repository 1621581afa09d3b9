"""What changed, complete and in order: also when transactions end in another order than they began."""

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from credit_platform.audit.models import AccessEntry
from entities.models import CreditRecord
from entities.services import records
from entities.sharing import feed
from entities.sharing.feed import START, place_from
from entities.sharing.models import Change, WatchedEntity, WatchList
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


def follow(body, *entities, **facts) -> WatchList:
    watch_list = WatchList.objects.create(
        body=body,
        name=f"list {WatchList.objects.count()}",
        created_by=UserFactory(),
        **{"kind": "picked"} | facts,
    )
    WatchedEntity.objects.bulk_create(WatchedEntity(watch_list=watch_list, entity=one) for one in entities)
    return watch_list


def kinds(body, since=START, **asked) -> list[str]:
    answer = feed.changes_since(body=body, since=since, **{"watch_lists": None} | asked)
    return [one.change.kind for one in answer.changes]


@pytest.fixture
def tax():
    return BodyFactory()


def test_every_way_of_writing_a_record_leaves_a_change(tax):
    record = RecordFactory()
    CreditRecord.objects.filter(pk=record.pk).update(objected=True)
    CreditRecord.objects.filter(pk=record.pk).update(objected=False)
    CreditRecord.objects.filter(pk=record.pk).update(publish_until=timezone.localdate())
    CreditRecord.objects.filter(pk=record.pk).update(title="Another title")
    CreditRecord.objects.filter(pk=record.pk).update(reviewed_at=timezone.now())
    CreditRecord.objects.filter(pk=record.pk).update(status="withdrawn")
    assert kinds(tax) == ["published", "objected", "objection_lifted", "dated", "amended", "withdrawn"]


def test_a_record_that_is_removed_from_the_table_is_told_of_and_a_draft_is_not(tax):
    record, draft = RecordFactory(), RecordFactory(status="draft")
    CreditRecord.objects.filter(pk__in=(record.pk, draft.pk)).delete()
    assert list(Change.objects.order_by("pk").values_list("kind", "record_id")) == [
        ("published", record.pk), ("withdrawn", record.pk),
    ]  # fmt: skip


def test_an_association_hears_that_a_record_is_withheld_now_and_nothing_of_one_that_always_was(tax):
    association = BodyFactory(kind="association")
    record, never = RecordFactory(), RecordFactory(withheld=True)
    start = feed.now()
    CreditRecord.objects.filter(pk=record.pk).update(withheld=True)
    CreditRecord.objects.filter(pk=never.pk).update(publish_until=timezone.localdate())
    (one,) = feed.changes_since(body=association, since=start, watch_lists=None).changes
    assert (one.change.kind, one.change.record_id, one.record, one.is_gone) == (
        "withheld",
        record.pk,
        None,
        True,
    )
    (again, _dated) = feed.changes_since(body=tax, since=start, watch_lists=None).changes
    assert (again.record, again.is_gone) == (record, False)


def test_a_draft_is_no_change_before_it_is_published(tax):
    draft = RecordFactory(status="draft")
    assert kinds(tax) == []
    CreditRecord.objects.filter(pk=draft.pk).update(status="published", published_on=timezone.localdate())
    assert kinds(tax) == ["published"]


def test_a_correction_tells_of_both_rows():
    body = BodyFactory()
    record = RecordFactory(submitted_by=body)
    clerk = MemberFactory(body=body)
    start = feed.now()
    CreditRecord.objects.filter(pk=record.pk).update(status="replaced")
    RecordFactory(
        submitted_by=body, record_type=record.record_type, document_number=record.document_number,
        replaces=record, entered_by=clerk, entity=record.entity,
    )  # fmt: skip
    assert kinds(body, start) == ["replaced", "corrected"]


def test_an_entity_that_is_renamed_or_closed_is_a_change(tax):
    entity = EntityFactory()
    for change in (
        {"name_zh": "云汀新名"},
        {"status": "deregistered"},
        {"district": "汀西区"},
        {"name_en": "New"},
    ):
        type(entity).objects.filter(pk=entity.pk).update(**change)
    assert kinds(tax) == ["renamed", "status", "facts"]


def test_a_record_that_moves_to_another_entity_is_told_under_both(tax):
    record, other = RecordFactory(), EntityFactory()
    old = record.entity_id
    CreditRecord.objects.filter(pk=record.pk).update(entity=other)
    assert set(Change.objects.filter(kind="moved").values_list("entity_id", flat=True)) == {old, other.pk}


def test_an_entity_that_is_merged_is_told_of_to_who_follows_the_one_that_stays(tax):
    stays, goes = EntityFactory(), EntityFactory()
    watch_list = follow(tax, stays)
    start = feed.now()
    type(goes).everything.filter(pk=goes.pk).update(merged_into=stays)
    (one,) = feed.changes_since(body=tax, since=start, watch_lists=[watch_list]).changes
    assert (one.change.kind, one.entity, one.entity.merged_into) == ("merged", goes, stays)
    type(goes).everything.filter(pk=goes.pk).update(merged_into=None)
    assert kinds(tax, start) == ["merged", "merged"]


def test_many_records_in_one_statement_are_many_changes(tax):
    made = [RecordFactory() for _ in range(5)]
    CreditRecord.objects.filter(pk__in=[one.pk for one in made]).update(status="expired")
    assert kinds(tax)[5:] == ["expired"] * 5


def test_no_cursor_skips_a_transaction_that_ends_late(tax):
    entity = EntityFactory()
    with psycopg.connect(**connection.get_connection_params()) as slow:
        # The slow one takes its number and its key first, and ends last.
        slow.execute("INSERT INTO sharing_change (kind, entity_id) VALUES ('renamed', %s)", [entity.pk])
        RecordFactory(entity=entity)
        first = feed.changes_since(body=tax, since=START, watch_lists=None)
        assert first.changes == []
        slow.commit()
    second = feed.changes_since(body=tax, since=first.next, watch_lists=None)
    assert [one.change.kind for one in second.changes] == ["renamed", "published"]
    assert feed.changes_since(body=tax, since=second.next, watch_lists=None).changes == []


def test_a_change_of_the_running_transaction_is_told_of_only_once_it_ends(tax):
    with transaction.atomic():
        RecordFactory()
        assert kinds(tax) == []
    assert kinds(tax) == ["published"]


def test_pages_of_changes_join_without_a_gap_or_a_repetition(tax, monkeypatch):
    monkeypatch.setattr(feed, "WINDOW", 3)
    made = [RecordFactory().pk for _ in range(8)]
    place, seen, more = START, [], True
    while more:
        answer = feed.changes_since(body=tax, since=place, watch_lists=None, limit=2)
        assert answer.next >= place
        place, more = answer.next, answer.more
        seen += [one.change.record_id for one in answer.changes]
    assert seen == made


def test_a_sparse_list_is_looked_through_in_bounded_steps(tax, monkeypatch):
    monkeypatch.setattr(feed, "WINDOW", 2)
    for _ in range(4):
        RecordFactory()
    mine = RecordFactory()
    watch_list = follow(tax, mine.entity)
    first = feed.changes_since(body=tax, since=START, watch_lists=[watch_list])
    assert (first.changes, first.more) == ([], True)
    second = feed.changes_since(body=tax, since=first.next, watch_lists=[watch_list])
    third = feed.changes_since(body=tax, since=second.next, watch_lists=[watch_list])
    assert [one.record for one in third.changes] == [mine]


@pytest.mark.parametrize(
    ("kind", "disclosure", "withheld", "heard"),
    [
        ("department", "public", False, True),
        ("department", "shared", False, True),
        ("department", "public", True, True),
        ("department", "own", False, False),
        ("association", "public", False, True),
        ("association", "public", True, False),
        ("association", "shared", False, False),
        ("association", "own", False, False),
        ("lead_office", "shared", False, True),
        ("lead_office", "own", False, False),
    ],
)
def test_a_body_hears_of_what_the_catalogue_shares_with_it_also_when_it_ends(
    kind, disclosure, withheld, heard
):
    record = RecordFactory(record_type=RecordTypeFactory(version__disclosure=disclosure), withheld=withheld)
    body = BodyFactory(kind=kind)
    CreditRecord.objects.filter(pk=record.pk).update(status="repaired")
    assert kinds(body) == (["published", "repaired"] if heard else [])


def test_what_is_gone_is_told_of_without_its_content(tax):
    record = RecordFactory()
    CreditRecord.objects.filter(pk=record.pk).update(status="withdrawn")
    for one in feed.changes_since(body=tax, since=START, watch_lists=None).changes:
        assert one.is_gone
        assert one.record is None
        assert one.about == record


@pytest.mark.parametrize(
    ("circle", "fits"),
    [
        ({"region_codes": ["339702"]}, True),
        ({"region_codes": ["339700"]}, True),
        ({"region_codes": ["330000"]}, True),
        ({"region_codes": ["330100"]}, False),
        ({"industry_codes": ["C14"]}, True),
        ({"industry_codes": ["D"]}, False),
        ({"region_codes": ["330000"], "industry_codes": ["D"]}, False),
        ({"region_codes": ["330000"], "industry_codes": ["D", "C"]}, True),
    ],
)
def test_a_list_of_places_means_the_regions_below_and_the_branches(tax, circle, fits):
    RecordFactory()
    watch_list = follow(tax, kind="place", **circle)
    assert bool(kinds(tax, watch_lists=[watch_list])) is fits


def test_without_lists_nothing_is_heard(tax):
    RecordFactory()
    assert kinds(tax, watch_lists=[]) == []


@pytest.mark.parametrize("cursor", ["1", "a-b", "1-2-3", "-1-2", f"{2**64}-1", "1-2\n", "９-９"])
def test_what_is_no_cursor_is_refused_with_a_sentence(cursor):
    with pytest.raises(Exception, match="no cursor"):
        place_from(cursor)


# The interface


def test_a_system_asks_on_with_the_cursor_it_was_given(client, tax):
    entity = EntityFactory()
    follow(tax, entity)
    client.force_login(MemberFactory(body=tax))
    start = client.get("/api/v1/changes/?since=now").json()["next"]
    record = RecordFactory(entity=entity)
    RecordFactory()
    answer = client.get("/api/v1/changes/", {"since": start}).json()
    (change,) = answer["changes"]
    assert (change["kind"], change["entity"], change["gone"]) == ("published", entity.credit_code, False)
    assert change["record"]["document_number"] == record.document_number
    assert client.get("/api/v1/changes/", {"since": answer["next"]}).json()["changes"] == []
    assert len(client.get("/api/v1/changes/", {"since": start, "list": "all"}).json()["changes"]) == 2


def test_what_a_system_reads_of_others_is_in_the_access_log(client, tax):
    shared = RecordFactory(record_type=RecordTypeFactory(version__disclosure="shared"))
    client.force_login(MemberFactory(body=tax))
    client.get("/api/v1/changes/?list=all")
    assert AccessEntry.objects.get().record_ids == [shared.pk]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=nonsense", 422),
        ("limit=0", 422),
        ("limit=x", 422),
        ("list=999999", 404),
        ("list=x", 404),
        ("body=x", 404),
    ],
)
def test_what_was_asked_wrongly_is_refused(client, tax, query, status):
    client.force_login(MemberFactory(body=tax))
    assert client.get(f"/api/v1/changes/?{query}").status_code == status


def test_nobody_asks_with_the_list_of_another_body(client, tax):
    other = follow(BodyFactory())
    client.force_login(MemberFactory(body=tax))
    assert client.get(f"/api/v1/changes/?list={other.pk}").status_code == 404


@pytest.mark.parametrize("somebody", [lambda: UserFactory(), lambda: AgentFactory().user])
def test_who_acts_for_no_body_follows_nobody(client, somebody):
    client.force_login(somebody())
    assert client.get("/api/v1/changes/").status_code == 404


def test_an_approval_by_the_service_is_told_in_one_piece():
    body = BodyFactory()
    draft = RecordFactory(status="waiting", submitted_by=body)
    records.approve_record(by=MemberFactory(body=body, role="reviewer"), record_id=draft.pk)
    assert kinds(body) == ["published"]
