"""What tests of missing records begin with: an entity's agent, a body with its people, and a record to ask for."""

import pytest

from repair.missing import services
from repair.missing.models import MissingRecord
from tests.factories import AgentFactory, BodyFactory, MemberFactory, RecordFactory, RecordTypeFactory


@pytest.fixture
def body():
    return BodyFactory(name_zh="云汀市市场监督管理局", name_en="Yunting Market Supervision")


@pytest.fixture
def kind(body):
    return RecordTypeFactory(submitters=[body], polarity="positive", name_en="Commendation", name_zh="表彰")


@pytest.fixture
def agency():
    return AgentFactory()


@pytest.fixture
def reviewer(body):
    return MemberFactory(body=body, role="reviewer")


@pytest.fixture
def ask(agency, body, kind):
    """Ask for the commendation of May; what is named replaces what is usual."""

    def asked(statement="The commendation of May is not there.", upload=None, **wanted) -> MissingRecord:
        usual = {"body": body, "record_type": kind, "document_number": "No. 5"}
        return services.ask_for_record(
            by=agency.user,
            entity_id=agency.entity_id,
            wanted=services.Wanted(**usual | wanted),
            statement=statement,
            upload=upload,
        )

    return asked


@pytest.fixture
def entered(agency, body, kind):
    """The record, entered and reviewed as every other."""

    def published(**facts):
        usual = {"entity": agency.entity, "submitted_by": body, "record_type": kind}
        return RecordFactory(**usual | {"document_number": "No. 5"} | facts)

    return published
