"""Doors to the counting of boards for the workers."""

from celery import shared_task
from django.db import OperationalError

from evaluation.boards import coming, counting, weighing


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def follow() -> None:
    """Count what was rated or changed since the last time."""
    counting.follow()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def look_ahead_and_weigh() -> None:
    """Work out who will move by themselves, and whose records weigh; what is done for today is not done again."""
    coming.look_ahead()
    weighing.weigh()
