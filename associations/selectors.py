"""Reads of the associations, each scoped by `user`: public records of members, and the association's own."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from associations.models import Association, Member
from credit_platform.common.errors import Missing
from entities import looks
from entities.models import CreditRecord, RecordType, Submission, SubmittingBody
from entities.naming import name_key
from entities.policies import bodies_of
from entities.sharing.models import WatchList

#: How far back "what changed" looks.
RECENT = timedelta(days=30)
CURRENT, CHANGED, LEFT = "current", "changed", "left"


def associations_of(user) -> list[Association]:
    """The associations that the user acts for."""
    return list(Association.objects.visible_to(user).select_related("body").order_by("body__code"))


def members_for_list(*, user, day: date, view: str = CURRENT, query: str = "") -> QuerySet[Member]:
    """The members that the user may see, by name.

    Args:
        view: `current`, `changed` (current, and something is new within `RECENT`) or `left`.
        query: part of the name, the code or initials.
    """
    members = Member.objects.visible_to(user).select_related("entity", "association__body")
    left = members.filter(left_on__lte=day).order_by("-left_on", "entity__name_key")
    members = left if view == LEFT else members.current_on(day).order_by("entity__name_key")
    if view == CHANGED:
        members = members.filter(_something_new(user, day))
    if key := name_key(query):
        members = members.filter(
            Q(entity__name_key__contains=key)
            | Q(entity__credit_code__startswith=key)
            | Q(entity__initials__startswith=key.lower())
            | Q(member_number__iexact=query)
        )
    return members


def memberships_of_body(body: SubmittingBody) -> dict[int, list[tuple[date, date | None]]]:
    """By entity, from when to when it is or was a member of the body's association."""
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    rows = Member.objects.filter(association__body=body).values_list("entity_id", "joined_on", "left_on")
    for entity_id, joined_on, left_on in rows:
        found[entity_id].append((joined_on, left_on))
    return found


def current_members_of(body: SubmittingBody) -> QuerySet:
    """The keys of the entities that are members of the body's association today."""
    members = Member.objects.filter(association__body=body).current_on(timezone.localdate())
    return members.values("entity")


def member_for_page(*, user, member_id: int) -> Member:
    """The membership; `Missing` when it is not of the user's association."""
    member = (
        Member.objects.visible_to(user)
        .select_related("entity", "association__body")
        .filter(pk=member_id)
        .first()
    )
    if member is None:
        raise Missing
    return member


def _in_force_for(user, day: date) -> QuerySet[CreditRecord]:
    """Records in force that an association may see: public ones, and its own."""
    return CreditRecord.objects.visible_to(user).counting_on(day)


def _something_new(user, day: date) -> Q:
    since = day - RECENT
    news = _in_force_for(user, day).filter(entity=OuterRef("entity"), published_on__gte=since)
    return Q(Exists(news)) | Q(joined_on__gte=since)


@dataclass(frozen=True, slots=True)
class Overview:
    """The association in figures."""

    current: int
    changed: int
    joined: int
    left_recently: int
    left: int


def overview(*, user, day: date) -> Overview:
    """How many members there are, and how many of them have something new, in two queries."""
    since = day - RECENT
    mine = Member.objects.visible_to(user)
    now = Q(joined_on__lte=day) & (Q(left_on=None) | Q(left_on__gt=day))
    counts = mine.aggregate(
        current=Count("pk", filter=now),
        joined=Count("pk", filter=now & Q(joined_on__gte=since)),
        left_recently=Count("pk", filter=Q(left_on__lte=day, left_on__gt=since)),
        left=Count("pk", filter=Q(left_on__lte=day)),
    )
    return Overview(changed=mine.current_on(day).filter(_something_new(user, day)).count(), **counts)


@dataclass(slots=True)
class Standing:
    """What an association may know of a member: news, what is on public record, and its own records."""

    news: list[CreditRecord] = field(default_factory=list)
    public: Counter = field(default_factory=Counter)
    own: list[CreditRecord] = field(default_factory=list)

    @property
    def negative(self) -> int:
        return self.public[RecordType.Polarity.NEGATIVE]

    @property
    def positive(self) -> int:
        return self.public[RecordType.Polarity.POSITIVE]


def standings(*, user, entity_ids: Iterable[int], day: date) -> dict[int, Standing]:
    """For each entity what the association may know, in one query for all of them."""
    found: dict[int, Standing] = defaultdict(Standing)
    bodies, since = bodies_of(user), day - RECENT
    records = (
        _in_force_for(user, day)
        .filter(entity__in=set(entity_ids))
        .select_related("record_type", "submitted_by", "type_version")
        .order_by("-published_on", "-pk")
    )
    looks.note(records)
    for record in records:
        standing = found[record.entity_id]
        if record.submitted_by_id in bodies:
            standing.own.append(record)
        else:
            standing.public[record.record_type.polarity] += 1
        if record.published_on >= since:
            standing.news.append(record)
    return found


def following_list(*, user) -> WatchList | None:
    """The watch list by which the user's association hears each day what changed for its members."""
    mine = WatchList.objects.visible_to(user).filter(
        kind=WatchList.Kind.GROUP, group="members", ended_at=None
    )
    return mine.order_by("pk").first()


def latest_submissions(*, user, limit: int = 4) -> list[Submission]:
    """The files that the user's association handed in last."""
    return list(
        Submission.objects.visible_to(user)
        .select_related("document", "body")
        .order_by("-uploaded_at")[:limit]
    )
