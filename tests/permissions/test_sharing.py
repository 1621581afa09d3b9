"""The whole product of address × reader × disclosure: nobody reads what is not shared, and every look is on record."""

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from credit_platform.audit.models import AccessEntry
from entities.models import CreditRecord, RecordTypeVersion
from entities.sharing.places import purpose_of
from repair.models import Case
from tests.permissions.table import LISTS, ROLES, TABLE
from tests.permissions.test_every_address import _close, _Undo
from tests.permissions.world import World, one_world, sessions_of

pytestmark = pytest.mark.django_db

#: Gives back the sender's own rows, which this world does not have.
WITHOUT_RECORDS = ("entities:submission-rest",)
READ = sorted(
    route
    for route in TABLE
    if "GET" in TABLE[route]
    and route not in WITHOUT_RECORDS
    and not route.startswith(
        ("account_", "mfa_", "ui:", "api-docs", "api-schema", "health", "ready", "metrics")
    )
)
#: Readers who get the page at all, as the permission table has it.
READERS = {
    route: [role for role, status in zip(ROLES, TABLE[route]["GET"].split(), strict=True) if status == "200"]
    for route in READ
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The world of the permission table, asked once for each disclosure; nothing that is asked of it stays."""
    with one_world(django_db_blocker) as world:
        yield world


@pytest.fixture(autouse=True)
def _what_stands_in_the_bar_is_counted_once_for_each_reader(settings):
    settings.BAR_COUNTS_KEPT = 20


@pytest.fixture(scope="module")
def sessions(world, django_db_blocker):
    with django_db_blocker.unblock():
        return sessions_of(world)


def _read(world: World, address: str, role: str, session: str) -> tuple[str, set[int]]:
    """What this reader gets there as text, and the records that the access log says they were shown, and for what."""
    client = Client(raise_request_exception=False)
    person = world.people[role]
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    with translation.override("en"):
        response = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
    _close(response)
    logged = AccessEntry.objects.filter(actor=person).values_list("place", "record_ids") if person else ()
    for place, _keys in logged:
        assert purpose_of(place), (place, "is in the access log without a word on what it was for")
    return body.decode(errors="replace"), {pk for _place, keys in logged for pk in keys}


def _visible_to(person) -> set[int]:
    """The records that the person may see, and those of the cases in which they have a part."""
    if person is None:
        return set()
    records = CreditRecord.objects.visible_to(person).values_list("pk", flat=True)
    return {*records, *Case.objects.visible_to(person).values_list("record_id", flat=True)}


@pytest.mark.parametrize("route", READ)
def test_a_reader_is_shown_what_is_shared_with_them_and_each_look_at_the_rest_is_logged(
    world, sessions, route
):
    with translation.override("en"):
        _hold_to_what_is_shared(world, world.address_of(route), READERS[route], sessions)


@pytest.mark.parametrize("code", sorted(LISTS))
def test_a_file_of_a_list_holds_what_is_shared_with_its_reader_and_is_logged(world, sessions, code):
    readers = [role for role, status in zip(ROLES, LISTS[code].split(), strict=True) if status == "200"]
    with translation.override("en"):
        address = reverse("sharing:export", args=(code, "csv")) + world.query_of_list(code)
    _hold_to_what_is_shared(world, address, readers, sessions)


def _hold_to_what_is_shared(world: World, address: str, readers: list[str], sessions: dict[str, str]) -> None:
    records = (world.record, world.draft, world.waiting, world.repairable)
    for disclosure in ("shared", "own"):
        for role in readers:
            try:
                with transaction.atomic():
                    RecordTypeVersion.objects.update(disclosure=disclosure)
                    body, logged = _read(world, address, role, sessions[role])
                    person = world.people[role]
                    # Read anew: an account remembers its roles for as long as a request takes.
                    person = type(person).objects.get(pk=person.pk) if person else None
                    visible = _visible_to(person)
                    shown = {record.pk for record in records if record.document_number in body}
                    assert shown <= visible, (disclosure, role, "was shown what is not shared")
                    assert shown <= logged, (disclosure, role, "looked, and the log does not say so")
                    raise _Undo
            except _Undo:
                pass
