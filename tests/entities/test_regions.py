"""Regions have a history: an entity keeps the code under which it was registered, and its region may be another today."""

import pytest
from django.urls import reverse

from entities import industries, regions
from entities.models import Entity
from entities.sharing import watched
from entities.sharing.models import WatchList
from tests.factories import EntityFactory, MemberFactory


@pytest.mark.parametrize(
    ("code", "now"),
    [
        ("330204", "330212"),  # 江东区 was taken in by 鄞州区 in 2016
        ("110103", "110101"),  # 崇文区 by 东城区 in 2010
        ("310225", "310115"),  # 南汇县 became 南汇区 in 2001, which 浦东新区 took in in 2009
        ("510283", "500116"),  # 江津市 came to Chongqing in 1997 and became a district in 2006
        ("330281", "330281"),
        ("999999", "999999"),
    ],
)
def test_a_code_that_is_gone_leads_to_the_region_of_today(code, now):
    assert regions.today(code) == now


def test_a_code_tells_what_it_meant_and_in_which_years():
    (period,) = regions.history("310119")
    assert (period.name, period.since, period.until, period.became) == ("南汇区", 2001, 2009, "310115")
    assert regions.history("110101") == () or regions.history("110101")[-1].until is None


@pytest.mark.parametrize(("year", "name"), [(1999, "江津市"), (2005, "江津市")])
def test_a_year_has_its_own_name(year, name):
    assert regions.named_in("500381", year) == name


def test_what_became_of_a_region_is_said_where_it_is_described():
    assert regions.described("330204") == "江东区（宁波市，浙江省）; since 2016 鄞州区 330212"
    assert regions.described("310225").endswith("since 2009 浦东新区 310115")
    assert regions.described("330281") == "余姚市（宁波市，浙江省）"
    assert regions.described("999999") == ""


def test_no_chain_of_changes_runs_in_a_circle_or_out_of_the_lists():
    for code in regions.names():
        assert regions.is_known(regions.today(code)), code
        assert regions.today(regions.today(code)) == regions.today(code), code


@pytest.mark.django_db
def test_a_region_that_is_followed_takes_its_former_codes_along():
    before, inside, elsewhere = (EntityFactory(region_code=code) for code in ("330204", "330212", "330281"))
    follows = WatchList(kind="place", region_codes=["330212"])
    assert set(Entity.objects.filter(watched.entities_of(follows))) == {before, inside}
    assert set(
        Entity.objects.filter(watched.entities_of(WatchList(kind="place", region_codes=["330200"])))
    ) == {
        before,
        inside,
        elsewhere,
    }


@pytest.mark.django_db
def test_the_page_of_an_entity_and_of_a_list_say_what_became_of_a_region(client):
    said = "since 2016 鄞州区 330212"
    entity, clerk = EntityFactory(region_code="330204"), MemberFactory()
    client.force_login(clerk)
    assert said in client.get(reverse("entities:entity-detail", args=(entity.credit_code,))).content.decode()
    follows = WatchList.objects.create(
        body=clerk.memberships.get().body,
        name="宁波",
        kind="place",
        region_codes=["330204"],
        created_by=clerk,
    )
    for address in (reverse("sharing:watch-list"), reverse("sharing:watch-detail", args=(follows.pk,))):
        assert said in client.get(address).content.decode()


def test_a_province_takes_along_what_came_to_it_from_another():
    assert "510283" in regions.former_codes_within("50")


# Industries


@pytest.fixture
def table(settings, tmp_path):
    file = tmp_path / "industries.csv"
    file.write_text(
        "level,section,division,group,class,name\n1,C,,,,制造业\n2,C,14,,,食品制造业\n4,C,14,141,1411,糕点、面包制造\n",
        encoding="utf-8-sig",
    )
    settings.INDUSTRY_NAMES = str(file)
    industries.names.cache_clear()
    yield
    industries.names.cache_clear()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"level,section,name\n1,C,\xe5\x88\xb6\n", "no column division, group, class"),
        ("section,division,group,class,name\nC,,,,制造业\n".encode("gb18030"), "can't decode"),
        (b"", "no column section"),
    ],
)
def test_a_table_that_cannot_be_read_is_said_at_the_start_and_pages_do_without(
    settings, tmp_path, content, why
):
    file = tmp_path / "industries.csv"
    if content is not None:
        file.write_bytes(content)
    settings.INDUSTRY_NAMES = str(file)
    industries.names.cache_clear()
    (said,) = industries.table_can_be_read(None)
    assert said.is_serious()
    assert why in said.msg
    assert "or leave INDUSTRY_NAMES empty" in said.hint
    assert industries.described("C1411") == "Manufacturing"
    industries.names.cache_clear()


def test_a_table_that_can_be_read_is_not_spoken_of(settings, table):
    assert industries.table_can_be_read(None) == []
    settings.INDUSTRY_NAMES = ""
    assert industries.table_can_be_read(None) == []


def test_an_industry_is_named_by_its_section_where_no_table_is_there():
    industries.names.cache_clear()
    assert industries.described("C1411") == "Manufacturing"
    assert industries.described("") == ""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("C1411", "糕点、面包制造（Manufacturing）"),
        ("C14", "食品制造业（Manufacturing）"),
        ("C", "Manufacturing"),
        ("C9999", "Manufacturing"),
    ],
)
def test_an_industry_is_named_by_the_operators_table(table, code, said):
    assert industries.described(code) == said
