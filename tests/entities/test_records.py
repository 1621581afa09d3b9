"""Preparing and reviewing one record."""

from datetime import date

import pytest
from django.utils import timezone

from entities.services import records
from entities.services.records import RecordDraft
from tests.factories import BodyFactory, EntityFactory, MemberFactory, RecordTypeFactory

pytestmark = pytest.mark.django_db

DRAFT = RecordDraft(
    document_number="云市监罚〔2026〕0412号",
    title="罚款32000元",
    decided_on=date(2026, 5, 6),
    legal_basis="《食品安全法》第一百二十六条",
    severity_class="general",
    penalty_kinds=("fine",),
)


@pytest.fixture
def body():
    return BodyFactory()


@pytest.fixture
def clerk(body):
    return MemberFactory(body=body)


@pytest.fixture
def reviewer(body):
    return MemberFactory(body=body, role="reviewer")


@pytest.fixture
def penalty(body):
    return RecordTypeFactory(submitters=[body])


def test_a_record_goes_from_draft_to_review_into_the_registry(body, clerk, reviewer, penalty):
    record = records.save_draft(by=clerk, body=body, entity=EntityFactory(), record_type=penalty, draft=DRAFT)
    assert record.status == "draft"
    records.send_to_review(by=clerk, record_id=record.pk)
    record = records.approve_record(by=reviewer, record_id=record.pk)
    assert (record.status, record.published_on) == ("published", timezone.localdate())
