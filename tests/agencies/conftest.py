"""The departments of the shipped catalogue, with a clerk and a reviewer of market supervision."""

from dataclasses import dataclass

import pytest
from django.test import Client

from credit_platform.common.services import seed_working_calendar
from entities.models import RecordType, SubmittingBody
from entities.services.catalogue import seed_catalogue
from tests.factories import MemberFactory


@dataclass(frozen=True)
class City:
    """The departments and record types by their codes."""

    bodies: dict[str, SubmittingBody]
    types: dict[str, RecordType]


@pytest.fixture
def shipped(db) -> None:
    """The catalogue and the calendar as they come with the platform."""
    seed_catalogue()
    seed_working_calendar()


@pytest.fixture(scope="module")
def shipped_once(rows_of_the_module) -> None:
    """The same for all tests of a module, of which none commits: `shipped_once as shipped`."""
    seed_catalogue()
    seed_working_calendar()


@pytest.fixture
def city(shipped) -> City:
    return City(
        bodies={body.code: body for body in SubmittingBody.objects.all()},
        types={record_type.code: record_type for record_type in RecordType.objects.all()},
    )


@pytest.fixture
def sign_in():
    """A browser in which that user is signed in."""

    def as_user(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return as_user


@pytest.fixture
def market(city):
    return city.bodies["market-supervision"]


@pytest.fixture
def clerk(market):
    return MemberFactory(body=market, role="clerk")


@pytest.fixture
def reviewer(market):
    return MemberFactory(body=market, role="reviewer")
