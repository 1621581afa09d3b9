"""What is due, what holds it back and what is to come: found in the tables, never record by record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from credit_platform.common.errors import Missing
from entities.models import CreditRecord, RecordType, RecordTypeVersion
from entities.models.catalogue import in_force_on
from entities.retention import policies
from entities.retention.dates import DUTIES, ONE_DAY, DateKind, Start, latest_start
from entities.retention.hanging import holds
from entities.retention.models import KeepingPeriod, Night, Tally
from entities.retention.others import Other, all_others
from entities.statements.selectors import with_statement

Disclosure = RecordTypeVersion.Disclosure
#: How far a night looks ahead.
AHEAD = timedelta(days=30)
#: The column that says that it was done, by the kind of date.
DONE_FIELD = {DateKind.ARCHIVE: "archived_on", DateKind.DELETE: "deleted_on"}


def months_of(version: RecordTypeVersion, kind: DateKind) -> int | None:
    """The period of the version; None where none is known."""
    return version.archive_months if kind == DateKind.ARCHIVE else version.delete_months


def not_yet_done(version: RecordTypeVersion, kind: DateKind) -> QuerySet[CreditRecord]:
    """Records of the version that are over and not yet archived, or deleted."""
    return CreditRecord.objects.filter(
        type_version=version, ended_on__isnull=False, **{DONE_FIELD[kind]: None}
    ).order_by("ended_on", "pk")


def due(version: RecordTypeVersion, kind: DateKind, day: date) -> QuerySet[CreditRecord]:
    """Of these the ones whose date, as `five_dates` reckons it, is this day or before; oldest first."""
    months, records = months_of(version, kind), not_yet_done(version, kind)
    if months is None:
        return records.none()
    latest = latest_start(months, day)
    if version.retention_start == Start.DECISION:
        return records.filter(decided_on__lt=latest, ended_on__lte=day)
    return records.filter(ended_on__lte=latest)


def held(kind: DateKind) -> Q:
    """The records that something holds back."""
    condition = Q(pk__in=())
    for hold in holds():
        condition |= hold.condition(kind)
    return condition


def held_counts(version: RecordTypeVersion, day: date) -> Iterator[tuple[DateKind, str, int]]:
    """Of what is due, how many each reason holds; a record that two hold counts for the first."""
    for kind in DUTIES:
        left = due(version, kind, day).order_by()
        for hold in holds():
            condition = hold.condition(kind)
            yield kind, hold.code, left.filter(condition).count()
            left = left.exclude(condition)


def ended_counts(version: RecordTypeVersion, since: date, until: date) -> dict[DateKind, int]:
    """For how many records of the version display, sharing and use ended from one day up to another."""
    records = not_yet_done(version, DateKind.DELETE)
    return _by_effect(version, records.filter(ended_on__gte=since, ended_on__lt=until))


def ending_counts(version: RecordTypeVersion, day: date) -> dict[DateKind, int]:
    """For how many they end by themselves in the days to come."""
    in_force = CreditRecord.objects.filter(status=CreditRecord.Status.PUBLISHED, type_version=version)
    return _by_effect(version, in_force.filter(publish_until__gte=day, publish_until__lt=day + AHEAD))


def _by_effect(version: RecordTypeVersion, records: QuerySet[CreditRecord]) -> dict[DateKind, int]:
    found = records.order_by().aggregate(all=Count("pk"), displayed=Count("pk", filter=Q(withheld=False)))
    opened = (
        version.disclosure == Disclosure.PUBLIC and version.record_type.family == RecordType.Family.PUBLIC
    )
    return {
        DateKind.DISPLAY: found["displayed"] if opened else 0,
        DateKind.SHARE: 0 if version.disclosure == Disclosure.OWN else found["all"],
        DateKind.USE: found["all"],
    }


def coming_count(version: RecordTypeVersion, kind: DateKind, day: date) -> int:
    """How many become due in the days after this one, as far as they are over already."""
    if months_of(version, kind) is None:
        return 0
    return due(version, kind, day + AHEAD).order_by().count() - due(version, kind, day).order_by().count()


def nights(*, user) -> QuerySet[Night]:
    """The nights, newest first."""
    return Night.objects.visible_to(user)


def night_of(*, user, day: date) -> Night:
    """The night of that day; `Missing` where there is none for this reader."""
    night = nights(user=user).filter(day=day).first()
    if night is None:
        raise Missing
    return night


def tallies_of(nights: QuerySet[Night]) -> QuerySet[Tally]:
    """All that was counted in these nights, as the report lists it."""
    return (
        Tally.objects.filter(night__in=nights)
        .select_related("night", "record_type")
        .order_by("-night__day", "what", "kind", "record_type__code", "kept", "hold")
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What one night did, in sums."""

    night: Night
    sums: dict[str, int]
    held: int


def with_sums(nights: list[Night]) -> list[Done]:
    """The nights with what they did, by the kind of date; one query."""
    found: dict[int, dict[tuple[str, str], int]] = {night.pk: {} for night in nights}
    for night, what, kind, records in Tally.objects.filter(night__in=nights).values_list(
        "night", "what", "kind", "records"
    ):
        sums = found[night]
        sums[what, kind] = sums.get((what, kind), 0) + records
    return [
        Done(
            night,
            {kind.value: found[night.pk].get((Tally.What.DONE, kind), 0) for kind in DateKind},
            sum(found[night.pk].get((Tally.What.HELD, kind), 0) for kind in DUTIES),
        )
        for night in nights
    ]


@dataclass(frozen=True, slots=True)
class Periods:
    """For how many record types that hold now a period is known."""

    types: int
    archived: int
    deleted: int


def periods() -> Periods:
    """Counted over the versions in force today."""
    found = RecordTypeVersion.objects.filter(in_force_on(timezone.localdate())).aggregate(
        types=Count("pk"),
        archived=Count("pk", filter=Q(archive_months__isnull=False)),
        deleted=Count("pk", filter=Q(delete_months__isnull=False)),
    )
    return Periods(**found)


def archive(*, user) -> QuerySet[CreditRecord]:
    """What is archived and not yet deleted, the last archived first."""
    return (
        with_statement(CreditRecord.objects.filter(policies.archive_visible_to(user)))
        .select_related("entity", "submitted_by", "record_type", "type_version")
        .order_by("-archived_on", "-pk")
    )


def first_since(day: date) -> date:
    """From which day on a night counts what ended: the day of the night before, at the beginning only yesterday."""
    last = Night.objects.filter(day__lt=day).order_by("-day").values_list("day", flat=True).first()
    return last or day - ONE_DAY


# Papers


def period_on(what: str, day: date) -> KeepingPeriod | None:
    """What the lead office has set for papers of this kind and holds on that day; None where it set nothing yet."""
    set_before = KeepingPeriod.objects.filter(what=what, valid_from__lte=day)
    return set_before.order_by("-valid_from").first()


@dataclass(frozen=True, slots=True)
class Keeping:
    """Papers of a kind, the period that holds for them today, and whether a later one is set."""

    other: Other
    now: KeepingPeriod | None
    coming: KeepingPeriod | None


def keepings(today: date) -> list[Keeping]:
    """All kinds of papers with their periods, in one query."""
    periods = list(KeepingPeriod.objects.order_by("-valid_from"))
    return [
        Keeping(
            other,
            next((one for one in periods if one.what == other.code and one.valid_from <= today), None),
            next(
                (one for one in reversed(periods) if one.what == other.code and one.valid_from > today), None
            ),
        )
        for other in all_others()
    ]


def keeping_periods(*, user) -> QuerySet[KeepingPeriod]:
    """All that the lead office ever set, the newest first."""
    return KeepingPeriod.objects.filter(policies.nights_visible_to(user)).select_related("set_by")
