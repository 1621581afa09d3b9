"""What the catalogue does not let in is refused with the reason, however it comes; and publicity ends by itself."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from credit_platform.common.errors import InvalidInput, NotPermitted
from entities.models import CreditRecord, RecordType, RecordTypeVersion, Submission
from entities.services import submissions
from entities.services.catalogue import seed_catalogue
from entities.services.records import RecordDraft, correct_record, save_draft
from tests.factories import MemberFactory, RecordFactory, RecordTypeFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def close(record_type: RecordType) -> None:
    RecordTypeVersion.objects.filter(record_type=record_type).update(valid_to=timezone.localdate() - DAY)


def forbid(record_type: RecordType) -> None:
    for version in record_type.versions.all():
        version.submitters.clear()


REFUSALS = [(close, "not in force"), (forbid, "does not let")]


# One by one


@pytest.mark.parametrize(("change", "reason"), REFUSALS)
def test_a_draft_is_refused_with_the_reason(body, clerk, entity, penalty, draft, change, reason):
    change(penalty)
    with pytest.raises(NotPermitted, match=reason):
        save_draft(by=clerk, body=body, entity=entity, record_type=penalty, draft=draft)


def test_a_violation_without_a_legal_basis_is_refused_with_the_reason(body, clerk, entity, penalty, draft):
    bare = RecordDraft(**{**draft.fields(), "legal_basis": " "})
    with pytest.raises(InvalidInput) as refused:
        save_draft(by=clerk, body=body, entity=entity, record_type=penalty, draft=bare)
    assert refused.value.problems == {
        "legal_basis": ["Name the law and the article on which the decision stands."]
    }


def test_a_day_of_which_the_catalogue_says_nothing_is_refused_with_the_reason(body, clerk, entity, draft):
    late = RecordTypeFactory(submitters=[body], version__valid_from=date(2026, 6, 1))
    with pytest.raises(InvalidInput, match="had no entry"):
        save_draft(by=clerk, body=body, entity=entity, record_type=late, draft=draft)


# By form


def test_the_form_of_a_correction_says_what_is_wrong_beside_its_field(client, body, clerk, penalty):
    record = RecordFactory(submitted_by=body, record_type=penalty)
    client.force_login(clerk)
    data = {
        "decided_on": "2026-05-06",
        "title": "x",
        "severity_class": "general",
        "because": "y",
        "legal_basis": "",
    }
    answer = client.post(reverse("entities:record-correct", args=(record.pk,)), data)
    assert answer.status_code == 422
    with pytest.raises(InvalidInput):
        correct_record(
            by=clerk,
            record_id=record.pk,
            draft=RecordDraft(record.document_number, "x", record.decided_on),
            because="y",
        )


@pytest.fixture
def market():
    """The shipped catalogue, with a clerk of market supervision."""
    seed_catalogue()
    body = (
        RecordTypeVersion.objects.filter(record_type__code="administrative-penalty")
        .first()
        .submitters.get(code="market-supervision")
    )
    return MemberFactory(body=body), body, RecordType.objects.get(code="administrative-penalty")


@pytest.mark.parametrize("change", [close, forbid])
def test_the_form_of_a_department_is_not_offered_for_what_it_may_not_submit(client, market, change):
    clerk, _body, penalty = market
    client.force_login(clerk)
    address = reverse("agencies:enter", kwargs={"type_code": "administrative-penalty"})
    assert client.get(address).status_code == 200
    change(penalty)
    assert client.get(address).status_code == 404


# By file


@pytest.mark.parametrize(("change", "reason"), REFUSALS)
def test_a_file_is_refused_with_the_reason_when_it_is_handed_in(media, market, change, reason):
    clerk, body, penalty = market
    change(penalty)
    with pytest.raises(NotPermitted, match=reason):
        submissions.upload_submission(
            by=clerk,
            body=body,
            format_code="market-penalties",
            upload=SimpleUploadedFile("penalties.csv", b"CF_WSH\n1\n"),
        )
    assert not Submission.objects.exists()


# By the interface for systems


@pytest.mark.parametrize(("change", "reason"), REFUSALS)
def test_systems_are_refused_with_the_reason(client, body, clerk, entity, penalty, change, reason):
    change(penalty)
    client.force_login(clerk)
    sent = {
        "body": body.code, "entity": entity.credit_code, "record_type": penalty.code, "document_number": "1号",
        "title": "罚款", "decided_on": "2026-05-06", "legal_basis": "第一条", "severity_class": "general",
    }  # fmt: skip
    answer = client.post(
        "/api/v1/records/", sent, content_type="application/json", headers={"Idempotency-Key": "a"}
    )
    assert answer.status_code == 403
    assert reason in answer.json()["message"]
    assert not CreditRecord.objects.exists()


# The end of publicity, before the task of the night has run


def test_on_the_day_after_its_last_a_record_is_gone_everywhere_at_once(client, body, penalty):
    record = RecordFactory(submitted_by=body, record_type=penalty, publish_until=timezone.localdate() + DAY)
    official, officer = MemberFactory(), MemberFactory(role="officer")
    public = reverse("portal:entity", args=(record.entity.credit_code,))

    def seen_by(user) -> bool:
        return (
            CreditRecord.objects.visible_to(type(user).objects.get(pk=user.pk)).filter(pk=record.pk).exists()
        )

    def on_the_public_page() -> bool:
        client.logout()
        return record.title in client.get(public).content.decode()

    def in_the_interface() -> bool:
        client.force_login(official)
        return any(one["id"] == record.pk for one in client.get("/api/v1/records/").json()["results"])

    assert seen_by(official) and seen_by(officer) and on_the_public_page() and in_the_interface()
    after = datetime.combine(record.publish_until + DAY, datetime.min.time(), timezone.get_current_timezone())
    with time_machine.travel(after + timedelta(seconds=1), tick=False):
        assert not (seen_by(official) or seen_by(officer) or on_the_public_page() or in_the_interface())
        assert not CreditRecord.objects.public_on(timezone.localdate()).filter(pk=record.pk).exists()
        assert not CreditRecord.objects.counting_on(timezone.localdate()).filter(pk=record.pk).exists()
    record.refresh_from_db()
    assert record.status == "published", "no task has run"
