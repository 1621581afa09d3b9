"""Door to the mails of invitations for the workers."""

from celery import shared_task

from entities.invitations import mail


@shared_task(ignore_result=True)
def send_waiting() -> None:
    """Send the invitations that are due; also run every minute by the schedule, as the net under a lost message."""
    mail.send_waiting()
