"""Doors to the services of sharing for the workers."""

from celery import shared_task
from django.utils import timezone

from entities.sharing.services import successions, watching, webhooks


@shared_task
def tell_of_serious_misconduct() -> None:
    """Tell watch lists of new serious misconduct, every minute."""
    watching.tell_of_serious()


@shared_task
def tell_of_the_day() -> None:
    """Tell watch lists what changed since the day before; more often than daily does no harm."""
    watching.tell_of_the_day(day=timezone.localdate())


@shared_task
def pass_on_what_bodies_left() -> None:
    """Pass on the watch lists of bodies that are gone and end their receivers, every hour."""
    successions.pass_on()


@shared_task(soft_time_limit=120, time_limit=180)
def send_changes() -> None:
    """Write messages of what changed and send what is due, every half minute."""
    webhooks.write_messages()
    webhooks.deliver_waiting()
