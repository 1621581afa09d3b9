"""Finding an entity as a clerk types."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from entities import naming
from entities.models import Entity, EntityIdentifier, FormerName
from entities.search import find_entities
from tests.factories import AgentFactory, EntityFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return MemberFactory()


def named(name: str, **facts) -> Entity:
    return EntityFactory(name_zh=name, **facts)


def found(user, query: str, **options) -> list[tuple[str, str]]:
    return [(match.why, match.entity.name_zh) for match in find_entities(user=user, query=query, **options)]


def test_a_whole_code_finds_its_entity_however_it_is_typed(clerk):
    entity = named("云汀禾谷食品有限公司")
    code = entity.credit_code
    for typed in (
        code,
        code.lower(),
        f" {code[:8]} {code[8:]} ",
        code.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
    ):
        (match,) = find_entities(user=clerk, query=typed)
        assert (match.entity, match.why, match.matched) == (entity, "code", code)


def test_the_beginning_of_a_code_finds_those_that_begin_so(clerk):
    entity = named("云汀禾谷食品有限公司")
    assert found(clerk, entity.credit_code[:16]) == [("code", "云汀禾谷食品有限公司")]
    assert found(clerk, entity.credit_code[:3]) == []


@pytest.mark.parametrize("hyphen", ["", "-"])
def test_an_organisation_code_finds_its_entity(clerk, hyphen):
    entity = named("云汀禾谷食品有限公司")
    inner = entity.credit_code[8:17]
    (match,) = find_entities(user=clerk, query=f"{inner[:8]}{hyphen}{inner[8]}")
    assert (match.entity, match.why, match.matched) == (entity, "identifier", f"{inner[:8]}-{inner[8]}")


def test_an_old_registration_number_finds_its_entity(clerk):
    entity = named("云汀禾谷食品有限公司")
    EntityIdentifier.objects.create(entity=entity, kind="registration", value="339702000001234")
    (match,) = find_entities(user=clerk, query="339702000001234")
    assert (match.entity, match.why, match.matched) == (entity, "identifier", "339702000001234")


def test_names_come_whole_then_by_beginning_then_by_part(clerk):
    named("汀东恒屿化工有限公司")
    named("恒屿化工贸易行")
    named("恒屿化工")
    assert found(clerk, "恒屿化工") == [
        ("name", "恒屿化工"),
        ("name", "恒屿化工贸易行"),
        ("name", "汀东恒屿化工有限公司"),
    ]


def test_brackets_and_spaces_do_not_matter(clerk):
    named("恒屿化工（云汀）有限公司")
    assert found(clerk, "恒屿 化工(云汀)") == [("name", "恒屿化工（云汀）有限公司")]


def test_two_parts_of_a_name_find_it(clerk):
    named("云汀市海晏电器厂")
    named("云汀市海晏食品厂")
    assert found(clerk, "云汀 电器") == [("name", "云汀市海晏电器厂")]


def test_two_characters_from_the_middle_find_a_name_when_nothing_begins_so(clerk):
    named("云汀市海晏电器厂")
    assert found(clerk, "海晏") == [("name", "云汀市海晏电器厂")]


def test_a_former_name_finds_the_entity_and_says_so(clerk):
    entity = named("恒屿精细化工有限公司")
    FormerName.objects.create(
        entity=entity, name="云汀第二农药厂", name_key=naming.name_key("云汀第二农药厂")
    )
    (match,) = find_entities(user=clerk, query="第二农药")
    assert (match.entity, match.why, match.matched) == (entity, "former_name", "云汀第二农药厂")


def test_pinyin_initials_find_an_entity(clerk):
    named("云汀长乐银行")
    assert found(clerk, "ytclyh") == [("initials", "云汀长乐银行")]
    assert found(clerk, "YTcl") == [("initials", "云汀长乐银行")]


@pytest.mark.parametrize("query", ["%", "_", "\\", "%_%", "'; drop", "\x00", "   ", "", "💥" * 200, "(" * 50])
def test_signs_that_mean_something_elsewhere_find_nothing_and_break_nothing(clerk, query):
    named("云汀禾谷食品有限公司")
    assert found(clerk, query) == []


def test_an_entity_stands_once_though_several_reasons_fit(clerk):
    entity = named("恒屿化工")
    FormerName.objects.create(entity=entity, name="恒屿化工厂", name_key="恒屿化工厂")
    assert found(clerk, "恒屿化工") == [("name", "恒屿化工")]


def test_no_more_than_asked_for_are_found(clerk):
    for number in range(8):
        named(f"海晏{number}号店")
    assert len(found(clerk, "海晏", limit=5)) == 5


def test_strangers_find_nothing_and_agents_their_own():
    mine, _other = named("海晏一号店"), named("海晏二号店")
    assert found(AnonymousUser(), "海晏") == []
    assert found(UserFactory(), mine.credit_code) == []
    assert found(AgentFactory(entity=mine).user, "海晏") == [("name", "海晏一号店")]


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ({"credit_code__startswith": "913397"}, "credit_code"),
        ({"organisation_code": "MX9000001"}, "entity_by_organisation_code"),
        ({"name_key": "海晏一号店"}, "entity_by_name_key"),
        ({"name_key__startswith": "海晏"}, "entity_by_name_key"),
        ({"name_key__contains": "晏一号"}, "entity_name_trigrams"),
        ({"initials__startswith": "hyyh"}, "entity_by_initials"),
    ],
)
def test_each_question_is_one_that_an_index_answers(condition, index):
    EntityFactory.create_batch(3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in Entity.objects.filter(**condition).order_by().explain()
