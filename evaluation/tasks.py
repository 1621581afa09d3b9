import time

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from credit_platform.common import queueing
from evaluation import bulk, services

BATCH = 500
#: While wishes come in quick succession they are gathered for so many seconds: a batch costs little more than one.
GATHERED = 0.1


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def rate_waiting() -> None:
    """Rate whatever waits, a batch at a time; also run by the schedule, as the net under a lost message."""
    if _rate_all_that_wait() > 1:
        time.sleep(GATHERED)
    queueing.begun(rate_waiting)
    _rate_all_that_wait()


def _rate_all_that_wait() -> int:
    answered = 0
    while batch := services.rate_waiting(limit=BATCH, as_of=timezone.localdate()):
        answered += batch
    return answered


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def request_ratings_for_today() -> None:
    """Ask for ratings of the entities whom the passing of days touched, and answer."""
    services.request_ratings_until(timezone.localdate())
    rate_waiting()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def refresh_peers() -> None:
    """Make the tables of peers of the day, where a scheme compares any, and rate everybody by them."""
    services.refresh_peers(as_of=timezone.localdate())


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def work_on_runs() -> None:
    """Take ranges of whatever run rates everybody, so that idle workers help and no range of a lost one is left."""
    bulk.work_on_runs()
