"""Doors to the services of stories for the workers."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from credit_platform.portal.stories import services


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def end_what_no_longer_holds() -> None:
    """Write down why stories are no longer told, and tell whom it concerns; each once."""
    services.end_what_no_longer_holds(today=timezone.localdate())
