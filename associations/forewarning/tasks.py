"""What the timetable asks of prior notices."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from associations.forewarning import services


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def follow_up() -> None:
    """Let in what ran out of its time; safe to run twice and at once on many workers."""
    services.follow_up(today=timezone.localdate())
