from celery import shared_task
from django.core.management import call_command


@shared_task
def clear_expired_sessions() -> None:
    """Throw away sessions that nobody can use any more; run by the schedule."""
    call_command("clearsessions")
