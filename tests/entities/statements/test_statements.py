"""An entity's own words beside a record: who writes, who hides, who reads them, in both states of the record."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import CreditRecord, Notice
from entities.sharing import feed
from entities.sharing.models import Change
from entities.signals import records_changed
from entities.statements import services
from entities.statements.models import LONGEST, Statement
from entities.statements.selectors import statement_beside
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
)

pytestmark = pytest.mark.django_db
TEXT = "The fault was put right on the same day."


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def body():
    return BodyFactory()


@pytest.fixture
def record(body):
    return RecordFactory(entity=EntityFactory(), submitted_by=body)


@pytest.fixture
def agent(record):
    return AgentFactory(entity=record.entity).user


@pytest.fixture
def reviewer(body):
    return MemberFactory(body=body, role="reviewer")


@pytest.fixture
def statement(agent, record):
    return services.write_statement(by=agent, record_id=record.pk, text=f"  {TEXT} ")


def deeds() -> list[str]:
    return list(
        AuditEvent.objects.filter(verb__startswith="statements").order_by("pk").values_list("verb", flat=True)
    )


def test_the_body_hears_of_a_statement_and_the_log_keeps_it(statement, body, agent):
    assert (statement.text, statement.state) == (TEXT, "shown")
    notice = Notice.objects.get(kind="statements.written")
    assert notice.body == body
    assert deeds() == ["statements.statement.written"]


@pytest.mark.parametrize("text", ["", "   ", "x" * (LONGEST + 1)])
def test_a_statement_says_something_and_is_short(agent, record, text):
    with pytest.raises(InvalidInput):
        services.write_statement(by=agent, record_id=record.pk, text=text)


def test_one_statement_stands_beside_a_record_until_it_is_withdrawn(agent, record, statement):
    with pytest.raises(WrongState):
        services.write_statement(by=agent, record_id=record.pk, text="more")
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.create(record=record, text="more", written_by=agent)
    services.withdraw_statement(by=agent, statement_id=statement.pk)
    assert statement_beside(agent, record) is None
    assert services.write_statement(by=agent, record_id=record.pk, text="more").text == "more"
    assert Statement.objects.count() == 2


def test_only_the_entity_itself_writes_and_withdraws(record, statement, reviewer):
    stranger = AgentFactory().user
    with pytest.raises(Missing):
        services.write_statement(by=stranger, record_id=record.pk, text="x")
    with pytest.raises(Missing):
        services.withdraw_statement(by=stranger, statement_id=statement.pk)
    with pytest.raises(NotPermitted):
        services.write_statement(by=reviewer, record_id=record.pk, text="x")
    with pytest.raises(NotPermitted):
        services.withdraw_statement(by=reviewer, statement_id=statement.pk)


def test_the_body_hides_with_a_reason_which_the_entity_reads(statement, record, agent, reviewer, body):
    with pytest.raises(InvalidInput):
        services.hide_statement(by=reviewer, statement_id=statement.pk, because=" ")
    services.hide_statement(by=reviewer, statement_id=statement.pk, because="It names a person.")
    told = Notice.objects.get(kind="statements.hidden")
    assert (told.entity, told.params["because"]) == (record.entity, "It names a person.")
    for concerned in (agent, reviewer, MemberFactory(role="lead")):
        assert statement_beside(concerned, record).hidden_because == "It names a person."
    assert statement_beside(MemberFactory(role="supervisor"), record) is None
    with pytest.raises(WrongState):
        services.hide_statement(by=reviewer, statement_id=statement.pk, because="again")
    services.show_statement_again(by=reviewer, statement_id=statement.pk)
    with pytest.raises(WrongState):
        services.show_statement_again(by=reviewer, statement_id=statement.pk)
    assert statement_beside(MemberFactory(role="supervisor"), record).text == TEXT
    assert deeds()[1:] == ["statements.statement.hidden", "statements.statement.shown_again"]


@pytest.mark.parametrize("role", ["clerk", "reviewer"])
def test_another_bodys_people_and_clerks_hide_nothing(statement, body, role):
    somebody = MemberFactory(role=role, body=body if role == "clerk" else BodyFactory())
    with pytest.raises(NotPermitted):
        services.hide_statement(by=somebody, statement_id=statement.pk, because="x")


def test_a_hidden_statement_may_be_withdrawn_too(statement, agent, record, reviewer):
    services.hide_statement(by=reviewer, statement_id=statement.pk, because="x")
    services.withdraw_statement(by=agent, statement_id=statement.pk)
    assert statement_beside(agent, record) is None
    assert Statement.objects.get().hidden_because == "x"


def test_beside_a_record_that_is_over_it_stands_but_none_is_written(statement, agent, record, reviewer):
    CreditRecord.objects.filter(pk=record.pk).update(status="repaired", ended_on=timezone.localdate())
    assert statement_beside(agent, record).text == TEXT
    assert statement_beside(reviewer, record).text == TEXT
    services.withdraw_statement(by=agent, statement_id=statement.pk)
    with pytest.raises(NotPermitted):
        services.write_statement(by=agent, record_id=record.pk, text="x")


def _correction(record: CreditRecord) -> CreditRecord:
    """Put a correction of the record in force, as the registry does it."""
    CreditRecord.objects.filter(pk=record.pk).update(status="replaced", ended_on=timezone.localdate())
    facts = {name: getattr(record, name) for name in ("entity", "submitted_by", "record_type", "decided_on")}
    newer = RecordFactory(replaces=record, document_number=record.document_number, **facts)
    records_changed.send(sender=CreditRecord, entity_ids={record.entity_id})
    return newer


@pytest.mark.parametrize("hidden", [False, True])
def test_a_statement_goes_along_with_a_correction_as_it_stood_and_the_entity_is_told(
    statement, record, agent, reviewer, hidden
):
    if hidden:
        services.hide_statement(by=reviewer, statement_id=statement.pk, because="It names a person.")
    newer = _correction(_correction(record))
    assert statement_beside(agent, newer).text == TEXT
    assert (statement_beside(MemberFactory(role="supervisor"), newer) is None) == hidden
    told = Notice.objects.filter(kind="statements.followed")
    assert {(notice.entity_id, notice.url) for notice in told} >= {
        (record.entity_id, f"/records/{newer.pk}/")
    }
    assert deeds().count("statements.statement.followed") == 2


def test_where_the_correction_has_words_of_its_own_the_older_ones_stay_with_what_they_were_about(
    statement, record, agent
):
    newer = _correction(record)
    services.withdraw_statement(by=agent, statement_id=statement.pk)
    Statement.objects.create(record=record, text="Older.", written_by=agent)
    services.write_statement(by=agent, record_id=newer.pk, text="Newer.")
    assert services.follow_corrections(entity_ids={record.entity_id}) == 0
    assert statement_beside(agent, newer).text == "Newer."


def test_it_is_shown_wherever_the_record_is_shown(client, statement, record, agent, reviewer):
    own, address = f"/records/{record.pk}/statement/", f"/e/{record.entity.credit_code}/"
    shown = {
        "public": lambda: client.get(address).content.decode(),
        "panel": lambda: client.get(own).content.decode(),
        "own": lambda: client.get("/my-credit/", follow=True).content.decode(),
        "interface": lambda: client.get(f"/api/v1/records/{record.pk}/").content.decode(),
    }
    assert TEXT in shown["public"]()
    client.force_login(agent)
    for where in ("panel", "own", "interface"):
        assert TEXT in shown[where](), where
    services.hide_statement(by=reviewer, statement_id=statement.pk, because="It insults.")
    assert "It insults." in shown["panel"]()
    assert TEXT not in shown["interface"]()
    client.logout()
    assert TEXT not in shown["public"]()


ANYWHERE = {
    "a public list": "/announcements/",
    "its feed": "/announcements/feed/",
    "the public interface": "/api/v1/public/entities/{code}/records/",
    "the public changes": "/api/v1/public/changes/",
    "open data": "/open-data/penalties.csv",
}
FOR_OFFICIALS = {
    "the interface": "/api/v1/records/",
    "the changes": "/api/v1/changes/?list=all",
    "the entity's records": "/export/entity-records.csv?entity={code}",
}


@pytest.mark.django_db(transaction=True)
def test_it_goes_along_wherever_records_leave_and_as_long_as_it_is_shown(client, body, reviewer):
    penalty = RecordTypeFactory(code="administrative-penalty")
    record = RecordFactory(submitted_by=body, record_type=penalty)
    agent = AgentFactory(entity=record.entity).user
    statement = services.write_statement(by=agent, record_id=record.pk, text=TEXT)

    def saying_it(addresses: dict[str, str]) -> set[str]:
        found = set()
        for where, address in addresses.items():
            answer = client.get(address.format(code=record.entity.credit_code))
            assert answer.status_code == 200, where
            if TEXT in answer.getvalue().decode():
                found.add(where)
        return found

    assert saying_it(ANYWHERE) == set(ANYWHERE)
    client.force_login(MemberFactory(body=BodyFactory()))
    assert saying_it(FOR_OFFICIALS) == set(FOR_OFFICIALS)
    services.hide_statement(by=reviewer, statement_id=statement.pk, because="It insults.")
    assert saying_it(ANYWHERE | FOR_OFFICIALS) == set()


@pytest.mark.django_db(transaction=True)
def test_a_copy_of_the_record_hears_when_words_are_shown_and_when_no_longer(body, record, agent, reviewer):
    start = feed.now()

    def heard() -> list[str]:
        answer = feed.changes_since(body=BodyFactory(), since=start, watch_lists=None)
        return [one.record.statement for one in answer.changes if one.change.kind == "stated"]

    statement = services.write_statement(by=agent, record_id=record.pk, text=TEXT)
    assert heard() == [TEXT]
    services.hide_statement(by=reviewer, statement_id=statement.pk, because="It insults.")
    assert heard() == ["", ""]
    services.withdraw_statement(by=agent, statement_id=statement.pk)
    assert len(heard()) == 2
    CreditRecord.objects.filter(pk=record.pk).update(status="repaired", ended_on=timezone.localdate())
    Statement.objects.create(record=record, text="more", written_by=agent)
    assert Change.objects.filter(kind="stated").count() == 2


def test_a_row_of_records_points_to_it(client, statement, reviewer):
    client.force_login(reviewer)
    assert "The entity&#x27;s statement" in client.get("/records/").content.decode()


def test_the_forms_work_without_scripts_and_keep_what_was_typed(client, record, agent, reviewer):
    own = f"/records/{record.pk}/statement/"
    client.force_login(agent)
    long = "x" * (LONGEST + 1)
    refused = client.post(own, {"text": long})
    assert refused.status_code == 422
    assert long in refused.content.decode()
    assert client.post(own, {"text": "<b>It was put right.</b>"}).status_code == 302
    page = client.get(own).content.decode()
    assert "&lt;b&gt;It was put right.&lt;/b&gt;" in page
    assert "<html" not in client.get(own, headers={"HX-Request": "true"}).content.decode()
    statement = Statement.objects.get()
    client.force_login(reviewer)
    hide = f"/statements/{statement.pk}/hide/"
    assert client.get(hide).status_code == 200
    assert client.post(hide, {"because": ""}).status_code == 422
    assert client.post(hide, {"because": "It insults."}).status_code == 302
    assert client.post(f"/statements/{statement.pk}/show/").status_code == 302
    client.force_login(agent)
    assert client.post(f"/statements/{statement.pk}/withdraw/").status_code == 302
    assert client.get(own).context["may_write"]
    assert timezone.now() - Statement.objects.get().withdrawn_at < timedelta(minutes=5)
