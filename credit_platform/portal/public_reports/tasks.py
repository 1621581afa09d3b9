"""Doors to the services of reports from the public for the workers."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from credit_platform.portal.public_reports import services


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def watch_clocks() -> None:
    """Remind of what is due and say what is overdue, every hour; each once."""
    services.watch_clocks(today=timezone.localdate())
