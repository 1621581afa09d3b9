"""Door to the mails with links for new passwords for the workers."""

from celery import shared_task

from entities.people import passwords


@shared_task(ignore_result=True)
def send_links() -> None:
    """Send the links that are due; also run every minute by the schedule, as the net under a lost message."""
    passwords.send_waiting()
