"""Every page that the permission table knows, as a reader of it sees it: at a desk in English, on a phone in Chinese."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from entities.models import Entity
from evaluation.boards import coming, counting
from evaluation.services import rate_waiting, request_ratings
from tests.browser.accessibility import assert_accessible
from tests.browser.answering import answering
from tests.browser.conftest import HEIGHTS, complaint, launched
from tests.permissions.table import ROLES, TABLE
from tests.permissions.world import World, one_world

pytestmark = pytest.mark.django_db

SAID = {"en": "en", "zh-hans": "zh-CN"}
ADDRESS = "http://localhost"
#: What these answer is a part of a page, a file, or meant for programs.
NOT_PAGES = frozenset(
    {
        "agencies:desk-uploads", "agencies:enter-preview", "composing:table-file", "entities:lookup",
        "entities:submission-job", "entities:submission-rest", "entities:submission-template",
        "entities:submission-template-sheet", "evaluation:scheme-document", "credit_checks:progress", "healthz",
        "integrity_calendar:feed", "integrity_calendar:file",
        "held_data:download", "held_data:progress", "letters:letter",
        "letters:signature", "letters:statement", "metrics", "missing:paper", "portal:announcement-feed", "portal:data-catalogue",
        "portal:dataset", "portal:robots", "portal:sitemap", "portal:sitemap-entities", "portal:sitemap-pages",
        "portal:list-feed", "portal:verify-key", "readyz", "repair:case-document", "sharing:export",
        "stories:feed", "ui:styleguide-job", "ui:styleguide-lookup",
    }
)  # fmt: skip
#: The reader to whom a page is shown, of those who get it: the public where it may.
READER_OF = {
    route: next(role for role, status in zip(ROLES, methods["GET"].split(), strict=True) if status == "200")
    for route, methods in TABLE.items()
    if "200" in methods.get("GET", "") and not route.startswith("api-")
}


@pytest.fixture(scope="module")
def browser(chromium_path):
    """Of this module alone: tests of other modules that come after it would find its event loop in their thread."""
    with launched(chromium_path) as running:
        yield running


@pytest.fixture(scope="module")
def world(browser, django_db_setup, django_db_blocker):
    """The world of the permission table, rated and counted, so that its boards have something to show."""
    with one_world(django_db_blocker) as world:
        today = timezone.localdate()
        request_ratings(Entity.objects.values_list("pk", flat=True))
        while rate_waiting(limit=100, as_of=today):
            pass
        counting.rebuild(today)
        coming.look_ahead(today)
        yield world
    with django_db_blocker.unblock():
        # While the browser's event loop runs, this thread has another connection than the one that clears up.
        connection.close()


def _reader(world: World, role: str, lang: str) -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
    if person := world.people[role]:
        client.force_login(
            type(person).objects.get(pk=person.pk), backend=settings.AUTHENTICATION_BACKENDS[0]
        )
    return client


@pytest.mark.parametrize(("lang", "width"), (("en", 1440), ("zh-hans", 390)))
@pytest.mark.parametrize("route", sorted(READER_OF.keys() - NOT_PAGES))
def test_a_page_fits_its_window_and_nothing_on_it_stands_in_a_readers_way(world, browser, route, lang, width):
    context = browser.new_context(
        base_url=ADDRESS,
        viewport={"width": width, "height": HEIGHTS.get(width, 900)},
        timezone_id=settings.TIME_ZONE,
    )
    complaints: list[str] = []
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: complaints.extend(complaint(page, message)))
        page.route("**/*", answering(_reader(world, READER_OF[route], lang)))
        page.goto(world.address_of(route))
        assert page.locator("html").get_attribute("lang") == SAID[lang]
        assert page.locator("main h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert_accessible(page)
    finally:
        context.close()
    assert not complaints, "The browser complained:\n" + "\n".join(complaints)


@pytest.mark.parametrize("route", sorted(NOT_PAGES))
def test_what_is_left_out_of_the_pages_is_none(world, route):
    response = _reader(world, READER_OF[route], "en").get(world.address_of(route))
    assert b"<html" not in response.getvalue()
