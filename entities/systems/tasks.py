"""Doors to the services for the workers."""

from celery import shared_task

from entities.systems import services


@shared_task
def clear_what_is_over() -> None:
    """Throw away expired tokens and old answers; run by the schedule every night."""
    services.clear_what_is_over()
