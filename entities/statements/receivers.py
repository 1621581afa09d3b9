"""What statements do when the registry says that records changed."""

from django.dispatch import receiver

from entities.signals import records_changed
from entities.statements import services


@receiver(records_changed, dispatch_uid="statements: words stand beside the correction")
def follow_corrections(sender, *, entity_ids, **kwargs) -> None:
    services.follow_corrections(entity_ids=entity_ids)
