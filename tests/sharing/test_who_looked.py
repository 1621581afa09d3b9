"""Who reads which looks: the entity those at it, a body its own, the lead office all."""

import pytest
from django.utils import timezone, translation

from credit_platform.audit.models import AccessEntry
from entities.sharing import selectors
from entities.sharing.places import purpose_of
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
    merged_away,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def entity():
    return EntityFactory()


@pytest.fixture
def tax():
    return BodyFactory(name_zh="云汀市税务局", name_en="Yunting Tax Bureau")


@pytest.fixture
def inspector(tax):
    return MemberFactory(body=tax, name_en="Zhou Wei", name_zh="周伟")


@pytest.fixture
def record(entity):
    return RecordFactory(entity=entity, record_type=RecordTypeFactory(version__disclosure="shared"))


@pytest.fixture
def look(client, inspector, record):
    client.force_login(inspector)
    client.get(f"/records/{record.pk}/")
    return AccessEntry.objects.get()


def page(client, user, path: str) -> str:
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_entity_reads_which_body_looked_at_what_and_not_which_person(client, look, entity, record):
    shown = page(client, AgentFactory(entity=entity).user, f"/who-looked/{entity.credit_code}/")
    assert "Yunting Tax Bureau" in shown
    assert record.document_number in shown
    assert "Zhou Wei" not in shown
    assert "周伟" not in shown


def test_the_entitys_own_looks_are_not_those_of_others(client, entity, record):
    agent = AgentFactory(entity=entity).user
    client.force_login(agent)
    client.get(f"/records/{record.pk}/")
    assert AccessEntry.objects.count() == 1
    assert "No look yet" in page(client, agent, f"/who-looked/{entity.credit_code}/")


def test_the_entity_hears_of_no_look_at_a_draft_about_it(client, entity):
    draft = RecordFactory(entity=entity, status="draft")
    client.force_login(MemberFactory(body=draft.submitted_by))
    client.get(f"/records/{draft.pk}/")
    assert "No look yet" in page(
        client, AgentFactory(entity=entity).user, f"/who-looked/{entity.credit_code}/"
    )


def test_the_entity_reads_also_the_looks_at_those_that_were_merged_into_it(client, look, entity):
    stays = EntityFactory()
    type(entity).everything.filter(pk=entity.pk).update(merged_into=stays)
    assert "Yunting Tax Bureau" in page(
        client, AgentFactory(entity=stays).user, f"/who-looked/{stays.credit_code}/"
    )


def test_another_entitys_agent_finds_no_such_page(client, look, entity):
    client.force_login(AgentFactory().user)
    assert client.get(f"/who-looked/{entity.credit_code}/").status_code == 404


def test_a_body_reads_the_looks_of_its_own_people_with_their_names(client, look, inspector, tax):
    assert "Zhou Wei" in page(client, MemberFactory(body=tax, role="supervisor"), "/looks/")
    assert "Zhou Wei" not in page(client, MemberFactory(), "/looks/")


def test_a_person_is_named_in_the_readers_language_and_by_the_copied_name_once_the_account_is_gone(look):
    type(look.actor).objects.filter(pk=look.actor_id).update(name_zh="何淼", name_en="He Miao")
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    for language, name in (("en", "He Miao"), ("zh-hans", "何淼")):
        with translation.override(language):
            (shown,) = selectors.as_looks(selectors.looks_for_list(user=lead), user=lead)
            assert shown.person == name
    look.actor.memberships.all().delete()
    look.actor.delete()
    (shown,) = selectors.as_looks(selectors.looks_for_list(user=lead), user=lead)
    assert shown.person == look.actor_name


def test_the_lead_office_searches_all_looks(client, look, entity):
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    day = timezone.localdate(look.at).isoformat()
    for query, finds in {
        f"?q={entity.credit_code}": True,
        f"?q={entity.name_zh[3:6]}": True,
        "?q=周伟": False,
        f"?q={look.actor_name}": True,
        f"?q={EntityFactory().credit_code}": False,
        "?way=page": True,
        "?way=api": False,
        f"?since={day}&until={day}": True,
        "?until=2020-01-01": False,
    }.items():
        assert (entity.credit_code in page(client, lead, f"/looks/{query}")) is finds, query


def test_the_interface_has_the_same_scope_and_hides_the_person_from_the_entity(
    client, look, entity, record, inspector
):
    for user, expected in (
        (inspector, [str(inspector)]),
        (AgentFactory(entity=entity).user, [""]),
        (MemberFactory(), []),
        (UserFactory(), []),
    ):
        client.force_login(user)
        found = client.get("/api/v1/looks/").json()["results"]
        assert [one["person"] for one in found] == expected
        assert all(one["entity"] == entity.credit_code and one["records"] == [record.pk] for one in found)


def test_the_interface_tells_the_agent_of_the_one_that_stays_also_of_looks_at_the_one_merged_away(
    client, look, entity
):
    stays = merged_away(entity, EntityFactory())
    client.force_login(AgentFactory(entity=stays).user)
    found = client.get("/api/v1/looks/").json()["results"]
    assert [one["entity"] for one in found] == [entity.credit_code]


def test_the_list_of_looks_stays_within_its_query_budget(client, inspector, query_budget):
    client.force_login(inspector)
    for _n in range(3):
        client.get(
            f"/records/{RecordFactory(record_type=RecordTypeFactory(version__disclosure='shared')).pk}/"
        )
    with query_budget("list of looks"):
        client.get("/looks/")


@pytest.mark.parametrize(
    ("place", "purpose"),
    [
        ("entities:record-detail", "the registry"),
        ("export-records", "a list taken away as a file"),
        ("sharing:watch-list", "shared changes"),
        ("api-record-list", "a body's own system"),
        ("credit-check", "a credit check of a list"),
        ("held-data", "a file of all that is held, for the entity itself"),
        ("quality:records", "Quality of data"),
        ("", ""),
    ],
)
def test_what_a_look_was_for_is_said_in_words(place, purpose):
    with translation.override("en"):
        assert purpose_of(place) == purpose
