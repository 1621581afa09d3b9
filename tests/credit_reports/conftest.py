"""An entity with an agent, a file store of the test's own, and a platform with an address."""

import pytest

from tests.factories import AgentFactory, BodyFactory


@pytest.fixture(autouse=True)
def _files_and_address(media, settings):
    settings.PLATFORM_URL = "https://credit.example"


@pytest.fixture
def agency(db):
    BodyFactory(kind="lead_office", name_zh="云汀市信用办", name_en="Yunting Credit Office")
    return AgentFactory()


@pytest.fixture
def entity(agency):
    return agency.entity


@pytest.fixture
def agent(agency):
    return agency.user
