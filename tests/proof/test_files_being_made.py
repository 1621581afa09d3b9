"""A file that was being made when a record was repaired: whom it reached is asked to take the record out as well."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from credit_platform.audit.models import AccessEntry, AuditEvent
from entities.models import Notice
from entities.sharing import exports
from entities.sharing.models import FileBeingMade
from repair.proof import services
from repair.proof.models import Confirmation
from tests.factories import BodyFactory, MemberFactory
from tests.proof.test_effects import all_looks, asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def tax():
    return BodyFactory(code="tax-office")


def begin_a_file(body):
    reader = MemberFactory(body=body)
    taken = exports.take(by=reader, code="entities", params=QueryDict())
    return exports.file_of(taken, by=reader, file_format="csv", params=QueryDict())


def told(case, body, way="export") -> None:
    AccessEntry.objects.create(
        actor_name="somebody", body_id=body.pk, subject_id=case.entity_id, subject_label=str(case.entity),
        record_ids=[case.record_id], way=way, open_to_subject=True,
    )  # fmt: skip


def files_of(effect) -> str:
    return effect.confirmations.get(place="files").state


def test_whom_a_file_reached_that_was_begun_before_the_decision_is_asked_once_it_has_left(grant, case, tax):
    file = begin_a_file(tax)
    next(file)
    effect = grant()
    assert asked(effect) == {}
    all_looks()
    effect.refresh_from_db()
    assert (files_of(effect), effect.closed_at) == ("waiting", None)
    told(case, tax)  # What the last pieces hold is noted before they leave.
    list(file)
    all_looks()
    effect.refresh_from_db()
    assert (files_of(effect), asked(effect), effect.closed_at) == ("confirmed", {tax.code: "taking"}, None)
    assert Notice.objects.filter(body=tax, kind="proof.asked").count() == 1
    assert AuditEvent.objects.filter(verb="proof.effect.widened").count() == 1
    services.confirm(by=MemberFactory(body=tax), key=effect.confirmations.get(body=tax).pk)
    effect.refresh_from_db()
    assert effect.closed_at is not None


def test_an_answer_that_was_on_its_way_counts_like_a_file(grant, case, tax):
    effect = grant()
    told(case, tax, way="api")
    all_looks()
    assert asked(effect) == {tax.code: "taking"}


def test_who_only_looked_at_a_page_meanwhile_or_is_asked_already_is_not_asked_again(grant, case, tax):
    told(case, tax)
    effect = grant()
    told(case, tax)
    told(case, BodyFactory(), way="page")
    all_looks()
    assert asked(effect) == {tax.code: "told"}
    assert Confirmation.objects.filter(effect=effect, body=tax).count() == 1


def test_a_file_that_reached_nobody_with_the_record_holds_nothing_up_once_it_has_left(grant, tax):
    file = begin_a_file(tax)
    next(file)
    effect = grant()
    file.close()
    all_looks()
    effect.refresh_from_db()
    assert effect.closed_at is not None


def test_a_row_stands_while_a_file_leaves_and_goes_with_its_last_piece(tax):
    file = begin_a_file(tax)
    assert FileBeingMade.objects.get().code == "entities"
    list(file)
    assert not FileBeingMade.objects.exists()


def test_a_process_that_died_holds_nothing_up_for_good(grant, tax):
    begin_a_file(tax)
    FileBeingMade.objects.update(begun_at=timezone.now() - exports.LONGEST - timedelta(seconds=1))
    effect = grant()
    all_looks()
    assert files_of(effect) == "confirmed"
    list(begin_a_file(tax))
    assert not FileBeingMade.objects.exists()
