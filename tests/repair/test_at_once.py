"""Two people, two windows, two presses: each pair meets at a barrier, on real transactions."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from credit_platform.common.errors import DomainError, WrongState
from entities.models import CreditRecord, Notice
from entities.services import records
from evaluation.models import RatingRequest
from repair import clocks, services
from repair.models import Case, CaseClock, CaseDocument, CaseStep
from tests.factories import AgentFactory, CaseFactory, MemberFactory, repairable_record
from tests.repair.papers import pdf

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable) -> list:
    """Do all at the same moment; what each returned, or the error of the domain that it met."""
    barrier, outcomes = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(number: int, deed: Callable) -> None:
        barrier.wait()
        try:
            outcomes[number] = deed()
        except DomainError as refusal:
            outcomes[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=200)
    return outcomes


def act(case: Case, by, action: str, note: str = "Because.") -> Callable:
    return lambda: services.act_on_case(
        by=by, number=case.number, action=action, version=case.version, note=note
    )


def errors(outcomes: list) -> list:
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


def supervisor_of(case: Case):
    return MemberFactory(body=case.deciding_body, role="supervisor")


@pytest.mark.parametrize("_round", range(5))
def test_of_two_who_decide_at_once_one_decides_and_the_other_reads_what_happened(_round):
    case = CaseFactory(state="proposed")
    one, two = supervisor_of(case), supervisor_of(case)
    outcomes = at_once(act(case, one, "grant"), act(case, two, "refuse"))
    (refusal,) = errors(outcomes)
    assert isinstance(refusal, WrongState)
    assert str(refusal).startswith("Meanwhile: ")
    case.refresh_from_db()
    assert CaseStep.objects.get(case=case).target == case.state
    repaired = CreditRecord.objects.filter(pk=case.record_id, status="repaired").exists()
    assert repaired == (case.state == "granted")


@pytest.mark.parametrize("_round", range(5))
def test_a_decision_pressed_twice_is_taken_once(_round):
    case = CaseFactory(state="proposed")
    supervisor = supervisor_of(case)
    outcomes = at_once(act(case, supervisor, "grant"), act(case, supervisor, "grant"))
    assert not errors(outcomes)
    assert CaseStep.objects.filter(case=case).count() == 1
    assert Notice.objects.filter(kind="repair.granted").count() == 2
    assert RatingRequest.objects.filter(entity=case.entity).count() == 1


@pytest.mark.parametrize("_round", range(5))
def test_a_withdrawal_and_a_decision_at_once_leave_one_of_the_two(_round):
    case = CaseFactory(state="proposed")
    outcomes = at_once(act(case, case.opened_by, "withdraw"), act(case, supervisor_of(case), "grant"))
    assert len(errors(outcomes)) == 1
    case.refresh_from_db()
    case.record.refresh_from_db()
    assert (case.state, case.record.status) in {("withdrawn", "published"), ("granted", "repaired")}


@pytest.mark.parametrize("_round", range(5))
def test_a_decision_and_the_withdrawal_of_the_record_at_once_do_not_wait_for_each_other(_round):
    case = CaseFactory(state="proposed")
    supervisor = supervisor_of(case)

    def withdraw_record():
        return records.withdraw_record(by=supervisor, record_id=case.record_id, because="Revoked.")

    outcomes = at_once(act(case, supervisor_of(case), "grant"), withdraw_record)
    assert None not in outcomes
    case.refresh_from_db()
    case.record.refresh_from_db()
    assert (case.state, case.record.status) in {
        ("record_withdrawn", "withdrawn"), ("granted", "repaired"),
    }  # fmt: skip


def test_an_application_begun_twice_at_once_is_one():
    record = repairable_record()
    agents = [AgentFactory(entity=record.entity).user for _ in range(2)]
    outcomes = at_once(*(lambda by=by: services.open_case(by=by, record_id=record.pk) for by in agents))
    assert not errors(outcomes)
    assert Case.objects.filter(record=record).count() == 1


def test_two_entities_that_begin_at_once_get_two_numbers():
    pairs = [(record := repairable_record(), AgentFactory(entity=record.entity).user) for _ in range(3)]
    outcomes = at_once(
        *(lambda record=record, by=by: services.open_case(by=by, record_id=record.pk) for record, by in pairs)
    )
    assert not errors(outcomes)
    assert len({case.number for case in outcomes}) == 3


def test_a_draft_filed_twice_at_once_is_filed_once():
    case = CaseFactory(state="draft")
    services.add_proof(by=case.opened_by, number=case.number, upload=pdf())
    services.sign_commitment(by=case.opened_by, number=case.number, name="Pei Huaijin", agreed=True)
    outcomes = at_once(act(case, case.opened_by, "submit", ""), act(case, case.opened_by, "submit", ""))
    assert not errors(outcomes)
    assert CaseStep.objects.filter(case=case).count() == 1
    assert Notice.objects.filter(kind="repair.filed").count() == 1


def test_the_same_file_sent_twice_at_once_is_kept_once():
    case = CaseFactory(state="draft")
    outcomes = at_once(
        *(lambda: services.add_proof(by=case.opened_by, number=case.number, upload=pdf()) for _ in range(2))
    )
    assert not errors(outcomes)
    assert CaseDocument.objects.count() == 1


def test_workers_that_watch_the_clocks_at_once_tell_each_thing_once():
    case = CaseFactory()
    supervisor = supervisor_of(case)
    case.clocks.update(due_on=timezone.localdate() - timedelta(days=1))
    at_once(*(lambda: clocks.watch_clocks(today=timezone.localdate()) for _ in range(3)))
    assert Notice.objects.filter(user=supervisor, kind="repair.overdue").count() == 1


@contextmanager
def held(case: Case):
    """Somebody else is in the middle of a step in the case, for as long as this lasts."""
    taken, over = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
            taken.set()
            over.wait(timeout=200)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(timeout=200)
    try:
        yield
    finally:
        over.set()
        holder.join(timeout=200)


def test_removing_a_record_does_not_wait_for_cases_that_stay_as_they_are():
    """Two who each wait for the other's case would both be thrown back."""
    case = CaseFactory(kind="basis", state="proposed")
    other = CaseFactory(kind="basis", state="proposed")
    CreditRecord.objects.filter(pk=other.record_id).update(status="expired", ended_on=timezone.localdate())
    with held(other), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '30s'")
        assert act(case, supervisor_of(case), "remove")().state == "removed"
        cursor.execute("RESET lock_timeout")


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return cursor.fetchone()[0]


def test_clocks_are_reckoned_anew_behind_a_step_that_is_being_taken():
    """The step locks its case and then its clocks; whoever did it the other way round would meet it halfway."""
    case = CaseFactory()
    case.clocks.update(is_provisional=True, due_on=timezone.localdate() + timedelta(days=60))
    with held(case):
        worker = threading.Thread(target=lambda: (clocks.reckon_anew(), connection.close()))
        worker.start()
        while worker.is_alive() and not somebody_waits():
            worker.join(timeout=0.01)
        with transaction.atomic():
            free = CaseClock.objects.select_for_update(skip_locked=True).filter(case=case)
            assert len(free) == case.clocks.count()
    worker.join(timeout=200)
    assert not case.clocks.filter(due_on=timezone.localdate() + timedelta(days=60)).exists()
