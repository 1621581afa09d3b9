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
from credit_platform.common.reminding import Reminding
from credit_platform.common.services import current_calendar
from entities.document_numbers import as_kept, number_key
from entities.models import CreditRecord, Document, Entity, RecordType, SubmittingBody
from entities.policies import known_to_its_entity, may_submit_type, who_answers_for
from entities.services import documents
from entities.words import kept_words
from repair import deadlines, rules, single_clocks
from repair.clock_rules import clock_book
from repair.clocks import REMIND_WORKING_DAYS_BEFORE
from repair.missing import notices, policies
from repair.missing.models import MissingRecord, MissingStep
from repair.missing.workflow import Action, move_for
from repair.models import Case, ClockRule
from repair.services import next_number

NUMBER = "missing"
FILE = "file"
#: The clocks by which a body answers, the first that a rule sets.
TO_ANSWER = (ClockRule.Clock.RESULT, ClockRule.Clock.DECISION)
#: The steps that start a clock.
STARTING = (FILE, Action.APPEAL, Action.REMIT)


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
    number = as_kept(wanted.document_number)
    problems = _problems_of(by, entity, wanted, number, statement)
    if problems or wanted.body is None or wanted.record_type is None:
        raise InvalidInput(problems)
    body = who_answers_for(wanted.body)
    asked = {"entity": entity, "body": body, "record_type": wanted.record_type}
    running = MissingRecord.objects.open().filter(number_key=number_key(number), **asked).first()
    if running is not None:
        _require_the_same(running, wanted, statement)
        return running
    today = timezone.localdate()
    missing = MissingRecord(
        **asked,
        document_number=number,
        number=next_number(NUMBER, today),
        decided_on=wanted.decided_on,
        statement=kept_words(statement),
        paper=_kept(by, upload) if upload else None,
        opened_by=by,
    )
    single_clocks.start(missing, _rule_for(body, wanted.record_type, today), on=today)
    missing.save()
    _keep_step(missing, action=FILE, by=by, note="")
    audit.record(actor=by, verb="missing.record.asked_for", target=missing, body=body.code)
    notices.tell(FILE, missing, missing.statement)
    return missing


def _require_the_same(running: MissingRecord, wanted: Wanted, statement: str) -> None:
    """Without a number nothing says that two are one but their words and their day; another one is not lost in the first."""
    said = running.decided_on, running.statement
    if not running.number_key and said != (wanted.decided_on, kept_words(statement)):
        refusal = _(
            "You ask for a record of this kind without a number already (%(number)s). Give the number of this one, or"
            " wait for the answer."
        )
        raise InvalidInput({"document_number": [refusal % {"number": running.number}]})


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
    if number and not problems and there.filter(number_key=number_key(number)).exists():
        problems["document_number"] = [_("The record with this number is in the registry already.")]
    return problems


def _rule_for(
    body: SubmittingBody, record_type: RecordType, today: date, clocks: tuple[str, ...] = TO_ANSWER
) -> ClockRule:
    """The term of an objection to such a record: that it is missing is objected to as well."""
    book = clock_book()
    if clocks == TO_ANSWER and body.kind == SubmittingBody.Kind.LEAD_OFFICE:
        clocks = (ClockRule.Clock.CHECK, *clocks)  # Nothing has to be passed on: it is the platform's own.
    for clock in clocks:
        rule = book.rule_for(
            clock, case_kind=Case.Kind.OBJECTION, on=today, body_code=body.code, type_code=record_type.code
        )
        if rule is not None:
            return rule
    raise WrongState(_("No rule sets a term for the answer; the lead office has to enter one."))


def _kept(by, upload: UploadedFile) -> Document:
    try:
        return documents.store_document(
            by=by, upload=upload, accept=rules.PROOF_TYPES, max_bytes=settings.EVIDENCE_MAX_BYTES
        )
    except InvalidInput as refusal:
        raise InvalidInput({"paper": refusal.problems["file"]}) from refusal


@transaction.atomic
def act_on_missing(
    *, by, number: str, action: str, note: str = "", record_id: int | None = None
) -> MissingRecord:
    """Take one step of `repair.missing.workflow`. The step taken last, sent again with the same words, changes nothing.

    Args:
        note: reasons, or why the answer is wrong; whoever reads the page reads it.
        record_id: with `enter`, the record in force that was asked for (`candidates_for`).

    Raises:
        Missing: there is no such thing for this user.
        NotPermitted: this step is not theirs.
        WrongState: the step is not possible from there, or no longer on this day.
        InvalidInput: words or the record are wanting.
    """
    missing, note = _locked(by, number), kept_words(note)
    last = missing.steps.last()
    if last is not None and (last.actor_id, last.action, last.note) == (by.pk, action, note):
        return missing
    move = move_for(missing, action)
    move.who(by, missing).require()
    if not (may := move.when(missing, timezone.localdate())):
        raise WrongState(may.reason)
    if move.needs_words and not note:
        raise InvalidInput({"note": [str(move.needs_words)]})
    _write(missing, move.action, by, note, record_id)
    was, was_due_on = missing.state, missing.due_on
    missing.state = move.target
    _set_clock(missing, move.action)
    missing.save()
    _keep_step(missing, action=move.action, by=by, note=note, source=was, was_due_on=was_due_on)
    audit.record(
        actor=by,
        verb=f"missing.record.{move.action}",
        target=missing,
        because=note or None,
        record=missing.record_id,
    )
    notices.tell(move.action, missing, note)
    return missing


def _write(missing: MissingRecord, action: str, by, note: str, record_id: int | None) -> None:
    """What a step writes beside the new state."""
    now = timezone.now()
    if action == Action.ENTER:
        missing.record = candidates_for(missing).filter(pk=record_id).first()
        if missing.record is None:
            raise InvalidInput({"record": [_("Choose the record that was asked for.")]})
    if action in {Action.ENTER, Action.REFUSE}:
        missing.answered_by, missing.answered_at, missing.reasons = by, now, note
    elif action == Action.APPEAL:
        missing.appealed_at, missing.appeal_statement = now, note
    elif action == Action.DISMISS_APPEAL:
        missing.appeal_decided_by, missing.appeal_decided_at, missing.appeal_reasons = by, now, note
    elif action == Action.REMIT:
        # The answer that was appealed against is gone, and stays readable among the steps.
        missing.answered_by, missing.answered_at, missing.reasons = None, None, ""
        missing.appealed_at, missing.appeal_statement = None, ""


def _set_clock(missing: MissingRecord, action: str) -> None:
    """Set the clock of the next step going: of the hearing with an appeal, of the answer where it is opened anew."""
    clocks = {Action.APPEAL: (ClockRule.Clock.APPEAL,), Action.REMIT: TO_ANSWER}.get(Action(action))
    if clocks is None:
        return
    today = timezone.localdate()
    single_clocks.start(missing, _rule_for(missing.body, missing.record_type, today, clocks), on=today)
    missing.reminded_at = missing.overdue_told_at = None


def _keep_step(
    missing: MissingRecord, *, action: str, by, note: str, source: str = "", was_due_on: date | None = None
) -> None:
    MissingStep.objects.create(
        missing=missing,
        actor=by,
        actor_name=str(by),
        action=action,
        source=source,
        target=missing.state,
        note=note,
        was_due_on=was_due_on,
    )


def candidates_for(missing: MissingRecord):
    """The records in force that may be what was asked for, and that the entity may know of; the newest first."""
    return CreditRecord.objects.filter(
        known_to_its_entity(),
        # Its records went along when the entity was merged; what met another question like it stayed.
        entity__in={missing.entity_id, missing.entity.merged_into_id or missing.entity_id},
        submitted_by__in={missing.body_id, who_answers_for(missing.body).pk},
        record_type=missing.record_type_id,
        status=CreditRecord.Status.PUBLISHED,
    ).order_by("-decided_on", "-pk")


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


def watch(*, today: date) -> int:
    """Reckon the clocks anew, remind before a day comes and tell the superiors of what is overdue, each once.

    Returns of how many was told.
    """
    for key in MissingRecord.objects.open().order_by("pk").values_list("pk", flat=True):
        _reckon(key)
    horizon = deadlines.due(today, REMIND_WORKING_DAYS_BEFORE, current_calendar()).day
    return _REMINDING.run(today=today, horizon=horizon)


@transaction.atomic
def _reckon(key: int) -> bool:
    """Whether the day moved, because the rule for the day on which its clock started is another, or its year came out."""
    found = MissingRecord.objects.open().select_for_update(of=("self",), skip_locked=True)
    missing = found.select_related("body", "record_type").filter(pk=key).first()
    if missing is None:
        return False
    last = missing.steps.filter(action__in=STARTING).last()
    started = timezone.localdate(last.at if last else missing.filed_at)
    clocks = (ClockRule.Clock.APPEAL,) if missing.state == MissingRecord.State.APPEALED else TO_ANSWER
    return single_clocks.reckon(
        missing,
        _rule_for(missing.body, missing.record_type, started, clocks),
        on=started,
        verb="missing.record.clock_reckoned",
        told=("reminded_at", "overdue_told_at"),
    )


def _tell_overdue(missing: MissingRecord) -> None:
    told = notices.overdue(missing)
    audit.record(actor=None, verb="missing.record.escalated", target=missing, to=told)


_REMINDING = Reminding(
    waiting=lambda: MissingRecord.objects.open().select_related("entity", "body", "record_type"),
    over=_tell_overdue,
    soon=notices.due_soon,
)
