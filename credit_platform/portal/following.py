"""What changed of what is public, in order and without a gap, so that copies elsewhere follow."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from credit_platform.portal import policies
from entities.models import CreditRecord, Entity
from entities.sharing import feed
from entities.sharing.models import Change
from entities.statements.selectors import with_statement

#: Changes of the register that a copy has to follow as well.
OF_ENTITIES = (Change.Kind.RENAMED, Change.Kind.STATUS, Change.Kind.MERGED)


@dataclass(frozen=True, slots=True)
class Told:
    """One change, as anybody may hear of it.

    Args:
        record: what the record says today; None for one that is not public, of which nothing else is told.
        entity: whose record it is, or what changed itself; None with a record that is gone.
    """

    change: Change
    record: CreditRecord | None
    entity: Entity | None

    @property
    def is_gone(self) -> bool:
        return self.change.record_id is not None and self.record is None


@dataclass(frozen=True, slots=True)
class Answer:
    """Changes after a place, the place to ask from next, and whether more is there already."""

    changes: list[Told]
    next: feed.Place
    more: bool


def public_changes(*, since: feed.Place, limit: int = feed.MOST) -> Answer:
    """What changed after the place, oldest first.

    A record tells of itself as it is today, however old the change is. One that is not public, no longer or not yet,
    is told of by its number alone: whose it was is nobody's business.
    """
    read = feed.read_on(since=since, narrowed=_of_what_may_be_public, limit=limit)
    keys = {change.record_id for change in read.changes if change.record_id}
    open_to_all = CreditRecord.objects.filter(policies.records_anybody_may_leaf_through(), pk__in=keys)
    records = (
        with_statement(open_to_all.public_on(timezone.localdate()))
        .select_related("entity", "record_type", "submitted_by")
        .in_bulk()
    )
    feed.with_last_change(records.values())
    entities = Entity.everything.select_related("merged_into").in_bulk(
        {change.entity_id for change in read.changes if not change.record_id}
    )
    told = [
        _of_record(change, records.get(change.record_id))
        if change.record_id
        else Told(change, None, entities.get(change.entity_id))
        for change in read.changes
    ]
    return Answer(told, read.next, read.more)


def _of_record(change: Change, record: CreditRecord | None) -> Told:
    """Whose the record is, is told with the record alone, also where its entity is named for another change."""
    return Told(change, record, record.entity if record else None)


def _of_what_may_be_public(changes: QuerySet[Change]) -> QuerySet[Change]:
    disclosed = CreditRecord.objects.filter(policies.once_disclosed())
    records = disclosed.filter(policies.records_anybody_may_leaf_through())
    entities = Entity.everything.filter(policies.entities_anybody_may_search())
    return changes.filter(
        Q(record_id__in=records.values("pk"))
        # It may have moved from a business to a household: then it leaves every copy, by its number alone.
        | Q(kind=Change.Kind.MOVED, record_id__in=disclosed.values("pk"))
        | Q(record_id=None, kind__in=OF_ENTITIES, entity_id__in=entities.values("pk"))
    )
