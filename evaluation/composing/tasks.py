from celery import shared_task
from django.db import OperationalError

from evaluation.composing import simulating


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def work_on_simulation(simulation_id: int) -> None:
    """Take parts of a simulation until none is left."""
    simulating.work_on(simulation_id)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True)
def work_on_simulations() -> None:
    """Take part in whatever is being simulated, so that idle workers help and no part of a lost one is left."""
    simulating.work_on_all()
