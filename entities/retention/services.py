"""The work of a night: archive and delete what is due, count what was held back and what is to come.

Records go by the catalogue's version of their type, papers by the period that the lead office sets for their kind.

The night is a row before the work begins, and is done once its row says so. Each batch is a transaction in which the
records, their traces and the counts change together; so whoever is killed in the middle leaves nothing half done,
whoever comes after goes on, and two at once take different records.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing
from entities.models import CreditRecord, RecordTypeVersion
from entities.retention import erasing, policies, selectors
from entities.retention.dates import DUTIES, ENDS, DateKind, latest_start
from entities.retention.models import KeepingPeriod, Night, Tally
from entities.retention.others import Other, all_others
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
    for other in all_others():
        while _batch_of_papers(night, other):
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
    _add(night, kind, len(records), record_type_id=version.record_type_id)
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


@transaction.atomic
def _batch_of_papers(night: Night, other: Other) -> int:
    """Delete the next papers of this kind whose time is over; how many. What another worker holds is its own."""
    period = selectors.period_on(other.code, night.day)
    if period is None or period.months is None:
        return 0
    due = other.over(latest_start(period.months, night.day)).order_by("pk")
    rows = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    if rows:
        other.delete(rows, night.day)
        audit.record_many(
            audit.event_for(
                actor=None,
                verb="retention.papers.deleted",
                target=row,
                papers=other.code,
                months=period.months,
                since=str(period.valid_from),
                rule=period.reason,
            )
            for row in rows
        )
        _add(night, DateKind.DELETE, len(rows), kept=other.code)
    return len(rows)


def _add(night: Night, kind: DateKind, count: int, **of: str | int) -> None:
    same = {"night": night, "what": What.DONE, "kind": kind, "hold": ""} | of
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
    for other in all_others():
        _count_papers(counted, other, night.day)
    _write(night, counted)


def _count_papers(counted: dict, other: Other, day: date) -> None:
    """What no period is set for, or what is to come; what another worker is deleting just now comes too."""
    period = selectors.period_on(other.code, day)
    if period is None or period.months is None:
        what, found = What.UNSET, other.over(day)
    else:
        what, found = What.COMING, other.over(latest_start(period.months, day + selectors.AHEAD))
    count = found.order_by().count()
    if count:
        counted[None, other.code, what, DateKind.DELETE, ""] = count


def _sum(counted: dict, version: RecordTypeVersion, what: str, kind: str, count: int, hold: str = "") -> None:
    if count:
        key = (version.record_type_id, "", what, kind, hold)
        counted[key] = counted.get(key, 0) + count


def _write(night: Night, counted: dict[tuple, int]) -> None:
    Tally.objects.bulk_create(
        (
            Tally(
                night=night,
                record_type_id=record_type,
                kept=kept,
                what=what,
                kind=kind,
                hold=hold,
                records=count,
            )
            for (record_type, kept, what, kind, hold), count in counted.items()
        ),
        update_conflicts=True,
        unique_fields=("night", "record_type", "kept", "what", "kind", "hold"),
        update_fields=("records",),
    )


@transaction.atomic
def set_period(*, by, what: str, months: int | None, valid_from: date, reason: str) -> KeepingPeriod:
    """Set for how long papers of a kind are kept, from a day that has not begun; None: nothing of them is deleted.

    Raises:
        Missing: there are no such papers.
        InvalidInput: no month, a day that has begun or that another period begins on, or no reason.
    """
    policies.may_set_period(by).require()
    if what not in {other.code for other in all_others()}:
        raise Missing
    problems: dict[str, list[str]] = {}
    if months is not None and months < 1:
        problems["months"] = [_("Papers are kept for at least a month.")]
    if valid_from <= timezone.localdate():
        problems["valid_from"] = [
            _("A period begins on a day to come, so that it can be read before it holds.")
        ]
    elif KeepingPeriod.objects.filter(what=what, valid_from=valid_from).exists():
        problems["valid_from"] = [_("Another period begins on this day.")]
    if not reason.strip():
        problems["reason"] = [_("Say on which decision or text it stands.")]
    if problems:
        raise InvalidInput(problems)
    period = KeepingPeriod.objects.create(
        what=what, months=months, valid_from=valid_from, reason=reason.strip(), set_by=by
    )
    audit.record(
        actor=by,
        verb="retention.period.set",
        target=period,
        papers=what,
        months=months,
        valid_from=str(valid_from),
    )
    return period
