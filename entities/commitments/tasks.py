"""Doors to the services of commitments for the workers."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from entities.commitments import services


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def watch_days() -> None:
    """Remind of what is to be kept and say what was not checked, every morning; each once."""
    services.watch_days(today=timezone.localdate())
