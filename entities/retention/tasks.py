"""The door to the work of the nights."""

from celery import shared_task
from django.utils import timezone

from entities.retention import services


@shared_task
def work_through_nights() -> None:
    """Archive and delete what is due; every night, and every hour what a night left undone."""
    services.work_through_nights(today=timezone.localdate())
