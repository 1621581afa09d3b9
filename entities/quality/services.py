"""Counting months: set-based, by the clock, and as often as one likes."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.db import connection, transaction
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from credit_platform.common.services import current_calendar
from entities.models import CreditRecord, RecordTypeVersion, SubmittingBody
from entities.quality import measures
from entities.quality.models import QualityMonth

#: This month and the twelve before.
MONTHS = 13
COUNT_LOCK = 0x0A11
TIMELINESS = """
    SELECT r.submitted_by_id, r.record_type_id, date_trunc('month', r.published_on)::date,
           count(*), count(*) FILTER (WHERE before.n - decided.n < v.submit_within_days),
           sum(greatest(published.n - decided.n, 0))
    FROM entities_creditrecord r
    JOIN entities_recordtypeversion v ON v.id = r.type_version_id
    JOIN unnest(%s::date[], %s::int[]) AS decided(day, n) ON decided.day = greatest(r.decided_on, %s)
    JOIN unnest(%s::date[], %s::int[]) AS before(day, n) ON before.day = r.published_on - 1
    JOIN unnest(%s::date[], %s::int[]) AS published(day, n) ON published.day = r.published_on
    WHERE r.replaces_id IS NULL AND r.correction_reason = '' AND v.submit_within_days IS NOT NULL
      AND r.published_on >= %s AND r.published_on < %s
    GROUP BY 1, 2, 3
"""
Key = tuple[int, int, date]


def months_before(day: date, months: int) -> date:
    """The first day of the month that lies so many months before that of the day."""
    ordinal = day.year * 12 + day.month - 1 - months
    return date(ordinal // 12, ordinal % 12 + 1, 1)


@transaction.atomic
def count_months(*, today: date | None = None, months: int = MONTHS) -> int:
    """Count the last months anew and put the counts in the place of the old; returns how many rows that made.

    One counter at a time: a second one waits, and finds the same.
    """
    today = today or timezone.localdate()
    since, until = months_before(today, months - 1), months_before(today, -1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [COUNT_LOCK])
    found: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, name, value in _counts(since, until):
        found[key][name] += value
    QualityMonth.objects.filter(month__gte=since, month__lt=until).delete()
    rows = QualityMonth.objects.bulk_create(
        QualityMonth(body_id=body, record_type_id=record_type, month=month, **values)
        for (body, record_type, month), values in sorted(found.items())
    )
    return len(rows)


def _counts(since: date, until: date) -> Iterator[tuple[Key, str, int]]:
    yield from _grouped("published", measures.FIRST_TIME, "published_on", since, until)
    yield from _grouped("corrected", measures.corrected(), "published_on", since, until)
    yield from _grouped("withdrawn", measures.WITHDRAWN, "ended_on", since, until)
    yield from _timeliness(since, until)
    yield from _completeness(since, until)


def _grouped(name: str, condition: Q, day: str, since: date, until: date) -> Iterator[tuple[Key, str, int]]:
    rows = (
        CreditRecord.objects.filter(condition, **{f"{day}__gte": since, f"{day}__lt": until})
        .annotate(in_month=TruncMonth(day))
        .values_list("submitted_by", "record_type", "in_month")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for body, record_type, month, count in rows:
        yield (body, record_type, month), name, count


def _timeliness(since: date, until: date) -> Iterator[tuple[Key, str, int]]:
    days, numbers = measures.numbered_days(measures.FIRST_DAY, until, current_calendar())
    with connection.cursor() as cursor:
        numbered: tuple = (days, numbers)
        given = (*numbered, measures.FIRST_DAY, *numbered, *numbered, since, until)
        cursor.execute(TIMELINESS, given)
        for body, record_type, month, timed, in_time, working_days in cursor.fetchall():
            key = (body, record_type, month)
            yield key, "with_deadline", timed
            yield key, "in_time", in_time
            yield key, "working_days", int(working_days)


def _completeness(since: date, until: date) -> Iterator[tuple[Key, str, int]]:
    """Version by version and body by body, for each has places of its own; one query each."""
    first = CreditRecord.objects.filter(measures.FIRST_TIME, published_on__gte=since, published_on__lt=until)
    pairs = first.values_list("type_version", "submitted_by").distinct().order_by()
    versions = RecordTypeVersion.objects.select_related("record_type").in_bulk()
    bodies = SubmittingBody.objects.in_bulk()
    for version_id, body_id in pairs:
        version = versions[version_id]
        places = list(measures.places_of(version, version.record_type.polarity, bodies[body_id].code))
        filled = {f"place_{n}": Count("pk", filter=place.filled) for n, place in enumerate(places)}
        rows = (
            first.filter(type_version=version_id, submitted_by=body_id)
            .annotate(in_month=TruncMonth("published_on"))
            .values_list("in_month")
            .annotate(n=Count("pk"), **filled)
            .order_by()
        )
        for month, count, *counts in rows:
            key = (body_id, version.record_type_id, month)
            for place, filled_in in zip(places, counts, strict=True):
                kind = "required" if place.required else "optional"
                yield key, f"{kind}_places", count
                yield key, f"{kind}_filled", filled_in
