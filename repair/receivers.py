"""What cases do when the registry says that records changed, and when the tables are there."""

from django.dispatch import receiver

from entities.signals import records_changed
from repair import clocks, paper_rules, sectors, services


@receiver(records_changed, dispatch_uid="repair: cases follow their records")
def follow_records(sender, *, entity_ids, by=None, **kwargs) -> None:
    services.follow_records(entity_ids=entity_ids, by=by)


def seed_rules(sender, **kwargs) -> None:
    """Without its rules no case can be filed, so they come with the tables."""
    clocks.seed_clock_rules()
    sectors.seed_sector_rules()
    paper_rules.seed_paper_rules()
