"""The public, an association, an agent and the lead office in the browser: what they do, and what axe says."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from associations.models import Member
from tests.browser.accessibility import assert_accessible
from tests.browser.city import City, build_city
from tests.browser.looking_up import look_up
from tests.factories import PASSWORD, repairable_record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.mark.parametrize("lang", ["zh-hans"])
def test_nothing_in_what_is_found_or_was_left_stands_in_anybodys_way(page_as, city, lang):
    """`test_every_page.py` looks at each page as its address shows it."""
    for reader, address in {None: "/search/?q=禾谷", "officer": "/members/?view=left"}.items():
        page = page_as(reader and city.people[reader], lang=lang)
        page.goto(address)
        assert_accessible(page)


def test_the_public_finds_an_entity_with_the_keyboard_alone_and_sees_what_is_public(page_as, city):
    record = repairable_record(entity=city.hegu, title="罚款3.2万元：进货查验", facts="当事人张三")
    page = page_as(None)
    page.goto("/")
    page.get_by_role("searchbox").press_sequentially("hegu")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    page.get_by_role("searchbox").fill("禾谷")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Yunting Hegu Food Co., Ltd.").click()
    expect(page.get_by_text(record.title)).to_be_visible()
    expect(page.get_by_text("张三")).to_have_count(0)
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("云汀市禾谷食品有限公司")


def test_signing_in_leads_to_the_first_page_and_out_again(page_as, city):
    page = page_as(None)
    page.goto(reverse("associations:member-list"))
    page.get_by_label("User name or e-mail").fill(city.people["officer"].username)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("do not fit together")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/members/$"))
    page.locator("summary.who").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(r"/accounts/login/$"))
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_officer_finds_the_entity_while_typing_and_adds_it_as_a_member(page_as, city):
    page = page_as(city.people["officer"])
    page.goto("/members/")
    with page.expect_navigation():
        page.get_by_role("link", name="Add a member").click()
    look_up(page.get_by_role("combobox"), "禾谷")
    page.get_by_role("option").first.click()
    page.get_by_label("Joined on").fill("2024-05-01")
    page.get_by_label("Charter of the association").check()
    page.get_by_role("button", name="Add the member").click()
    expect(page.get_by_role("link", name="Yunting Hegu Food Co., Ltd.", exact=True)).to_be_visible()
    assert Member.objects.get().entity == city.hegu


def test_the_description_of_the_interface_is_drawn_under_the_content_policy(page_as, city):
    page = page_as(None)
    page.goto("/api/docs/")
    expect(page.get_by_text("/api/v1/records/").first).to_be_visible()
