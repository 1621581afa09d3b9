"""What every test may use."""

import gc
import os
import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests import budgets, emptying
from tests.copying import Migrated
from tests.workers import running_worker

# A rule holds or does not, however busy the machine is that tries it.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

#: A link that shows the page anew to whoever has no scripts is empty on purpose.
EMPTY_LINK = re.compile(
    rb"""<(?![^>]*data-script-hides)[^>]*\s(?:href|src|hx-get|hx-post)\s*=\s*(?:""|'')[^>]*>"""
)
REAL_DATA_DIR = os.environ.get("REAL_DATA_DIR")


def pytest_report_header():
    if not REAL_DATA_DIR:
        return "real data: REAL_DATA_DIR names no folder, so the tests that read real files are left out"
    return f"real data: {REAL_DATA_DIR}"


def pytest_collection_modifyitems(config, items):
    """Real files are not committed: without them their tests are left out, and the header says so."""
    left_out = [] if REAL_DATA_DIR else [item for item in items if item.get_closest_marker("real_data")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    _begin_with_what_takes_longest(items, getattr(config, "workerinput", {}).get("workercount", 1))


def _begin_with_what_takes_longest(items, processes: int) -> None:
    """While the first of several processes migrates the database for all of them, the second starts the whole
    platform, which needs none. At first each has an equal part of all tests."""
    if processes > 1:
        long = [item for item in items if item.path.name == "test_up.py"]
        others = [item for item in items if item not in long]
        place = len(items) // processes
        items[:] = [*others[:place], *long, *others[place:]]


def pytest_collection(session):
    """What is collected is kept: no garbage is among it."""
    gc.disable()


def pytest_collection_finish(session):
    """Python seeks garbage seldom, and not among all that has been loaded: a quarter of a test's time was that search."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True)
def _the_language_of_a_request_ends_with_its_test():
    """A request leaves its language to the thread; in the platform the next request brings its own."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _every_link_of_a_page_that_a_test_opens_leads_somewhere():
    """A name that a template did not set leaves an empty link: the reader presses it and stays where he is."""
    ask = Client.request

    def ask_and_look(self, **request):
        response = ask(self, **request)
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            empty = EMPTY_LINK.search(response.content)
            assert empty is None, f"{request.get('PATH_INFO')} has a link to nowhere: {empty[0].decode()}"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", ask_and_look)
        yield


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet(request):
    """Counts of requests and kept pages live in Redis, which no test's transaction rolls back."""
    if "celery_workers" not in request.fixturenames:  # Messages to workers live there too.
        cache.clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings, request, django_db_keepdb, django_db_blocker, tmp_path_factory
):
    """Of several processes one migrates; what it made is copied for each."""
    if django_db_keepdb or not hasattr(request.config, "workerinput"):
        yield
        return
    migrated = Migrated(tmp_path_factory.getbasetemp().parent)
    with django_db_blocker.unblock():
        migrated.ensure()
    connection.settings_dict["TEST"] |= {"TEMPLATE": migrated.name, "MIGRATE": False}
    yield
    with django_db_blocker.unblock():
        migrated.drop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """What a test committed is gone after it. At the end nobody else is in the database, not even a worker that was
    killed a moment ago: it could not be dropped."""
    with pytest.MonkeyPatch.context() as patch:
        with django_db_blocker.unblock():
            if emptying.may_restore():
                fresh = emptying.FreshTables()
                patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: fresh.restore())
        yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="module")
def rows_of_the_module(django_db_setup, django_db_blocker):
    """For a fixture with thousands of rows that a module's tests only read: they are written once and go with it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def real_data_dir() -> Path:
    """The folder of the real files; only for tests marked `real_data`."""
    return Path(REAL_DATA_DIR)


@pytest.fixture(scope="module")
def celery_workers(django_db_setup):
    """Workers for every queue; for tests marked `django_db(transaction=True)`.

    They stop with the module: the tests after it look for the rows that a worker would have worked off.
    """
    with running_worker() as worker:
        yield worker


@pytest.fixture
def query_budget():
    """`with query_budget("records list"):` holds the block to the number in `tests/query_budgets.json`."""
    return budgets.query_budget


@pytest.fixture
def media(settings, tmp_path):
    """A file store of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
