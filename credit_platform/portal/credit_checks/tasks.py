"""The door to credit checks of lists."""

from celery import shared_task

from credit_platform.portal.credit_checks import services


@shared_task
def check_waiting() -> None:
    """Check the lists that wait and throw away what is over; every minute, and when one is handed in."""
    services.check_waiting()
    services.throw_away_old()
