"""Receiving reports from the public, and what departments do with them."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common import secret_codes
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.reminding import Reminding
from credit_platform.common.services import current_calendar
from credit_platform.portal.public_reports import policies, selectors, spam
from credit_platform.portal.public_reports.models import LONGEST, PublicReport, ReportStep, ReportTopic
from credit_platform.portal.public_reports.topics import body_in_charge
from entities.models import CreditRecord, Entity, RecordType, SubmittingBody
from entities.policies import may_enter_records, may_submit_type
from entities.services import feedback
from entities.words import kept_words
from repair import deadlines, single_clocks
from repair.clock_rules import clock_book
from repair.deadlines import Term
from repair.letters.papers import new_number
from repair.models import ClockRule

BEGINNING = "JB"
#: The same text within so many days speaks for a machine.
LATELY = timedelta(days=30)
REMIND_WORKING_DAYS_BEFORE = 2
State, Deed, Outcome = PublicReport.State, ReportStep.Deed, PublicReport.Outcome


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wrote, and how the form was filled in (`spam.judge`)."""

    topic: str
    text: str
    entity_code: str = ""
    name: str = ""
    contact: str = ""
    trap: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A report and the code by which its sender follows it, said once."""

    report: PublicReport
    code: str


@transaction.atomic
def receive_report(message: Message) -> Received:
    """Take a report in, with or without a name, and put it before the body in charge; its clock runs from today.

    Takes no actor: whoever writes need not be known. What looks like spam is taken too, and put aside.

    Raises:
        InvalidInput: with sentences by field.
        WrongState: nobody is in charge, or no rule sets a term; the platform is not set up.
    """
    today = timezone.localdate()
    topic, entity, text = _require_sound(message, today)
    body, rule = body_in_charge(topic.body_code), _rule(today)
    if body is None or rule is None:
        raise WrongState(_("Nobody is in charge of reports here yet."))
    digest = hashlib.sha256("".join(text.split()).encode()).hexdigest()
    seen = PublicReport.objects.filter(text_digest=digest, received_at__gte=timezone.now() - LATELY)
    verdict = spam.judge(text, trap=message.trap, seconds=message.seconds, seen_before=seen.exists())
    code = secret_codes.new_code()
    report = PublicReport(
        number=new_number(BEGINNING),
        digest=secret_codes.digest_of(code),
        topic=topic,
        entity=entity,
        text=text,
        text_digest=digest,
        name=" ".join(message.name.split())[:80],
        contact=" ".join(message.contact.split())[:120],
        body=body,
        state=State.PUT_ASIDE if verdict.is_put_aside else State.OPEN,
        spam_points=verdict.points,
        spam_signs=list(verdict.signs),
    )
    single_clocks.start(report, rule, on=today, term=_own_term(topic))
    report.save()
    _note_received(report)
    return Received(report, code)


def _require_sound(message: Message, today: date) -> tuple[ReportTopic, Entity | None, str]:
    """The topic, the entity where one is named, and the text."""
    text, problems = kept_words(message.text), {}
    topic = selectors.topics_on(today).filter(code=message.topic).first()
    if topic is None:
        problems["topic"] = [_("Choose what it is about.")]
    if not text:
        problems["text"] = [_("Say what happened.")]
    elif len(text) > LONGEST:
        problems["text"] = [_("At most %(longest)s characters.") % {"longest": LONGEST}]
    entity = None
    if code := message.entity_code.strip().upper():
        entity = Entity.objects.filter(credit_code=code).first()
        if entity is None:
            problems["entity_code"] = [
                _("No business here has this code. Leave it empty and name the business in your own words.")
            ]
    if problems:
        raise InvalidInput(problems)
    return topic, entity, text


def _note_received(report: PublicReport) -> None:
    _step(report, Deed.RECEIVED, None)
    audit.record(
        actor=None,
        verb="public_reports.report.received",
        target=report,
        topic=report.topic.code,
        body=report.body.code,
    )
    if report.state == State.OPEN:
        _tell("public_reports.received", report, topic=feedback.both_names(report.topic))


def _rule(day: date) -> ClockRule | None:
    return clock_book().rule_for(ClockRule.Clock.RESULT, case_kind=ClockRule.CaseKind.REPORT, on=day)


def _own_term(topic: ReportTopic) -> Term | None:
    """The working days that the lead office set for the topic; None where the rule alone says how long."""
    return None if topic.days is None else Term(topic.days)


# What the body in charge does


@transaction.atomic
def pass_on(*, by, number: str, to: str, why: str) -> PublicReport:
    """Put a report before another body, which is in charge from then on. The clock runs on: the sender still waits.

    Raises `InvalidInput` without a reason or another body, `WrongState` for one that is answered.
    """
    report = _locked(by, number)
    _require_unanswered(report)
    body, why = SubmittingBody.objects.filter(code=to, is_active=True).first(), why.strip()
    problems: dict[str, list[str]] = {}
    if body is None or body == report.body or body.kind == SubmittingBody.Kind.ASSOCIATION:
        problems["to"] = [_("Choose the department that is in charge.")]
    if not why:
        problems["why"] = [_("Say why, so that it does not come back.")]
    if problems:
        raise InvalidInput(problems)
    sender = report.body
    report.body, report.state = body, State.OPEN
    report.reminded_at = report.overdue_told_at = None
    report.save(update_fields=("body", "state", "reminded_at", "overdue_told_at"))
    _step(report, Deed.PASSED_ON, by, note=why)
    audit.record(
        actor=by,
        verb="public_reports.report.passed_on",
        target=report,
        source=sender.code,
        to=body.code,
        why=why,
    )
    _tell("public_reports.passed-on", report, body=feedback.both_names(sender), why=why)
    return report


@transaction.atomic
def put_aside(*, by, number: str) -> PublicReport:
    """Say that a report is noise. It is kept, its sender reads that it was put aside, and it may be taken up again."""
    report = _locked(by, number)
    if report.state != State.OPEN:
        raise WrongState(_("Only a report that is being checked can be put aside."))
    return _to(report, State.PUT_ASIDE, Deed.PUT_ASIDE, "public_reports.report.put_aside", by)


@transaction.atomic
def take_up(*, by, number: str) -> PublicReport:
    """Work on a report that was put aside, by the platform or by a colleague. Its clock has run all the time."""
    report = _locked(by, number)
    if report.state != State.PUT_ASIDE:
        raise WrongState(_("This report was not put aside."))
    return _to(report, State.OPEN, Deed.TAKEN_UP, "public_reports.report.taken_up", by)


def _to(
    report: PublicReport, state: PublicReport.State, deed: ReportStep.Deed, verb: str, by
) -> PublicReport:
    report.state = state
    report.save(update_fields=("state",))
    _step(report, deed, by)
    audit.record(actor=by, verb=verb, target=report)
    return report


@transaction.atomic
def answer_report(*, by, number: str, outcome: str, answer: str) -> PublicReport:
    """Say what was found; the sender reads it word for word. An answer is final.

    Raises `InvalidInput` without outcome or answer, `WrongState` for one that is answered.
    """
    report = _locked(by, number)
    _require_unanswered(report)
    answer, problems = kept_words(answer), {}
    if outcome not in Outcome.values:
        problems["outcome"] = [_("Say what was found.")]
    if not answer:
        problems["answer"] = [_("Write the answer; the sender reads it word for word.")]
    if problems:
        raise InvalidInput(problems)
    report.state, report.outcome, report.answer = State.ANSWERED, outcome, answer
    report.answered_by, report.answered_at = by, timezone.now()
    report.save(update_fields=("state", "outcome", "answer", "answered_by", "answered_at"))
    _step(report, Deed.ANSWERED, by)
    audit.record(
        actor=by,
        verb="public_reports.report.answered",
        target=report,
        outcome=outcome,
        in_time=timezone.localdate() <= report.due_on,
    )
    return report


@transaction.atomic
def take_into_record(*, by, number: str, type_code: str) -> RecordType:
    """Decide that what was upheld becomes a record of the body: noted here; the record itself is written and reviewed
    like any other.

    Raises:
        WrongState: the report was not upheld, or names no business.
        InvalidInput: the body submits no such records.
    """
    report = _locked(by, number)
    if report.outcome != Outcome.UPHELD or report.entity is None:
        raise WrongState(
            _("Only what was upheld about a business that is registered here can become a record.")
        )
    may_enter_records(by, report.body).require()
    record_type = RecordType.objects.filter(code=type_code).first()
    if record_type is None or not may_submit_type(report.body, record_type):
        raise InvalidInput({"record_type": [_("Your department submits no such records.")]})
    _step(report, Deed.RECORD, by, note=type_code)
    audit.record(
        actor=by,
        verb="public_reports.report.taken_into_record",
        target=report,
        record_type=type_code,
        entity=report.entity.credit_code,
    )
    return record_type


@transaction.atomic
def note_record(*, by, key: str, record: CreditRecord) -> None:
    """Keep which record came of a report. Noting it again changes nothing.

    Args:
        key: the number of the report.

    Raises:
        Missing: there is no such report for this user.
        WrongState: nobody decided to put it on record.
        InvalidInput: the record is about another business, or another body's.
    """
    report = _locked(by, key)
    if not report.steps.filter(deed=Deed.RECORD).exists():
        raise WrongState(
            _("Nobody has decided yet to put %(number)s on record. Begin on its page.") % {"number": report}
        )
    if (record.entity_id, record.submitted_by_id) != (report.entity_id, report.body_id):
        raise InvalidInput(
            {
                "entity": [
                    _(
                        "%(number)s is about %(entity)s. To record something about another business, begin from"
                        " “Enter a record”."
                    )
                    % {"number": report, "entity": report.entity}
                ]
            }
        )
    if report.led_to.filter(pk=record.pk).exists():
        return
    report.led_to.add(record)
    audit.record(
        actor=by,
        verb="public_reports.report.became_record",
        target=report,
        record=record.pk,
        document_number=record.document_number,
    )


# The clock


def watch_clocks(*, today: date) -> int:
    """Reckon terms anew, remind bodies before they end and say once when they are over; returns how many were told of."""
    for key in PublicReport.objects.filter(state=State.OPEN).order_by("pk").values_list("pk", flat=True):
        _reckon(key)
    horizon = deadlines.due(today, REMIND_WORKING_DAYS_BEFORE, current_calendar()).day
    return _REMINDING.run(today=today, horizon=horizon)


@transaction.atomic
def _reckon(key: int) -> bool:
    """Whether the day moved, because the rule for the day of receipt is another, or the calendar of its year came out."""
    found = PublicReport.objects.filter(state=State.OPEN).select_for_update(of=("self",), skip_locked=True)
    report = found.select_related("topic").filter(pk=key).first()
    received = timezone.localdate(report.received_at) if report else None
    rule = _rule(received) if received else None
    if report is None or received is None or rule is None:
        return False
    return single_clocks.reckon(
        report,
        rule,
        on=received,
        term=_own_term(report.topic),
        verb="public_reports.report.clock_reckoned",
        told=("reminded_at", "overdue_told_at"),
    )


def _tell_overdue(report: PublicReport) -> None:
    office = SubmittingBody.objects.filter(kind=SubmittingBody.Kind.LEAD_OFFICE, is_active=True).first()
    if office is not None and office != report.body:
        _tell("public_reports.overdue", report, to=office)
    _tell("public_reports.overdue", report)


_REMINDING = Reminding(
    waiting=lambda: PublicReport.objects.filter(state=State.OPEN).select_related("body__successor"),
    soon=lambda report: _tell("public_reports.due-soon", report),
    over=_tell_overdue,
)


def _locked(by, number: str) -> PublicReport:
    """The report, locked; `Missing` for who may not see it, `NotPermitted` for who may only watch."""
    report = (
        PublicReport.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("body__successor", "entity")
        .filter(number=number)
        .first()
    )
    if report is None:
        raise Missing
    policies.may_work_on(by, report).require()
    return report


def _require_unanswered(report: PublicReport) -> None:
    if report.state == State.ANSWERED:
        raise WrongState(_("This report is answered already."))


def _step(report: PublicReport, deed: ReportStep.Deed, by, *, note: str = "") -> None:
    ReportStep.objects.create(report=report, deed=deed, body=report.body, actor=by, note=note[:500])


def _tell(kind: str, report: PublicReport, *, to: SubmittingBody | None = None, **params) -> None:
    feedback.notify(
        kind=kind,
        params={"number": report.number, "due": report.due_on.isoformat(), **params},
        url=reverse("public_reports:detail", args=(report.number,)),
        body=to or report.body,
    )
