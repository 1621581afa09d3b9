"""Doors to the work on papers for the workers."""

from celery import shared_task
from django.db import OperationalError

from repair.letters import papers


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def type_waiting() -> None:
    """Type and sign the papers that wait, every minute and after each that is written."""
    papers.type_waiting()
