"""What the timetable asks of cases."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from repair import clocks


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def watch_clocks() -> None:
    """Remind and escalate; safe to run twice and at once on many workers."""
    clocks.watch_clocks(today=timezone.localdate())
