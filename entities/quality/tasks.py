"""Doors to the services of quality for the workers."""

from celery import shared_task

from entities.quality import services


@shared_task
def count_this_month() -> None:
    """Count this month and the one before anew, every hour."""
    services.count_months(months=2)


@shared_task
def count_all_months() -> None:
    """Count the last thirteen months anew, every night: what is withdrawn or dated anew changes old months too."""
    services.count_months()
