"""How the registry's changes become wishes for a rating."""

from django.dispatch import receiver

from credit_platform.common.queueing import hurry_on_commit
from entities.signals import records_changed
from evaluation import services, tasks


@receiver(records_changed, dispatch_uid="a changed record asks for a rating")
def request_ratings(sender, *, entity_ids: set[int], **kwargs) -> None:
    """Note in the same transaction that these entities need rating; hurry the workers once it commits."""
    services.request_ratings(entity_ids)
    hurry_on_commit(tasks.rate_waiting)
