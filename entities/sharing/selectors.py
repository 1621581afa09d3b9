"""Reads of who looked at what, of watch lists and of receivers, scoped by `user`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from credit_platform.audit.models import AccessEntry
from credit_platform.common.errors import Missing
from entities.models import CreditRecord, Entity, SubmittingBody
from entities.policies import bodies_of, entities_of
from entities.sharing import feed, places, policies, watched
from entities.sharing.feed import Place
from entities.sharing.models import Change, WatchList, Webhook, WebhookMessage

#: What the head of an entity's page counts.
A_YEAR = timedelta(days=365)
#: What a list's row counts.
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Look:
    """One look, as its reader may know of it."""

    at: datetime
    entity_id: int
    entity: str
    body: str
    #: Empty where the reader is the entity: which person looked is between the body and the lead office.
    person: str
    way: str
    purpose: str
    records: tuple[CreditRecord, ...]
    #: How many records were shown, also those that this reader may no longer open.
    shown: int


def looks_for_list(*, user) -> QuerySet[AccessEntry]:
    """The looks that this user may know of, newest first."""
    looks = AccessEntry.objects.filter(policies.looks_visible_to(user))
    return looks.select_related("actor").order_by("-at", "-pk")


def who_looked(look: AccessEntry) -> str:
    """The person in the reader's language; as the log copied the name where the account is gone."""
    return str(look.actor or look.actor_name)


def looks_at_entity(*, user, entity: Entity) -> QuerySet[AccessEntry]:
    """Who looked at the entity, for its own agent; also before others were merged into it."""
    if entity.pk not in entities_of(user):
        return AccessEntry.objects.none()
    absorbed = Entity.everything.filter(merged_into=entity).values("pk")
    looks = AccessEntry.objects.filter(Q(subject_id=entity.pk) | Q(subject_id__in=absorbed))
    return looks.filter(policies.told_to_its_entity()).select_related("actor").order_by("-at", "-pk")


def as_looks(entries: Iterable[AccessEntry], *, user) -> list[Look]:
    """The entries with the records that this user may open, in one query for all of them."""
    entries = list(entries)
    wanted = {pk for entry in entries for pk in entry.record_ids[:MOST_NAMED]}
    found = CreditRecord.objects.visible_to(user).select_related("record_type").in_bulk(wanted)
    named = policies.sees_who_looked(user)
    return [
        Look(
            at=entry.at,
            entity_id=entry.subject_id,
            entity=entry.subject_label,
            body=entry.body_name,
            person=who_looked(entry) if named else "",
            way=entry.get_way_display(),
            purpose=places.purpose_of(entry.place),
            records=tuple(found[pk] for pk in entry.record_ids[:MOST_NAMED] if pk in found),
            shown=len(entry.record_ids),
        )
        for entry in entries
    ]


MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class LooksInShort:
    """How often and by how many bodies an entity was looked at within a year."""

    looks: int
    bodies: int
    since: date


def looks_in_short(looks: QuerySet[AccessEntry]) -> LooksInShort:
    since = timezone.now() - A_YEAR
    counted = (
        looks.filter(at__gte=since)
        .order_by()
        .aggregate(looks=Count("pk"), bodies=Count("body_id", distinct=True))
    )
    return LooksInShort(counted["looks"], counted["bodies"], timezone.localdate(since))


def own_entities(user) -> list[Entity]:
    """The entities that the user acts for, by name."""
    return list(Entity.objects.filter(pk__in=entities_of(user)).order_by("name_key"))


def own_entity(user, credit_code: str) -> Entity:
    """One of the user's own entities; `Missing` for any other."""
    entity = Entity.objects.filter(pk__in=entities_of(user), credit_code=credit_code).first()
    if entity is None:
        raise Missing
    return entity


# Watch lists and receivers


def bodies_watching(user) -> list[SubmittingBody]:
    """The bodies for which the user may keep lists, the one joined first first."""
    bodies = SubmittingBody.objects.filter(pk__in=bodies_of(user), is_active=True)
    return list(bodies.annotate(joined=Min("memberships__pk")).order_by("joined"))


def bodies_receiving(user) -> list[SubmittingBody]:
    """The bodies for which the user says where changes are sent."""
    keys = bodies_of(user, policies.KEEPING_RECEIVERS)
    return list(SubmittingBody.objects.filter(pk__in=keys, is_active=True).order_by("code"))


@dataclass(frozen=True, slots=True)
class ListRow:
    """A watch list with how many entities it means now and what changed lately."""

    watch_list: WatchList
    entities: int
    recent: int


def watch_lists(*, user) -> QuerySet[WatchList]:
    """The lists of the user's bodies that are still followed."""
    return WatchList.objects.visible_to(user).filter(ended_at=None).select_related("body")


def list_rows(*, user) -> list[ListRow]:
    """The user's lists, each with its figures; three queries a list, and lists are few."""
    since = timezone.now() - RECENT
    return [
        ListRow(
            watch_list=watch_list,
            entities=Entity.objects.filter(watched.entities_of(watch_list)).count(),
            recent=feed.newest_for(watch_list.body, [watch_list]).filter(at__gte=since).count(),
        )
        for watch_list in watch_lists(user=user)
    ]


def watch_list_for_page(*, user, watch_list_id: int) -> WatchList:
    """One list; `Missing` when it is another body's or has ended."""
    found = watch_lists(user=user).filter(pk=watch_list_id).first()
    if found is None:
        raise Missing
    return found


def watched_entities(watch_list: WatchList) -> QuerySet[Entity]:
    """The entities that the list means now, by name."""
    return Entity.objects.filter(watched.entities_of(watch_list)).order_by("name_key", "pk")


def webhooks(*, user) -> QuerySet[Webhook]:
    """The receivers that the user keeps, with how many messages wait and how many were given up."""
    return (
        Webhook.objects.visible_to(user)
        .filter(removed_at=None)
        .select_related("body", "watch_list")
        .annotate(
            waiting=Count(
                "messages",
                filter=Q(messages__delivered_at=None, messages__given_up_at=None),
            ),
            given_up=Count("messages", filter=Q(messages__given_up_at__isnull=False)),
            last_taken=Max("messages__delivered_at"),
        )
    )


#: So many changes are counted as waiting at most: behind a receiver that is far back there may be millions.
MOST_COUNTED = 10_000


def messages_waiting() -> QuerySet[WebhookMessage]:
    """The messages that are still tried, of receivers to which is sent."""
    return WebhookMessage.objects.filter(
        delivered_at=None,
        given_up_at=None,
        webhook__in=Webhook.objects.filter(removed_at=None, paused_at=None, body__is_active=True),
    )


def changes_untold() -> QuerySet[Change]:
    """The changes, oldest first and at most `MOST_COUNTED`, of which somebody who is told at once has not heard.

    Those that concern nobody are passed over in the same run, so what stands here for long waits for a worker or
    behind a transaction that does not end.
    """
    receivers = Webhook.objects.filter(removed_at=None, paused_at=None, body__is_active=True)
    lists = WatchList.objects.filter(urgent=True, ended_at=None, body__is_active=True)
    places = [
        Place(*place)
        for rows, names in (
            (receivers, ("told_transaction", "told_change")),
            (lists, ("urgent_transaction", "urgent_change")),
        )
        for place in rows.order_by(*names).values_list(*names)[:1]
    ]
    if not places:
        return Change.objects.none()
    behind = min(places)
    later = Change.objects.filter(feed.after(behind), transaction_id__gte=behind.transaction)
    return later.order_by("transaction_id", "id")[:MOST_COUNTED]


def webhook_for_page(*, user, webhook_id: int) -> Webhook:
    """One receiver; `Missing` when it is another body's."""
    found = webhooks(user=user).filter(pk=webhook_id).first()
    if found is None:
        raise Missing
    return found


def messages_of(webhook: Webhook, *, given_up: bool) -> QuerySet[WebhookMessage]:
    """What was written to the receiver, newest first; with `given_up` only what nobody took."""
    found = webhook.messages.order_by("-created_at", "-pk")
    return found.filter(given_up_at__isnull=False) if given_up else found
