"""Every write about a missing record: policy, lock, rule, save, audit and notice in one transaction."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.services import current_calendar
from entities.models import CreditRecord, Document, Entity, RecordType, SubmittingBody
from entities.policies import known_to_its_entity, may_submit_type, who_answers_for
from entities.services import documents
from repair import deadlines, rules
from repair.clock_rules import clock_book
from repair.missing import notices, policies
from repair.missing.models import MissingRecord
from repair.models import Case, ClockRule
from repair.services import next_number

State = MissingRecord.State
NUMBER = "missing"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The record that should be there, as far as the entity knows it."""

    body: SubmittingBody | None
    record_type: RecordType | None
    document_number: str = ""
    decided_on: date | None = None


@transaction.atomic
def ask_for_record(
    *, by, entity_id: int, wanted: Wanted, statement: str, upload: UploadedFile | None = None
) -> MissingRecord:
    """Say that a record about one's entity is missing; the body that is named has the term of an objection to answer.

    Asking again for the same while the body has not answered returns what was asked.

    Raises:
        Missing: there is no such entity for this user.
        InvalidInput: everything that is missing or does not fit, a record that is there already included.
    """
    # Locked, so that the button pressed twice finds what the first press wrote.
    entity = Entity.objects.select_for_update(no_key=True).filter(pk=entity_id).first()
    if entity is None or not policies.may_file(by, entity):
        raise Missing
    number = " ".join(wanted.document_number.split())
    problems = _problems_of(by, entity, wanted, number, statement)
    if problems or wanted.body is None or wanted.record_type is None:
        raise InvalidInput(problems)
    body = who_answers_for(wanted.body)
    asked = {"entity": entity, "body": body, "record_type": wanted.record_type, "document_number": number}
    if running := MissingRecord.objects.open().filter(**asked).first():
        return running
    today = timezone.localdate()
    rule = _rule_for(body, wanted.record_type, today)
    due = deadlines.end_of(today, rule.term, current_calendar())
    missing = MissingRecord.objects.create(
        **asked,
        number=next_number(NUMBER, today),
        decided_on=wanted.decided_on,
        statement=statement.strip(),
        paper=_kept(by, upload) if upload else None,
        opened_by=by,
        due_on=due.day,
        due_is_provisional=due.provisional,
        rule=rule.code,
    )
    audit.record(actor=by, verb="missing.record.asked_for", target=missing, body=body.code)
    notices.filed(missing)
    return missing


def _problems_of(by, entity: Entity, wanted: Wanted, number: str, statement: str) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    if wanted.body is None:
        problems["body"] = [_("Name the body that made the decision.")]
    if wanted.record_type is None:
        problems["record_type"] = [_("Choose what kind of record is missing.")]
    elif wanted.body is not None and not (
        may := may_submit_type(who_answers_for(wanted.body), wanted.record_type)
    ):
        problems["record_type"] = [may.reason]
    if wanted.decided_on is not None and wanted.decided_on > timezone.localdate():
        problems["decided_on"] = [_("This day is still to come.")]
    if not statement.strip():
        problems["statement"] = [_("Say what is missing and how you know of it.")]
    there = CreditRecord.objects.visible_to(by).filter(
        entity=entity, record_type=wanted.record_type, status=CreditRecord.Status.PUBLISHED
    )
    if number and not problems and there.filter(document_number=number).exists():
        problems["document_number"] = [_("The record with this number is in the registry already.")]
    return problems


def _rule_for(body: SubmittingBody, record_type: RecordType, today: date) -> ClockRule:
    """The term in which an objection to such a record has its result: that it is missing is objected to as well."""
    rule = clock_book().rule_for(
        ClockRule.Clock.RESULT,
        case_kind=Case.Kind.OBJECTION,
        on=today,
        body_code=body.code,
        type_code=record_type.code,
    ) or clock_book().rule_for(
        ClockRule.Clock.DECISION,
        case_kind=Case.Kind.OBJECTION,
        on=today,
        body_code=body.code,
        type_code=record_type.code,
    )
    if rule is None:
        raise WrongState(_("No rule sets a term for the answer; the lead office has to enter one."))
    return rule


def _kept(by, upload: UploadedFile) -> Document:
    try:
        return documents.store_document(
            by=by, upload=upload, accept=rules.PROOF_TYPES, max_bytes=settings.EVIDENCE_MAX_BYTES
        )
    except InvalidInput as refusal:
        raise InvalidInput({"paper": refusal.problems["file"]}) from refusal


@transaction.atomic
def answer_with_record(*, by, number: str, record_id: int) -> MissingRecord:
    """Answer that the record is in the registry: one in force about this entity, of this kind and body.

    Raises:
        Missing: there is no such case for this user.
        NotPermitted: the user does not answer for the body.
        WrongState: it is answered or withdrawn.
        InvalidInput: that record is none of these.
    """
    missing = _locked(by, number)
    policies.may_answer(by, missing).require()
    if missing.state == State.ENTERED and missing.record_id == record_id:
        return missing
    _require_open(missing)
    record = candidates_for(missing).filter(pk=record_id).first()
    if record is None:
        raise InvalidInput({"record": [_("Choose the record that was asked for.")]})
    missing.state, missing.record = State.ENTERED, record
    missing.answered_by, missing.answered_at = by, timezone.now()
    missing.save(update_fields=("state", "record", "answered_by", "answered_at"))
    audit.record(actor=by, verb="missing.record.entered", target=missing, record=record.pk)
    notices.entered(missing)
    return missing


def candidates_for(missing: MissingRecord):
    """The records in force that may be what was asked for, and that the entity may know of; the newest first."""
    return CreditRecord.objects.filter(
        known_to_its_entity(),
        entity=missing.entity_id,
        submitted_by__in={missing.body_id, who_answers_for(missing.body).pk},
        record_type=missing.record_type_id,
        status=CreditRecord.Status.PUBLISHED,
    ).order_by("-decided_on", "-pk")


@transaction.atomic
def refuse_record(*, by, number: str, reasons: str) -> MissingRecord:
    """Answer that no such record is entered, with reasons that the entity reads. Raises as `answer_with_record`."""
    missing = _locked(by, number)
    policies.may_answer(by, missing).require()
    reasons = reasons.strip()
    if missing.state == State.REFUSED and missing.reasons == reasons:
        return missing
    _require_open(missing)
    if not reasons:
        raise InvalidInput({"reasons": [_("A decision needs its reasons; the applicant reads them.")]})
    missing.state, missing.reasons = State.REFUSED, reasons
    missing.answered_by, missing.answered_at = by, timezone.now()
    missing.save(update_fields=("state", "reasons", "answered_by", "answered_at"))
    audit.record(actor=by, verb="missing.record.refused", target=missing, because=reasons)
    notices.refused(missing)
    return missing


@transaction.atomic
def withdraw_missing(*, by, number: str) -> MissingRecord:
    """Take it back before it is answered. Doing it again changes nothing."""
    missing = _locked(by, number)
    policies.may_withdraw(by, missing).require()
    if missing.state == State.WITHDRAWN:
        return missing
    _require_open(missing)
    missing.state = State.WITHDRAWN
    missing.save(update_fields=("state",))
    audit.record(actor=by, verb="missing.record.withdrawn", target=missing)
    notices.withdrawn(missing)
    return missing


def _locked(by, number: str) -> MissingRecord:
    missing = (
        MissingRecord.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("entity", "body", "record_type")
        .filter(number=number)
        .first()
    )
    if missing is None:
        raise Missing
    return missing


def _require_open(missing: MissingRecord) -> None:
    if missing.state != State.FILED:
        raise WrongState(
            _("This is answered or withdrawn already: %(state)s.") % {"state": missing.get_state_display()}
        )


def watch(*, today: date) -> int:
    """Tell the superiors of what is overdue, each once; returns of how many. Safe to run twice and at once."""
    late = MissingRecord.objects.open().filter(due_on__lt=today, overdue_told_at=None)
    return sum(_tell_late(key) for key in late.values_list("pk", flat=True))


@transaction.atomic
def _tell_late(key: int) -> bool:
    missing = (
        MissingRecord.objects.open()
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("entity", "body", "record_type")
        .filter(pk=key, overdue_told_at=None)
        .first()
    )
    if missing is None:
        return False
    told = notices.overdue(missing)
    missing.overdue_told_at = timezone.now()
    missing.save(update_fields=("overdue_told_at",))
    audit.record(actor=None, verb="missing.record.escalated", target=missing, to=told)
    return True
