"""A worker that is lost in the middle, a queue that is away, two who press the same button."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone
from kombu import Connection

from credit_platform.audit.models import AuditEvent
from credit_platform.celery import app
from entities.intake import verdicts
from entities.intake.running import running
from entities.models import CreditRecord, Submission
from entities.services import submissions
from tests.entities.intake.conftest import HEADER, OFFICE, outcomes
from tests.factories import EntityFactory, invented_code
from tests.workers import kill_with_children, running_worker

pytestmark = pytest.mark.django_db(transaction=True)
State = Submission.State
#: Enough batches to be killed in the middle.
ROWS, SAVED = 6_000, 2_500


@pytest.fixture(autouse=True)
def workers_find_the_files(media, monkeypatch) -> None:
    """A worker is a process of its own and reads the place of the file store from its environment."""
    monkeypatch.setenv("MEDIA_ROOT", str(media))


def list_of(rows: int) -> str:
    lines = (f"{invented_code(500_000 + n)},云汀第{n}号公司,2025,{OFFICE}" for n in range(rows))
    return "\n".join([HEADER, *lines])


def wait_until(condition, *, seconds: float = 240) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.02)


def worked(submission: Submission) -> int:
    submission.refresh_from_db()
    return submission.rows_worked


def make_stale(submission: Submission) -> None:
    long_ago = timezone.now() - 2 * submissions.STALE_AFTER
    Submission.objects.filter(pk=submission.pk).update(heartbeat_at=long_ago, uploaded_at=long_ago)


class Killed(BaseException):
    """What a worker meets that ends between two batches."""


@pytest.fixture
def dies_after(monkeypatch):
    """The checking or saving breaks off after so many batches, as when the process is gone."""

    def arrange(name: str, batches: int) -> None:
        real, calls = getattr(submissions, name), []

        def dying(*args, **kwargs):
            if len(calls) == batches:
                raise Killed
            calls.append(1)
            return real(*args, **kwargs)

        monkeypatch.setattr(submissions, name, dying)

    return arrange


def test_checking_goes_on_from_the_last_batch(tax, monkeypatch, dies_after):
    monkeypatch.setattr(submissions, "BATCH", 10)
    submission = tax.upload(list_of(35))
    with monkeypatch.context():
        dies_after("_check_batch", 2)
        with pytest.raises(Killed):
            submissions.check_submission(submission_id=submission.pk)
    assert worked(submission) == submission.rows.count() == 20
    assert submission.state == State.CHECKING
    monkeypatch.undo()
    read = []
    monkeypatch.setattr(
        submissions,
        "judge",
        lambda rows, job: (read.extend(n for n, _c in rows), verdicts.judge(rows, job))[1],
    )
    submissions.check_submission(submission_id=submission.pk)
    assert worked(submission) == submission.rows.count() == 35
    assert submission.state == State.READY
    # Nothing is looked at twice.
    assert read == list(range(22, 37))


def test_saving_goes_on_from_the_last_batch_and_saves_nothing_twice(tax, monkeypatch, dies_after):
    monkeypatch.setattr(submissions, "SAVE_BATCH", 10)
    submission = tax.send(list_of(35))
    submissions.register_entities_of_rows(by=tax.clerk, submission_id=submission.pk)
    submissions.confirm_submission(by=tax.clerk, submission_id=submission.pk)
    dies_after("_save_batch", 2)
    with pytest.raises(Killed):
        submissions.save_submission(submission_id=submission.pk)
    assert CreditRecord.objects.count() == worked(submission) == 20
    monkeypatch.undo()
    submissions.save_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.rows_worked) == (State.DONE, 35)
    assert CreditRecord.objects.count() == 35
    assert AuditEvent.objects.filter(verb="entities.record.submitted").count() == 35


@pytest.mark.integration
def test_a_worker_killed_in_the_middle_of_a_file_is_followed_by_another_and_nothing_is_lost_or_twice(tax):
    submission = tax.upload(list_of(ROWS))
    with running_worker(concurrency=1) as worker:
        wait_until(lambda: worked(submission) > 0)
        kill_with_children(worker)
    left_at = worked(submission)
    assert 0 < left_at < ROWS
    assert submission.state == State.CHECKING
    assert submission.rows.count() == left_at
    make_stale(submission)
    with running_worker(concurrency=1):
        # The new worker asks for what is left when it starts.
        wait_until(lambda: worked(submission) and submission.state == State.READY)
        assert submission.rows.count() == submission.rows_worked == ROWS
        assert sorted(outcomes(submission)) == list(range(2, ROWS + 2))


@pytest.mark.integration
def test_a_worker_killed_while_saving_is_followed_by_another_and_nothing_is_lost_or_twice(tax):
    submission = tax.send(list_of(SAVED))
    submissions.register_entities_of_rows(by=tax.clerk, submission_id=submission.pk)
    with running_worker(concurrency=1) as worker:
        submissions.confirm_submission(by=tax.clerk, submission_id=submission.pk)
        wait_until(lambda: CreditRecord.objects.exists())
        kill_with_children(worker)
    assert 0 < CreditRecord.objects.count() < SAVED
    make_stale(submission)
    with running_worker(concurrency=1):
        wait_until(lambda: Submission.objects.get(pk=submission.pk).state == State.DONE)
    assert CreditRecord.objects.count() == SAVED
    assert AuditEvent.objects.filter(verb="entities.record.submitted").count() == SAVED
    assert submission.rows.filter(is_saved=True).count() == SAVED


def test_a_file_that_another_runner_holds_is_left_to_it(tax):
    submission = tax.upload(list_of(3))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with running(submission.pk) as mine:
            assert mine
            held.set()
            done.wait(100)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(100)
    submissions.check_submission(submission_id=submission.pk)
    assert worked(submission) == 0
    make_stale(submission)
    assert submissions.resume_submissions() == []
    done.set()
    holder.join()
    submissions.check_submission(submission_id=submission.pk)
    assert worked(submission) == 3


def test_with_the_queue_away_a_file_is_taken_in_and_the_sweep_finds_it(tax, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionError("the queue is away")

    with monkeypatch.context() as patch:
        patch.setattr("celery.canvas.Signature.delay", away)
        submission = tax.upload(list_of(3))
    assert submission.state == State.CHECKING
    queued = []
    monkeypatch.setattr(submissions, "_hurry", queued.append)
    assert submissions.resume_submissions() == []
    make_stale(submission)
    assert submissions.resume_submissions() == [submission.pk]
    assert queued == [submission]


@pytest.mark.integration
def test_with_redis_really_away_the_file_is_checked_once_there_is_a_worker_again(tax, monkeypatch):
    @contextmanager
    def no_broker(producer=None):
        with Connection("redis+socket:///nonexistent/redis.sock") as nowhere:
            yield nowhere.Producer()

    with monkeypatch.context() as patch:
        patch.setattr(app, "producer_or_acquire", no_broker)
        submission = tax.upload(list_of(3))
    assert submission.state == State.CHECKING
    make_stale(submission)
    with running_worker(concurrency=1):
        wait_until(lambda: worked(submission) == 3 and submission.state == State.READY)


def test_a_file_that_fails_again_and_again_is_given_up_with_a_sentence(tax, monkeypatch):
    submission = tax.upload(list_of(3))

    def broken(*args, **kwargs):
        raise RuntimeError("a mistake of the platform")

    monkeypatch.setattr(submissions, "judge", broken)
    for _attempt in range(submissions.MOST_ATTEMPTS):
        with pytest.raises(RuntimeError):
            submissions.check_submission(submission_id=submission.pk)
    submissions.check_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.REFUSED
    assert "This is not your mistake" in submission.problem["en"]
    assert str(submission.pk) in submission.problem["en"]


def test_a_file_given_up_while_it_is_checked_stops_there(tax, monkeypatch):
    monkeypatch.setattr(submissions, "BATCH", 10)
    submission = tax.upload(list_of(35))
    real = submissions.judge

    def judge_and_cancel(rows, job):
        if submission.rows.exists():
            submissions.cancel_submission(by=tax.clerk, submission_id=submission.pk)
        return real(rows, job)

    monkeypatch.setattr(submissions, "judge", judge_and_cancel)
    submissions.check_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.CANCELLED
    assert not submission.rows.exists()


def test_two_confirmations_at_once_are_one(tax):
    entity = EntityFactory(name_zh="禾谷食品")
    submission = tax.send_rows((entity.credit_code, "禾谷食品"))
    barrier = threading.Barrier(4)

    def confirm() -> None:
        try:
            barrier.wait(100)
            submissions.confirm_submission(by=tax.clerk, submission_id=submission.pk)
            submissions.save_submission(submission_id=submission.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for running_one in [pool.submit(confirm) for _thread in range(4)]:
            running_one.result()
    submissions.save_submission(submission_id=submission.pk)
    assert CreditRecord.objects.count() == 1
    assert AuditEvent.objects.filter(verb="entities.submission.confirmed").count() == 1
    assert AuditEvent.objects.filter(verb="entities.submission.finished").count() == 1


def test_two_uploads_of_one_file_at_once_are_one(tax):
    barrier, content = threading.Barrier(4), list_of(3)

    def upload() -> int:
        try:
            barrier.wait(100)
            return tax.upload(content).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        keys = {one.result() for one in [pool.submit(upload) for _thread in range(4)]}
    assert len(keys) == 1
    assert Submission.objects.count() == 1
