"""A real Chromium against a live server: `page_as(user)` gives a page, and a page that complains fails its test."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.chromium import NoBrowser, chromium
from tests.browser.sides import WALKS, Side, Sides
from tests.workers import kill_with_children, running_worker

ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEIGHTS = {390: 844}
#: How long a page may take to show or to do something, in milliseconds, however busy the machine is.
PATIENCE = 30_000

# Playwright's own event loop runs in the tests' thread, so Django takes every query there for one inside async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium_path(tmp_path_factory) -> Path:
    """Chromium on this machine. No browser is a failure, never a skip: a page nobody looked at is not tested."""
    with (tmp_path_factory.getbasetemp().parent / "chromium.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # One of our processes installs it; the others find it installed.
        try:
            return chromium()
        except NoBrowser as reason:
            pytest.fail(str(reason), pytrace=False)


@contextmanager
def launched(chromium_path: Path) -> Iterator[Browser]:
    """A running Chromium; as long as it runs, so does Playwright's event loop in this thread."""
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        running = playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="session")
def browser(chromium_path) -> Iterator[Browser]:
    with launched(chromium_path) as running:
        yield running


@pytest.fixture
def page_as(browser, live_server) -> Iterator[Callable[..., Page]]:
    """`page_as(user, lang="zh-hans", width=390)`: a page of that reader's own, signed in; `None` is the public.

    `scripts=False` is the browser of a reader who runs none. Addresses may be relative:
    `page.goto("/desk/")`. At the end the test fails if any of its pages broke the content security
    policy, had an error in its scripts or missed a static file.
    """
    contexts = []
    complaints: list[str] = []

    def open_page(user=None, *, lang: str = "en", width: int = 1440, scripts: bool = True) -> Page:
        context = browser.new_context(
            java_script_enabled=scripts,
            base_url=live_server.url,
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            locale="zh-CN" if lang.startswith("zh") else "en-GB",
            timezone_id=settings.TIME_ZONE,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        cookies = {settings.LANGUAGE_COOKIE_NAME: lang}
        if user is not None:
            client = Client()
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            cookies[settings.SESSION_COOKIE_NAME] = client.session.session_key
        context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: complaints.extend(complaint(page, message)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "The browser complained:\n" + "\n".join(complaints)


@pytest.fixture(params=WALKS)
def sides(request, page_as) -> Sides:
    """Both sides of a case; a test that takes them is walked through twice, see `tests.browser.sides`."""
    walk = request.node.originalname.removeprefix("test_")
    return Sides(*(Side(lang, width, page_as, walk) for lang, width in WALKS[request.param]))


@pytest.fixture
def workers(transactional_db, media, monkeypatch) -> Iterator[None]:
    """Workers for what the pages of one test set going; they read the same file store.

    They end before the tables are emptied, for a worker in the middle of a task would stand in the way; at once,
    since nothing is asked of them any more, and a farewell takes seconds.
    """
    monkeypatch.setenv("MEDIA_ROOT", str(media))
    with running_worker() as worker:
        yield
        kill_with_children(worker)


def complaint(page: Page, message: ConsoleMessage) -> list[str]:
    """An error that the browser shows. A refusal the server gave on purpose is not one; a missing static file is."""
    # htmx reports its own cancelling of a request, when a newer one takes its place, as an error.
    if message.text.startswith(("htmx:sendAbort", "htmx:afterRequest")):
        return []
    refused = message.text.startswith("Failed to load resource: the server responded with a status of 4")
    if message.type != "error" or (refused and settings.STATIC_URL not in message.location["url"]):
        return []
    return [f"{page.url}: {message.text}"]
