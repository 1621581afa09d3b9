"""Every look at what is not public is on record, in the words of whoever asks later."""

import pytest
from django.db import DatabaseError, connection, transaction

from credit_platform.audit import access
from credit_platform.audit.models import AccessEntry
from entities import looks
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
)

pytestmark = pytest.mark.django_db


def shared_record(**facts):
    return RecordFactory(record_type=RecordTypeFactory(version__disclosure="shared"), **facts)


@pytest.fixture
def reader():
    return MemberFactory(body=BodyFactory(name_zh="云汀市税务局", name_en="Yunting Tax Bureau"))


def test_a_look_at_a_page_says_who_for_which_body_at_what_and_by_what_way(client, reader):
    record = shared_record()
    client.force_login(reader)
    client.get(f"/records/{record.pk}/")
    (look,) = AccessEntry.objects.all()
    assert (look.actor, look.actor_name) == (reader, str(reader))
    assert (look.body_zh, look.body_en) == ("云汀市税务局", "Yunting Tax Bureau")
    assert (look.subject_id, look.record_ids) == (record.entity_id, [record.pk])
    assert look.subject_label == f"{record.entity.credit_code} {record.entity.name_zh}"
    assert (look.way, look.place, look.open_to_subject) == ("page", "entities:record-detail", True)


def test_a_look_at_a_public_record_is_nobodys_business(client, reader):
    record = RecordFactory()
    client.force_login(reader)
    client.get(f"/records/{record.pk}/")
    client.get("/api/v1/records/")
    assert not AccessEntry.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [{"withheld": True}, {"status": "withdrawn"}, {"status": "expired"}],
    ids=["withheld", "withdrawn", "over"],
)
def test_a_record_that_the_public_does_not_see_is_not_public(client, facts):
    record = RecordFactory(**facts)
    client.force_login(MemberFactory(body=record.submitted_by))
    client.get(f"/records/{record.pk}/")
    assert AccessEntry.objects.count() == 1


def test_a_list_leaves_one_row_for_each_entity_with_all_records_shown(client, reader):
    entity, other = EntityFactory(), EntityFactory()
    first, second, third = (
        shared_record(entity=entity),
        shared_record(entity=entity),
        shared_record(entity=other),
    )
    client.force_login(reader)
    client.get("/api/v1/records/")
    found = {look.subject_id: look.record_ids for look in AccessEntry.objects.all()}
    assert found == {entity.pk: [first.pk, second.pk], other.pk: [third.pk]}
    assert set(AccessEntry.objects.values_list("way", flat=True)) == {"api"}


def test_an_entity_may_not_know_of_looks_at_drafts_about_it(client):
    draft = RecordFactory(status="draft")
    client.force_login(MemberFactory(body=draft.submitted_by))
    client.get(f"/records/{draft.pk}/")
    assert not AccessEntry.objects.get().open_to_subject


def test_what_was_refused_or_led_elsewhere_shows_nothing(client):
    client.force_login(MemberFactory())
    assert client.get(f"/records/{RecordFactory(status='draft').pk}/").status_code == 404
    assert not AccessEntry.objects.exists()


def test_without_the_log_nothing_is_shown(client, reader, monkeypatch):
    def fail(**kwargs):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(access, "write", fail)
    client.force_login(reader)
    client.raise_request_exception = False
    answer = client.get(f"/records/{shared_record(title='机密').pk}/")
    assert answer.status_code == 500
    assert "机密" not in answer.content.decode()


def test_a_worker_that_reads_is_nobody_who_looks():
    looks.note([shared_record()])
    assert not AccessEntry.objects.exists()


def test_the_paper_of_a_case_is_private_though_the_record_is_public(reader):
    record = RecordFactory()
    with access.collecting() as noted:
        looks.note([record], private=True)
    access.write(by=reader, noted=noted, way="file")
    assert AccessEntry.objects.get().record_ids == [record.pk]


def test_an_agent_looks_for_no_body():
    agent = AgentFactory().user
    with access.collecting() as noted:
        looks.note([shared_record()])
    access.write(by=agent, noted=noted, way="page")
    assert AccessEntry.objects.get().body_id is None


@pytest.mark.parametrize(
    "sql", ["UPDATE audit_accessentry SET actor_name = 'x'", "DELETE FROM audit_accessentry"]
)
def test_the_database_lets_nobody_change_the_access_log(client, reader, sql):
    client.force_login(reader)
    client.get(f"/records/{shared_record().pk}/")
    with (
        pytest.raises(DatabaseError, match="Cannot update or delete"),
        transaction.atomic(),
    ):
        connection.cursor().execute(sql)


def test_a_page_of_many_records_is_written_by_two_queries(reader, django_assert_num_queries):
    records = [shared_record() for _ in range(10)]
    reader.roles = looks.on_behalf(reader)
    with access.collecting() as noted:
        looks.note(records)
    # What they are, the reader's body, and one INSERT.
    with django_assert_num_queries(3):
        access.write(by=reader, noted=noted, way="page")
