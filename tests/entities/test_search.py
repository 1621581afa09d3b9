"""Finding an entity as a clerk types."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import F

from entities import naming, search
from entities.models import Entity, EntityIdentifier, FormerName
from entities.models.entity import NamePairs
from entities.search import find_entities, pairs_despite_a_slip, pairs_of, slip_pattern
from tests.factories import AgentFactory, EntityFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """What is found does not hang on how busy the machine is."""
    monkeypatch.setattr(search, "SLIP_MS", 60_000)


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


def test_a_whole_name_is_first_however_many_names_begin_with_it(clerk, monkeypatch):
    monkeypatch.setattr(search, "LOOKED_AT", 2)
    for ending in ("食品厂", "农具厂", "酒厂"):
        named(f"禾谷{ending}")
    named("禾谷")
    # As when the names that begin so are not read in their order.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan TO off; SET LOCAL enable_bitmapscan TO off")
    assert found(clerk, "禾谷")[0] == ("name", "禾谷")


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


@pytest.mark.parametrize("copied", ["恒屿\u200b化工", "\ufeff恒屿化工\u202c", "恒屿\x07化工"])
def test_signs_that_nobody_sees_do_not_hide_a_name_from_whoever_copies_it(clerk, copied):
    named("恒屿化工")
    assert found(clerk, copied) == [("name", "恒屿化工")]


def test_two_parts_of_a_name_find_it(clerk):
    named("云汀市海晏电器厂")
    named("云汀市海晏食品厂")
    assert found(clerk, "云汀 电器") == [("name", "云汀市海晏电器厂")]


def test_two_characters_from_the_middle_find_a_name(clerk):
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


# In the order in which a clerk would want them


def test_whoever_is_in_business_comes_first_then_head_offices_then_the_shorter_name(clerk):
    named("海晏电器厂", status="deregistered")
    named("海晏电器商贸有限公司")
    head_office = named("海晏电器有限公司")
    named("海晏电器一部", head_office=head_office)
    named("海晏电器分公司")
    named("海晏电器有限公司研究所")
    assert [name for _why, name in found(clerk, "海晏电器")] == [
        "海晏电器有限公司",
        "海晏电器商贸有限公司",
        "海晏电器一部",
        "海晏电器分公司",
        "海晏电器有限公司研究所",
        "海晏电器厂",
    ]


@pytest.mark.parametrize(
    ("name", "is_branch"),
    [
        # As they stand in the register.
        ("华为技术有限公司北京研究所", True),
        ("江铃物资公司加油站", True),
        ("湖南苏宁云商有限公司麓山店", True),
        ("中国电信股份有限公司杭州余杭塘栖营业厅", True),
        ("中国建设银行股份有限公司万安支行", True),
        ("浙江娃哈哈实业股份有限公司饮用水分公司", True),
        ("杭州娃哈哈集团有限公司", False),
        ("中国石油天然气管道局秦皇岛输油气公司", False),
        ("中国石油公司北京销售有限公司", False),
        ("宁波市鄞州三轵机械厂", False),
    ],
)
def test_a_branch_is_told_by_its_name(name, is_branch):
    assert bool(search.BRANCH.search(naming.name_key(name))) is is_branch


def test_a_whole_name_comes_first_though_its_entity_is_gone(clerk):
    named("海晏电器", status="deregistered")
    named("海晏电器厂")
    assert found(clerk, "海晏电器")[0] == ("name", "海晏电器")


def test_reasons_come_in_their_order(clerk):
    former = named("恒屿精细化工有限公司")
    FormerName.objects.create(entity=former, name="汀东海晏电器厂", name_key="汀东海晏电器厂")
    named("云汀海晏电器厂")
    named("海晏电器厂")
    named("海晏电器")
    assert found(clerk, "海晏电器") == [
        ("name", "海晏电器"),
        ("name", "海晏电器厂"),
        ("name", "云汀海晏电器厂"),
        ("former_name", "恒屿精细化工有限公司"),
    ]


def test_two_characters_find_names_that_hold_them_behind_those_that_begin_so(clerk):
    named("云汀海晏电器厂")
    named("海晏食品厂")
    assert found(clerk, "海晏") == [("name", "海晏食品厂"), ("name", "云汀海晏电器厂")]


def test_traditional_characters_find_the_simplified_name(clerk):
    named("云汀长乐银行")
    assert found(clerk, "雲汀長樂銀行") == [("name", "云汀长乐银行")]


def test_initials_find_a_name_from_its_middle_behind_those_that_begin_so(clerk):
    named("云汀海晏电器厂")
    named("海晏电器商店")
    assert found(clerk, "hydq") == [("initials", "海晏电器商店"), ("initials", "云汀海晏电器厂")]


# With a slip


@pytest.mark.parametrize(
    "typed",
    [
        "云汀海燕电器厂",  # sounds alike
        "云汀海鑫电器厂",
        "云汀海电器厂",
        "云汀海晏的电器厂",
        "云汀晏海电器厂",
        "汀海晏电器长",
    ],
)
def test_one_slip_in_a_name_is_forgiven(clerk, typed):
    named("云汀海晏电器厂")
    assert found(clerk, typed) == [("similar", "云汀海晏电器厂")]


def test_a_slip_is_forgiven_in_a_long_name_and_in_a_part_of_it(clerk):
    named("云汀市海晏电器制造有限责任公司")
    for typed in ("云汀市海晏电气制造有限责任公司", "晏电气制造", "海晏电制造有限"):
        assert found(clerk, typed) == [("similar", "云汀市海晏电器制造有限责任公司")], typed


def test_names_with_a_slip_are_not_offered_beside_names_that_fit(clerk):
    named("云汀海晏电器厂")
    named("云汀海燕电器厂")
    assert found(clerk, "云汀海燕电器厂") == [("name", "云汀海燕电器厂")]


def test_names_that_have_only_what_all_have_in_common_are_not_alike(clerk):
    named("云汀海晏有限责任公司")
    assert found(clerk, "恒屿化工有限责任公司") == []


@pytest.mark.parametrize("place", [0, 5, 13, 17])
def test_one_slip_in_a_code_is_forgiven(clerk, place):
    entity = named("云汀海晏电器厂")
    code = entity.credit_code
    other = "8" if code[place] != "8" else "6"
    (match,) = find_entities(user=clerk, query=code[:place] + other + code[place + 1 :])
    assert match.entity == entity


def test_the_slips_that_are_looked_for_are_all_that_one_slip_can_do():
    text, name = "海晏电器厂", "云汀海晏电器厂"
    slips = [text[:n] + "鑫" + text[n + 1 :] for n in range(5)]
    slips += [text[:n] + text[n + 1 :] for n in range(5)]
    slips += [text[:n] + "鑫" + text[n:] for n in range(1, 5)]
    slips += [text[:n] + text[n + 1] + text[n] + text[n + 2 :] for n in range(4)]
    for typed in slips:
        assert re.search(slip_pattern(typed), name), typed
        held = set(pairs_of(name))
        assert any(set(pairs) <= held for pairs in pairs_despite_a_slip(typed)), typed
    assert not re.search(slip_pattern("海鑫鑫器厂"), name)


@pytest.mark.parametrize(
    ("lookup", "index"),
    [("pairs", "entity_name_pairs"), ("initials__contains", "entity_initials_trigrams")],
)
def test_parts_of_names_and_of_initials_are_answered_by_an_index(lookup, index):
    EntityFactory.create_batch(3)
    entities = Entity.objects.alias(pairs=NamePairs(F("name_key")))
    condition = {"pairs__contains": ["海晏"]} if lookup == "pairs" else {lookup: "hydq"}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in entities.filter(**condition).order_by().explain()
