"""Doors to the registry's services for the workers: ids in, one service call, no rules."""

from celery import shared_task
from django.utils import timezone

from entities.services import feedback, records


@shared_task
def end_publicity() -> None:
    """End the publicity of records whose last day is over; run by the schedule after midnight."""
    records.end_publicity(as_of=timezone.localdate())


@shared_task
def deliver_feedback() -> None:
    """Send the notices that are due; also run every minute by the schedule, as the net under a lost message."""
    feedback.deliver_waiting()
