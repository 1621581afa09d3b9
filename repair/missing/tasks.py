"""What the timetable asks of missing records."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from repair.missing import services


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def watch() -> None:
    """Escalate what is overdue; safe to run twice and at once on many workers."""
    services.watch(today=timezone.localdate())
