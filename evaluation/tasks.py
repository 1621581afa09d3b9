from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from evaluation import bulk, services

BATCH = 500


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def rate_waiting() -> None:
    """Rate whatever waits, a batch at a time; also run by the schedule, as the net under a lost message."""
    while services.rate_waiting(limit=BATCH, as_of=timezone.localdate()):
        pass


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def request_ratings_for_today() -> None:
    """Ask for ratings of the entities whom the passing of days touched, and answer."""
    services.request_ratings_until(timezone.localdate())
    rate_waiting()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def work_on_runs() -> None:
    """Take ranges of whatever run rates everybody, so that idle workers help and no range of a lost one is left."""
    bulk.work_on_runs()
