"""How the registry's changes become marks where no rating and no entity changes with them."""

from django.dispatch import receiver

from entities.signals import records_changed
from evaluation.boards import counting


@receiver(records_changed, dispatch_uid="a changed record may make an entity another department's")
def mark_entities(sender, *, entity_ids: set[int], **kwargs) -> None:
    """Note in the same transaction that the departments of these entities are to be counted anew."""
    counting.mark(entity_ids)
