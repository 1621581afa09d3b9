"""What the timetable asks of sections."""

from celery import shared_task
from django.db import OperationalError

from repair.sections import services


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def follow_sections() -> None:
    """Route anew what lies in a section that is closed or empty by now; safe to run twice and at once on many workers."""
    services.follow_sections()
