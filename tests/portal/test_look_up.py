"""The public look-up: who is found by what, how often one may ask, and how long an answer may be kept."""

import pytest
import time_machine
from django.urls import reverse

from credit_platform.portal import limits
from entities.models import FormerName
from entities.naming import initials, name_key
from tests.factories import EntityFactory, RecordFactory, RecordTypeFactory


def look_up(client, query: str):
    return client.get(reverse("portal:search"), {"q": query})


@pytest.fixture
def company(db):
    return EntityFactory(name_zh="云汀市禾谷食品有限公司", name_en="Yunting Hegu Food Co., Ltd.")


@pytest.fixture
def household(db):
    return EntityFactory(
        credit_code="92339702MX90000X14"[:17] + "0",
        name_zh="云汀市屿槐百货商行",
        name_en="Yunting Yuhuai General Store",
        name_key=name_key("云汀市屿槐百货商行"),
        initials=initials("云汀市屿槐百货商行"),
        address="云汀市汀东区澄湖路12号3单元",
    )


def test_the_whole_code_leads_straight_to_the_entity(client, company):
    for typed in (company.credit_code, f" {company.credit_code.lower()} "):
        assert look_up(client, typed)["Location"] == reverse("portal:entity", args=(company.credit_code,))


@pytest.mark.parametrize("query", ["禾谷", "禾谷食品", "云汀市禾谷食品有限公司", "ytshg", "YTSHG"])
def test_a_company_is_found_by_fragments_of_its_name_and_by_initials(client, company, query):
    page = look_up(client, query).content.decode()
    assert company.credit_code in page


def test_a_company_is_found_by_a_former_name_and_the_page_says_so(client, company):
    former = "云汀市禾谷糕点厂"
    FormerName.objects.create(entity=company, name=former, name_key=name_key(former))
    page = look_up(client, "禾谷糕点").content.decode()
    assert company.credit_code in page
    assert "formerly" in page


@pytest.mark.parametrize("query", ["屿槐", "云汀市", "ytsyh", "92339702"])
def test_a_self_employed_household_is_not_found_by_fragments(client, household, query):
    assert household.credit_code not in look_up(client, query).content.decode()


def test_a_self_employed_household_is_found_by_whoever_knows_its_whole_name_or_code(client, household):
    assert household.credit_code in look_up(client, household.name_zh).content.decode()
    assert look_up(client, household.credit_code).status_code == 302


def test_a_self_employed_households_address_is_not_shown(client, household, company):
    page = client.get(reverse("portal:entity", args=(household.credit_code,))).content.decode()
    assert household.name_zh in page
    assert "澄湖路" not in page


def test_nothing_found_says_what_to_do_next(client, company):
    assert "Check the spelling" in look_up(client, "没有这家").content.decode()
    assert "at least two characters" in look_up(client, "禾").content.decode()
    assert look_up(client, "").status_code == 200


def test_signs_that_mean_something_to_the_database_are_only_signs(client, company):
    for query in ("%%", "__", "\\", "'; drop table", "禾%食"):
        assert company.credit_code not in look_up(client, query).content.decode()
    assert company.credit_code in look_up(client, "\x00禾谷").content.decode()


def test_what_does_not_exist_is_a_404(client, db):
    assert client.get(reverse("portal:entity", args=("91339702MX90000000",))).status_code == 404
    assert client.get("/e/nonsense/").status_code == 404


def test_an_unknown_kind_of_records_is_a_404(client, company):
    assert (
        client.get(reverse("portal:entity-records", args=(company.credit_code, "secrets"))).status_code == 404
    )


def test_one_address_asks_so_often_and_no_more(client, company):
    with time_machine.travel("2026-11-20 09:00:00+08:00", tick=False) as clock:
        for _ in range(limits.SEARCH.amount):
            assert look_up(client, "禾谷").status_code == 200
        refused = look_up(client, "禾谷")
        assert refused.status_code == 429
        assert "Too many" in refused.content.decode()
        answer = client.get(reverse("portal:search"), {"q": "禾谷"}, REMOTE_ADDR="10.1.2.3")
        assert answer.status_code == 200, "another address is not touched"
        clock.shift(limits.SEARCH.seconds + 1)
        assert look_up(client, "禾谷").status_code == 200


def test_the_look_up_works_without_redis(client, company, redis_away):
    assert company.credit_code in look_up(client, "禾谷").content.decode()
    assert client.get("/").status_code == 200


def test_an_answer_is_kept_for_a_minute_and_never_beyond_midnight(client, company):
    address = reverse("portal:lists")
    with time_machine.travel("2026-11-20 12:00:00+08:00", tick=False):
        assert client.get(address)["Cache-Control"] == "private, max-age=60"
    with time_machine.travel("2026-11-20 23:59:48+08:00", tick=False):
        assert client.get(address)["Cache-Control"] == "private, max-age=12"


def test_a_browser_asks_each_time_whether_its_copy_of_an_entitys_page_still_holds(client, company):
    answer = client.get(reverse("portal:entity", args=(company.credit_code,)))
    assert set(answer["Cache-Control"].split(", ")) == {"private", "max-age=0", "must-revalidate"}
    again = client.get(
        reverse("portal:entity", args=(company.credit_code,)), headers={"if-none-match": answer["ETag"]}
    )
    assert again.status_code == 304
    assert "max-age=0" in again["Cache-Control"]


def test_search_engines_keep_no_copies_of_records(client, company):
    assert (
        client.get(reverse("portal:entity", args=(company.credit_code,)))["X-Robots-Tag"]
        == "nosnippet, noarchive"
    )
    assert look_up(client, "禾谷")["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in client.get("/")


def test_public_pages_speak_chinese_too(client, company):
    RecordFactory(entity=company, record_type=RecordTypeFactory(code="administrative-penalty"))
    for address in ("/", "/search/?q=禾谷", f"/e/{company.credit_code}/", "/methods/"):
        answer = client.get(address, HTTP_ACCEPT_LANGUAGE="zh-hans")
        assert 'lang="zh-CN"' in answer.content.decode()
