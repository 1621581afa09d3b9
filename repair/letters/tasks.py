"""Doors to the services of letters for the workers."""

from celery import shared_task
from django.db import OperationalError

from repair.letters import services


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def type_waiting() -> None:
    """Type and sign the letters that wait, every minute and after each step that has one."""
    services.type_waiting()
