"""No page shows a repaired record to one who may not see it, at any moment after the commit.

Every address that a visitor or another body can read is asked before the decision, where it has to show the record,
and at once after it: as anybody would, and by a browser that offers what it kept.
"""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from credit_platform.portal import browsing, limits
from entities.models import CreditRecord, RecordType
from entities.services.catalogue import seed_catalogue
from repair import services as cases
from repair.proof import places, services
from repair.proof.models import Confirmation
from tests.factories import BodyFactory, CaseFactory, MemberFactory, repairable_record
from tests.permissions.routes import routes

pytestmark = pytest.mark.django_db
#: Public addresses that never name a record.
NAMELESS = {
    "portal:cases", "portal:home", "portal:search", "portal:lists", "portal:methods", "portal:open-data", "portal:verify",
    "portal:verify-file", "portal:verify-home", "portal:verify-key", "api-public-entity", "portal:data-catalogue",
    "portal:robots", "portal:sitemap", "portal:sitemap-pages", "portal:sitemap-entities", "api-public-stories",
    "portal:consequences", "portal:promises", "portal:promise",
}  # fmt: skip
#: The pages of the entity's own agent, who goes on reading its own record.
OWN = {"portal:my-credit", "portal:my-credit-of"}
#: It tells that a record is gone, by its number alone; asked in a test of its own.
TELLING = {"api-public-changes"}


@pytest.fixture(autouse=True)
def _as_often_as_it_takes(monkeypatch):
    monkeypatch.setattr(limits.Limit, "allows", lambda self, request: True)


def _record(code: str) -> CreditRecord:
    seed_catalogue()
    kind = RecordType.objects.get(code=code)
    return repairable_record(
        record_type=kind,
        type_version=kind.versions.order_by("-valid_from").first(),
        title="擅自改动食品生产日期",
        document_number="云市监罚〔2026〕4711号",
        submitted_by=BodyFactory(name_zh="云汀市市场监督管理局", name_en="Yunting Market Supervision"),
    )


def public_addresses(record: CreditRecord) -> dict[str, list[str]]:
    """By route, the addresses at which anybody finds this record."""
    code, kind = record.record_type.code, "penalties"
    if code in browsing.LISTS:
        kind = "lists"
    files = [reverse("portal:dataset", args=(kind, ending)) for ending in ("csv", "jsonl")]
    found = {
        "portal:entity": [reverse("portal:entity", args=(record.entity.credit_code,))],
        "portal:entity-records": [reverse("portal:entity-records", args=(record.entity.credit_code, kind))],
        "portal:dataset": files,
        "api-public-records": [reverse("api-public-records", args=(record.entity.credit_code,))],
    }
    if code in browsing.LISTS:
        found |= {
            "portal:list": [reverse("portal:list", args=(code,))],
            "portal:list-feed": [reverse("portal:list-feed", args=(code,))],
        }
    else:
        found |= {
            "portal:announcements": [reverse("portal:announcements")],
            "portal:announcement-feed": [reverse("portal:announcement-feed")],
        }
    return found


def of_other_bodies(record: CreditRecord) -> list[str]:
    """Where another department reads it: page, list, file and interface."""
    code = record.entity.credit_code
    return [
        reverse("entities:entity-detail", args=(code,)),
        reverse("sharing:export", kwargs={"code": "entity-records", "file_format": "csv"})
        + f"?entity={code}",
        reverse("api-record-list") + f"?entity={code}",
    ]


def text_of(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()


def says(response, record: CreditRecord) -> bool:
    text = text_of(response)
    return record.title in text or record.document_number in text


def kept(response) -> dict[str, str]:
    """What a browser offers that has kept this answer."""
    headers = {"HTTP_CACHE_CONTROL": "max-age=0"}
    if "ETag" in response:
        headers["HTTP_IF_NONE_MATCH"] = response["ETag"]
    headers["HTTP_IF_MODIFIED_SINCE"] = response.get("Last-Modified", "Sat, 22 Nov 2036 00:00:00 GMT")
    return headers


def granted(record: CreditRecord):
    case = CaseFactory(record=record, state="proposed")
    boss = MemberFactory(body=case.deciding_body, role="supervisor")
    return cases.act_on_case(by=boss, number=case.number, action="grant", version=0, note="All is done.")


@pytest.mark.parametrize("code", ["administrative-penalty", "abnormal-listing", "serious-violation-listing"])
def test_nothing_public_shows_a_record_from_the_moment_of_its_repair(client, code):
    record = _record(code)
    addresses = [path for paths in public_addresses(record).values() for path in paths]
    before = {path: client.get(path) for path in addresses}
    assert {path for path, response in before.items() if not says(response, record)} == set()
    granted(record)
    for path in addresses:
        for headers in ({}, kept(before[path])):
            response = client.get(path, **headers)
            assert response.status_code == 200, path
            assert not says(response, record), path


@pytest.mark.parametrize("code", ["administrative-penalty", "abnormal-listing", "serious-violation-listing"])
def test_nothing_public_shows_a_record_from_the_day_after_its_last(client, code):
    """A second after midnight, with all that was made and kept a moment before, and before any worker has run."""
    record = _record(code)
    CreditRecord.objects.filter(pk=record.pk).update(publish_until=timezone.localdate())
    addresses = [path for paths in public_addresses(record).values() for path in paths]
    midnight = datetime.combine(
        timezone.localdate() + timedelta(days=1), time.min, timezone.get_current_timezone()
    )
    with time_machine.travel(midnight - timedelta(seconds=1), tick=False):
        before = {path: client.get(path) for path in addresses}
        assert {path for path, response in before.items() if not says(response, record)} == set()
    with time_machine.travel(midnight + timedelta(seconds=1), tick=False):
        for path in addresses:
            for headers in ({}, kept(before[path])):
                response = client.get(path, **headers)
                assert response.status_code == 200, path
                assert not says(response, record), path


def test_every_public_address_is_asked_or_names_no_record():
    record = _record("administrative-penalty")
    listed = _record_on_a_list(record)
    asked = set(public_addresses(record)) | set(public_addresses(listed))
    public = {name for name, _pattern in routes() if name.startswith(("portal:", "api-public-"))}
    assert public - asked - NAMELESS - OWN - TELLING == set(), (
        "Say where it shows records, or that it names none."
    )


def _record_on_a_list(record: CreditRecord) -> CreditRecord:
    kind = RecordType.objects.get(code="abnormal-listing")
    return CreditRecord(record_type=kind, entity=record.entity)


def test_the_look_up_never_names_a_record(client):
    record = _record("administrative-penalty")
    path = reverse("portal:search")
    for query in (record.entity.name_zh, record.document_number, record.title):
        response = client.get(path, {"q": query})
        assert not {record.title, record.document_number} - {query} & set(text_of(response).split('"'))


def test_no_other_body_reads_it_on_a_page_in_a_list_in_a_file_or_through_the_interface(client):
    record = _record("administrative-penalty")
    client.force_login(MemberFactory())
    shown = [path for path in of_other_bodies(record) if says(client.get(path), record)]
    assert shown == of_other_bodies(record)
    granted(record)
    assert [path for path in of_other_bodies(record) if says(client.get(path), record)] == []
    assert client.get(reverse("entities:record-detail", args=(record.pk,))).status_code == 404
    assert client.get(reverse("api-record-detail", args=(record.pk,))).status_code == 404


def test_what_follows_changes_is_told_that_it_is_gone_and_not_what_it_said(client):
    record = _record("administrative-penalty")
    granted(record)
    client.force_login(MemberFactory())
    answer = client.get(reverse("api-changes"), {"list": "all"})
    assert not says(answer, record)
    client.logout()
    assert not says(client.get(reverse("api-public-changes")), record)


def test_nothing_kept_outlives_the_minute_that_the_proof_waits_for(client):
    record = _record("administrative-penalty")
    for paths in public_addresses(record).values():
        for path in paths:
            response = client.get(path)
            control = dict(part.strip().partition("=")[::2] for part in response["Cache-Control"].split(","))
            if "no-store" in control:
                continue
            assert "private" in control
            assert int(control["max-age"]) <= places.by_code("copies").after.seconds


def test_what_the_platform_confirms_of_itself_is_what_visitors_are_answered(client):
    """The looks of the proof and the pages agree, before and after."""
    record = _record("administrative-penalty")
    page = places.by_code("page")
    assert page.shows(record)
    case = granted(record)
    assert not page.shows(CreditRecord.objects.get(pk=record.pk))
    Confirmation.objects.exclude(next_look_at=None).update(next_look_at=timezone.now())
    services.look_at_own_places()
    assert case.effect.confirmations.get(place="page").state == "confirmed"
