"""A department that tells, a lead office of two, and a business that was commended, with who acts for it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from credit_platform.portal.stories import services
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
)


@pytest.fixture
def body(db):
    return BodyFactory(name_en="Market Supervision", name_zh="云汀市市场监督管理局")


@pytest.fixture
def clerk(body):
    return MemberFactory(body=body)


@pytest.fixture
def office(db):
    return BodyFactory(kind="lead_office")


@pytest.fixture
def lead(office):
    return MemberFactory(body=office, role="lead")


@pytest.fixture
def agent(db):
    return AgentFactory(entity=EntityFactory(name_en="Yunting Hegu Foods")).user


@pytest.fixture
def entity(agent):
    return agent.agencies.get().entity


@pytest.fixture
def praise(entity, body):
    kind = RecordTypeFactory(code="commendation", polarity="positive", submitters=[body])
    return RecordFactory(
        entity=entity, submitted_by=body, record_type=kind, title="守合同重信用企业", severity_class=""
    )


@pytest.fixture
def draft(praise):
    """A story; `draft(text_en="")` is another one."""

    def told(**facts) -> services.Draft:
        usual = {
            "title_zh": "每一份合同都按期履行",
            "title_en": "Every contract kept on its day",
            "text_zh": "十年间，该企业的每一份供货合同都按期履行。",
            "text_en": "For ten years it has kept each of its contracts on the day.",
            "records": [praise.pk],
            "shown_until": timezone.localdate() + timedelta(days=365),
        }
        return services.Draft(**usual | facts)

    return told


@pytest.fixture
def proposed(clerk, body, entity, draft):
    return services.propose_story(by=clerk, body=body, entity=entity, draft=draft())


@pytest.fixture
def consented(proposed, agent):
    return services.give_consent(by=agent, number=proposed.number, signed_as="Pei Huaijin")


@pytest.fixture
def published(consented, lead):
    return services.publish_story(by=lead, number=consented.number)
