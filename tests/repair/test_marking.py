"""An objection marks its record at once wherever anybody finds it: on pages, in feeds, in files, through interfaces."""

import csv
import io
import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from agencies.measures.models import Measure
from credit_platform.portal import limits
from entities.models import CreditRecord
from repair import services
from tests.factories import AgentFactory, MemberFactory, RecordTypeFactory, repairable_record

pytestmark = pytest.mark.django_db
MARK = "Under objection"


@pytest.fixture(autouse=True)
def _as_often_as_it_takes(monkeypatch, settings):
    settings.LANGUAGE_CODE = "en"
    monkeypatch.setattr(limits.Limit, "allows", lambda self, request: True)


def of_type(code: str) -> CreditRecord:
    return repairable_record(
        record_type=RecordTypeFactory(code=code),
        title="Sold what was out of date",
        document_number="No. 4711",
    )


def text_of(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200, response
    return content.decode()


def rows_of_csv(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def public_places(record: CreditRecord) -> dict[str, str]:
    """By route, where anybody finds it."""
    code, entity = record.record_type.code, record.entity.credit_code
    kind = "penalties" if code == "administrative-penalty" else "lists"
    places = {
        "portal:entity": reverse("portal:entity", args=(entity,)),
        "portal:entity-records": reverse("portal:entity-records", args=(entity, kind)),
        "csv": reverse("portal:dataset", args=(kind, "csv")),
        "jsonl": reverse("portal:dataset", args=(kind, "jsonl")),
        "api-public-records": reverse("api-public-records", args=(entity,)),
    }
    if kind == "lists":
        return places | {name: reverse(name, args=(code,)) for name in ("portal:list", "portal:list-feed")}
    return places | {name: reverse(name) for name in ("portal:announcements", "portal:announcement-feed")}


def official_places(record: CreditRecord) -> dict[str, str]:
    """By route, where another department finds it."""
    entity = record.entity.credit_code
    return {
        "entities:record-detail": reverse("entities:record-detail", args=(record.pk,)),
        "entities:entity-detail": reverse("entities:entity-detail", args=(entity,)),
        "api-record-detail": reverse("api-record-detail", args=(record.pk,)),
        "jsonl of an entity": reverse("sharing:export", args=("entity-records", "jsonl"))
        + f"?entity={entity}",
        "csv of an entity": reverse("sharing:export", args=("entity-records", "csv")) + f"?entity={entity}",
        "measures:list": reverse("measures:list"),
        "measures:of-entity": reverse("measures:of-entity", args=(entity,)),
    }


def row_of(place: str, text: str) -> dict | None:
    """The row in a file or an answer for programs; None where the place is a page or a feed."""
    if place.startswith("csv"):
        return next(row for row in rows_of_csv(text) if "No. 4711" in row.values())
    if place.startswith("jsonl"):
        return next(row for line in text.splitlines() if "No. 4711" in (row := json.loads(line)).values())
    if place.startswith("api-"):
        answer = json.loads(text)
        return next(iter(answer["results"])) if "results" in answer else answer
    return None


def is_marked(place: str, text: str) -> bool:
    row = row_of(place, text)
    if row is None:
        assert re.search("Sold what was out of date", text), place
        return MARK in text
    flag = next(row[name] for name in ("under_objection", "objected", MARK) if name in row)
    return flag in (True, "1")


@pytest.mark.parametrize("code", ["administrative-penalty", "serious-violation-listing"])
def test_from_the_moment_of_filing_every_place_that_shows_the_record_shows_the_mark(code):
    record = of_type(code)
    official = MemberFactory(role="supervisor")
    Measure.objects.create(
        record=record,
        body=official.memberships.get().body,
        title="Watch",
        legal_basis="Art. 1",
        noted_by=official,
    )
    desk, anybody = Client(), Client()
    desk.force_login(official)
    ways = [(anybody, public_places(record)), (desk, official_places(record))]

    def marked() -> dict[str, bool]:
        return {
            place: is_marked(place, text_of(client.get(address)))
            for client, places in ways
            for place, address in places.items()
        }

    before = marked()
    assert {place for place, says in before.items() if says} == set()
    agent = AgentFactory(entity=record.entity).user
    services.file_objection(by=agent, record_id=record.pk, ground="wrong", statement="It was not ours.")
    after = marked()
    assert {place for place, says in after.items() if not says} == set()
    assert len(after) == 14
