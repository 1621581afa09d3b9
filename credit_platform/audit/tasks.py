from celery import shared_task

from credit_platform.audit import services


@shared_task
def seal_audit_log() -> None:
    """Seal what has ended since the last seal; run by the schedule."""
    services.seal()
