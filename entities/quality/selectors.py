"""Reads of the quality of data, scoped by `user`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db import connection
from django.db.models import BooleanField, Func, Max, Q, QuerySet, Value
from django.utils import timezone

from credit_platform.common.errors import Missing
from credit_platform.common.services import current_calendar
from entities.models import (
    CreditRecord,
    RecordType,
    RecordTypeVersion,
    Submission,
    SubmissionRow,
    SubmittingBody,
)
from entities.policies import bodies_of
from entities.quality import measures, policies
from entities.quality.models import QualityMonth
from entities.quality.services import MONTHS, months_before
from entities.statements.selectors import with_statement

REASONS_SHOWN = 10
SUMMED = (
    "published", "with_deadline", "in_time", "working_days", "required_places", "required_filled",
    "optional_places", "optional_filled", "corrected", "withdrawn",
)  # fmt: skip


@dataclass(slots=True)
class Sums:
    """Counts of some months together, and the shares that follow; None where there is nothing to share."""

    published: int = 0
    with_deadline: int = 0
    in_time: int = 0
    working_days: int = 0
    required_places: int = 0
    required_filled: int = 0
    optional_places: int = 0
    optional_filled: int = 0
    corrected: int = 0
    withdrawn: int = 0

    def add(self, month: QualityMonth) -> None:
        for name in SUMMED:
            setattr(self, name, getattr(self, name) + getattr(month, name))

    @property
    def late(self) -> int:
        return self.with_deadline - self.in_time

    @property
    def timeliness(self) -> float | None:
        return self.in_time / self.with_deadline if self.with_deadline else None

    @property
    def days_taken(self) -> float | None:
        """Working days from decision to publication, on average."""
        return self.working_days / self.with_deadline if self.with_deadline else None

    @property
    def completeness(self) -> float | None:
        return self.required_filled / self.required_places if self.required_places else None

    @property
    def optional_completeness(self) -> float | None:
        return self.optional_filled / self.optional_places if self.optional_places else None

    @property
    def correction_rate(self) -> float | None:
        return self.corrected / self.published if self.published else None


@dataclass(frozen=True, slots=True)
class Span:
    """The months of a board: from the first day of the first to before the first day after the last."""

    since: date
    until: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The midnights of both days."""
        zone = timezone.get_current_timezone()
        return datetime.combine(self.since, time.min, zone), datetime.combine(self.until, time.min, zone)


def last_year(today: date) -> Span:
    return Span(months_before(today, MONTHS - 1), months_before(today, -1))


@dataclass(slots=True)
class BodyLine:
    """A body beside others."""

    body: SubmittingBody
    sums: Sums = field(default_factory=Sums)
    by_month: dict[date, Sums] = field(default_factory=lambda: defaultdict(Sums))
    rows: int = 0
    refused: int = 0

    @property
    def refused_share(self) -> float | None:
        return self.refused / self.rows if self.rows else None

    @property
    def trend(self) -> list[float]:
        """The share in time of each month that has one, oldest first."""
        return [
            sums.timeliness for _month, sums in sorted(self.by_month.items()) if sums.timeliness is not None
        ]


def bodies(*, user) -> QuerySet[SubmittingBody]:
    """The bodies whose boards the user opens."""
    return SubmittingBody.objects.filter(policies.bodies_visible_to(user)).order_by("kind", "code")


def body_for_page(*, user, code: str) -> SubmittingBody:
    found = bodies(user=user).filter(code=code).first()
    if found is None:
        raise Missing
    return found


def counted_at() -> datetime | None:
    """When the months were last counted; None before the first time."""
    return QualityMonth.objects.aggregate(at=Max("counted_at"))["at"]


def lines(*, user, today: date) -> list[BodyLine]:
    """Every body that the user compares, in three queries."""
    span = last_year(today)
    found = {body.pk: BodyLine(body) for body in bodies(user=user)}
    for month in QualityMonth.objects.visible_to(user).filter(month__gte=span.since, month__lt=span.until):
        if line := found.get(month.body_id):
            line.sums.add(month)
            line.by_month[month.month].add(month)
    for body_id, (rows, refused) in _rows_of_files(list(found), span).items():
        found[body_id].rows, found[body_id].refused = rows, refused
    return list(found.values())


@dataclass(slots=True)
class TypeLine:
    """A body's records of one type."""

    record_type: RecordType
    sums: Sums = field(default_factory=Sums)
    terms: tuple[RecordTypeVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows of files were refused, in either language, and how many."""

    column: str
    en: str
    zh: str
    rows: int
    #: Digest of column and sentence, by which its rows are asked for.
    key: str


@dataclass(frozen=True, slots=True)
class BodyBoard:
    """All that a body's board shows."""

    line: BodyLine
    types: list[TypeLine]
    months: list[tuple[date, Sums]]
    reasons: list[Reason]
    figures: list[tuple[measures.Figure, int]]
    span: Span
    counted_at: datetime | None


def board_of(*, user, body: SubmittingBody, today: date) -> BodyBoard:
    """The board of one body, which the user was shown to be allowed to open."""
    span = last_year(today)
    line = BodyLine(body)
    types: dict[int, TypeLine] = {}
    found = (
        QualityMonth.objects.visible_to(user)
        .filter(body=body, month__gte=span.since, month__lt=span.until)
        .select_related("record_type")
    )
    for month in found:
        line.sums.add(month)
        line.by_month[month.month].add(month)
        types.setdefault(month.record_type_id, TypeLine(month.record_type)).sums.add(month)
    terms = defaultdict(list)
    in_force = RecordTypeVersion.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=today), record_type__in=types, valid_from__lte=today
    ).select_related("instrument")
    for version in in_force:
        terms[version.record_type_id].append(version)
    for key, one in types.items():
        one.terms = tuple(terms[key])
    line.rows, line.refused = _rows_of_files([body.pk], span).get(body.pk, (0, 0))
    months = [months_before(today, back) for back in range(MONTHS - 1, -1, -1)]
    records = CreditRecord.objects.filter(submitted_by=body)
    return BodyBoard(
        line=line,
        types=sorted(types.values(), key=lambda one: -one.sums.published),
        months=[(month, line.by_month.get(month, Sums())) for month in months],
        reasons=_reasons(body, span),
        figures=[
            (figure, records.filter(figure.records(body, span.since, span.until)).count())
            for figure in measures.figures()
        ],
        span=span,
        counted_at=counted_at(),
    )


#: Rows of which nothing is to be said lie in blocks, by the thousand.
ROWS_OF_FILES = """
    WITH sent AS (
        SELECT id, body_id FROM entities_submission
        WHERE body_id = ANY(%s) AND uploaded_at >= %s AND uploaded_at < %s AND state <> 'cancelled'
    )
    SELECT body_id, sum(rows)::bigint, sum(refused)::bigint FROM (
        SELECT sent.body_id, count(*) AS rows, count(*) FILTER (WHERE r.outcome = 'refused') AS refused
        FROM sent JOIN entities_submissionrow r ON r.submission_id = sent.id GROUP BY 1
        UNION ALL
        SELECT sent.body_id, sum(b.new + b.unchanged), 0
        FROM sent JOIN entities_submissionblock b ON b.submission_id = sent.id GROUP BY 1
    ) AS counted GROUP BY 1
"""
#: The value that was found wrong differs from row to row; without it the sentences are the same.
_SENTENCE = "replace(p ->> '{}', coalesce(nullif(p ->> 'value', ''), chr(1)), '…')"
_KEY = f"md5(concat(p ->> 'column', chr(1), {_SENTENCE.format('en')}))"
REASONS = f"""
    SELECT p ->> 'column', {_SENTENCE.format("en")} AS en, {_SENTENCE.format("zh")} AS zh,
           count(DISTINCT r.id), {_KEY}
    FROM entities_submission s
    JOIN entities_submissionrow r ON r.submission_id = s.id AND r.outcome = 'refused'
    CROSS JOIN LATERAL jsonb_array_elements(r.problems) AS p
    WHERE s.body_id = %s AND s.uploaded_at >= %s AND s.uploaded_at < %s AND s.state <> 'cancelled'
      AND p ->> 'level' = 'error'
    GROUP BY 1, 2, 3, 5 ORDER BY 4 DESC, 1, 2 LIMIT %s
"""


class RefusedFor(Func):
    """Whether the problems of a row have the reason of a key among them."""

    template = "EXISTS (SELECT FROM jsonb_array_elements(%(expressions)s)"
    arg_joiner = f") AS p WHERE p ->> 'level' = 'error' AND {_KEY} = "
    output_field = BooleanField()


def _rows_of_files(body_ids: Sequence[int], span: Span) -> dict[int, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(ROWS_OF_FILES, [list(body_ids), *span.moments])
        return {body: (rows, refused) for body, rows, refused in cursor.fetchall()}


def _reasons(body: SubmittingBody, span: Span) -> list[Reason]:
    with connection.cursor() as cursor:
        cursor.execute(REASONS, [body.pk, *span.moments, REASONS_SHOWN])
        return [Reason(*row) for row in cursor.fetchall()]


def refused_rows(*, user, body: SubmittingBody, reason: str = "") -> QuerySet[SubmissionRow]:
    """The refused rows behind the figures of a board, the newest file first; for those of the body alone.

    Args:
        reason: the key of a `Reason`; without it all of them.
    """
    if not is_own(user, body):
        raise Missing
    since, until = last_year(timezone.localdate()).moments
    rows = SubmissionRow.objects.filter(
        submission__in=Submission.objects.visible_to(user).filter(body=body),
        submission__uploaded_at__gte=since,
        submission__uploaded_at__lt=until,
        outcome=SubmissionRow.Outcome.REFUSED,
    ).exclude(submission__state=Submission.State.CANCELLED)
    if reason:
        rows = rows.filter(RefusedFor("problems", Value(reason)))
    return rows.select_related("submission__document").order_by("-submission", "number")


# The records behind a figure


@dataclass(frozen=True, slots=True)
class Asked:
    """Which records of a board are meant."""

    body: SubmittingBody
    measure: str
    span: Span
    record_type: RecordType | None = None


def records_behind(*, user, asked: Asked) -> QuerySet[CreditRecord]:
    """The records that make up a figure, as far as this user may see them, newest first.

    The lead office counts all and reads what is shared with it: a record that is its sender's alone stays so.
    """
    records = with_statement(
        CreditRecord.objects.visible_to(user).filter(_condition(asked), submitted_by=asked.body)
    )
    if asked.record_type:
        records = records.filter(record_type=asked.record_type)
    return records.select_related(
        "entity", "submitted_by", "record_type", "type_version", "publicity_rule__instrument"
    ).order_by("-decided_on", "-pk")


def _condition(asked: Asked) -> Q:
    span = asked.span
    published = Q(published_on__gte=span.since, published_on__lt=span.until)
    match asked.measure:
        case "published":
            return measures.FIRST_TIME & published
        case "late":
            late = measures.late(asked.body, span.since, span.until, current_calendar())
            return measures.FIRST_TIME & published & late
        case "incomplete":
            versions = RecordTypeVersion.objects.filter(record_type__in=_types_of(asked)).select_related(
                "record_type"
            )
            return measures.FIRST_TIME & published & measures.incomplete(asked.body, list(versions))
        case "corrected":
            return measures.corrected() & published
        case "withdrawn":
            return measures.WITHDRAWN & Q(ended_on__gte=span.since, ended_on__lt=span.until)
    for figure in measures.figures():
        if figure.code == asked.measure:
            return figure.records(asked.body, span.since, span.until)
    raise Missing


def _types_of(asked: Asked) -> Iterable[RecordType]:
    if asked.record_type:
        return [asked.record_type]
    counted = QualityMonth.objects.filter(body=asked.body)
    return RecordType.objects.filter(pk__in=counted.values("record_type"))


def is_own(user, body: SubmittingBody) -> bool:
    """Whether the user works for the body, and so opens its files."""
    return body.pk in bodies_of(user)
