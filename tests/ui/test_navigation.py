"""The bars offer what policies allow, and only pages that exist."""

from types import SimpleNamespace

import pytest

from credit_platform.ui import navigation
from credit_platform.ui.navigation import Item, Standing, entries

CLERK = SimpleNamespace(is_authenticated=True, clerk=True)
GUEST = SimpleNamespace(is_authenticated=False, clerk=False)


@pytest.fixture(autouse=True)
def empty_bars(monkeypatch):
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(navigation, "_describe_standing", [])


def test_an_item_is_offered_to_those_whom_its_policy_admits():
    navigation.register(Item(label="Guide", url_name="ui:styleguide", visible=lambda user: user.clerk))
    assert [entry.label for entry in entries(CLERK, "desk")] == ["Guide"]
    assert entries(GUEST, "desk") == []


def test_an_item_whose_page_does_not_exist_is_left_out():
    navigation.register(Item(label="Nowhere", url_name="nowhere:at-all"))
    assert entries(CLERK, "desk") == []


def test_items_stand_in_their_order_and_in_their_bar():
    navigation.register(Item(label="Second", url_name="ui:styleguide", order=20))
    navigation.register(Item(label="First", url_name="ui:styleguide-job", order=10))
    navigation.register(Item(label="Public", url_name="ui:styleguide", bar="portal"))
    assert [entry.label for entry in entries(CLERK, "desk")] == ["First", "Second"]
    assert [entry.label for entry in entries(CLERK, "portal")] == ["Public"]


def test_of_several_that_fit_the_longest_is_current():
    navigation.register(Item(label="Guide", url_name="ui:styleguide"))
    navigation.register(Item(label="Job", url_name="ui:styleguide-job"))
    assert [entry.label for entry in entries(CLERK, "desk", "/styleguide/job/7/") if entry.current] == ["Job"]
    assert [entry.label for entry in entries(CLERK, "desk", "/styleguide/") if entry.current] == ["Guide"]
    assert not any(entry.current for entry in entries(CLERK, "desk", "/elsewhere/"))


def test_a_section_marks_its_item_as_current():
    navigation.register(Item(label="Records", url_name="ui:styleguide", section=("/records/",)))
    assert entries(CLERK, "desk", "/records/12/")[0].current


def test_an_item_tells_how_many_wait():
    navigation.register(Item(label="Guide", url_name="ui:styleguide", count=lambda user: 23))
    assert entries(CLERK, "desk")[0].count_text == "23"


def test_more_than_99_are_not_told_apart():
    navigation.register(Item(label="Guide", url_name="ui:styleguide", count=lambda user: 99))
    navigation.register(Item(label="Job", url_name="ui:styleguide-job", count=lambda user: 100))
    assert [entry.count_text for entry in entries(CLERK, "desk")] == ["99", "99+"]


def test_registering_again_replaces():
    navigation.register(Item(label="Old", url_name="ui:styleguide"))
    navigation.register(Item(label="New", url_name="ui:styleguide"))
    assert [entry.label for entry in entries(CLERK, "desk")] == ["New"]


def test_where_somebody_works_is_asked_only_of_the_signed_in():
    navigation.register_standing(lambda user: Standing("Tax Bureau", "Clerk"))
    assert navigation.standing_of(CLERK) == Standing("Tax Bureau", "Clerk")
    assert navigation.standing_of(GUEST) == Standing()


def test_a_city_gives_the_platform_its_own_name(settings):
    settings.PLATFORM_NAME = {"en": "Harbour Credit"}
    assert navigation.brand() == "Harbour Credit"
