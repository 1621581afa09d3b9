"""What measures do when the registry says that records changed."""

from django.dispatch import receiver

from agencies.measures import services
from entities.signals import records_changed


@receiver(records_changed, dispatch_uid="measures: they fall with their record")
def follow_records(sender, *, entity_ids, **kwargs) -> None:
    services.follow_records(entity_ids=entity_ids)
