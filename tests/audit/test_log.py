"""The audit log: append-only by the database, written with the deed, sealed in a chain."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from credit_platform.audit import services, verbs
from credit_platform.audit.models import AuditEvent, AuditSeal
from credit_platform.common.transactions import oldest_running
from entities.models import CreditRecord
from tests.factories import EntityFactory, RecordFactory, UserFactory

VERB = "tests.thing.done"
verbs.register(tests__thing__done="did the thing")


def leave_a_trace(**detail):
    return services.record(actor=UserFactory(), verb=VERB, target=EntityFactory(), **detail)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "deed",
    [
        lambda: AuditEvent.objects.update(verb="another"),
        lambda: AuditEvent.objects.all().delete(),
        lambda: AuditSeal.objects.update(digest="another"),
        lambda: AuditSeal.objects.all().delete(),
    ],
    ids=["change an event", "remove an event", "change a seal", "remove a seal"],
)
def test_the_database_refuses_to_change_or_remove_what_was_logged(deed):
    leave_a_trace()
    AuditSeal.objects.create(after_transaction=0, before_transaction=1, count=0, digest="")
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        deed()
    assert AuditEvent.objects.get().verb == VERB
    assert AuditSeal.objects.get().digest == ""


@pytest.mark.django_db
def test_a_trace_says_who_did_what_to_which_thing_in_words_that_outlive_them():
    person, entity = UserFactory(name_en="Lin Jia"), EntityFactory(name_en="Hegu Food")
    event = services.record(actor=person, verb=VERB, target=entity, why="because", nothing=None)
    entity.delete()
    event.refresh_from_db()
    assert (event.actor_name, event.target_label, event.target_type) == (
        "Lin Jia",
        "Hegu Food",
        "entities.entity",
    )
    assert event.detail == {"why": "because"}


@pytest.mark.django_db
def test_what_the_platform_does_itself_has_no_person():
    assert services.record(actor=None, verb=VERB, target=EntityFactory()).actor_name == "system"


@pytest.mark.django_db
def test_a_verb_that_no_app_registered_is_refused():
    with pytest.raises(ValueError, match="No app has registered"):
        services.record(actor=None, verb="tests.thing.unheard", target=EntityFactory())


@pytest.mark.django_db(transaction=True)
def test_a_trace_is_written_only_within_the_transaction_of_its_deed():
    with pytest.raises(ValueError, match="in the transaction"):
        services.record(actor=None, verb=VERB, target=EntityFactory())


@pytest.mark.django_db
def test_many_deeds_are_noted_as_one_would_be():
    person, entity = UserFactory(), EntityFactory()
    one = services.record(actor=person, verb=VERB, target=entity, why="Tab\there, 引号“")
    services.record_many(
        services.event_for(actor=actor, verb=VERB, target=entity, why="Tab\there, 引号“")
        for actor in (person, None)
    )
    fields = (
        "actor",
        "actor_name",
        "verb",
        "target_type",
        "target_id",
        "target_label",
        "detail",
        "transaction_id",
    )
    by_person, by_platform = AuditEvent.objects.exclude(pk=one.pk).order_by("pk")
    one.refresh_from_db()
    assert [getattr(by_person, name) for name in fields] == [getattr(one, name) for name in fields]
    assert (by_platform.actor, by_platform.actor_name) == (None, "system")


@pytest.mark.django_db
def test_a_target_whose_name_must_be_asked_for_does_not_hold_up_the_copy():
    record = CreditRecord.objects.get(pk=RecordFactory().pk)
    services.record_many(services.event_for(actor=None, verb=VERB, target=target) for target in [record])
    assert AuditEvent.objects.get().target_label == str(record)


@pytest.mark.django_db(transaction=True)
def test_many_deeds_too_are_noted_only_within_their_transaction():
    with pytest.raises(ValueError, match="in the transaction"):
        services.record_many([])


@pytest.mark.django_db(transaction=True)
def test_a_deed_that_is_undone_leaves_no_trace():
    with transaction.atomic():
        leave_a_trace()
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


@pytest.fixture
def three_seals(transactional_db):
    """Three sealed spans of one event each."""
    for _number in range(3):
        with transaction.atomic():
            leave_a_trace(amount=1)
        services.seal()


def tamper(statement: str) -> None:
    """Change the log as somebody could who owns the database."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")


def test_an_untouched_log_has_no_broken_seal(three_seals):
    assert AuditSeal.objects.count() == 3
    assert services.broken_seals() == []


COLUMNS = "at, actor_name, verb, target_type, target_id, target_label, detail, request_id, transaction_id"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET actor_name = 'somebody else' WHERE id = (SELECT min(id) FROM audit_auditevent)",
        "UPDATE audit_auditevent SET detail = '{}' WHERE id = (SELECT min(id) FROM audit_auditevent)",
        "DELETE FROM audit_auditevent WHERE id = (SELECT min(id) FROM audit_auditevent)",
        f"INSERT INTO audit_auditevent ({COLUMNS}) SELECT {COLUMNS} FROM audit_auditevent ORDER BY id LIMIT 1",
    ],
    ids=["changed", "emptied", "removed", "added later"],
)
def test_touching_an_old_trace_breaks_its_seal(three_seals, statement):
    tamper(statement)
    assert services.broken_seals() == [AuditSeal.objects.earliest("pk")]


def test_sealing_when_nothing_happened_adds_no_seal(three_seals):
    assert services.seal() is None


@pytest.mark.django_db(transaction=True)
def test_a_seal_leaves_out_what_a_running_transaction_may_still_add():
    with transaction.atomic():
        leave_a_trace()
        running = AuditEvent.objects.get().transaction_id
        with psycopg.connect(**connection.get_connection_params()) as other:
            # Of another connection, at the same time.
            other.execute("SELECT pg_current_xact_id()")
            other.commit()
        assert oldest_running() == running
    assert services.seal().count == 1


def test_every_verb_has_a_sentence_for_people():
    assert verbs.sentence(VERB) == "did the thing"
    with pytest.raises(KeyError):
        verbs.sentence("tests.thing.unheard")
