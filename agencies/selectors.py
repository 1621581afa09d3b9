"""What the desk, the entry forms and the review queue read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, DateField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from agencies import policies
from agencies.entry import EntryForm, entry_form
from agencies.forms import Frame
from credit_platform.common.errors import Missing
from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import Deadline, WorkingCalendar, working_days_after
from credit_platform.ui import navigation
from entities import looks, policies as registry, two_persons
from entities.document_numbers import number_key
from entities.drafts import version_on
from entities.models import (
    CreditRecord,
    Entity,
    RecordType,
    RecordTypeVersion,
    Submission,
    SubmissionBlock,
    SubmissionRow,
    SubmittingBody,
)
from entities.publicity import rule_book
from entities.quality.measures import FIRST_TIME

Status = CreditRecord.Status
#: How far the previous and next of a reviewer's queue reach.
LONGEST_QUEUE = 2_000
MOST_ON_FILE = 5


# Entering


@dataclass(frozen=True, slots=True)
class Offer:
    """A form that this user may fill in for this body."""

    body: SubmittingBody
    record_type: RecordType
    form: EntryForm


def offers_for(user) -> list[Offer]:
    """What the user may enter by form: their departments' forms for which the catalogue has them submit."""
    return _offers(user, Q(is_active=True))


def _offers(user, bodies: Q) -> list[Offer]:
    theirs = SubmittingBody.objects.filter(bodies, pk__in=registry.bodies_of(user, {registry.CLERK}))
    today = timezone.localdate()
    found = [
        Offer(body, record_type, form)
        for body in theirs
        for record_type in RecordType.objects.submitted_by(body, today)
        if (form := entry_form(body.code, record_type.code))
    ]
    return sorted(found, key=lambda offer: (offer.body.code, offer.form.order, offer.record_type.code))


def offer_for(user, type_code: str, body_code: str = "") -> Offer:
    """The user's form for that type; with several bodies the one named, or the first. `Missing` without one."""
    for offer in offers_for(user):
        if offer.record_type.code == type_code and body_code in ("", offer.body.code):
            return offer
    raise Missing


def offer_to_finish(user, record: CreditRecord) -> Offer:
    """The form in which the user goes on with a record in preparation, also one that a body left when it went."""
    for offer in _offers(user, Q(pk=record.submitted_by_id)):
        if offer.record_type.pk == record.record_type_id:
            return offer
    raise Missing


def versions_in_force(offers: Sequence[Offer], day: date) -> dict[int, RecordTypeVersion]:
    """By record type what the catalogue says of it on the day, with its legal basis; in one query."""
    versions = RecordTypeVersion.objects.filter(record_type__in={offer.record_type.pk for offer in offers})
    by_type: dict[int, list[RecordTypeVersion]] = {}
    for version in versions.select_related("instrument"):
        by_type.setdefault(version.record_type_id, []).append(version)
    found = {key: version_on(mine, day) for key, mine in by_type.items()}
    return {key: version for key, version in found.items() if version}


def frame_of(user, offer: Offer) -> Frame:
    """All that the form of an offer needs to know."""
    versions = tuple(offer.record_type.versions.select_related("instrument").order_by("valid_from"))
    if not versions:
        raise Missing
    return Frame(user, offer.body, offer.record_type, versions, rule_book())


def editable_record(user, record_id: int) -> CreditRecord:
    """A record in preparation by a body for which the user enters; `Missing` for everything else."""
    records = CreditRecord.objects.visible_to(user).filter(policies.in_preparation_for(user))
    record = (
        records.select_related(
            "entity", "submitted_by", "record_type", "type_version", "entered_by", "reviewed_by", "replaces"
        )
        .filter(pk=record_id)
        .first()
    )
    if record is None:
        raise Missing
    looks.note([record])
    return record


def under_number(body: SubmittingBody, record_type: RecordType, document_number: str) -> CreditRecord | None:
    """What the body already has under this number: in preparation, or in force."""
    return (
        CreditRecord.objects.filter(
            submitted_by=body,
            record_type=record_type,
            number_key=number_key(document_number),
            status__in=(*CreditRecord.UNDER_PREPARATION, Status.PUBLISHED),
        )
        .select_related("entered_by")
        .order_by("-pk")
        .first()
    )


def on_file(
    user, entity: Entity, record_type: RecordType, *, without: int | None = None
) -> Sequence[CreditRecord]:
    """The newest records of the same type on the entity that the user may see, to spot a duplicate."""
    records = CreditRecord.objects.visible_to(user).filter(entity=entity, record_type=record_type)
    if without:
        records = records.exclude(pk=without)
    found = list(
        records.exclude(status=Status.REPLACED)
        .select_related("submitted_by", "record_type", "type_version")
        .order_by("-decided_on", "-pk")[:MOST_ON_FILE]
    )
    looks.note(found)
    return found


# The desk


def calendar_for(user) -> WorkingCalendar:
    """The working calendar, read once for each user object: every lane of a desk asks for it."""
    if not hasattr(user, "_working_calendar"):
        user._working_calendar = current_calendar()
    return user._working_calendar


def publication_deadline(record: CreditRecord, calendar: WorkingCalendar) -> Deadline | None:
    """The last day on which the record is published in time; None where the catalogue sets no deadline."""
    days = record.type_version.submit_within_days
    return None if days is None else working_days_after(record.decided_on, days, calendar)


def _by_urgency(records: QuerySet) -> QuerySet:
    """Nearly the order of deadlines, without asking the calendar: what was decided longest ago first."""
    due = ExpressionWrapper(F("decided_on") + F("type_version__submit_within_days"), output_field=DateField())
    return records.order_by(due.asc(nulls_last=True), "entered_at", "pk")


def drafts_of(user) -> QuerySet:
    """What the user is preparing."""
    return _desk_records(user, Status.DRAFT)


def returned_to(user) -> QuerySet:
    """What a reviewer gave back to the user."""
    return _desk_records(user, Status.RETURNED)


def waiting_of(user) -> QuerySet:
    """What the user typed and a reviewer has not yet looked at."""
    return _desk_records(user, Status.WAITING).filter(submission=None)


def _desk_records(user, status: str) -> QuerySet:
    records = CreditRecord.objects.filter(policies.in_preparation_for(user), status=status, entered_by=user)
    return _by_urgency(records.select_related("entity", "record_type", "type_version", "reviewed_by"))


def waiting_files_of(user) -> QuerySet:
    """Files of the user whose rows still wait for a reviewer, with how many and since which decision day."""
    return (
        Submission.objects.visible_to(user)
        .filter(uploaded_by=user, records__status=Status.WAITING)
        .annotate(waiting=Count("records"))
        .select_related("document")
        .order_by("uploaded_at")
    )


def files_to_confirm(user) -> QuerySet:
    """Checked files that wait for the user's word, with how many rows confirming saves and how many are not good.

    What the user has put before a reviewer waits for that one.
    """
    kept = SubmissionBlock.objects.filter(submission=OuterRef("pk"), is_saved=False).order_by()
    in_blocks = kept.values("submission").annotate(rows=Sum("new")).values("rows")
    alone = Q(rows__outcome__in=SubmissionRow.GOOD, rows__is_saved=False)
    return (
        two_persons.marking_files(Submission.objects.visible_to(user))
        .filter(uploaded_by=user, state=Submission.State.READY, waits_for_two=False)
        .annotate(
            good=Count("rows", filter=alone) + Coalesce(Subquery(in_blocks), 0),
            bad=Count("rows", filter=Q(rows__outcome__in=("asked", "refused"))),
        )
        .select_related("document")
        .order_by("uploaded_at")
    )


def uploads_of(user, limit: int = 5) -> Sequence[Submission]:
    """The user's newest uploads."""
    uploads = Submission.objects.visible_to(user).filter(uploaded_by=user).select_related("document")
    return list(uploads.order_by("-uploaded_at")[:limit])


def to_review(user) -> QuerySet:
    """What waits in the user's review queue and is not their own."""
    theirs = registry.written_by(user) | Q(entity__in=registry.entities_of(user))
    return CreditRecord.objects.filter(policies.to_review_by(user)).exclude(theirs)


def waiting_for_review(user) -> int:
    """How many `to_review`, as far as a bar says it; counted once for each user object, for two entries say it."""
    if not hasattr(user, "_waiting_for_review"):
        user._waiting_for_review = navigation.counted(to_review(user))
    return user._waiting_for_review


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How much of what a body published this month came in time, and what is late already.

    `share` is None when nothing with a deadline was published yet.
    """

    month: date
    published: int
    in_time: int
    late_in_preparation: int

    @property
    def share(self) -> float | None:
        return self.in_time / self.published if self.published else None


def punctuality(user, today: date, calendar: WorkingCalendar) -> Punctuality:
    """Of the records that the user's departments published this month, those within the catalogue's deadline.

    Deadlines are counted once for each decision day, not for each record.
    """
    month = today.replace(day=1)
    bodies = registry.bodies_of(user, {registry.CLERK, *registry.REVIEWING})
    timed = CreditRecord.objects.filter(
        submitted_by__in=bodies, type_version__submit_within_days__isnull=False
    )
    kinds = ("decided_on", "type_version__submit_within_days")
    published = (
        timed.filter(FIRST_TIME, published_on__gte=month, published_on__lte=today)
        .values_list(*kinds, "published_on")
        .annotate(n=Count("pk"))
        .order_by()
    )
    waiting = (
        timed.filter(status__in=CreditRecord.UNDER_PREPARATION)
        .values_list(*kinds)
        .annotate(n=Count("pk"))
        .order_by()
    )
    total = in_time = late = 0
    for decided_on, days, published_on, count in published:
        total += count
        in_time += count * (published_on <= working_days_after(decided_on, days, calendar).day)
    for decided_on, days, count in waiting:
        late += count * (today > working_days_after(decided_on, days, calendar).day)
    return Punctuality(month, total, in_time, late)


# Reviewing


def review_queue(user) -> QuerySet:
    """Everything that waits in the bodies for which the user reviews, own entries included; most urgent first."""
    records = CreditRecord.objects.filter(policies.to_review_by(user))
    return _by_urgency(
        records.select_related(
            "entity", "record_type", "type_version", "submitted_by", "entered_by", "submission__document"
        )
    )


def reviewable_record(user, record_id: int) -> CreditRecord:
    """A record of a body for which the user reviews, whatever became of it meanwhile; `Missing` otherwise.

    What has been decided stays readable here, so that the second of two reviewers learns what happened.
    """
    bodies = registry.bodies_of(user, registry.REVIEWING)
    records = (
        CreditRecord.objects.visible_to(user).filter(submitted_by__in=bodies).exclude(status=Status.DRAFT)
    )
    record = (
        records.select_related(
            "entity",
            "submitted_by",
            "record_type",
            "type_version__instrument",
            "entered_by",
            "reviewed_by",
            "replaces",
            "publicity_rule__instrument",
            "submission__document",
        )
        .filter(pk=record_id)
        .first()
    )
    if record is None:
        raise Missing
    looks.note([record])
    return record


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in the queue as it was filtered."""

    number: int
    total: int
    previous: int | None
    next: int | None


def place_in(queue: QuerySet, record_id: int) -> Place | None:
    """The record's place among the first two thousand of the queue; None when it is not among them."""
    keys = list(queue.values_list("pk", flat=True)[:LONGEST_QUEUE])
    if record_id not in keys:
        return None
    at = keys.index(record_id)
    return Place(
        at + 1, len(keys), keys[at - 1] if at else None, keys[at + 1] if at + 1 < len(keys) else None
    )


def decided_meanwhile(record_ids: Collection[int]) -> dict[int, CreditRecord]:
    """Those of the records that no longer wait, as they stand now, with whoever decided."""
    records = CreditRecord.objects.filter(pk__in=record_ids).exclude(status=Status.WAITING)
    return {record.pk: record for record in records.select_related("reviewed_by")}
