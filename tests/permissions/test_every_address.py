"""Who gets what at every address, by every method: the whole table, and nothing left out of it."""

import gzip
import re
from functools import cache
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from entities.sharing import exports
from tests.factories import RecordFactory
from tests.permissions.table import LISTS, ROLES, TABLE
from tests.permissions.world import ROUTES, World, one_world, sessions_of

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: What a first visit to a public page may weigh, in bytes as they travel, before charts.
LIGHT = 100_000
CHARTS = {"vendor/echarts.min.js", "ui/charts.js"}
#: For those who build programs or pages with it.
FOR_BUILDERS = {"api-docs", "ui:styleguide"}
#: Whoever is refused here is refused to everybody.
THE_MOST_TRUSTED = ("supervisor", "lead", "agent")


class _Undo(Exception):
    """Ends a try so that the next reader finds the world as the first one did."""


def _status(session: str, method: str, url: str) -> int:
    """The status that the reader of this session gets there with an empty body; whatever the request changed is undone."""
    client = Client(raise_request_exception=False)
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    status = 0
    try:
        with transaction.atomic(), translation.override("en"):
            response = client.generic(method, url)
            status = response.status_code
            _close(response)
            raise _Undo
    except _Undo:
        return status


def _close(response) -> None:
    """Close the files that it sends, and not the connection in whose transaction all this happens."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One world for the whole table, since nothing that is asked of it stays."""
    with one_world(django_db_blocker) as world:
        yield world


@pytest.fixture(autouse=True)
def _what_stands_in_the_bar_is_counted_once_for_each_reader(settings):
    settings.BAR_COUNTS_KEPT = 20


@pytest.fixture(scope="module")
def sessions(world, django_db_blocker):
    with django_db_blocker.unblock():
        return sessions_of(world)


@pytest.mark.parametrize("route", sorted(TABLE))
def test_everybody_gets_what_the_table_says_and_nothing_by_another_method(world, sessions, route):
    url = world.address_of(route)
    for method in METHODS:
        if method in TABLE[route]:
            given = {role: _status(sessions[role], method, url) for role in ROLES}
            assert given == dict(zip(ROLES, map(int, TABLE[route][method].split()), strict=True)), method
        else:
            given = {role: _status(sessions[role], method, url) for role in THE_MOST_TRUSTED}
            assert all(status == 302 or 400 <= status < 500 for status in given.values()), (method, given)


def test_no_address_is_left_out_of_the_table():
    assert set(ROUTES) == set(TABLE)


@pytest.mark.parametrize("code", sorted(LISTS))
def test_everybody_may_take_away_the_lists_that_the_table_says(world, sessions, code):
    url = reverse("sharing:export", args=(code, "csv")) + world.query_of_list(code)
    given = {role: _status(sessions[role], "GET", url) for role in ROLES}
    assert given == dict(zip(ROLES, map(int, LISTS[code].split()), strict=True))


def test_no_list_that_may_be_taken_away_is_left_out_of_the_table():
    assert set(exports.all_codes()) == set(LISTS)


@cache
def _travels(place: str) -> int:
    """How many bytes of a static file reach a browser: packed once, when it is collected."""
    return len(brotli.compress(Path(finders.find(place)).read_bytes()))


def _weight(page: bytes) -> int:
    """The page as the proxy packs it, and every file that it names but charts."""
    files = {file.decode() for file in re.findall(rb'(?:src|href)="/static/([^"#?]+)"', page)}
    return len(gzip.compress(page, compresslevel=5)) + sum(map(_travels, files - CHARTS))


def _public_pages(world: World, language: str) -> dict[str, int]:
    """By route, what each page for everybody weighs."""
    weights = {}
    client = Client(headers={"accept-language": language})
    for route, methods in TABLE.items():
        if methods.get("GET", "").startswith("200") and route not in FOR_BUILDERS:
            response = client.get(world.address_of(route))
            if response["Content-Type"].startswith("text/html") and b"<html" in response.content:
                weights[route] = _weight(response.content)
    return weights


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_public_page_is_light_with_all_that_a_first_visit_fetches(world, language):
    try:
        with transaction.atomic():
            facts = {
                "entity": world.entity,
                "submitted_by": world.body,
                "record_type": world.record.record_type,
            }
            RecordFactory.create_batch(60, type_version=world.record.type_version, **facts)
            weights = _public_pages(world, language)
            listed = Client().get(reverse("portal:announcements")).content.count(b"<tr")
            raise _Undo
    except _Undo:
        assert len(weights) > 25
        assert listed > 25
        assert {route: weight for route, weight in weights.items() if weight > LIGHT} == {}
