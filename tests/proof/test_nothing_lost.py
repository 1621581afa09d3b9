"""Mail that is down and workers that are killed during a grant delay what follows from it and lose nothing."""

import time
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from credit_platform.celery import app
from entities.models import CreditRecord, Delivery, Notice
from entities.services import feedback
from evaluation.models import RatingRequest
from repair.letters.models import Letter
from repair.models import Case
from repair.proof.models import Confirmation
from tests.workers import running_worker, wait_until

#: What the timetable runs and what a grant leaves to workers.
SWEEPS = (
    "entities.tasks.deliver_feedback",
    "evaluation.tasks.rate_waiting",
    "repair.proof.tasks.confirm_waiting",
    "repair.letters.tasks.type_waiting",
)
SECONDS_BETWEEN_SWEEPS = 5


@pytest.mark.django_db
def test_with_mail_down_a_grant_is_a_grant_and_every_message_goes_out_once_it_is_back(
    grant, case, supervisor, client, monkeypatch
):
    def refuse(*_args, **_kwargs):
        raise SMTPServerDisconnected("nobody there")

    with monkeypatch.context() as down:
        down.setattr("django.core.mail.EmailMessage.send", refuse)
        grant()
        assert feedback.deliver_waiting() == 0
    case.refresh_from_db()
    assert case.state == Case.State.GRANTED
    assert CreditRecord.objects.get(pk=case.record_id).status == "repaired"
    assert set(Notice.objects.filter(kind="repair.granted").values_list("entity", "body")) == {
        (case.entity_id, None),
        (None, case.deciding_body_id),
    }
    waiting = Delivery.objects.waiting()
    told = sorted(waiting.values_list("notice", "address"))
    assert {address for _notice, address in told} >= {case.opened_by.email, supervisor.email}
    assert not waiting.exclude(last_error__startswith="SMTPServerDisconnected").exists()
    client.force_login(case.opened_by)
    assert "E-mail does not get through" in client.get("/inbox/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert feedback.deliver_waiting() == len(told) == len(mail.outbox)
        assert feedback.deliver_waiting() == 0


def swept(holds: Callable[[], bool], before: Callable[[], object] = lambda: None) -> Callable[[], bool]:
    """Whether it holds; meanwhile the sweeps run every few seconds, as the timetable has them run every minute.

    A single round would not do: what the killed worker had locked is free once PostgreSQL has noticed. `before` each
    round, what the last one found too early can be made due again, which it would be by itself minutes later.
    """
    sent_at = float("-inf")

    def look() -> bool:
        nonlocal sent_at
        if time.monotonic() > sent_at + SECONDS_BETWEEN_SWEEPS:
            sent_at = time.monotonic()
            before()
            for sweep in SWEEPS:
                app.send_task(sweep)
        return holds()

    return look


def look_now() -> None:
    Confirmation.objects.waiting().update(next_look_at=timezone.now())


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_workers_killed_in_the_middle_of_a_grant_are_caught_up_with_by_the_next(grant, case):
    app.control.purge()
    cache.clear()
    with running_worker() as worker:
        effect = grant()
        worker.kill()
        worker.wait()
    app.control.purge()  # Nor is any message of it left.
    assert CreditRecord.objects.get(pk=case.record_id).status == "repaired"
    look_now()
    Delivery.objects.update(next_attempt_at=timezone.now())
    Letter.objects.filter(document=None).update(next_attempt_at=timezone.now())
    with running_worker():
        wait_until(swept(lambda: not RatingRequest.objects.exists()), "the rating follows")
        wait_until(swept(lambda: not Delivery.objects.waiting().exists()), "everybody is told")
        wait_until(swept(lambda: not Letter.objects.filter(document=None).exists()), "the letter is typed")
        wait_until(
            swept(lambda: not effect.confirmations.waiting().exists(), look_now), "every place has confirmed"
        )
    effect.refresh_from_db()
    assert effect.closed_at is not None
    assert case.steps.filter(action="closed").count() == 1
