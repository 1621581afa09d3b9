"""Reads of reports from the public: for whoever works on them, and for the sender by the code."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.desk import MOST_ROWS, DeskRow
from credit_platform.common import secret_codes
from credit_platform.common.errors import Missing
from credit_platform.portal.public_reports import policies
from credit_platform.portal.public_reports.models import PublicReport, ReportStep, ReportTopic
from credit_platform.portal.public_reports.topics import body_in_charge
from entities.models import CreditRecord, RecordType, SubmittingBody
from entities.policies import ENTERING, bodies_of

State = PublicReport.State


def topics_on(day: date) -> QuerySet[ReportTopic]:
    """What a report can be about on that day, in the order of the form."""
    return ReportTopic.objects.in_force_on(day)


def topics_for_list() -> QuerySet[ReportTopic]:
    """All topics with their versions, the newest of each first."""
    return ReportTopic.objects.select_related("set_by")


def in_charge_today(topic: ReportTopic) -> SubmittingBody | None:
    """The body that a report on the topic goes to today."""
    return body_in_charge(topic.body_code)


def by_code(code: str) -> PublicReport:
    """The report that was given this code; `Missing` for any other."""
    found = PublicReport.objects.filter(digest=secret_codes.digest_of(code)).select_related(
        "body", "entity", "topic"
    )
    report = found.first()
    if report is None:
        raise Missing
    return report


def timeline_for_sender(report: PublicReport) -> list[dict]:
    """The deeds without notes and names: which body did what on which day."""
    return [
        {"title": step.get_deed_display(), "when": step.at, "text": str(step.body)}
        for step in report.steps.select_related("body").exclude(deed=ReportStep.Deed.RECORD)
    ]


def reports_for_list(*, user, state: str) -> QuerySet[PublicReport]:
    """What the user works on or watches over, in one state: what is due first stands first, answers the newest first."""
    order = ("-answered_at",) if state == State.ANSWERED else ("due_on", "pk")
    return (
        PublicReport.objects.visible_to(user)
        .filter(state=state)
        .select_related("body", "entity", "topic")
        .order_by(*order)
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lie in which state, and how many of the open ones are overdue."""

    open: int
    overdue: int
    put_aside: int
    answered: int
    upheld: int


def counts_for(user) -> Counts:
    today = timezone.localdate()
    return Counts(
        **PublicReport.objects.visible_to(user).aggregate(
            open=Count("pk", Q(state=State.OPEN)),
            overdue=Count("pk", Q(state=State.OPEN, due_on__lt=today)),
            put_aside=Count("pk", Q(state=State.PUT_ASIDE)),
            answered=Count("pk", Q(state=State.ANSWERED)),
            upheld=Count("pk", Q(outcome=PublicReport.Outcome.UPHELD)),
        )
    )


def report_for(*, user, number: str) -> PublicReport:
    """One report for whoever works on it or watches over it; `Missing` for anybody else."""
    report = (
        PublicReport.objects.visible_to(user)
        .filter(number=number)
        .select_related("body", "entity", "answered_by", "topic")
        .first()
    )
    if report is None:
        raise Missing
    return report


def timeline_for_body(report: PublicReport) -> list[dict]:
    """The deeds with who did them and why."""
    return [
        {
            "title": step.get_deed_display(),
            "when": step.at,
            "text": " · ".join(filter(None, (str(step.body), str(step.actor or "")))),
            "bubble": step.note if step.deed == ReportStep.Deed.PASSED_ON else "",
        }
        for step in report.steps.select_related("body", "actor")
    ]


def told_above_form(user, key: str) -> str:
    """What the form says to whoever puts a report on record; "" for who does not see it."""
    report = PublicReport.objects.visible_to(user).filter(number=key).first()
    if report is None:
        return ""
    return _(
        "This comes of the report %(number)s, and is kept with it. What you write rests on what your department found, and"
        " does not name who reported it."
    ) % {"number": report}


def _under_one_number() -> QuerySet[CreditRecord]:
    """The versions of a record, whichever of them is the outer one."""
    same = {name: OuterRef(name) for name in ("submitted_by", "record_type", "document_number")}
    return CreditRecord.objects.filter(**same)


def records_of(report: PublicReport) -> list[CreditRecord]:
    """What came of it, each as its newest version, for those who work on the report."""
    newest = _under_one_number().order_by("-pk").values("pk")[:1]
    keys = report.led_to.annotate(newest=Subquery(newest)).values("newest")
    found = CreditRecord.objects.filter(pk__in=keys).select_related("record_type", "type_version", "entity")
    return list(found.order_by("pk"))


def public_records_of(report: PublicReport) -> QuerySet[CreditRecord]:
    """What came of it and anybody may see today; what is prepared, over or not public is not told to its sender."""
    there = _under_one_number().filter(pk__in=report.led_to.values("pk"))
    public = CreditRecord.objects.public_on(timezone.localdate()).filter(Exists(there))
    return public.select_related("record_type", "entity", "type_version").order_by("pk")


def of_record(*, user, record: CreditRecord) -> QuerySet[PublicReport]:
    """The reports that a record came of, for those who see them."""
    versions = CreditRecord.objects.filter(
        submitted_by=record.submitted_by_id,
        record_type=record.record_type_id,
        document_number=record.document_number,
    )
    found = PublicReport.objects.visible_to(user).filter(led_to__in=versions)
    return found.select_related("topic", "body").distinct().order_by("pk")


def others_in_charge(report: PublicReport) -> QuerySet[SubmittingBody]:
    """The departments to which it could be passed on."""
    return SubmittingBody.objects.filter(is_active=True).exclude(
        Q(kind=SubmittingBody.Kind.ASSOCIATION) | Q(pk=report.body_id)
    )


def types_to_record(user, report: PublicReport) -> QuerySet[RecordType]:
    """The kinds of record that the user may make of it; none unless it was upheld about a registered business."""
    if report.outcome != PublicReport.Outcome.UPHELD or report.entity_id is None:
        return RecordType.objects.none()
    if report.body_id not in bodies_of(user, ENTERING):
        return RecordType.objects.none()
    return RecordType.objects.submitted_by(report.body, timezone.localdate())


def waiting_of(user) -> QuerySet[PublicReport]:
    """The open ones of the user's own bodies."""
    bodies = bodies_of(user, policies.WORKING)
    return PublicReport.objects.filter(body__in=bodies, state=State.OPEN)


def desk_rows(user) -> Iterable[DeskRow]:
    """The lane of the desk."""
    for report in waiting_of(user).select_related("entity", "topic")[:MOST_ROWS]:
        entity = report.entity
        yield DeskRow(
            asked=_("Answer a report from the public"),
            detail=report.topic_label,
            url=reverse("public_reports:detail", args=(report.number,)),
            verb=_("Open"),
            due=report.due_on,
            provisional=report.due_is_provisional,
            name=entity.name if entity else "",
            code=entity.credit_code if entity else "",
            name_url=reverse("entities:entity-detail", args=(entity.credit_code,)) if entity else "",
            reference=report.number,
            since=timezone.localdate(report.received_at),
            kind=_("Report from the public"),
        )
