"""What a list shows to a reader is what its file holds: as filtered, as scoped, on record."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from associations.models import Association, Member
from credit_platform.audit.models import AccessEntry, AuditEvent
from credit_platform.common import exporting
from entities.models import EntityMove, NearDuplicate, Notice
from entities.sharing import exports
from entities.sharing.models import WatchedEntity, WatchList, Webhook
from entities.systems.services import connect_system
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    EntityFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordFactory,
    RecordTypeFactory,
    RecordTypeVersionFactory,
    SubmissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def body():
    return BodyFactory()


@pytest.fixture
def taken(client):
    """`taken(user, "records", status="published")`: the rows of the file, by the names for programs."""

    def take(user, code, **query):
        client.force_login(user)
        answer = client.get(f"/export/{code}.jsonl", query)
        assert answer.status_code == 200, answer.content
        return [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]

    return take


def test_every_list_has_a_code_a_title_and_named_columns():
    for code in exports.all_codes():
        export = exports.by_code(code)
        names = [column.name for column in export.columns()]
        assert str(export.title)
        assert len(names) == len(set(names)), code


def test_the_file_of_ones_records_holds_all_that_the_list_shows_under_its_filters(client, taken, body):
    clerk = MemberFactory(body=body)
    kind = RecordTypeFactory(submitters=[body])
    RecordFactory.create_batch(30, submitted_by=body, record_type=kind, entered_by=clerk)
    RecordFactory(submitted_by=body, record_type=kind, status="draft", entered_by=clerk)
    RecordFactory()
    client.force_login(clerk)
    query = {"status": "published", "sort": "document_number"}
    shown = [
        row.record.document_number
        for page in (1, 2)
        for row in client.get("/records/", query | {"page": page}).context["rows"]
    ]
    assert [row["document_number"] for row in taken(clerk, "records", **query)] == shown
    assert len(shown) == 30


@pytest.mark.parametrize("disclosure", ["public", "shared", "own"])
@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("own clerk", {"public", "shared", "own"}),
        ("other clerk", {"public", "shared"}),
        ("lead", {"public", "shared"}),
        ("officer", {"public"}),
        ("agent", {"public", "shared"}),
    ],
)
def test_the_file_of_an_entitys_records_is_scoped_as_its_page(client, taken, role, sees, disclosure):
    record = RecordFactory(record_type=RecordTypeFactory(version__disclosure=disclosure))
    reader = {
        "own clerk": lambda: MemberFactory(body=record.submitted_by),
        "other clerk": lambda: MemberFactory(),
        "lead": lambda: MemberFactory(body=BodyFactory(kind="lead_office"), role="lead"),
        "officer": lambda: MemberFactory(body=BodyFactory(kind="association"), role="officer"),
        "agent": lambda: AgentFactory(entity=record.entity).user,
    }[role]()
    rows = taken(reader, "entity-records", entity=record.entity.credit_code)
    client.force_login(reader)
    page = client.get(f"/entities/{record.entity.credit_code}/?tab=all").context["rows"]
    assert [row["document_number"] for row in rows] == [row.record.document_number for row in page]
    assert bool(rows) is (disclosure in sees)


def test_what_leaves_in_a_file_is_in_the_access_log_and_the_file_in_the_audit_log(taken):
    record = RecordFactory(record_type=RecordTypeFactory(version__disclosure="shared"))
    reader = MemberFactory()
    taken(reader, "entity-records", entity=record.entity.credit_code)
    look = AccessEntry.objects.get()
    assert (look.way, look.place, look.record_ids) == ("export", "export-entity-records", [record.pk])
    event = AuditEvent.objects.get(verb="sharing.list.exported")
    assert event.actor == reader
    assert (event.detail["list"], event.detail["format"], event.detail["rows"]) == (
        "entity-records",
        "jsonl",
        1,
    )


def test_each_chunk_is_logged_before_it_leaves(client, body, monkeypatch):
    monkeypatch.setattr("entities.looks.CHUNK", 2)
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 1)
    clerk = MemberFactory(body=body)
    kind = RecordTypeFactory(version__disclosure="shared", submitters=[body])
    for _ in range(5):
        RecordFactory(submitted_by=body, record_type=kind, entered_by=clerk)
    client.force_login(clerk)
    pieces = iter(client.get("/export/records.jsonl").streaming_content)
    next(pieces)
    assert AccessEntry.objects.count() == 2
    assert len(list(pieces)) == 4
    assert AccessEntry.objects.count() == 5


def test_files_of_the_other_lists_hold_what_is_the_readers(taken, body):
    clerk = MemberFactory(body=body)
    SubmissionFactory(body=body)
    SubmissionFactory()
    Notice.objects.create(kind="test", template="Hello.", body=body)
    Notice.objects.create(kind="test", template="Elsewhere.", body=BodyFactory())
    entity = EntityFactory()
    assert len(taken(clerk, "submissions")) == 1
    assert [row["what"] for row in taken(clerk, "inbox")] == ["Hello."]
    assert [row["credit_code"] for row in taken(clerk, "entities", q=entity.credit_code)] == [
        entity.credit_code
    ]


def test_the_file_of_cases_is_the_readers_own(taken):
    case = CaseFactory()
    CaseFactory()
    supervisor = MemberFactory(body=case.deciding_body, role="supervisor")
    assert [row["number"] for row in taken(supervisor, "cases")] == [case.number]
    assert taken(UserFactory(), "cases") == []


def test_the_file_of_members_follows_the_view(taken):
    association = BodyFactory(kind="association")
    today = timezone.localdate()
    officer = MemberFactory(body=association, role="officer")
    kept = Association.objects.create(body=association)
    member = Member.objects.create(association=kept, entity=EntityFactory(), joined_on=today, basis="charter")
    assert [row["credit_code"] for row in taken(officer, "members")] == [member.entity.credit_code]
    assert taken(officer, "members", view="left") == []


def test_the_files_of_a_watch_list_are_its_bodys(client, taken, body):
    clerk = MemberFactory(body=body)
    record = RecordFactory(record_type=RecordTypeFactory(version__disclosure="shared"))
    one = WatchList.objects.create(body=body, name="Kitchens", kind="picked", created_by=clerk)
    WatchedEntity.objects.create(watch_list=one, entity=record.entity)
    assert [row["record"] for row in taken(clerk, "watch-changes", list=one.pk)] == [record.title]
    assert [row["credit_code"] for row in taken(clerk, "watched", list=one.pk)] == [record.entity.credit_code]
    assert AccessEntry.objects.get().record_ids == [record.pk]
    client.force_login(MemberFactory())
    for address in (
        f"/export/watched.csv?list={one.pk}",
        "/export/watched.csv?list=x",
        "/export/watched.csv",
    ):
        assert client.get(address).status_code == 404


def test_the_entitys_own_file_names_no_person(taken, client):
    record = RecordFactory(record_type=RecordTypeFactory(version__disclosure="shared"))
    client.force_login(MemberFactory())
    client.get(f"/records/{record.pk}/")
    agent = AgentFactory(entity=record.entity).user
    (row,) = taken(agent, "who-looked", entity=record.entity.credit_code)
    assert "person" not in row
    client.force_login(AgentFactory().user)
    assert client.get(f"/export/who-looked.csv?entity={record.entity.credit_code}").status_code == 404


def test_what_excel_cannot_hold_is_said_with_the_way_to_the_csv(client, body, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS_OF_A_SHEET", 2)
    clerk = MemberFactory(body=body)
    kind = RecordTypeFactory(submitters=[body])
    RecordFactory.create_batch(3, submitted_by=body, record_type=kind, entered_by=clerk)
    client.force_login(clerk)
    answer = client.get("/export/records.xlsx?status=published")
    assert answer.status_code == 422
    assert "/export/records.csv?status=published" in answer.content.decode()
    assert client.get("/export/records.csv").status_code == 200


@pytest.mark.parametrize("file_format", exporting.Format)
def test_every_format_comes_as_a_download_that_nobody_keeps(client, body, file_format):
    client.force_login(MemberFactory(body=body))
    answer = client.get(f"/export/records.{file_format}")
    assert b"".join(answer.streaming_content) or file_format == "jsonl"
    assert answer["Content-Disposition"].endswith(f'.{file_format}"')
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "path", ["/export/records.doc", "/export/nothing.csv", "/export/entity-records.csv?entity=%00"]
)
def test_what_nobody_offers_is_not_found(client, path):
    client.force_login(MemberFactory())
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/records/", "/inbox/", "/submissions/", "/looks/", "/review/", "/cases/"])
def test_every_list_offers_its_files_with_the_filters_of_its_address(client, body, path):
    client.force_login(MemberFactory(body=body, role="reviewer"))
    page = client.get(f"{path}?q=a&page=1").content.decode()
    for file_format in exporting.Format:
        assert f".{file_format}?q=a" in page


def test_the_csv_runs_no_formula(client, body):
    clerk = MemberFactory(body=body)
    RecordFactory(submitted_by=body, title="=1+1", entered_by=clerk)
    client.force_login(clerk)
    content = b"".join(client.get("/export/records.csv").streaming_content).decode("utf-8-sig")
    _head, row = csv.reader(io.StringIO(content))
    assert row[4] == "'=1+1"


def test_the_file_of_a_files_rows_holds_the_view_that_the_page_shows(taken, body):
    submission = SubmissionFactory(body=body, state="ready", header=["代码", "名称"])
    submission.layout = {
        "kind": "csv",
        "header": ["代码", "名称"],
        "columns": {"credit_code": 0, "entity_name": 1},
    }
    submission.save()
    wrong = {"at": 0, "column": "代码", "value": "1", "en": "Too short.", "zh": "太短。", "level": "error"}
    submission.rows.create(number=2, cells=["1", "甲"], outcome="refused", problems=[wrong])
    known = EntityFactory()
    submission.rows.create(number=3, cells=["2", "乙"], outcome="new", entity=known)
    clerk = MemberFactory(body=body)
    (row,) = taken(clerk, "submission-rows", submission=submission.pk, view="fix")
    assert (row["row"], row["credit_code"], row["entity"], row["problems"]) == (
        2,
        "1",
        "甲",
        "代码: Too short.",
    )
    (row,) = taken(clerk, "submission-rows", submission=submission.pk, view="good")
    assert (row["row"], row["credit_code"], row["entity"]) == (3, known.credit_code, known.name)


def test_the_file_of_a_saved_files_rows_names_what_became_of_them_and_is_on_record(taken, body):
    submission = SubmissionFactory(body=body, state="done", format_code="tax-credit-a-list")
    record = RecordFactory(submitted_by=body, submission=submission, row_number=7)
    row = submission.rows.create(number=7, cells=[], outcome="new", is_saved=True, entity=record.entity)
    submission.rows.create(number=8, cells=[], outcome="refused")
    (line,) = taken(MemberFactory(body=body), "submission-rows", submission=submission.pk)
    assert (line["row"], line["credit_code"]) == (row.number, record.entity.credit_code)
    assert line["state"] == record.get_status_display()


@pytest.mark.parametrize("asked", [{}, {"submission": "x"}, {"submission": "9" * 30}, {"view": "no-such"}])
def test_rows_of_no_file_are_not_found(client, body, asked):
    submission = SubmissionFactory(body=body, state="ready")
    client.force_login(MemberFactory(body=body))
    query = {"submission": submission.pk, **asked} if "view" in asked else asked
    assert client.get("/export/submission-rows.csv", query).status_code == 404


def test_the_parts_of_the_catalogue_are_taken_as_they_stand(taken):
    kind = RecordTypeFactory(
        code="a-type", submitters=[BodyFactory(name_en="One"), BodyFactory(name_en="Two")]
    )
    (row,) = taken(UserFactory(), "record-types")
    assert (row["code"], row["name_zh"], row["submitters"]) == ("a-type", kind.name_zh, "One, Two")
    assert row["valid_from"]
    basis = kind.versions.get().instrument
    instruments = {one["code"]: one for one in taken(UserFactory(), "instruments")}
    assert instruments[basis.code]["valid_from"] == basis.in_force_from.isoformat()
    rule = PublicityRuleFactory(record_types=[kind], max_months=12)
    rules = {one["code"]: one for one in taken(UserFactory(), "publicity-rules")}
    assert (rules[rule.code]["record_types"], rules[rule.code]["max_months"]) == (str(kind), 12)


def test_what_is_to_be_confirmed_is_taken_in_the_view_that_is_shown(taken, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "repair.proof.selectors.confirmations_for_list",
        lambda *, user, everywhere, settled: asked.append((everywhere, settled)) or [],
    )
    clerk = MemberFactory()
    for show in ("", "everywhere", "settled", "no-such"):
        assert taken(clerk, "confirmations", show=show) == []
    assert asked == [(False, False), (True, False), (False, True), (False, False)]


def test_the_file_of_a_desk_holds_what_its_page_lists_and_who_took_it_is_on_record(client, taken, body):
    clerk = MemberFactory(body=body)
    kind = RecordTypeFactory(version__disclosure="own", submitters=[body])
    made = {
        status: RecordFactory(submitted_by=body, record_type=kind, status=status, entered_by=clerk)
        for status in ("draft", "returned", "waiting")
    }
    RecordFactory(status="draft")
    rows = taken(clerk, "desk", order="type")
    assert {row["reference"] for row in rows} == {
        made["draft"].document_number,
        made["returned"].document_number,
    }
    look = AccessEntry.objects.filter(way="export")
    assert {pk for one in look for pk in one.record_ids} == {record.pk for record in made.values()}
    assert {one.place for one in look} == {"export-desk"}
    (row,) = taken(clerk, "desk", lane="drafts")
    assert (row["asked"], row["entity"]) == ("Finish a draft", made["draft"].entity.name)
    client.force_login(clerk)
    assert ".csv?lane=drafts" in client.get("/desk/?lane=drafts").content.decode()


@pytest.fixture
def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


def test_the_files_of_mergings_and_of_likely_twins_hold_what_their_pages_list(client, taken, lead):
    one, other, third = sorted(EntityFactory.create_batch(3), key=lambda entity: entity.pk)
    EntityMove.objects.create(kind="merge", source=other, target=one, because="Twins", proposed_by=lead)
    (move,) = taken(lead, "entity-moves")
    assert (move["from_code"], move["to_code"], move["because"]) == (
        other.credit_code,
        one.credit_code,
        "Twins",
    )
    assert (move["proposed_by"], move["decided_by"]) == (str(lead), "")
    NearDuplicate.objects.create(first=one, second=other, reasons=["same_name"])
    NearDuplicate.objects.create(
        first=one, second=third, reasons=["renamed"], different=True, decided_by=lead
    )
    (pair,) = taken(lead, "entities-alike")
    assert (pair["first_code"], pair["second_code"], pair["reasons"]) == (
        one.credit_code,
        other.credit_code,
        "the same name",
    )
    (pair,) = taken(lead, "entities-alike", show="different")
    assert (pair["second_code"], pair["decided_by"]) == (third.credit_code, str(lead))
    for page, code in (("moves", "entity-moves"), ("alike", "entities-alike")):
        assert f"/export/{code}.xlsx" in client.get(f"/entities/{page}/").content.decode()


def test_the_files_of_the_city_hold_every_body_and_every_district(client, taken, lead):
    record = RecordFactory(entity=EntityFactory(district="河口区"))
    EntityFactory(district="")
    (line,) = taken(lead, "city-bodies")
    assert (line["code"], line["in_force"], line["waiting"]) == (record.submitted_by.code, 1, 0)
    assert {
        row["district"]: (row["entities"], row["with_records"]) for row in taken(lead, "city-districts")
    } == {
        "河口区": (1, 1),
        "not known": (1, 0),
    }
    page = client.get("/city/").content.decode()
    assert "/export/city-bodies.csv" in page
    assert "/export/city-districts.csv" in page


def test_connected_systems_and_receivers_leave_as_their_pages_show_them_and_without_a_secret(taken, body):
    supervisor = MemberFactory(body=body, role="supervisor")
    credentials = connect_system(by=supervisor, body=body, name="Ledger", scopes=["records:read"])
    Webhook.objects.create(body=body, url="https://example.org/changes", created_by=supervisor)
    [system] = taken(supervisor, "connected-systems")
    assert (system["system"], system["may"], system["disconnected_at"]) == ("Ledger", "records:read", None)
    assert credentials.secret not in json.dumps(system)
    [receiver] = taken(supervisor, "receivers")
    assert (receiver["address"], receiver["waiting"]) == ("https://example.org/changes", 0)
    stranger = MemberFactory(body=BodyFactory(), role="supervisor")
    assert taken(stranger, "connected-systems") == taken(stranger, "receivers") == []


def test_all_versions_of_an_entry_of_the_catalogue_leave_field_by_field(taken, body):
    kind = RecordTypeFactory(version=None)
    day = timezone.localdate()
    for begins, ends, days in (
        (day - timedelta(days=90), day - timedelta(days=10), 7),
        (day - timedelta(days=9), None, 20),
    ):
        RecordTypeVersionFactory(record_type=kind, valid_from=begins, valid_to=ends, submit_within_days=days)
    rows = taken(MemberFactory(body=body), "catalogue-versions", kind="record_type", entry=kind.code)
    said = {(row["valid_from"], row["says"]) for row in rows if row["field"].startswith("To submit within")}
    assert {begins for begins, _says in said} == {
        (day - timedelta(days=90)).isoformat(),
        (day - timedelta(days=9)).isoformat(),
    }
    assert len({says for _begins, says in said}) == 2
