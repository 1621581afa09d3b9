"""Lists, announcements, feeds and files for everybody. What may stand in them is said in `test_what_is_public`."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pgtrigger
import pytest
import time_machine
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from credit_platform.portal import browsing, limits, open_data
from entities.models import CreditRecord, Entity, RecordType
from entities.services.catalogue import seed_catalogue
from entities.sharing.models import Change
from tests.budgets import query_budget
from tests.factories import BodyFactory, EntityFactory, PublicityRuleFactory, RecordFactory, RecordTypeFactory

pytestmark = pytest.mark.django_db
ATOM = {"atom": "http://www.w3.org/2005/Atom"}
TODAY = timezone.localdate


@pytest.fixture
def penalty_type() -> RecordType:
    return RecordTypeFactory(
        code="administrative-penalty", name_zh="行政处罚", name_en="Administrative penalty"
    )


@pytest.fixture
def abnormal() -> RecordType:
    return RecordTypeFactory(
        code="abnormal-listing", name_zh="列入经营异常名录", name_en="Entry in the abnormal operation list"
    )


def household() -> object:
    return EntityFactory(credit_code="92370102MA3M9AG94X", name_zh="云汀张三小吃店")


def page(client, name: str, *args, **query) -> str:
    answer = client.get(reverse(f"portal:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.getvalue().decode()


def numbers_on(text: str, records: list[CreditRecord]) -> list[str]:
    found = [record.document_number for record in records if record.document_number in text]
    return sorted(found, key=text.index)


# Lists


def test_a_list_says_who_stands_on_it_on_what_grounds_and_how_one_leaves_it(client, abnormal):
    PublicityRuleFactory(record_types=[abnormal], min_months=3, max_months=36, article="第九条")
    record = RecordFactory(
        record_type=abnormal, title="未按期公示年度报告", objected=True, publish_until=date(2099, 5, 6)
    )
    shown = page(client, "list", abnormal.code)
    for told in (
        record.entity.name_en,
        "未按期公示年度报告",
        "6 May 2099",
        "Under objection",
        "第九条",
        "36 months",
    ):
        assert told in shown, told
    assert reverse("portal:entity", args=(record.entity.credit_code,)) in shown


def test_all_lists_stand_on_one_page_with_how_many_stand_on_each(client, abnormal):
    RecordFactory.create_batch(2, record_type=abnormal)
    praise = RecordTypeFactory(code="commendation", name_en="Commendation", polarity="positive")
    shown = page(client, "lists").partition("<main")[2]
    assert browsing.public_lists(TODAY())["abnormal-listing"].count == 2
    assert browsing.public_lists(TODAY())["commendation"].count == 0
    assert shown.index("Lists of misconduct") < shown.index(str(abnormal)) < shown.index(str(praise))


def test_a_list_that_the_catalogue_does_not_make_public_is_on_no_page(client):
    RecordTypeFactory(code="abnormal-listing", version__disclosure="shared")
    RecordFactory(record_type=RecordTypeFactory(code="administrative-penalty"))
    assert "No list is public" in page(client, "lists")
    for code in ("abnormal-listing", "administrative-penalty", "nothing-of-the-kind"):
        for name in ("list", "list-feed"):
            assert client.get(reverse(f"portal:{name}", args=(code,))).status_code == 404


def test_an_empty_list_says_so(client, abnormal):
    assert "Nobody stands on this list today" in page(client, "list", abnormal.code)


def test_the_shipped_catalogue_has_three_public_lists():
    seed_catalogue()
    assert list(browsing.public_lists(TODAY())) == [
        "serious-violation-listing",
        "abnormal-listing",
        "commendation",
    ]


# Leafing


def test_older_records_follow_without_one_missing_or_twice_also_when_many_are_of_one_day(
    client, penalty_type, monkeypatch
):
    monkeypatch.setattr(browsing, "PER_PAGE", 2)
    records = [
        RecordFactory(record_type=penalty_type, decided_on=TODAY() - timedelta(days=days))
        for days in (1, 1, 1, 2, 5)
    ]
    seen, before, stretches = [], "", 0
    while before or not stretches:
        stretch = browsing.stretch_of(browsing.leafed_through(TODAY(), browsing.ANNOUNCED), before)
        seen += [record.pk for record in stretch.records]
        # What is announced meanwhile moves nothing.
        RecordFactory(record_type=penalty_type, decided_on=TODAY())
        before, stretches = stretch.before, stretches + 1
    assert seen == [records[number].pk for number in (2, 1, 0, 3, 4)]
    first = page(client, "announcements")
    assert "Older" in first
    assert "To the newest" not in first


def test_the_link_to_older_ones_keeps_what_was_chosen(client, penalty_type, monkeypatch):
    monkeypatch.setattr(browsing, "PER_PAGE", 1)
    RecordFactory.create_batch(2, record_type=penalty_type)
    shown = page(client, "announcements", kind=penalty_type.code)
    assert f"kind={penalty_type.code}&amp;before=" in shown


@pytest.mark.parametrize(
    "before", ["yesterday", "2026-11-20", "2026-11-20.x", "2026-02-30.4", "2026-11-20.٣", "."]
)
def test_a_place_that_no_page_named_is_refused(client, before):
    assert client.get(reverse("portal:announcements"), {"before": before}).status_code == 422


def test_announcements_are_chosen_by_kind_by_department_and_by_year(client, penalty_type):
    licence_type = RecordTypeFactory(code="administrative-licence")
    tax = BodyFactory(code="tax")
    records = [
        RecordFactory(record_type=penalty_type, decided_on=date(2025, 12, 31)),
        RecordFactory(record_type=licence_type, decided_on=date(2026, 5, 2)),
        RecordFactory(record_type=penalty_type, decided_on=date(2026, 5, 3), submitted_by=tax),
        RecordFactory(decided_on=date(2026, 5, 4)),
    ]
    numbers = [record.document_number for record in records]

    def shown(**query) -> list[str]:
        return numbers_on(page(client, "announcements", **query), records)

    assert shown() == [numbers[2], numbers[1], numbers[0]]
    assert shown(kind="administrative-licence") == [numbers[1]]
    assert shown(body="tax") == [numbers[2]]
    assert shown(year="2025") == [numbers[0]]
    assert "Nothing fits" in page(client, "announcements", year="2014")


def test_nobody_leafs_through_self_employed_households(client, penalty_type, abnormal):
    owner = household()
    RecordFactory(entity=owner, record_type=penalty_type)
    RecordFactory(entity=owner, record_type=abnormal)
    places = [
        page(client, "announcements"),
        page(client, "announcement-feed"),
        page(client, "list", abnormal.code),
        page(client, "list-feed", abnormal.code),
        *(page(client, "dataset", kind, "csv") for kind in ("penalties", "lists")),
    ]
    for place in places:
        assert "张三" not in place
        assert owner.credit_code not in place
    assert "行政处罚" in page(client, "entity", owner.credit_code) or "Penalties" in page(
        client, "entity", owner.credit_code
    ), "whoever knows it finds it"


# Feeds and files


def test_a_feed_holds_the_newest_with_a_name_that_stays(client, penalty_type):
    record = RecordFactory(
        record_type=penalty_type, title="罚款 <3万> & 没收", published_on=date(2026, 11, 2)
    )
    answer = client.get(reverse("portal:announcement-feed"))
    assert answer["Content-Type"].startswith("application/atom+xml")
    (entry,) = ET.fromstring(answer.content).findall("atom:entry", ATOM)
    told = {part: entry.find(f"atom:{part}", ATOM).text for part in ("title", "id", "published")}
    assert told["title"].endswith("罚款 <3万> & 没收")
    assert told["id"] == f"urn:credit-record:{record.pk}"
    assert told["published"].startswith("2026-11-02")


def test_a_feed_says_anew_what_was_marked_as_under_objection_and_what_no_longer_is(client, penalty_type):
    """What was read before is passed over by readers of feeds unless its time has changed."""
    record = RecordFactory(record_type=penalty_type, published_on=date(2026, 11, 2))

    def told() -> tuple[str, bool]:
        (entry,) = ET.fromstring(client.get(reverse("portal:announcement-feed")).content).findall(
            "atom:entry", ATOM
        )
        return entry.find("atom:updated", ATOM).text, "Under objection" in entry.find(
            "atom:summary", ATOM
        ).text

    def changed_at(moment: datetime) -> None:
        # The database gives every change of one transaction, and so of one test, the same time.
        with pgtrigger.ignore("sharing.Change:changes_are_append_only"):
            Change.objects.filter(record_id=record.pk, at__gt=moment).update(at=moment)

    noon = datetime(2026, 11, 3, 4, tzinfo=UTC)
    changed_at(noon)
    before, _mark = told()
    assert before == "2026-11-03T12:00:00+08:00"
    CreditRecord.objects.filter(pk=record.pk).update(objected=True)
    changed_at(noon + timedelta(days=1))
    marked = told()
    assert marked == ("2026-11-04T12:00:00+08:00", True)
    CreditRecord.objects.filter(pk=record.pk).update(objected=False)
    changed_at(noon + timedelta(days=2))
    assert told() == ("2026-11-05T12:00:00+08:00", False)
    (entry,) = ET.fromstring(client.get(reverse("portal:announcement-feed")).content).findall(
        "atom:entry", ATOM
    )
    assert entry.find("atom:published", ATOM).text.startswith("2026-11-02")


@pytest.mark.parametrize("title", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(1)"])
def test_no_cell_of_a_file_is_a_formula(client, penalty_type, title):
    RecordFactory(record_type=penalty_type, title=title)
    (row,) = csv.DictReader(io.StringIO(page(client, "dataset", "penalties", "csv").lstrip("\ufeff")))
    assert row["Title"] != title
    assert row["Title"].endswith(title)


def test_a_file_holds_all_of_a_kind_with_the_last_day_of_each(client, penalty_type):
    records = [
        RecordFactory(record_type=penalty_type, amount=number * 100, publish_until=date(2099, 5, number))
        for number in (1, 2, 3)
    ]
    lines = [json.loads(line) for line in page(client, "dataset", "penalties", "jsonl").splitlines()]
    assert [line["id"] for line in lines] == [record.pk for record in records]
    assert [line["publish_until"] for line in lines] == ["2099-05-01", "2099-05-02", "2099-05-03"]
    assert {line["credit_code"] for line in lines} == {record.entity.credit_code for record in records}


def test_each_row_of_a_file_says_when_it_changed_last(client, penalty_type):
    record, other = RecordFactory.create_batch(2, record_type=penalty_type)

    def told() -> dict[int, datetime]:
        lines = [json.loads(line) for line in page(client, "dataset", "penalties", "jsonl").splitlines()]
        return {line["id"]: datetime.fromisoformat(line["changed_at"]) for line in lines}

    def changed_at(moment, **which) -> None:
        for change in Change.objects.filter(**which).order_by("-pk")[:1]:
            with pgtrigger.ignore("sharing.Change:changes_are_append_only"):
                Change.objects.filter(pk=change.pk).update(at=moment)

    first = told()
    assert set(first) == {record.pk, other.pk}
    later = timezone.now().replace(microsecond=0) + timedelta(days=1)
    CreditRecord.objects.filter(pk=record.pk).update(objected=True)
    changed_at(later, record_id=record.pk)
    assert told() == first | {record.pk: later}
    Entity.objects.filter(pk=other.entity_id).update(name_zh="云汀新名有限公司", name_key="云汀新名有限公司")
    changed_at(later + timedelta(days=1), record_id=None, entity_id=other.entity_id)
    assert told() == {record.pk: later, other.pk: later + timedelta(days=1)}
    assert '<td class="code">changed_at</td><td>Last changed</td>' in page(client, "open-data")


def test_a_file_of_many_records_asks_for_their_changes_some_at_a_time(client, penalty_type, monkeypatch):
    monkeypatch.setattr(open_data, "CHUNK", 2)
    records = RecordFactory.create_batch(5, record_type=penalty_type)
    lines = [json.loads(line) for line in page(client, "dataset", "penalties", "jsonl").splitlines()]
    assert [line["id"] for line in lines] == [record.pk for record in records]
    assert all(line["changed_at"] for line in lines)


@pytest.mark.parametrize("address", ["penalties.xlsx", "penalties.pdf", "other.csv", "people.csv"])
def test_there_are_no_other_files(client, address):
    assert client.get(f"{reverse('portal:open-data')}{address}").status_code == 404


def test_one_address_fetches_so_many_files_an_hour(client, penalty_type):
    address = reverse("portal:dataset", args=("penalties", "csv"))
    with time_machine.travel("2026-11-20 12:00:00+08:00", tick=False) as clock:
        statuses = {client.get(address).status_code for _number in range(limits.FILES.amount)}
        assert statuses == {200}
        assert client.get(address).status_code == 429
        assert client.get(reverse("portal:open-data")).status_code == 200
        clock.shift(limits.FILES.seconds + 1)
        assert client.get(address).status_code == 200


def test_the_page_of_files_says_on_what_terms(client, penalty_type):
    RecordFactory(record_type=penalty_type)
    assert "has not settled a licence" in page(client, "open-data")
    with override_settings(
        OPEN_DATA_LICENCE="Yunting Open Data", OPEN_DATA_LICENCE_URL="https://example.org/terms"
    ):
        shown = page(client, "open-data")
    assert '<a href="https://example.org/terms" rel="license">Yunting Open Data</a>' in shown
    assert reverse("portal:dataset", args=("penalties", "parquet")) in shown


@pytest.mark.parametrize("name", ["announcements", "announcement-feed", "dataset"])
def test_a_browser_keeps_no_copy_for_long_and_a_search_engine_none(client, penalty_type, name):
    RecordFactory(record_type=penalty_type)
    answer = client.get(reverse(f"portal:{name}", args=("penalties", "csv") if name == "dataset" else ()))
    assert "private" in answer["Cache-Control"]
    assert "max-age=" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]


def test_the_pages_stay_within_their_query_budgets(client, penalty_type, abnormal):
    PublicityRuleFactory(record_types=[abnormal])
    RecordFactory.create_batch(5, record_type=penalty_type)
    RecordFactory.create_batch(5, record_type=abnormal)
    browsing.public_lists(TODAY())
    for name, *args in (
        ("lists",),
        ("list", abnormal.code),
        ("announcements",),
        ("announcement-feed",),
        ("open-data",),
    ):
        with query_budget(f"portal: {name}"):
            page(client, name, *args)
