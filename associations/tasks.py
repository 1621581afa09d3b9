"""What the timetable asks of associations."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from associations import industry


@shared_task(ignore_result=True, acks_late=True, autoretry_for=(OperationalError,), retry_backoff=True)
def count_industries() -> None:
    """Count every association's figures anew; safe to run twice."""
    industry.count_industries(today=timezone.localdate())
