"""An entity takes away all that is held about it: everything it may see, nothing that it may not, and a log of it."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AccessEntry, AuditEvent
from credit_platform.common.errors import Missing, NotPermitted
from credit_platform.portal.credit_reports import services as reports
from credit_platform.portal.held_data import packing, parts, services
from credit_platform.portal.held_data.models import HeldDataFile
from entities.models import Document, FormerName, Notice
from entities.services.movers import relations_to_entity
from entities.statements.models import Statement
from repair.models import CaseDocument, CaseStep
from tests.budgets import query_budget
from tests.factories import (
    AgentFactory,
    CaseFactory,
    CurrentRatingFactory,
    DocumentFactory,
    EntityFactory,
    RecordFactory,
    RecordTypeFactory,
    install_shipped_schemes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def agent():
    return AgentFactory(entity=EntityFactory(name_zh="云汀禾谷食品有限公司")).user


@pytest.fixture
def entity(agent):
    return agent.agencies.get().entity


def made(agent, entity) -> zipfile.ZipFile:
    services.ask_for_everything(by=agent, entity=entity)
    assert services.make_waiting() == 1
    with HeldDataFile.objects.latest("pk").document.file.open("rb") as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def lines(archive: zipfile.ZipFile, part: str) -> list[dict]:
    return [json.loads(line) for line in archive.read(f"json/{part}.jsonl").decode().splitlines()]


def test_every_relation_to_an_entity_is_in_the_file_or_left_out_for_a_reason():
    told = frozenset().union(*(part.relations for part in parts.PARTS))
    assert told | set(parts.LEFT_OUT) == relations_to_entity()
    assert not told & set(parts.LEFT_OUT)
    assert all(str(why) for why in parts.LEFT_OUT.values())


@pytest.mark.parametrize("part", parts.PARTS, ids=lambda part: part.code)
def test_each_part_names_fields_that_its_rows_have(part, agent, entity):
    """Also where there are no rows to show it."""
    rows = part.rows(entity, agent)
    assert len(part.columns(rows.model, raw=True)) == len(part.fields)
    row = rows.model()
    for name in part.fields:
        assert hasattr(row, name.split("__")[0]) or name.split("__")[0] in {
            field.name for field in rows.model._meta.get_fields()
        }


def test_what_is_held_is_in_the_file_in_both_languages(agent, entity):
    record = RecordFactory(entity=entity, status="expired", ended_on=timezone.localdate())
    FormerName.objects.create(entity=entity, name="云汀旧名", name_key="云汀旧名")
    Statement.objects.create(record=record, text="We paid at once.", written_by=agent)
    CurrentRatingFactory(entity=entity, version=install_shipped_schemes()["city-comprehensive"].version)
    archive = made(agent, entity)
    assert lines(archive, "registration")[0]["credit_code"] == entity.credit_code
    assert [one["name"] for one in lines(archive, "former-names")] == ["云汀旧名"]
    (kept,) = lines(archive, "records")
    assert (kept["document_number"], kept["status"], kept["facts"]) == (
        record.document_number, "expired", record.facts,
    )  # fmt: skip
    assert lines(archive, "statements")[0]["text"] == "We paid at once."
    assert lines(archive, "grades")[0]["grade"] == "B"
    english = list(csv.DictReader(io.StringIO(archive.read("csv-en/records.csv").decode("utf-8-sig"))))
    assert english[0]["Status"] == "Publicity period over"
    chinese = archive.read("csv-zh/records.csv").decode("utf-8-sig")
    assert record.document_number in chinese
    assert "What is left out, and why" in archive.read("index-en.html").decode()
    assert '<html lang="zh-CN">' in archive.read("index-zh.html").decode()
    assert len(lines(archive, "agents")) == 1


def test_the_entity_is_told_nothing_that_it_may_not_know(agent, entity):
    RecordFactory(entity=entity, status="draft")
    RecordFactory(entity=entity, record_type=RecordTypeFactory(version__disclosure="own"))
    RecordFactory()
    CurrentRatingFactory(entity=entity, version=install_shipped_schemes()["risk-class"].version, grade="D")
    case = CaseFactory(record=RecordFactory(entity=entity), opened_by=agent)
    for internal in (True, False):
        CaseStep.objects.create(
            case=case, action="note", source="submitted", target="submitted", version=1,
            note="a secret" if internal else "told", is_internal=internal,
        )  # fmt: skip
    archive = made(agent, entity)
    assert [one["id"] for one in lines(archive, "records")] == [case.record_id]
    assert lines(archive, "grades") == []
    assert [one["note"] for one in lines(archive, "case-steps")] == ["told"]
    assert not [name for name in archive.namelist() if b"a secret" in archive.read(name)]


def test_documents_are_in_it_and_one_that_is_lost_is_named(agent, entity):
    case = CaseFactory(record=RecordFactory(entity=entity), opened_by=agent)
    there = Document(
        name="receipt.pdf", size=4, sha256="0" * 64, content_type="application/pdf", uploaded_by=agent
    )
    there.created_on = timezone.localdate()
    there.file.save("receipt.pdf", ContentFile(b"paid"), save=False)
    there.save(force_insert=True)
    CaseDocument.objects.create(case=case, document=there, kind="proof")
    CaseDocument.objects.create(case=case, document=DocumentFactory(name="gone.pdf"), kind="proof")
    archive = made(agent, entity)
    assert archive.read(f"documents/case-documents/{there.key}-receipt.pdf") == b"paid"
    assert "gone.pdf" in archive.read("index-en.html").decode()


def test_formulas_in_what_people_wrote_are_not_run_by_a_spreadsheet(agent, entity):
    Statement.objects.create(record=RecordFactory(entity=entity), text="=1+1", written_by=agent)
    archive = made(agent, entity)
    assert "'=1+1" in archive.read("csv-en/statements.csv").decode()
    assert lines(archive, "statements")[0]["text"] == "=1+1"


def test_only_who_acts_for_the_entity_asks_and_takes(agent, entity):
    with pytest.raises(NotPermitted):
        services.ask_for_everything(by=AgentFactory().user, entity=entity)
    file = services.ask_for_everything(by=agent, entity=entity)
    services.make_waiting()
    assert services.take(by=agent, entity=entity, file_id=file.pk).content_type == services.ZIP
    colleague = AgentFactory(entity=entity).user
    assert services.take(by=colleague, entity=entity, file_id=file.pk)
    with pytest.raises(Missing):
        services.take(by=AgentFactory().user, entity=entity, file_id=file.pk)
    verbs = (
        AuditEvent.objects.filter(verb__startswith="held_data.").order_by("pk").values_list("verb", flat=True)
    )
    assert list(verbs) == [
        "held_data.file.asked", "held_data.file.made", "held_data.file.taken", "held_data.file.taken",
    ]  # fmt: skip


def test_what_is_not_public_goes_into_the_access_log(agent, entity):
    hidden = RecordFactory(entity=entity, withheld=True)
    RecordFactory(entity=entity)
    made(agent, entity)
    entry = AccessEntry.objects.get(subject_id=entity.pk)
    assert (entry.record_ids, entry.place, entry.actor) == ([hidden.pk], "held-data", agent)


def test_pressed_twice_one_file_is_made_and_the_agent_is_told(agent, entity):
    first = services.ask_for_everything(by=agent, entity=entity)
    assert services.ask_for_everything(by=agent, entity=entity) == first
    assert services.make_waiting() == 1
    assert services.make_waiting() == 0
    assert Notice.objects.get(user=agent).kind == "held_data.ready"


def test_what_a_killed_worker_left_is_made_by_another_after_its_time(agent, entity, monkeypatch):
    asked = services.ask_for_everything(by=agent, entity=entity)

    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(packing, "pack", dies)
    with pytest.raises(KeyboardInterrupt):
        services.make_waiting()
    monkeypatch.undo()
    assert services.make_waiting() == 0, "for a while it counts as being made"
    HeldDataFile.objects.filter(pk=asked.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert services.make_waiting() == 1


def test_nothing_is_made_for_who_no_longer_acts_for_the_entity(agent, entity):
    asked = services.ask_for_everything(by=agent, entity=entity)
    agent.agencies.update(revoked_at=timezone.now())
    assert services.make_waiting() == 0
    asked.refresh_from_db()
    assert asked.state == HeldDataFile.State.OVER


def test_when_its_days_are_over_the_file_goes_and_the_row_stays(
    agent, entity, store, django_capture_on_commit_callbacks
):
    file = services.ask_for_everything(by=agent, entity=entity)
    services.make_waiting()
    HeldDataFile.objects.update(expires_at=timezone.now())
    with pytest.raises(Missing):
        services.take(by=agent, entity=entity, file_id=file.pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.throw_away_old() == 1
    assert not [path for path in store.rglob("*") if path.is_file()]
    file.refresh_from_db()
    assert file.state == HeldDataFile.State.OVER


def test_the_page_shows_progress_then_the_file(client: Client, agent, entity):
    client.force_login(agent)
    url = reverse("held_data:own", args=(entity.credit_code,))
    assert "No file yet" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    file = HeldDataFile.objects.get()
    assert f"/ {packing.steps()}" in client.get(url).content.decode()
    services.make_waiting()
    reports.issue_own_report(by=agent, entity=entity)
    with query_budget("what is held about an entity"):
        page = client.get(url).content.decode()
    assert reverse("held_data:download", args=(entity.credit_code, file.pk)) in page
    progress = client.get(reverse("held_data:progress", args=(entity.credit_code, file.pk)))
    assert progress.headers["HX-Refresh"] == "true"
    answer = client.get(reverse("held_data:download", args=(entity.credit_code, file.pk)))
    assert zipfile.is_zipfile(io.BytesIO(answer.getvalue()))
