"""The city in figures that stand in the tables: nothing here is estimated, and nothing is an index.

Asked by the lead office, which sees what departments have filed in numbers, but none of their drafts in words.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum

from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import working_days_between
from entities.models import CreditRecord, Entity, Submission, SubmissionBlock, SubmissionRow, SubmittingBody
from entities.quality.measures import FIRST_TIME
from repair.models import Case

Status = CreditRecord.Status
#: How far back timeliness and files are counted.
PERIOD = timedelta(days=90)
APPEALS_SHOWN = 5


@dataclass(slots=True)
class BodyFigures:
    """What one body has brought into the registry."""

    body: SubmittingBody
    by_status: Counter = field(default_factory=Counter)
    in_time: int = 0
    with_a_term: int = 0
    files: int = 0
    rows: int = 0
    refused_rows: int = 0

    @property
    def in_force(self) -> int:
        return self.by_status[Status.PUBLISHED]

    @property
    def waiting(self) -> int:
        return self.by_status[Status.WAITING]

    @property
    def returned(self) -> int:
        return self.by_status[Status.RETURNED]

    @property
    def ended(self) -> int:
        return sum(
            self.by_status[status]
            for status in (
                Status.REPLACED,
                Status.REPAIRED,
                Status.EXPIRED,
                Status.WITHDRAWN,
                Status.ANNULLED,
            )
        )

    @property
    def share_in_time(self) -> float | None:
        """Between 0 and 1; None when nothing with a term came in the period, which is not the same as 0."""
        return self.in_time / self.with_a_term if self.with_a_term else None

    @property
    def share_refused(self) -> float | None:
        return self.refused_rows / self.rows if self.rows else None


def figures_of_bodies(*, day: date) -> list[BodyFigures]:
    """Every body that submits, with its records by status, their timeliness, and its files, in five queries."""
    since = day - PERIOD
    bodies = SubmittingBody.objects.exclude(kind=SubmittingBody.Kind.LEAD_OFFICE).order_by("kind", "code")
    figures = {body.pk: BodyFigures(body) for body in bodies}
    counts = CreditRecord.objects.values_list("submitted_by", "status").annotate(Count("pk")).order_by()
    for body, status, count in counts:
        if body in figures:
            figures[body].by_status[status] = count
    for body, (in_time, with_a_term) in _timeliness(since).items():
        figures[body].in_time, figures[body].with_a_term = in_time, with_a_term
    files = (
        Submission.objects.filter(uploaded_at__date__gte=since)
        .exclude(state=Submission.State.CANCELLED)
        .values("body")
        .annotate(
            files=Count("pk", distinct=True),
            total=Count("rows"),
            refused=Count("rows", filter=Q(rows__outcome=SubmissionRow.Outcome.REFUSED)),
        )
        .order_by()
    )
    for row in files:
        if found := figures.get(row["body"]):
            found.files, found.rows, found.refused_rows = row["files"], row["total"], row["refused"]
    kept = SubmissionBlock.objects.filter(submission__uploaded_at__date__gte=since)
    together = kept.values_list("submission__body").annotate(rows=Sum(F("new") + F("unchanged"))).order_by()
    for body, count in together:
        if found := figures.get(body):
            found.rows += count
    return list(figures.values())


def _timeliness(since: date) -> Mapping[int, tuple[int, int]]:
    """By body: how many of the records published since came within their type's term, and how many have one.

    Counted in working days from the decision to the publication; corrections are left out, for they
    keep the day of what they correct.
    """
    calendar = current_calendar()
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    groups = (
        CreditRecord.objects.filter(
            FIRST_TIME, published_on__gte=since, type_version__submit_within_days__isnull=False
        )
        .values_list("submitted_by", "decided_on", "published_on", "type_version__submit_within_days")
        .annotate(Count("pk"))
        .order_by()
    )
    for body, decided_on, published_on, term, count in groups:
        found[body][1] += count
        if working_days_between(decided_on, published_on, calendar) <= term:
            found[body][0] += count
    return {body: (in_time, total) for body, (in_time, total) in found.items()}


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """Cases over the whole city."""

    by_state: list[tuple[str, int]]
    open: int
    overdue: int


def case_figures(*, user, day: date) -> CaseFigures:
    """Cases by state, how many are open, and how many of those are over their day; drafts are the entities' own."""
    cases = Case.objects.visible_to(user)
    counts = dict(cases.values_list("state").annotate(Count("pk")).order_by())
    decided_here = (Case.State.SUBMITTED, Case.State.PROPOSED, Case.State.APPEALED)
    return CaseFigures(
        by_state=[
            (str(Case.State(state).label), counts[state]) for state in Case.State.values if state in counts
        ],
        open=sum(counts.get(state, 0) for state in Case.OPEN),
        overdue=cases.filter(state__in=decided_here, due_on__lt=day).count(),
    )


def appeals_waiting(*, user) -> QuerySet[Case]:
    """Appeals that nobody has decided yet, the soonest due first."""
    return (
        Case.objects.visible_to(user)
        .filter(state=Case.State.APPEALED)
        .select_related("entity", "deciding_body", "record")
        .order_by("due_on", "pk")
    )


def overdue_cases(*, user, day: date) -> QuerySet[Case]:
    """Cases with a department whose day is over, the longest first."""
    return (
        Case.objects.visible_to(user)
        .filter(state__in=(Case.State.SUBMITTED, Case.State.PROPOSED), due_on__lt=day)
        .select_related("entity", "deciding_body", "record")
        .order_by("due_on", "pk")
    )


@dataclass(frozen=True, slots=True)
class EntityFigures:
    """How many entities the registry knows, and of how many it holds anything in force."""

    total: int
    with_records: int
    by_district: list[tuple[str, int, int]]


def entity_figures(*, day: date) -> EntityFigures:
    """Entities by district, and how many of them have a record in force."""
    # Two grouped queries: the entities with records as a condition of the count would be asked once for each row.
    with_records = CreditRecord.objects.counting_on(day).order_by().values("entity")
    known = dict(
        Entity.objects.filter(pk__in=with_records).values_list("district").annotate(Count("pk")).order_by()
    )
    totals = Entity.objects.values_list("district").annotate(total=Count("pk")).order_by("-total")
    rows = [(district, total, known.get(district, 0)) for district, total in totals]
    return EntityFigures(
        total=sum(total for _district, total, _known in rows),
        with_records=sum(known for _district, _total, known in rows),
        by_district=rows,
    )
