"""Every page that the permission table knows, as a reader of it sees it: at a desk in English, on a phone and a tablet in Chinese."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from entities.models import Entity
from evaluation.boards import coming, counting
from evaluation.services import rate_waiting, request_ratings
from tests.browser import reading
from tests.browser.accessibility import AXE, assert_accessible
from tests.browser.answering import answering
from tests.browser.conftest import HEIGHTS, complaint, launched
from tests.browser.sides import SAID, assert_fits
from tests.permissions.table import ROLES, TABLE
from tests.permissions.world import World, one_world

pytestmark = pytest.mark.django_db

ADDRESS = "http://localhost"
TABLET = 768
#: What these answer is a part of a page, a file, or meant for programs.
NOT_PAGES = frozenset(
    {
        "agencies:desk-uploads", "agencies:enter-preview", "composing:table-file", "entities:lookup",
        "entities:submission-job", "entities:submission-rest", "entities:submission-template",
        "entities:submission-template-sheet", "exchange:paper", "evaluation:scheme-document", "credit_checks:progress", "healthz",
        "integrity_calendar:feed", "integrity_calendar:file",
        "held_data:download", "held_data:progress", "letters:letter",
        "letters:signature", "letters:statement", "metrics", "missing:paper", "portal:announcement-feed", "portal:data-catalogue",
        "portal:dataset", "portal:robots", "portal:sitemap", "portal:sitemap-entities", "portal:sitemap-pages",
        "portal:list-feed", "portal:verify-key", "readyz", "repair:case-document", "repair:case-document-shown", "sharing:export",
        "stories:feed", "ui:styleguide-job", "ui:styleguide-lookup",
    }
)  # fmt: skip
BADLY_MADE = """<!doctype html><html lang="en"><title>x</title>
<nav><a href="https://x.example/a">here</a></nav><nav><a href="https://x.example/b">here</a></nav>
<main><h1>One</h1><h3>Three</h3><button></button><p>罚款</p><p lang="zh-CN">中文</p></main>
<main><h1>Two</h1><table border="1"><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table></main></html>"""
#: The main pages of the public and of an association's officer, which are also listened to.
HEARD = {
    "public": (
        "portal:home", "portal:entity", "portal:lists", "portal:announcements", "portal:methods", "portal:promises", "portal:promise",
        "stories:list", "stories:story", "integrity_calendar:month", "courses:coming", "courses:course", "public_reports:write",
        "entities:catalogue-entry",
    ),
    "officer": (
        "associations:member-list", "exchange:list", "exchange:exchange", "forewarning:notice-list", "forewarning:notice", "courses:ours",
        "entities:submission-list", "entities:inbox", "stories:register",
    ),
}  # fmt: skip
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


@pytest.fixture(scope="module")
def window(browser):
    """One window for all pages: what they have in common is made ready once, which is most of what opening one costs."""
    context = browser.new_context(base_url=ADDRESS, timezone_id=settings.TIME_ZONE)
    context.add_init_script(path=AXE)
    yield context.new_page()
    context.close()


@pytest.fixture
def complaints(window) -> Iterator[list[str]]:
    """What the browser complains of while a test has the window; leaving a page may cut off what it asked for."""
    complaints: list[str] = []

    def about_an_error(error):
        complaints.append(f"{window.url}: {error}")

    def about_a_message(message):
        complaints.extend(complaint(window, message))

    window.on("pageerror", about_an_error)
    window.on("console", about_a_message)
    yield complaints
    window.remove_listener("pageerror", about_an_error)
    window.remove_listener("console", about_a_message)
    window.goto("about:blank")


@pytest.mark.parametrize(("lang", "width"), (("en", 1440), ("zh-hans", 390)))
@pytest.mark.parametrize("route", sorted(READER_OF.keys() - NOT_PAGES))
def test_a_page_fits_its_window_and_nothing_on_it_stands_in_a_readers_way(
    world, window, complaints, route, lang, width
):
    window.context.clear_cookies()
    window.unroute_all()
    window.route("**/*", answering(_reader(world, READER_OF[route], lang)))
    window.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 900)})
    window.goto(world.address_of(route))
    assert window.locator("html").get_attribute("lang") == SAID[lang]
    assert window.locator("main h1").count() == 1
    assert_fits(window, width)
    assert_accessible(window)
    if width < TABLET:
        window.set_viewport_size({"width": TABLET, "height": 1024})
        assert_fits(window, TABLET)
    assert not complaints, "The browser complained:\n" + "\n".join(complaints)


def test_a_page_on_which_something_serious_stands_in_a_readers_way_is_refused(browser):
    context = browser.new_context()
    try:
        page = context.new_page()
        page.set_content(BADLY_MADE)
        with pytest.raises(AssertionError, match="button-name \\(critical\\)"):
            assert_accessible(page)
    finally:
        context.close()


def test_whoever_listens_would_stumble_over_a_page_that_is_badly_made(browser):
    context = browser.new_context()
    try:
        page = context.new_page()
        page.set_content(BADLY_MADE)
        said = "\n".join(reading.complaints(page))
    finally:
        context.close()
    for stumble in (
        "0 × banner", "2 × main", "navigations that one cannot tell apart", "2 headings of the first level",
        "heading of level 3 after one of level 1", "button without a name", "table without a name", "table without headers",
        "“here” leads to 2 places", "“here” does not say where it leads", "Chinese read as English: 罚款",
    ):  # fmt: skip
        assert stumble in said
    assert "中文" not in said


@pytest.mark.parametrize("lang", SAID)
@pytest.mark.parametrize("role", HEARD)
def test_who_listens_finds_their_way_and_hears_each_passage_in_its_language(world, browser, role, lang):
    context = browser.new_context(base_url=ADDRESS, viewport={"width": 1440, "height": 900})
    heard: dict[str, list[str]] = {}
    try:
        page = context.new_page()
        page.route("**/*", answering(_reader(world, role, lang)))
        for route in HEARD[role]:
            page.goto(world.address_of(route))
            heard[route] = reading.complaints(page)
    finally:
        context.close()
    assert not {route: said for route, said in heard.items() if said}


@pytest.mark.parametrize("route", sorted(NOT_PAGES))
def test_what_is_left_out_of_the_pages_is_none(world, route):
    response = _reader(world, READER_OF[route], "en").get(world.address_of(route))
    assert b"<html" not in response.getvalue()
