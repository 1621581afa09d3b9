"""A city with two departments, a lead office and a term for answers."""

import pytest

from credit_platform.common.services import seed_working_calendar
from repair.clocks import seed_clock_rules
from tests.factories import BodyFactory, MemberFactory


@pytest.fixture(autouse=True)
def _terms(db):
    seed_working_calendar()
    seed_clock_rules()


@pytest.fixture
def office(db):
    return BodyFactory(code="lead-office", kind="lead_office", name_en="Lead Credit Office")


@pytest.fixture
def market(office):
    return BodyFactory(code="market-supervision", name_en="Market Supervision")


@pytest.fixture
def tax(office):
    return BodyFactory(code="tax", name_en="Tax Bureau")


@pytest.fixture
def clerk(market):
    return MemberFactory(body=market)
