"""The catalogue's types under their own codes, and the shipped schemes."""

from datetime import date

import pytest
from django.utils import timezone

from entities.models import CreditRecord, Entity, RecordType
from evaluation import services
from evaluation.boards import counting
from tests.factories import RecordFactory, RecordTypeFactory, install_shipped_schemes

POLARITIES = {
    "administrative-penalty": "negative",
    "administrative-licence": "neutral",
    "inspection-result": "neutral",
    "abnormal-listing": "negative",
    "serious-violation-listing": "negative",
    "tax-credit-grade": "neutral",
    "customs-credit-status": "neutral",
    "commendation": "positive",
    "member-commendation": "positive",
}


@pytest.fixture
def schemes(db):
    """The shipped schemes in force, by code."""
    return install_shipped_schemes()


@pytest.fixture
def types(db) -> dict[str, RecordType]:
    """Record types by their codes in the catalogue."""
    return {
        code: RecordTypeFactory(
            code=code, polarity=polarity, family="market" if code.startswith("member") else "public"
        )
        for code, polarity in POLARITIES.items()
    }


@pytest.fixture
def record(types):
    """Make a record: `record(entity, "commendation", decided_on=…)`; a general penalty unless said otherwise."""

    def make(entity: Entity, code: str = "administrative-penalty", **known) -> CreditRecord:
        if types[code].polarity != RecordType.Polarity.NEGATIVE:
            known.setdefault("severity_class", "")
        return RecordFactory(entity=entity, record_type=types[code], **known)

    return make


@pytest.fixture
def rated(schemes):
    """Rate entities now and count them, as workers would: `rated(entity, …)`."""

    def rate(*entities: Entity, as_of: date | None = None) -> None:
        services.request_ratings(entity.pk for entity in entities)
        while services.rate_waiting(limit=500, as_of=as_of or timezone.localdate()):
            pass
        counting.follow()

    return rate
