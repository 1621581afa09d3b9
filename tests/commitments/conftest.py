"""A department that checks, a lead office with its library, and an entity with its agent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from entities.commitments import services
from entities.commitments.services import Wording
from tests.factories import AgentFactory, BodyFactory, MemberFactory


@pytest.fixture
def market(db):
    return BodyFactory(
        code="market-supervision", name_en="Market Supervision", name_zh="云汀市市场监督管理局"
    )


@pytest.fixture
def lead(db):
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


@pytest.fixture
def clerk(market):
    return MemberFactory(body=market)


@pytest.fixture
def agency(db):
    return AgentFactory()


@pytest.fixture
def wording(market):
    """A wording; `wording(check_within_days=3)` is another one."""

    def worded(**facts) -> Wording:
        usual = {
            "code": "safe-food",
            "name_zh": "食品安全承诺",
            "name_en": "Safe food",
            "matter_zh": "食品经营许可",
            "matter_en": "Licence to sell food",
            "text_zh": "本单位承诺依法经营。",
            "text_en": "We sell nothing that is over its date.",
            "checked_by": market,
            "check_within_days": 30,
            "valid_from": timezone.localdate(),
        }
        return Wording(**usual | facts)

    return worded


@pytest.fixture
def template(lead, wording):
    return services.add_template(by=lead, wording=wording())


@pytest.fixture
def given(agency, template):
    return services.give_commitment(
        by=agency.user, entity=agency.entity, template_id=template.pk, signed_as="Pei Huaijin"
    )


@pytest.fixture
def day_after():
    """The day after a commitment was to be checked."""
    return lambda commitment: commitment.due_on + timedelta(days=1)
