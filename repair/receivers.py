"""What cases do when the registry says that records changed."""

from django.dispatch import receiver

from entities.signals import records_changed
from repair import services


@receiver(records_changed, dispatch_uid="repair: cases follow their records")
def follow_records(sender, *, entity_ids, **kwargs) -> None:
    services.follow_records(entity_ids=entity_ids)
