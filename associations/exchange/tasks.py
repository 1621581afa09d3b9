"""What the timetable asks of opinions."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from associations.exchange import services


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def remind() -> None:
    """Remind of opinions that are due; safe to run twice and at once on many workers."""
    services.remind(today=timezone.localdate())
