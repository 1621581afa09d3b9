"""On the day after its last a record is gone for everybody else in every way at once, before any worker has run."""

from datetime import timedelta

import pytest
from django.utils import timezone

from entities.models import CreditRecord
from evaluation.standings import grades_worked_out
from tests.factories import (
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    install_shipped_schemes,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate

#: Where the public and another department find the record, `{code}` being the entity's.
PUBLIC = (
    "/e/{code}/",
    "/e/{code}/penalties/",
    "/announcements/",
    "/announcements/feed/",
    "/open-data/penalties.csv",
    "/api/v1/public/entities/{code}/records/",
)
SHARED = (
    "/entities/{code}/",
    "/api/v1/records/?entity={code}",
    "/export/entity-records.csv?entity={code}",
    "/ratings/{code}/",
)


@pytest.fixture
def entity():
    return EntityFactory()


@pytest.fixture
def record(entity):
    install_shipped_schemes()
    penalty = RecordTypeFactory(code="administrative-penalty")
    return RecordFactory(
        entity=entity, record_type=penalty, document_number="云市监罚〔2026〕7001号", publish_until=TODAY()
    )


def shown(client, entity, record, addresses) -> set[str]:
    """Those of the addresses whose answer names the record; all of them answer."""
    found = set()
    for address in addresses:
        answer = client.get(address.format(code=entity.credit_code))
        assert answer.status_code == 200, address
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if record.document_number in body.decode():
            found.add(address)
    return found


def let_the_day_pass(record) -> None:
    """As if it were tomorrow for this record, with the sweep of the night still to come."""
    CreditRecord.objects.filter(pk=record.pk).update(publish_until=TODAY() - timedelta(days=1))


def test_the_public_finds_a_record_up_to_its_last_day_and_nowhere_afterwards(client, entity, record):
    before = shown(client, entity, record, PUBLIC)
    let_the_day_pass(record)
    assert before == set(PUBLIC)
    assert shown(client, entity, record, PUBLIC) == set()


def test_an_extract_tells_of_it_up_to_its_last_day_and_no_extract_afterwards(client, entity, record):
    def extract() -> str:
        return client.post(f"/credit-reports/extract/{entity.credit_code}/")["Location"]

    early = extract()
    before = client.get(early).content.decode()
    let_the_day_pass(record)
    pages = [client.get(address).content.decode() for address in (early, extract())]
    assert record.document_number in before
    assert not any(record.document_number in page for page in pages)


def test_another_body_finds_it_up_to_its_last_day_and_nowhere_afterwards(client, entity, record):
    client.force_login(MemberFactory(body=BodyFactory()))
    before = shown(client, entity, record, SHARED)
    let_the_day_pass(record)
    assert before == set(SHARED)
    assert shown(client, entity, record, SHARED) == set()
    assert client.get(f"/records/{record.pk}/").status_code == 404
    assert client.get(f"/api/v1/records/{record.pk}/").status_code == 404


def test_it_counts_in_no_grade_that_is_worked_out_from_then_on(entity, record):
    before = grades_worked_out({entity.pk})
    let_the_day_pass(record)
    assert before[entity.pk] != grades_worked_out({entity.pk})[entity.pk]
