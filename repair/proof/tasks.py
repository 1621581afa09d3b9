"""Doors to the services of the proof for the workers. Each may run twice and at once on many workers."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from repair.proof import comparing, services


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def confirm_waiting() -> None:
    """Look at the platform's own places and take in what receivers acknowledged, every minute."""
    services.look_at_own_places()
    services.take_receipts()


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def remind() -> None:
    """Remind bodies of what they have not confirmed, every hour."""
    services.remind(now=timezone.now())


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def compare_what_is_public() -> None:
    """Compare what is public with what may be public, every morning."""
    comparing.compare(day=timezone.localdate())
