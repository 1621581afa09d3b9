"""What changed, complete and in order, for one body.

Transactions end in another order than they begin. A place in the list is therefore the number of the transaction
and the key of the change, and only changes of transactions below the oldest one still running are told of: whatever
ends later stands behind every place that was ever given out. The audit log is sealed by the same notion.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext as _

from credit_platform.common.bilingual import in_readers_language
from credit_platform.common.errors import InvalidInput
from credit_platform.common.transactions import oldest_running
from entities.models import CreditRecord, Entity, SubmittingBody
from entities.sharing import kinds as kinds_of_changes, policies, watched
from entities.sharing.models import Change, WatchList
from entities.statements.selectors import with_statement

CURSOR = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
#: So many changes are looked through for one answer, whatever few of them concern the reader.
WINDOW = 5_000
MOST = 500
BIGGEST = 2**63 - 1


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """A place in the list of changes: all up to it were told of."""

    transaction: int = 0
    change: int = 0

    def __str__(self) -> str:
        return f"{self.transaction}-{self.change}"


START = Place()


def place_from(cursor: str) -> Place:
    """The place that a cursor names; the beginning for an empty one. `InvalidInput` for anything else."""
    if not cursor:
        return START
    found = CURSOR.fullmatch(cursor)
    if not found or any(int(part) > BIGGEST for part in found.groups()):
        raise InvalidInput(
            {"since": [_("“%(cursor)s” is no cursor that was given out here.") % {"cursor": cursor}]}
        )
    return Place(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class Told:
    """One change as its reader may hear of it; `record` where its content is open to the reader today."""

    change: Change
    entity: Entity
    #: The record that changed; None for a change of the entity itself.
    about: CreditRecord | None
    record: CreditRecord | None

    @property
    def is_gone(self) -> bool:
        """Whether the record is no longer shared, so that others take it out as well."""
        about = self.about
        return about is not None and (self.record is None or about.status != CreditRecord.Status.PUBLISHED)

    @property
    def grade(self) -> "GradeMove | None":
        """From which grade to which, for a change of kind `graded`."""
        detail = self.change.detail
        if self.change.kind != Change.Kind.GRADED or detail is None:
            return None
        return GradeMove(
            scheme=detail["scheme"],
            name=in_readers_language(detail["name_zh"], detail["name_en"]),
            was=detail["was"],
            now=detail["now"],
        )


@dataclass(frozen=True, slots=True)
class GradeMove:
    """A grade that became another; "" is not rated. `name` is that of the scheme in the reader's language."""

    scheme: str
    name: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Changes after a place, the place to ask from next, and whether more is there already."""

    changes: list[Told]
    next: Place
    more: bool


def now() -> Place:
    """The place behind all that can be told of now: where a new follower begins."""
    return Place(oldest_running() - 1, BIGGEST)


def after(place: Place) -> Q:
    return Q(transaction_id__gt=place.transaction) | Q(transaction_id=place.transaction, id__gt=place.change)


def changes_since(
    *,
    body: SubmittingBody,
    since: Place,
    watch_lists: Sequence[WatchList] | None,
    limit: int = MOST,
) -> Answer:
    """What changed after the place, of what is shared with the body, oldest first.

    Args:
        watch_lists: only the entities on these; None for every entity.
    """
    read = read_on(since=since, narrowed=lambda changes: shared_with(body, changes, watch_lists), limit=limit)
    return Answer(told(body, read.changes), read.next, read.more)


@dataclass(frozen=True, slots=True)
class Read:
    """Changes after a place, before anybody asked what of them their reader may hear."""

    changes: list[Change]
    next: Place
    more: bool


def read_on(*, since: Place, narrowed: Callable[[QuerySet[Change]], QuerySet[Change]], limit: int) -> Read:
    """The changes after the place that are left after narrowing, oldest first.

    At most `WINDOW` changes are looked through: an answer may hold none and still name a place further on, with
    `more` saying that it is worth asking again.
    """
    until = oldest_running()
    ordered = Change.objects.filter(
        after(since), transaction_id__gte=since.transaction, transaction_id__lt=until
    )
    window = list(ordered.order_by("transaction_id", "id").values_list("transaction_id", "id")[:WINDOW])
    if not window:
        return Read([], max(since, Place(until - 1, BIGGEST)), more=False)
    end = Place(*window[-1])
    inside = ordered.filter(
        Q(transaction_id__lt=end.transaction) | Q(transaction_id=end.transaction, id__lte=end.change)
    )
    found = list(narrowed(inside).order_by("transaction_id", "id")[: limit + 1])
    if len(found) > limit:
        found = found[:limit]
        return Read(found, Place(found[-1].transaction_id, found[-1].pk), more=True)
    if len(window) < WINDOW:
        return Read(found, Place(until - 1, BIGGEST), more=False)
    return Read(found, end, more=True)


def shared_with(
    body: SubmittingBody, changes: QuerySet[Change], watch_lists: Sequence[WatchList] | None
) -> QuerySet[Change]:
    """Of these changes those that concern the body's entities and what is or was shared with it."""
    if watch_lists is not None:
        changes = changes.filter(entity_id__in=watched.keys_of_any(watch_lists))
    records = CreditRecord.objects.filter(policies.once_shared_with(body))
    public = CreditRecord.objects.filter(policies.once_public())
    of_entities = Q(record_id=None) & kinds_of_changes.open_to(body)
    withheld = Q(kind=Change.Kind.WITHHELD, record_id__in=public.values("pk"))
    return changes.filter(of_entities | withheld | Q(record_id__in=records.values("pk")))


def told(body: SubmittingBody, changes: Sequence[Change]) -> list[Told]:
    """The changes with their entities and records, in three queries for any number."""
    keys = {change.record_id for change in changes if change.record_id}
    records = (
        with_statement(CreditRecord.objects.filter(pk__in=keys))
        .select_related("entity", "submitted_by", "record_type", "type_version", "publicity_rule")
        .in_bulk()
    )
    open_now = set(
        CreditRecord.objects.filter(policies.shared_now_with(body), pk__in=keys).values_list("pk", flat=True)
    )
    # Also those that were merged into others since: their changes were told of before, and are again.
    entities = Entity.everything.select_related("merged_into").in_bulk(
        {change.entity_id for change in changes}
    )
    return [
        Told(
            change=change,
            entity=entities[change.entity_id],
            about=records.get(change.record_id) if change.record_id else None,
            record=records[change.record_id] if change.record_id in open_now else None,
        )
        for change in changes
        if change.entity_id in entities
    ]


def last_change_of(records: Sequence[CreditRecord]) -> dict[int, datetime]:
    """When what others read of each of these changed last; by record.

    A mark set or lifted, words put beside it, another last day, or another name of its entity. Of what was here before
    changes were noted: when it was let in.
    """
    by_entity = Change.objects.filter(entity_id__in={record.entity_id for record in records})
    changes = by_entity.filter(
        Q(record_id__in=[record.pk for record in records]) | Q(record_id=None, kind=Change.Kind.RENAMED)
    )
    last = changes.order_by().values_list("entity_id", "record_id").annotate(last=Max("at"))
    of_records = {record: at for _entity, record, at in last if record}
    of_entities = {entity: at for entity, record, at in last if not record}
    found = {}
    for record in records:
        own = of_records.get(record.pk) or record.reviewed_at or record.entered_at
        found[record.pk] = max(own, of_entities.get(record.entity_id, own))
    return found


def with_last_change(records: Iterable[CreditRecord]) -> list[CreditRecord]:
    """The same records, each with `changed_at`."""
    some = list(records)
    changed = last_change_of(some)
    for record in some:
        record.changed_at = changed[record.pk]  # type: ignore[attr-defined]  # No field: it follows from its changes.
    return some


def newest_for(
    body: SubmittingBody, watch_lists: Sequence[WatchList], *, kinds: Sequence[str] = ()
) -> QuerySet[Change]:
    """For a page: the changes of the lists' entities that the body may hear of, newest first."""
    changes = Change.objects.filter(kind__in=kinds) if kinds else Change.objects.all()
    return shared_with(body, changes, watch_lists).order_by(F("at").desc(), "-pk")
