"""Each part of an entity has a line of its own on the page of the grade: its name, its number, and whether it counts."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluation import parts_pages, services
from evaluation.schemes import SchemeDocument
from tests.evaluation.test_peers_in_the_registry import SAID, compares
from tests.factories import EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
SITES = {
    "kind": "parts", "code": "sites", "name": {"zh": "各处", "en": "Each site"}, "article": "3", "same": ["place"], "take": "smallest",
    "where": [{"test": {"value": "lost"}, "at_least": 10}], "if_unknown": 0,
    "components": [{"kind": "records", "code": "lost", "name": SAID, "article": "3", "records": {"types": ["administrative-penalty"]},
                    "each": {"field": "amount"}, "rounding": "0.25"}],
    "gives": {"value": "lost"},
}  # fmt: skip


def install(**changes) -> None:
    document = compares().model_dump(mode="json", by_alias=True)
    scheme = SchemeDocument.model_validate(document | {"components": [SITES | changes]})
    facts = {"name_zh": "按处", "name_en": "By sites", "family": scheme.family}
    services.install_scheme(
        by=None, code="by-sites", facts=facts, document=scheme, effective_from=date(2026, 1, 1)
    )


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def entity(record):
    one = EntityFactory()
    for place, amount in (
        ("North Road", 100),
        ("North Road", "20.5"),
        ("South Gate", 30),
        ("", 7),
        ("Quay", 5),
    ):
        record(one, amount=amount, details={"place": place}, decided_on=TODAY() - timedelta(days=30))  # fmt: skip
    return one


def page_of(client, entity):
    return client.get(reverse("evaluation:entity-rating", args=[entity.credit_code]), {"scheme": "by-sites"})


def test_each_part_has_a_line_with_its_number_and_whether_it_counts(client, entity):
    install()
    client.force_login(MemberFactory(role="supervisor"))
    (table,) = page_of(client, entity).context["page"].parts
    assert table.title == "Each site"
    assert [(row.name, row.number, row.counts) for row in table.rows] == [
        ("Quay", "5", False),
        ("South Gate", "30", True),
        ("North Road", "120.5", True),
    ]
    text = page_of(client, entity).content.decode()
    assert text.count("does not count") == 1
    assert 'id="parts-sites"' in text


def test_the_page_of_any_day_has_them_too(client, entity):
    install()
    client.force_login(MemberFactory(role="supervisor"))
    day = client.get(
        reverse("evaluation:entity-any-day", args=[entity.credit_code]),
        {"scheme": "by-sites", "day": TODAY().isoformat(), "known": TODAY().isoformat()},
    )
    assert [row.name for row in day.context["page"].parts[0].rows] == ["Quay", "South Gate", "North Road"]


def test_of_many_parts_the_smallest_are_shown_and_the_others_counted(client, entity, monkeypatch):
    install()
    monkeypatch.setattr(parts_pages, "LINES_SHOWN", 2)
    client.force_login(MemberFactory(role="supervisor"))
    (table,) = page_of(client, entity).context["page"].parts
    assert [row.name for row in table.rows] == ["Quay", "South Gate"]
    assert table.more == "One more part"


def test_a_part_that_is_no_word_is_named_by_its_record(client, entity):
    install(same=[{"field": "amount"}])
    client.force_login(MemberFactory(role="supervisor"))
    (table,) = page_of(client, entity).context["page"].parts
    assert all(row.name == f"The part of “{row.record.heading}”" for row in table.rows)


def test_the_interface_gives_every_part_the_same_line(client, entity, monkeypatch):
    install()
    # What is one screen for people is no limit for programs.
    monkeypatch.setattr(parts_pages, "LINES_SHOWN", 1)
    client.force_login(MemberFactory(role="supervisor"))
    address = f"/api/v1/ratings/{entity.credit_code}/?scheme=by-sites"
    for asked in (address, f"{address}&day={TODAY().isoformat()}"):
        parts = client.get(asked).json()["parts"]
        assert [(one["component"], one["name"], one["number"], one["counts"]) for one in parts] == [
            ("sites", "Quay", "5", False),
            ("sites", "South Gate", "30", True),
            ("sites", "North Road", "120.5", True),
        ]
        named = entity.records.filter(pk__in=[one["record"] for one in parts])
        assert set(named.values_list("details__place", flat=True)) == {"Quay", "South Gate", "North Road"}


def test_the_interface_names_no_part_by_a_record_that_the_reader_may_not_see(client, entity):
    install()
    entity.records.update(objected=True, suspended=True)
    client.force_login(MemberFactory(role="supervisor"))
    parts = client.get(f"/api/v1/ratings/{entity.credit_code}/?scheme=by-sites").json()["parts"]
    assert {(one["record"], one["name"]) for one in parts} == {
        (None, "A part of which you may not see the records")
    }


def test_where_nothing_is_counted_by_parts_the_interface_lists_none_and_the_schema_says_what_a_line_is(
    client, record, schemes, rated
):
    one = EntityFactory()
    record(one)
    rated(one)
    client.force_login(MemberFactory(role="supervisor"))
    assert client.get(f"/api/v1/ratings/{one.credit_code}/").json()["parts"] == []
    lines = client.get("/api/schema/?format=json").json()["components"]["schemas"]
    assert lines["ExplanationOut"]["properties"]["parts"]["items"]["$ref"].endswith("/PartLineOut")
    assert set(lines["PartLineOut"]["properties"]) == {"component", "name", "record", "number", "counts"}
