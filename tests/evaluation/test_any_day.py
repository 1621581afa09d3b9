"""Anybody who sees a grade can have it worked out again for any day before, and sees whether it is what was given."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from entities.models import CreditRecord
from evaluation import replay
from evaluation.models import RatingChange, SchemeVersion
from tests.evaluation.test_replay import by_force, came, changed_on
from tests.factories import AgentFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
CITY = "city-comprehensive"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def official(client):
    person = MemberFactory(role="supervisor")
    client.force_login(person)
    return person


@pytest.fixture
def then():
    return TODAY() - timedelta(days=40)


@pytest.fixture
def repaired(record, rated, then):
    """An entity that had a penalty, was rated, and had it repaired ten days later."""
    entity = EntityFactory()
    penalty = came(record(entity, decided_on=then, published_on=then), then)
    rated(entity, as_of=then)
    later = then + timedelta(days=10)
    CreditRecord.objects.filter(pk=penalty.pk).update(status="repaired", ended_on=later)
    changed_on(later)
    came(record(entity, "commendation", decided_on=later, published_on=later), later)
    rated(entity, as_of=later)
    return entity, penalty


def asked(client, entity, status=200, **params):
    answer = client.get(f"/ratings/{entity.credit_code}/any-day/", {"scheme": CITY} | params)
    assert answer.status_code == status
    return answer.context["page"]


def test_a_past_day_gives_the_grade_that_was_given_on_it_with_its_records(client, official, repaired, then):
    entity, penalty = repaired
    change = RatingChange.objects.get(entity=entity, scheme__code=CITY, as_of=then)
    page = asked(client, entity, day=then.isoformat())
    explained = page.explained
    assert page.agrees
    assert (explained.grade, explained.points) == (change.to_grade, Decimal(change.to_points) / 100)
    (reason,) = explained.reasons
    assert (reason.record_id, reason.indicator.article, reason.points) == (penalty.pk, "4.1", -10)
    parts = [explained.start, reason.points, *(cut.points for cut in explained.adjustments)]
    assert sum(parts) == explained.points
    assert page.told.startswith(
        f"Given then: {change.to_grade} with {explained.points:.1f} points, by version 1 since"
    )


def test_every_day_between_is_the_same_to_the_last_bit_whenever_it_is_asked_for(
    schemes, official, repaired, then
):
    """The explanation of a past day and the rating of it are one run of the kernel, today as on any later day."""
    entity, _penalty = repaired
    for days in range(-1, 41):
        day = then + timedelta(days=days)
        for code, scheme in schemes.items():
            told = replay.told_on(entity, scheme.scheme, day)
            rating = replay.ratings_on(entity_ids=[entity.pk], scheme=scheme, day=day)
            explained, _records = replay.explained_on(user=official, entity=entity, scheme=scheme, day=day)
            assert (explained.place if explained.grade else -1) == rating.place[0], (code, day)
            if explained.points is not None:
                assert int(explained.points * 100) == int(rating.points[0]), (code, day)
            if day in (then, then + timedelta(days=9), then + timedelta(days=10)):
                assert (told.to_grade, told.to_points) == (
                    explained.grade,
                    None if explained.points is None else explained.points * 100,
                ), (code, day)  # fmt: skip


def test_what_became_known_later_is_told_apart_from_what_was_given(client, official, record, rated, then):
    entity = EntityFactory()
    came(record(entity, "commendation", decided_on=then, published_on=then), then)
    rated(entity, as_of=then)
    late = came(
        record(entity, decided_on=then - timedelta(days=5), published_on=then), then + timedelta(days=20)
    )
    page = asked(client, entity, day=then.isoformat())
    assert page.agrees
    assert late.pk not in page.explained.reasons.keys
    page = asked(client, entity, day=then.isoformat(), known_on=(then + timedelta(days=20)).isoformat())
    assert not page.agrees
    assert late.pk in page.explained.reasons.keys
    assert "another by what became known since" in page.told


def test_another_version_may_be_asked_for(client, official, schemes, repaired, then):
    entity, _penalty = repaired
    first = schemes[CITY].version
    document = first.document | {
        "components": [part | ({"weight": "2"} if part["code"] == "penalties" else {}) for part in first.document["components"]]
    }  # fmt: skip
    SchemeVersion.objects.create(
        scheme=first.scheme, number=2, document=document, legal_basis="x", state="published",
        effective_from=TODAY() - timedelta(days=1), published_at=timezone.now(),
    )  # fmt: skip
    by_first = asked(client, entity, day=then.isoformat()).explained
    assert by_first.scheme.version.number == 1
    page = asked(client, entity, day=then.isoformat(), version="2")
    assert page.explained.scheme.version.number == 2
    assert page.explained.points == by_first.points - 10
    assert "By this version it is another." in page.told


def test_what_was_tampered_with_does_not_agree(client, official, repaired, then):
    entity, _penalty = repaired
    by_force("UPDATE evaluation_ratingchange SET to_points = 9900 WHERE entity_id = %s", entity.pk)
    page = asked(client, entity, day=then.isoformat())
    assert not page.agrees
    assert "Given then" in page.told


def test_before_the_registry_knew_anything_there_is_no_grade_and_none_was_given(
    client, official, repaired, then
):
    page = asked(client, repaired[0], day=(then - timedelta(days=1)).isoformat())
    assert page.explained.grade == ""
    assert page.told == "By that day no grade had been given under this scheme."


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"day": "2999-01-01"}, "day"),
        ({"day": "yesterday"}, "day"),
        ({"day": "2026-01-02", "known_on": "2026-01-01"}, "known_on"),
        ({"day": "2026-01-02", "known_on": "2999-01-01"}, "known_on"),
        ({"version": "99"}, "version"),
    ],
)
def test_a_day_or_version_that_there_is_not_is_refused_beside_its_field(
    client, official, repaired, params, field
):
    entity, _penalty = repaired
    assert list(asked(client, entity, 422, **params).form.errors) == [field]
    answer = client.get(f"/api/v1/ratings/{entity.credit_code}/", {"scheme": CITY} | params)
    assert (answer.status_code, list(answer.json()["problems"])) == (422, [field])


def test_the_interface_answers_for_any_day_too(client, official, repaired, then):
    entity, _penalty = repaired
    address = f"/api/v1/ratings/{entity.credit_code}/"
    past = client.get(address, {"scheme": CITY, "day": then.isoformat()}).json()
    given = RatingChange.objects.get(entity=entity, scheme__code=CITY, as_of=then)
    assert (past["day"], past["points"]) == (then.isoformat(), f"{given.to_points / 100:.2f}")
    # The repaired record of another body weighed then, and is not named now.
    assert [(one["record"], one["points"]) for one in past["reasons"]] == [(None, "-10.00")]
    now = client.get(address, {"scheme": CITY}).json()
    assert now["day"] == TODAY().isoformat()
    assert now["points"] != past["points"]


def test_it_is_for_whoever_sees_the_grade_of_today(client, repaired):
    entity, _penalty = repaired
    address = f"/ratings/{entity.credit_code}/any-day/"
    agent = AgentFactory(entity=entity).user
    for person, status in ((agent, 200), (AgentFactory().user, 404), (MemberFactory(role="clerk"), 200)):
        client.force_login(person)
        assert client.get(address).status_code == status
    client.force_login(agent)
    assert client.get(address, {"scheme": "risk-class"}).status_code == 404


def test_the_page_of_a_grade_leads_to_each_day_on_which_it_moved(client, official, repaired, then):
    entity, _penalty = repaired
    shown = client.get(f"/ratings/{entity.credit_code}/", {"scheme": CITY}).content.decode()
    assert f"/ratings/{entity.credit_code}/any-day/?scheme={CITY}&amp;day={then.isoformat()}" in shown


def test_a_past_day_makes_a_fixed_number_of_queries(client, official, repaired, record, then, query_budget):
    entity, _penalty = repaired
    for _ in range(12):
        came(record(entity, decided_on=then, published_on=then), then)
    asked(client, entity, day=then.isoformat())
    with query_budget("grade of a past day"):
        asked(client, entity, day=then.isoformat())
