"""Doors to the registry's services for the workers: ids in, one service call, no rules."""

from celery import shared_task
from celery.signals import worker_ready
from django.db import OperationalError
from django.utils import timezone

from entities.services import feedback, likeness, records, submissions, taking_back

#: A database that was away for a moment; anything else is for the sweep, which counts its attempts.
AGAIN = {"autoretry_for": (OperationalError,), "retry_backoff": True, "max_retries": 5}


@shared_task
def end_publicity() -> None:
    """End the publicity of records whose last day is over; every hour, whatever was noted as done."""
    records.end_publicity(as_of=timezone.localdate())


@shared_task
def follow_the_rules() -> None:
    """Date records by rules that begin, are over or were just published; every minute, and when one is published."""
    records.follow_the_rules(today=timezone.localdate())


@shared_task
def find_near_duplicates() -> None:
    """Compare the names and numbers of all entities; run by the schedule every night."""
    likeness.find_near_duplicates()


@shared_task
def deliver_feedback() -> None:
    """Send the notices that are due; also run every minute by the schedule, as the net under a lost message."""
    feedback.deliver_waiting()


@shared_task(**AGAIN)
def check_submission(submission_id: int) -> None:
    """Check an uploaded file from where it was left."""
    submissions.check_submission(submission_id=submission_id)


@shared_task(**AGAIN)
def save_submission(submission_id: int) -> None:
    """Save a confirmed file from where it was left."""
    submissions.save_submission(submission_id=submission_id)


@shared_task(**AGAIN)
def take_submission_back(submission_id: int) -> None:
    """Take back what was saved of a file."""
    taking_back.take_back(submission_id=submission_id)


@shared_task
def resume_submissions() -> None:
    """Queue files whose worker was lost, or whose message was; every minute, and when a worker starts."""
    submissions.resume_submissions()


@worker_ready.connect
def resume_at_the_start(**kwargs) -> None:
    """A worker that starts after a crash does not wait for the next minute."""
    resume_submissions.delay()
