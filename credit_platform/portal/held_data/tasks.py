"""The door to the making of files of what is held."""

from celery import shared_task

from credit_platform.portal.held_data import services


@shared_task
def make_waiting() -> None:
    """Make the files that wait and throw away those whose days are over; every minute, and when one is asked for."""
    services.make_waiting()
    services.throw_away_old()
