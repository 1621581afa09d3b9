"""The work of a night: archive and delete what is due, count what was held back and what is to come.

The night is a row before the work begins, and is done once its row says so. Each batch is a transaction in which the
records, their traces and the counts change together; so whoever is killed in the middle leaves nothing half done,
whoever comes after goes on, and two at once take different records.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from credit_platform.audit import services as audit
from entities.models import CreditRecord, RecordTypeVersion
from entities.retention import erasing, selectors
from entities.retention.dates import DUTIES, ENDS, DateKind
from entities.retention.models import Night, Tally
from entities.services.publishing import write_events

What = Tally.What
BATCH = 500
Place = tuple[date | None, int]


def work_through_nights(*, today: date) -> int:
    """Do the work of today and of every day that was left unfinished, the oldest first; returns how many nights.

    Safe to call as often as one likes, and at once on several workers.
    """
    Night.objects.bulk_create([Night(day=today, since=selectors.first_since(today))], ignore_conflicts=True)
    waiting = Night.objects.filter(finished_at=None, day__lte=today).order_by("day")
    return sum(_work_through(night) for night in waiting)


def _work_through(night: Night) -> bool:
    versions = list(RecordTypeVersion.objects.select_related("record_type", "instrument").order_by("pk"))
    if not night.tallies.filter(what=What.DONE, kind__in=ENDS).exists():
        _count_what_ended(night, versions)
    for version in versions:
        for kind in DUTIES:
            # What held a record back may be gone with a record that this very night took.
            while _pass(night, version, kind):
                pass
    _count_the_rest(night, versions)
    return bool(Night.objects.filter(pk=night.pk, finished_at=None).update(finished_at=timezone.now()))


def _pass(night: Night, version: RecordTypeVersion, kind: DateKind) -> bool:
    place, any_done = None, False
    while place := _batch(night, version, kind, place):
        any_done = True
    return any_done


@transaction.atomic
def _batch(night: Night, version: RecordTypeVersion, kind: DateKind, after: Place | None) -> Place | None:
    """Take the next ones after a place; the place of the last, None when there were none."""
    due = selectors.due(version, kind, night.day).exclude(selectors.held(kind))
    if after is not None:
        ended_on, key = after
        due = due.filter(ended_on__gte=ended_on).filter(Q(ended_on__gt=ended_on) | Q(pk__gt=key))
    records = list(
        due.select_for_update(skip_locked=True, of=("self",)).select_related(
            "record_type", "type_version", "entity", "submitted_by"
        )[:BATCH]
    )
    if not records:
        return None
    (_archive if kind == DateKind.ARCHIVE else _delete)(records, version, night.day)
    _add(night, version.record_type_id, kind, len(records))
    return records[-1].ended_on, records[-1].pk


def _archive(records: list[CreditRecord], version: RecordTypeVersion, day: date) -> None:
    CreditRecord.objects.filter(pk__in=[record.pk for record in records]).update(archived_on=day)
    rule = rule_of(version, DateKind.ARCHIVE)
    write_events(None, "retention.record.archived", records, lambda record: {"rule": rule})


def _delete(records: list[CreditRecord], version: RecordTypeVersion, day: date) -> None:
    digests = {record.pk: erasing.content_digest(record) for record in records}
    erasing.erase(records, on=day)
    rule = rule_of(version, DateKind.DELETE)
    audit.record_many(
        audit.event_for(
            actor=None,
            verb="retention.record.deleted",
            target=record,
            rule=rule,
            sha256=digests[record.pk],
            ended_on=str(record.ended_on),
        )
        for record in records
    )


def rule_of(version: RecordTypeVersion, kind: DateKind) -> str:
    """The rule as the trace names it: the type, since when its version holds, the period and where it was read."""
    months = selectors.months_of(version, kind)
    return (
        f"{version.record_type.code} {version.valid_from}: {months} ({version.retention_start}), "
        f"{version.retention_source}"
    )


def _add(night: Night, record_type: int, kind: DateKind, count: int) -> None:
    same = {"night": night, "record_type_id": record_type, "what": What.DONE, "kind": kind, "hold": ""}
    Tally.objects.bulk_create([Tally(**same, records=0)], ignore_conflicts=True)
    Tally.objects.filter(**same).update(records=F("records") + count)


def _count_what_ended(night: Night, versions: Iterable[RecordTypeVersion]) -> None:
    counted: dict[tuple, int] = {}
    for version in versions:
        for kind, count in selectors.ended_counts(version, night.since, night.day).items():
            _sum(counted, version, What.DONE, kind, count)
    _write(night, counted)


def _count_the_rest(night: Night, versions: Iterable[RecordTypeVersion]) -> None:
    """What was held back, what no period is known for, and what is to come: as it stands after the work."""
    counted: dict[tuple, int] = {}
    for version in versions:
        for kind in DUTIES:
            if selectors.months_of(version, kind) is None:
                left = selectors.not_yet_done(version, kind).order_by().count()
                _sum(counted, version, What.UNSET, kind, left)
            else:
                coming = selectors.coming_count(version, kind, night.day)
                _sum(counted, version, What.COMING, kind, coming)
        for kind, count in selectors.ending_counts(version, night.day).items():
            _sum(counted, version, What.COMING, kind, count)
        for kind, hold, count in selectors.held_counts(version, night.day):
            _sum(counted, version, What.HELD, kind, count, hold)
    _write(night, counted)


def _sum(counted: dict, version: RecordTypeVersion, what: str, kind: str, count: int, hold: str = "") -> None:
    if count:
        key = (version.record_type_id, what, kind, hold)
        counted[key] = counted.get(key, 0) + count


def _write(night: Night, counted: dict[tuple, int]) -> None:
    Tally.objects.bulk_create(
        (
            Tally(night=night, record_type_id=record_type, what=what, kind=kind, hold=hold, records=count)
            for (record_type, what, kind, hold), count in counted.items()
        ),
        update_conflicts=True,
        unique_fields=("night", "record_type", "what", "kind", "hold"),
        update_fields=("records",),
    )
