"""What anybody sees of an entity, and what nobody does: in the pages and in the API."""

from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from entities.models import CreditRecord, RecordType
from entities.services.publishing import end_publicity
from evaluation.methods import method_of
from evaluation.models import CurrentRating, Scheme
from tests.factories import (
    CurrentRatingFactory,
    EntityFactory,
    RecordFactory,
    RecordTypeFactory,
    install_shipped_schemes,
)

Status = CreditRecord.Status
TODAY = timezone.localdate


def page_of(client, entity) -> str:
    answer = client.get(reverse("portal:entity", args=(entity.credit_code,)))
    assert answer.status_code == 200
    return answer.content.decode()


def everything_public(client, entity) -> str:
    """Each public page, feed and file in which a record of the entity could stand."""
    kinds = ("penalties", "lists", "commendations", "licences", "inspections", "announced", "other")
    addresses = [
        "/",
        f"{reverse('portal:search')}?q={entity.name_zh}",
        *(reverse("portal:entity-records", args=(entity.credit_code, kind)) for kind in kinds),
        reverse("portal:announcements"),
        reverse("portal:announcement-feed"),
        reverse("api-public-records", args=(entity.credit_code,)),
        *(reverse("portal:dataset", args=(kind, "jsonl")) for kind in kinds if kind != "other"),
    ]
    return page_of(client, entity) + "\n".join(client.get(one).getvalue().decode() for one in addresses)


@pytest.fixture
def penalty_type(db):
    return RecordTypeFactory(
        code="administrative-penalty", name_zh="行政处罚", name_en="Administrative penalty"
    )


@pytest.fixture
def entity(db):
    return EntityFactory()


def secret_record(entity, record_type, **more) -> CreditRecord:
    return RecordFactory(
        entity=entity,
        record_type=record_type,
        title="不该出现的标题",
        document_number="不该出现的文号",
        facts="不该出现的事实",
        **more,
    )


def test_a_public_record_in_force_is_shown_with_its_last_day_and_no_facts(client, entity, penalty_type):
    RecordFactory(
        entity=entity,
        record_type=penalty_type,
        title="罚款3.2万元：进货查验",
        facts="张三在店内未作登记",
        publish_until=date(2099, 5, 6),
    )
    page = page_of(client, entity)
    assert "罚款3.2万元：进货查验" in page
    assert "6 May 2099" in page
    assert "张三" not in page, "facts may name persons"
    everything = everything_public(client, entity)
    assert everything.count("罚款3.2万元：进货查验") >= 6, (
        "the page, its section, announcements, feed, file and interface"
    )
    assert "张三" not in everything


@pytest.mark.parametrize(
    "status",
    [
        Status.DRAFT,
        Status.WAITING,
        Status.RETURNED,
        Status.REPLACED,
        Status.REPAIRED,
        Status.EXPIRED,
        Status.WITHDRAWN,
    ],
)
def test_only_what_is_in_force_is_public(client, entity, penalty_type, status):
    secret_record(entity, penalty_type, status=status)
    assert "不该出现" not in everything_public(client, entity)


@pytest.mark.parametrize(
    "limits",
    [
        {"version__disclosure": "shared"},
        {"version__disclosure": "own"},
        {"family": RecordType.Family.MARKET},
    ],
    ids=["shared within government", "the body's own", "market credit information"],
)
def test_what_is_not_of_a_public_type_is_not_public(client, entity, limits):
    secret_record(entity, RecordTypeFactory(**limits))
    assert "不该出现" not in everything_public(client, entity)


def test_what_a_rule_withholds_is_not_public(client, entity, penalty_type):
    secret_record(entity, penalty_type, withheld=True)
    assert "不该出现" not in everything_public(client, entity)


def test_a_record_is_public_on_its_last_day_and_not_on_the_next_even_before_the_nightly_task(
    client, entity, penalty_type
):
    with time_machine.travel("2026-11-20 12:00:00+08:00", tick=False):
        record = secret_record(
            entity, penalty_type, decided_on=date(2026, 8, 20), publish_until=date(2026, 11, 20)
        )
        assert record.title in page_of(client, entity)
    with time_machine.travel("2026-11-21 00:00:01+08:00", tick=False):
        assert "不该出现" not in everything_public(client, entity)
        end_publicity(as_of=TODAY())
        assert "不该出现" not in everything_public(client, entity)


def test_a_record_under_objection_is_marked(client, entity, penalty_type):
    RecordFactory(entity=entity, record_type=penalty_type, objected=True)
    assert "Under objection" in page_of(client, entity)


def test_that_nothing_is_shown_is_not_called_clean(client, entity):
    page = page_of(client, entity)
    assert "That is not a certificate" in page


def test_no_internal_grade_is_public(client, entity, penalty_type):
    """Neither the risk class nor the city's evaluation, whose result is not public."""
    schemes = install_shipped_schemes()
    for one in schemes.values():
        CurrentRatingFactory(entity=entity, scheme=one.scheme, version=one.version, grade="D", points=12_34)
    page = everything_public(client, entity) + client.get(reverse("portal:methods")).content.decode()
    assert "12.3" not in page
    assert 'class="grade' not in page
    for one in schemes.values():
        assert one.scheme.name_en not in page or one.scheme.family == Scheme.Family.RISK


def test_the_method_of_a_public_grade_is_printed_from_its_scheme(client, db):
    one = install_shipped_schemes()["city-comprehensive"]
    address = reverse("evaluation:scheme", args=(one.scheme.code,))
    assert client.get(address).status_code == 404, "it is not public as it is shipped"
    Scheme.objects.filter(pk=one.scheme.pk).update(is_public=True)
    assert address in client.get(reverse("portal:methods")).text
    method = method_of(one.document)
    answer = client.get(address, headers={"accept-language": "en"})
    page = " ".join(strip_tags(unescape(answer.text)).split())
    said = [
        str(one.document.basis), str(one.document.purpose), method.considered,
        *(str(part.part.name) for part in (*method.components, *method.rules)),
        *(str(how) for part in (*method.components, *method.rules) for _what, how in part.rows),
        *(rung["letter"] for rung in method.rungs),
        *(kind.title for kind in method.kinds),
    ]  # fmt: skip
    assert len(said) > 20
    assert [words for words in said if " ".join(strip_tags(words).split()) not in page] == []


def test_a_grade_is_public_where_its_scheme_is(client, entity):
    one = install_shipped_schemes()["city-comprehensive"]
    CurrentRatingFactory(entity=entity, scheme=one.scheme, version=one.version, grade="B", points=80_00)
    Scheme.objects.filter(pk=one.scheme.pk).update(is_public=True)
    assert "Grade B" in page_of(client, entity)
    CurrentRating.objects.update(grade="", points=None, place=None)
    assert "Not rated" in page_of(client, entity)


def test_the_public_has_no_other_way_to_a_grade(client, entity, monkeypatch):
    """What `public_grades_of` does not say stands on no public page, though the scheme is public."""
    one = install_shipped_schemes()["city-comprehensive"]
    CurrentRatingFactory(entity=entity, scheme=one.scheme, version=one.version, grade="B", points=80_00)
    Scheme.objects.filter(pk=one.scheme.pk).update(is_public=True)
    assert 'class="grade' in everything_public(client, entity)
    monkeypatch.setattr("credit_platform.portal.views.public_grades_of", lambda entity: [])
    cache.clear()
    page = everything_public(client, entity)
    assert 'class="grade' not in page
    assert "80.0" not in page


def test_the_interface_for_systems_shows_nothing_to_strangers(client, entity, penalty_type):
    record = RecordFactory(entity=entity, record_type=penalty_type)
    for address in (
        "/api/v1/records/",
        f"/api/v1/records/{record.pk}/",
        "/api/v1/entities/",
        f"/api/v1/entities/{entity.credit_code}/",
    ):
        answer = client.get(address)
        assert answer.status_code in {401, 403, 404}, address
        assert record.title not in answer.content.decode()


def test_many_records_are_shown_a_few_at_once_and_the_rest_on_pages_of_their_own(
    client, entity, penalty_type
):
    body_and_type = {"record_type": penalty_type, "entity": entity}
    first = RecordFactory(**body_and_type)
    for number in range(60):
        RecordFactory(
            **body_and_type,
            submitted_by=first.submitted_by,
            entered_by=first.entered_by,
            title=f"处罚{number:02d}",
            decided_on=TODAY() - timedelta(days=11 + number),
        )
    page = page_of(client, entity)
    assert page.count("处罚0") == 9
    assert "All 61 of them" in page
    everything = client.get(reverse("portal:entity-records", args=(entity.credit_code, "penalties")))
    assert "1–50 of 61" in everything.content.decode()


def test_public_pages_stay_within_their_query_budgets(client, entity, penalty_type, query_budget):
    RecordFactory.create_batch(3, entity=entity, record_type=penalty_type)
    for name, address in (
        ("public home", "/"),
        ("public search", f"/search/?q={entity.name_zh[:4]}"),
        ("public entity", f"/e/{entity.credit_code}/"),
        ("how ratings are made", "/methods/"),
    ):
        with query_budget(name):
            assert client.get(address).status_code == 200
