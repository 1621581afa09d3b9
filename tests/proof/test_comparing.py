"""What is public is compared every day with what may be public; each difference is a row until it is put right."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from credit_platform.health import _waiting
from entities.models import CreditRecord, Notice, PublicityRule, RecordTypeVersion
from entities.sharing.models import Change
from repair.proof import comparing, tasks
from repair.proof.models import Difference
from tests.factories import CaseFactory, MemberFactory, RecordFactory, repairable_record

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def found() -> dict[int, str]:
    """By record, what stands open after a comparison of today."""
    comparing.compare(day=TODAY())
    return dict(Difference.objects.filter(settled_on=None).values_list("record_id", "kind"))


def change(record: CreditRecord, **facts) -> CreditRecord:
    CreditRecord.objects.filter(pk=record.pk).update(**facts)
    return record


def test_a_registry_in_order_has_no_difference(grant):
    RecordFactory()
    repairable_record(publish_until=TODAY() + timedelta(days=30))
    grant()
    assert found() == {}


def _shown_again(grant):
    return change(grant().record, status="published", ended_on=None), "ended_by_case"


def _beside_its_correction(grant):
    old = repairable_record()
    RecordFactory(
        entity=old.entity, submitted_by=old.submitted_by, record_type=old.record_type, replaces=old,
        decided_on=old.decided_on,
    )  # fmt: skip
    return old, "replaced"


def _past_its_day(grant):
    return repairable_record(publish_until=TODAY() - timedelta(days=1)), "past_its_day"


def _too_long(grant):
    record = repairable_record()
    rule = record.record_type.publicity_rules.get()
    PublicityRule.objects.filter(pk=rule.pk).update(max_months=12, start="decision")
    return change(record, publicity_rule=rule, publish_until=TODAY() + timedelta(days=800)), "too_long"


def _closed_type(grant):
    record = repairable_record()
    yesterday = TODAY() - timedelta(days=1)
    RecordTypeVersion.objects.filter(pk=record.type_version_id).update(valid_to=yesterday)
    return record, "not_open"


def _withheld(grant):
    record = repairable_record()
    rule = record.record_type.publicity_rules.get()
    PublicityRule.objects.filter(pk=rule.pk).update(withholds=True, max_months=None)
    return change(record, publicity_rule=rule), "withheld"


def _unmarked(grant):
    case = CaseFactory(kind="objection")
    return case.record, "unmarked"


def _marked_for_nothing(grant):
    case = CaseFactory(record=repairable_record(objected=True), kind="objection", state="dismissed")
    return case.record, "marked"


def _unmarked_on_appeal(grant):
    return CaseFactory(kind="objection", state="appealed").record, "unmarked"


def _suspended_for_nothing(grant):
    return change(repairable_record(), objected=True, suspended=True), "missing"


def _not_shown(grant):
    return repairable_record(withheld=True), "missing"


@pytest.mark.parametrize(
    "wrong",
    [
        _shown_again, _beside_its_correction, _past_its_day, _too_long, _closed_type, _withheld, _unmarked,
        _marked_for_nothing, _unmarked_on_appeal, _suspended_for_nothing, _not_shown,
    ],
)  # fmt: skip
def test_each_difference_is_found_and_settled_once_it_is_put_right(wrong, grant):
    record, kind = wrong(grant)
    assert found() == {record.pk: kind}
    change(record, status="withdrawn", ended_on=TODAY())
    assert found() == {}
    assert Difference.objects.get().settled_on == TODAY()


def test_an_end_that_nobody_was_told_of_is_a_difference(grant, monkeypatch):
    effect = grant()
    monkeypatch.setattr(comparing, "OVER", (Change.Kind.DATED,))
    assert found() == {effect.record_id: "nobody_told"}


def test_compared_twice_nothing_is_written_or_told_twice(lead):
    repairable_record(publish_until=TODAY() - timedelta(days=1))
    tasks.compare_what_is_public()
    tasks.compare_what_is_public()
    assert Difference.objects.count() == 1
    (notice,) = Notice.objects.filter(kind="proof.differences")
    assert "found 1 differences" in notice.text


def test_what_is_suspended_while_its_objection_is_checked_is_none(lead):
    case = CaseFactory(kind="objection", suspended_by="taizhou-forward")
    change(case.record, objected=True, suspended=True)
    assert found() == {}


def test_killed_before_the_lead_office_is_told_it_finds_them_again(lead, monkeypatch):
    repairable_record(publish_until=TODAY() - timedelta(days=1))

    def die(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(comparing.notices, "differences", die)
        with pytest.raises(KeyboardInterrupt):
            tasks.compare_what_is_public()
    tasks.compare_what_is_public()
    assert Notice.objects.filter(kind="proof.differences").count() == 1


def test_the_lead_office_reads_them_and_nobody_else(client, lead):
    record = repairable_record(publish_until=TODAY() - timedelta(days=1))
    comparing.compare(day=TODAY())
    client.force_login(lead)
    page = client.get(reverse("proof:differences")).content.decode()
    assert record.document_number in page
    assert "its last day is over" in page
    assert (
        record.document_number
        not in client.get(reverse("proof:differences"), {"kind": "missing"}).content.decode()
    )
    client.force_login(MemberFactory(role="supervisor"))
    assert client.get(reverse("proof:differences")).status_code == 404


def test_prometheus_is_told_how_many_of_each_kind():
    repairable_record(publish_until=TODAY() - timedelta(days=1))
    comparing.compare(day=TODAY())
    assert b'credit_publicity_differences{kind="past_its_day"} 1.0' in _waiting()


def test_the_whole_registry_is_compared_in_the_same_number_of_queries():
    counts = []
    for _more in range(3):
        for _record in range(3):
            repairable_record(publish_until=TODAY() - timedelta(days=1))
        with CaptureQueriesContext(connection) as queries:
            comparing.compare(day=TODAY())
        counts.append(len(queries))
    assert counts[1] == counts[2]
