"""What the tests of the registry share: one department with its people and its penalty type."""

from datetime import date
from decimal import Decimal

import pytest

from entities.services.records import RecordDraft
from entities.signals import records_changed
from tests.factories import BodyFactory, EntityFactory, MemberFactory, RecordTypeFactory


@pytest.fixture
def body(db):
    return BodyFactory()


@pytest.fixture
def clerk(body):
    return MemberFactory(body=body)


@pytest.fixture
def reviewer(body):
    return MemberFactory(body=body, role="reviewer")


@pytest.fixture
def penalty(body):
    """A record type that the department submits."""
    return RecordTypeFactory(submitters=[body])


@pytest.fixture
def entity(db):
    return EntityFactory()


@pytest.fixture
def draft() -> RecordDraft:
    return RecordDraft(
        document_number="云市监罚〔2026〕0412号",
        title="罚款32000元",
        decided_on=date(2026, 5, 6),
        facts="未记录进货查验",
        legal_basis="《食品安全法》第一百二十六条",
        severity_class="general",
        penalty_kinds=("fine",),
        amount=Decimal("32000.00"),
    )


@pytest.fixture
def changes():
    """The sets of entities that `records_changed` told of, in order."""
    heard = []

    def hear(sender, entity_ids, **kwargs):
        heard.append(set(entity_ids))

    records_changed.connect(hear)
    yield heard
    records_changed.disconnect(hear)
