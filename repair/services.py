"""Every write in a case: one transaction, and in it the move, its effects, its trace and who has to hear of it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import EllipsisType

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from associations.courses import selectors as courses
from credit_platform.audit import services as audit
from credit_platform.common.decisions import Decision
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.ui.formats import moment
from entities.models import CreditRecord, SubmittingBody
from entities.policies import may_correct, who_answers_for
from entities.selectors import in_force_instead_of
from entities.services import documents, records
from entities.words import kept_words
from repair import (
    checking,
    clocks,
    corrections,
    following,
    notices,
    paper_rules,
    policies,
    rules,
    sectors,
    suspension,
)
from repair.helping import using
from repair.models import Case, CaseDocument, CaseNumber, CaseStep
from repair.outlook import outlook_of
from repair.texts import TO_FILL_IN
from repair.training import certificate_name
from repair.workflow import SAID, TABLES, Action, Move, State, move_for

MOST_PROOFS = 20
LETTER_LANGUAGES = ("zh-hans", "en")
NUMBERED: dict[str, str] = {
    Case.Kind.REPAIR: "XF",
    Case.Kind.OBJECTION: "YY",
    Case.Kind.BASIS: "CX",
    "joint": "HB",
    "missing": "QS",
}
RECORD_CORRECTED = "record_corrected"


# Before filing


@transaction.atomic
def open_case(*, by, record_id: int) -> Case:
    """Begin an application for the repair of a record, as a draft that only the entity and whom it let help see.

    Asking again while a case about the record is open returns that case, so that pressing twice does no harm.

    Raises:
        Missing: the record is not there for this user.
        WrongState: it cannot be repaired today; the message says from when, or why never.
    """
    record = _locked_record(by, record_id, may=policies.may_open_repair)
    running = Case.objects.open().filter(record=record, kind=Case.Kind.REPAIR).first()
    if running is not None:
        using.note(by=by, case=running, deed=using.Deed.BEGUN)
        return running
    today = timezone.localdate()
    may_apply = rules.may_apply(outlook_of(record, today))
    if not may_apply:
        raise WrongState(may_apply.reason)
    case = Case.objects.create(
        number=next_number(Case.Kind.REPAIR, today),
        kind=Case.Kind.REPAIR,
        record=record,
        entity=record.entity,
        deciding_body=who_answers_for(record.submitted_by),
        opened_by=by,
    )
    audit.record(actor=by, verb="repair.case.opened", target=case, record=record.pk)
    using.note(by=by, case=case, deed=using.Deed.BEGUN)
    return case


@transaction.atomic
def open_objection(
    *, by, record_id: int, ground: str = "", statement: str = "", uploads: Iterable[UploadedFile] = ()
) -> Case:
    """Begin an objection to a record, as a draft that only the entity sees; nothing is marked before it is filed.

    Asking again while an objection to the record is open returns that one as it is.

    Raises:
        Missing: the record is not there for this user.
        WrongState: the record is not in force, or no department answers for it.
        InvalidInput: there is no such ground, or what is wrong with the files.
    """
    record = _locked_record(by, record_id)
    running = Case.objects.open().filter(record=record, kind=Case.Kind.OBJECTION).first()
    if running is not None:
        return running
    may_object = rules.may_object(record)
    if not may_object:
        raise WrongState(may_object.reason)
    if ground not in Case.Ground.values:
        raise InvalidInput({"ground": [_("There is no such ground.")]})
    today = timezone.localdate()
    case = Case.objects.create(
        number=next_number(Case.Kind.OBJECTION, today),
        kind=Case.Kind.OBJECTION,
        record=record,
        entity=record.entity,
        deciding_body=who_answers_for(record.submitted_by),
        opened_by=by,
        ground=ground,
        statement=kept_words(statement),
    )
    audit.record(actor=by, verb="repair.case.opened", target=case, record=record.pk)
    if uploads := list(uploads):
        _add_proofs(case, by, uploads)
    return case


@transaction.atomic
def file_objection(
    *, by, record_id: int, ground: str, statement: str, uploads: Iterable[UploadedFile] = ()
) -> Case:
    """Object to a record: the case is with its department and the record marked everywhere when this returns.

    A draft of an objection to the record is filed with what is said here; one that is filed already is returned.

    Raises:
        Missing: the record is not there for this user.
        WrongState: the record is not in force, or no department answers for it.
        InvalidInput: everything that the objection lacks, and what is wrong with its files.
    """
    known = ground if ground in Case.Ground.values else ""
    running = open_objection(by=by, record_id=record_id)
    if running.state != State.DRAFT:
        return running
    uploads = list(uploads)
    missing = rules.what_an_objection_lacks(
        ground=known,
        statement=statement,
        has_papers=bool(uploads) or running.documents.exists(),
        asked=papers_asked(running),
    )
    if missing:
        raise InvalidInput(missing)
    case = save_draft(
        by=by, number=running.number, statement=statement, ground=known, version=running.version
    )
    if uploads:
        _add_proofs(case, by, uploads)
    return act_on_case(by=by, number=case.number, action=Action.SUBMIT, version=case.version)


@dataclass(frozen=True, slots=True)
class Fallen:
    """The decision by which the basis of a record falls: codes of `Case.Outcome` and `Case.Forum`, and its data."""

    outcome: str
    forum: str
    authority: str
    number: str
    decided_on: date | None


@transaction.atomic
def file_basis(
    *, by, record_id: int, fallen: Fallen, statement: str = "", uploads: Iterable[UploadedFile] = ()
) -> Case:
    """Tell that the decision on which a record stands was revoked, changed or found void, with that decision.

    By whoever acts for the entity, or by the department itself, which after that decides with four eyes like in
    any other case. Asking again while such a case about the record is open returns that one.

    Raises:
        Missing: the record is not there for this user.
        WrongState: the record is taken out already.
        NotPermitted: the user acts neither for the entity nor for the department.
        InvalidInput: everything that is missing, and what is wrong with the files.
    """
    record = _locked_record(by, record_id, may=policies.may_file_basis)
    running = Case.objects.open().filter(record=record, kind=Case.Kind.BASIS).first()
    if running is not None:
        return running
    may_lose = rules.may_lose_its_basis(record)
    if not may_lose:
        raise WrongState(may_lose.reason)
    today, uploads = timezone.localdate(), list(uploads)
    missing = rules.what_a_withdrawal_lacks(
        outcome=fallen.outcome if fallen.outcome in Case.Outcome.values else "",
        forum=fallen.forum if fallen.forum in Case.Forum.values else "",
        authority=fallen.authority,
        number=fallen.number,
        decided_on=fallen.decided_on,
        has_document=bool(uploads),
        record_decided_on=record.decided_on,
        today=today,
        asked=paper_rules.papers(paper_rules.paper_book().asked_for(record, Case.Kind.BASIS, today)),
    )
    if missing:
        raise InvalidInput(missing)
    case = Case.objects.create(
        number=next_number(Case.Kind.BASIS, today),
        kind=Case.Kind.BASIS,
        record=record,
        entity=record.entity,
        deciding_body=who_answers_for(record.submitted_by),
        opened_by=by,
        statement=kept_words(statement),
        basis_outcome=fallen.outcome,
        basis_forum=fallen.forum,
        basis_authority=" ".join(fallen.authority.split()),
        basis_number=" ".join(fallen.number.split()),
        basis_decided_on=fallen.decided_on,
        filed_by_body=record.entity_id not in policies.entities_of(by),
    )
    audit.record(actor=by, verb="repair.case.opened", target=case, record=record.pk)
    _add_proofs(case, by, uploads, kind=CaseDocument.Kind.DECISION)
    return act_on_case(by=by, number=case.number, action=Action.SUBMIT, version=case.version)


def _locked_record(by, record_id: int, may: Callable[..., Decision] = policies.may_open) -> CreditRecord:
    """The record under lock, if this user sees it and may open such a case about it: for its entity, unless said."""
    found = CreditRecord.objects.visible_to(by).filter(pk=record_id).values_list("pk", flat=True).first()
    if found is None:
        raise Missing
    record = (
        CreditRecord.objects.select_for_update(of=("self",))
        .select_related("entity", "record_type", "submitted_by")
        .filter(pk=found, deleted_on=None)
        .first()
    )
    if record is None:
        raise Missing
    may(by, record).require()
    return record


@transaction.atomic
def save_draft(
    *,
    by,
    number: str,
    statement: str,
    version: int,
    ground: str | None = None,
    corrected_on: date | EllipsisType | None = ...,
) -> Case:
    """Keep what was typed so far. What another window saved meanwhile is not written over.

    Args:
        ground: of an objection; None leaves it as it is.
        corrected_on: of a repair by which points come back, and of no other; left out, it stays.

    Raises:
        WrongState: the case is filed already, or its text is not the one that was on the page.
    """
    case = _locked_draft(by, number)
    statement = kept_words(statement)
    ground = case.ground if ground is None or case.kind != Case.Kind.OBJECTION else ground
    day = case.corrected_on
    if not isinstance(corrected_on, EllipsisType):
        day = corrected_on if sectors.gives_points_back(case) else None
    if (statement, ground, day) == (case.statement, case.ground, case.corrected_on):
        return case
    _require_unsigned(by, case)
    if version != case.version:
        raise WrongState(
            _(
                "The draft was saved in another window meanwhile. What you typed is below; saving again replaces it."
            )
        )
    case.statement, case.ground, case.corrected_on = statement, ground, day
    case.version += 1
    case.save(update_fields=("statement", "ground", "corrected_on", "version"))
    audit.record(actor=by, verb="repair.case.draft_saved", target=case)
    using.note(by=by, case=case, deed=using.Deed.WRITTEN)
    return case


@transaction.atomic
def add_proof(*, by, number: str, upload: UploadedFile) -> CaseDocument:
    """Put a proof into the draft; the same file again is the one that is already there.

    Raises:
        InvalidInput: for the field `proofs`, naming the file and what is wrong with it.
    """
    case = _locked_draft(by, number)
    _require_unsigned(by, case)
    paper = _add_proofs(case, by, [upload])[0]
    using.note(by=by, case=case, deed=using.Deed.PAPER)
    return paper


@transaction.atomic
def add_certificate(*, by, number: str, certificate: str) -> CaseDocument:
    """Put the certificate of a course, by its number, into the draft of a repair; once, however often it is asked for.

    Raises:
        Missing: the entity of the case has no such certificate.
        WrongState: it is no repair, it is filed already, or signed and to be changed by the entity alone.
    """
    case = _locked_draft(by, number)
    _require_unsigned(by, case)
    if case.kind != Case.Kind.REPAIR:
        raise WrongState(_("A certificate belongs to the repair of a record."))
    attended = courses.certificates_of(case.entity).filter(certificate=certificate).first()
    if attended is None:
        raise Missing
    name = certificate_name(certificate)
    there = case.documents.filter(kind=CaseDocument.Kind.TRAINING, document__name=name).first()
    if there is not None:
        return there
    document = documents.store_text(by=by, name=name, text=courses.certificate_text(attended))
    paper = CaseDocument.objects.create(case=case, document=document, kind=CaseDocument.Kind.TRAINING)
    audit.record(actor=by, verb="repair.case.document_added", target=case, name=name, sha256=document.sha256)
    using.note(by=by, case=case, deed=using.Deed.PAPER)
    return paper


@transaction.atomic
def remove_paper(*, by, number: str, key: str) -> None:
    """Take a proof or the signed letter out of the draft, and the file with it; no harm if it is gone already."""
    case = _locked_draft(by, number)
    paper = next(
        (paper for paper in case.documents.select_related("document") if str(paper.document_id) == key), None
    )
    if paper is None:
        return
    _require_unsigned(by, case)
    if paper.kind == CaseDocument.Kind.COMMITMENT:
        case.commitment_signed_by, case.commitment_signed_at = "", None
        case.save(update_fields=("commitment_signed_by", "commitment_signed_at"))
    name = paper.document.name
    _discard(paper)
    audit.record(actor=by, verb="repair.case.document_removed", target=case, name=name)
    using.note(by=by, case=case, deed=using.Deed.PAPER)


@transaction.atomic
def sign_commitment(*, by, number: str, name: str, agreed: bool) -> CaseDocument:
    """Sign the credit commitment on the screen: the letter with name and moment is kept as a document with its digest.

    Signing again under the same name changes nothing; under another name it makes a new letter. Whoever helps by
    leave does not sign.
    """
    case = _locked_draft(by, number)
    policies.is_applicant(by, case).require()
    name = " ".join(name.split())
    if problems := what_a_signature_lacks(name=name, agreed=agreed):
        raise InvalidInput({"signature": problems})
    signed = case.documents.filter(kind=CaseDocument.Kind.COMMITMENT).select_related("document").first()
    if signed is not None and case.commitment_signed_by == name:
        return signed
    if signed is not None:
        _discard(signed)
    case.commitment_signed_by, case.commitment_signed_at = name, timezone.now()
    case.save(update_fields=("commitment_signed_by", "commitment_signed_at"))
    letter = documents.store_text(by=by, name=f"{case.number}-commitment.txt", text=letter_of(case))
    signed = CaseDocument.objects.create(case=case, document=letter, kind=CaseDocument.Kind.COMMITMENT)
    audit.record(actor=by, verb="repair.case.commitment_signed", target=case, name=name, sha256=letter.sha256)
    using.tell_signed(case)
    return signed


def what_a_signature_lacks(*, name: str, agreed: bool) -> list[str]:
    """What keeps a name and a ticked box from being a signature; empty when they are one."""
    problems = []
    if not name:
        problems.append(_("Type your full name to sign."))
    elif len(name) > Case._meta.get_field("commitment_signed_by").max_length:
        problems.append(_("This name is too long."))
    if not agreed:
        problems.append(_("Tick the box: the letter binds only who agrees to it."))
    return problems


def missing_in(case: Case) -> dict[str, list[str]]:
    """Everything that keeps the draft from being filed today, by field; empty when it is complete."""
    if case.kind == Case.Kind.OBJECTION:
        missing = rules.what_an_objection_lacks(
            ground=case.ground,
            statement=case.statement,
            has_papers=case.documents.exists(),
            asked=papers_asked(case),
        )
        may_object = rules.may_object(case.record)
        return missing if may_object else missing | {"": [may_object.reason]}
    if case.kind == Case.Kind.BASIS:  # All of it was asked for when it was opened, in the same act.
        return {}
    papers, today = set(case.documents.values_list("kind", flat=True)), timezone.localdate()
    may_apply = rules.may_apply(outlook_of(case.record, today))
    return sectors.what_is_missing(case, today) | rules.what_is_missing(
        statement=case.statement,
        has_proof=CaseDocument.Kind.PROOF in papers,
        is_signed=CaseDocument.Kind.COMMITMENT in papers,
        asked=papers_asked(case),
        outlook_says_no=may_apply.reason,
    )


def papers_asked(case: Case) -> frozenset[str]:
    """The papers that are asked for with the case, of `PaperRule.Paper`."""
    return paper_rules.papers(paper_rules.paper_book().asked_in(case))


def letter_of(case: Case) -> str:
    """The commitment letter as it is signed: the Chinese text, then the English."""
    return "\n\n\n".join(letter_in(case, language) for language in LETTER_LANGUAGES) + "\n"


def letter_in(case: Case, language: str) -> str:
    """The commitment letter in one language; its first line is the title."""
    with translation.override(language):
        return render_to_string("repair/commitment_letter.txt", {"case": case, "cases": [case]}).strip()


# The one function that moves a case


@transaction.atomic
def act_on_case(
    *,
    by,
    number: str,
    action: str,
    version: int,
    note: str = "",
    uploads: Iterable[UploadedFile] = (),
    correction: Mapping[str, str] | None = None,
) -> Case:
    """Take one step in a case, with all that follows from it.

    Args:
        version: that of the case on the reader's page; an older one is refused with what happened since.
        note: what the step says: reasons, what is missing, why the appeal.
        uploads: documents that come with the step; only when sending what was asked for.
        correction: by field of the record what it is to say, as text; only when proposing a correction, or to grant a
            repair of which the department has to say what it found (`sectors.asked_of_department`).

    Pressing the same button twice takes the step once, and the second press is told the same.

    Raises:
        Missing: there is no such case for this user.
        WrongState: the table has no such step from here, its time has not come or is over, or the page is old.
        NotPermitted: this user may not; the message says who may.
        InvalidInput: something is missing; everything that is, at once.
    """
    case = locked_case(by, number, with_body=action in _WRITES_RECORDS)
    note = kept_words(note)
    if _is_pressed_again(case, by, action, version, note, correction):
        return case
    if action not in SAID and version != case.version:
        raise WrongState(_what_happened_since(case, by, version))
    move = move_for(case, action)
    move.who(by, case).require()
    today = timezone.localdate()
    in_time = move.when(case, today)
    if not in_time:
        raise WrongState(in_time.reason)
    uploads = list(uploads)
    if move.needs_words and not note and not (uploads and move.action == Action.SUPPLY_MATERIAL):
        raise InvalidInput({"note": [str(move.needs_words)]})
    if TO_FILL_IN in note:
        raise InvalidInput(
            {"note": [_("Fill in or take out the places marked %(mark)s.") % {"mark": TO_FILL_IN}]}
        )
    if move.action == Action.SUPPLY_MATERIAL and uploads:
        _add_proofs(case, by, uploads)
    if find := _CORRECTING.get(move.action):
        case.correction = find(case, correction or {})
    _take(case, move, by=by, note=note, today=today)
    return case


@transaction.atomic
def follow_records(*, entity_ids: Iterable[int], by=None) -> None:
    """Let open cases follow their records: a correction takes the record's place, an end settles the case.

    A withdrawal by its department is the answer to what was asked, for the reason given there, and has the effects of
    a decision. That its basis has fallen is of weight for a record that has run out too, so such a case goes on.

    Args:
        by: who ended a record; None where the platform did.

    Called in the transaction of the change, when the registry says that records of these entities changed.
    """
    wanted = entity_ids if isinstance(entity_ids, set | frozenset) else set(entity_ids)
    ended = Case.objects.open().exclude(record__status=CreditRecord.Status.PUBLISHED)
    # Found before it is locked: to wait for a case that stays as it is could be waiting for one another.
    keys = [
        case.pk
        for case in ended.select_related("record__record_type")
        if case.entity_id in wanted
        and not (case.kind == Case.Kind.BASIS and rules.may_lose_its_basis(case.record))
    ]
    if not keys:
        return
    locked = ended.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")
    related = locked.select_related("record__record_type", "record__submitted_by", "entity", "deciding_body")
    # The objection first: of several cases about a record one stands for what was done to it.
    for case in sorted(related, key=lambda case: case.kind != Case.Kind.OBJECTION):
        successor = in_force_instead_of(case.record)
        if (
            successor is not None
            and not Case.objects.open().filter(record=successor, kind=case.kind).exists()
        ):
            _follow(case, successor)
        else:
            _end_with_record(case, by=by)


def _end_with_record(case: Case, *, by) -> None:
    action, actor = Action.SETTLE, None
    withdrawn = case.record.status == CreditRecord.Status.WITHDRAWN
    if withdrawn and (State(case.state), Action.END_WITH_RECORD) in TABLES[case.kind]:
        others = Case.objects.filter(record=case.record, state__in=(State.UPHELD, State.RECORD_WITHDRAWN))
        if not others.exists():
            action, actor = Action.END_WITH_RECORD, by
    note = case.record.ended_because if withdrawn else ""
    _take(case, move_for(case, action), by=actor, note=note, today=timezone.localdate())


def _take(case: Case, move: Move, *, by, note: str, today: date) -> None:
    """Set the new state and write the step; then the effects, which may ask the registry and come back here."""
    was = case.state
    if write := _WRITES.get(move.action):
        write(case, by, note)
    case.state = move.target
    if move.action not in SAID:
        case.version += 1
    clocks.after(case, move.action, by=by, note=note, today=today)
    case.save()
    step = CaseStep.objects.create(
        case=case,
        actor=by,
        actor_name=str(by) if by else _("The platform"),
        actor_body=_acting_body(by, case) if by else None,
        action=move.action,
        source=was,
        target=move.target,
        version=case.version,
        note=note,
        is_internal=move.is_internal,
    )
    audit.record(actor=by, verb=f"repair.case.{move.action}", target=case, was=was, note=note or None)
    if case.kind == Case.Kind.OBJECTION:
        _carry_out_objection(case, move, by=by, was=was)
    if move.target == State.REMOVED:
        records.annul_record(
            by=by,
            record_id=case.record_id,
            because=_("%(outcome)s by %(number)s of %(authority)s, case %(case)s.")
            % {
                "outcome": case.get_basis_outcome_display(),
                "number": case.basis_number,
                "authority": case.basis_authority,
                "case": case.number,
            },
        )
    if move.target == State.GRANTED:
        sectors.carry_out(case, by=by)
    if tell := notices.OF_ACTION.get(move.action):
        tell(case, note)
    if move.action == Action.SUBMIT and case.kind == Case.Kind.OBJECTION:
        checking.compare(case)
    if by and (deed := _DEEDS.get(move.action)):
        using.note(by=by, case=case, deed=deed)
    following.step_taken(case, step)


#: Steps after which the registry may write a newer record of the body, which is locked before all else then.
_WRITES_RECORDS = frozenset({Action.UPHOLD, Action.GRANT, Action.UPHOLD_APPEAL})
#: Steps that an association may take for its member.
_DEEDS = {Action.SUBMIT: using.Deed.FILED, Action.SUPPLY_MATERIAL: using.Deed.ANSWERED}


def _carry_out_objection(case: Case, move: Move, *, by, was: str) -> None:
    """Mark the record while the objection is open, its appeal included, and do what upholding it means."""
    is_open, was_open = move.target in suspension.MARKED, was in suspension.MARKED
    if is_open and not was_open:
        suspension.begin(case, by=by, rule=suspension.rule_for(case))
        case.save(update_fields=("suspended_by",))
    elif was_open and not is_open:
        # Before the correction, which would take the mark over.
        suspension.end(case, by=by)
    if move.target != State.UPHELD:
        return
    because = _("Objection upheld, case %(number)s.") % {"number": case.number}
    if move.action == Action.UPHOLD_APPEAL:
        records.withdraw_record(by=by, record_id=case.record_id, because=because, on_appeal=True)
        return
    if case.proposal == Case.Proposal.END:
        records.withdraw_record(by=by, record_id=case.record_id, because=because, in_a_case=True)
        return
    if not may_correct(case.proposed_by, case.record):
        raise WrongState(
            _(
                "%(name)s, who proposed the correction, no longer enters records of %(body)s. Send the case back, so that"
                " somebody else proposes it."
            )
            % {"name": case.proposed_by, "body": case.deciding_body}
        )
    draft = corrections.corrected(case.record, case.correction)
    newer = records.correct_record(
        by=case.proposed_by, record_id=case.record_id, draft=draft, because=because
    )
    records.approve_record(by=by, record_id=newer.pk)


# What a step writes into the case


def _filed(case: Case, by, note: str) -> None:
    if case.joint is not None and case.joint.submitted_at is None:
        raise WrongState(
            _(
                "This is drafted together with other records as %(number)s; file it there, or take it out of it."
            )
            % {"number": case.joint}
        )
    if missing := missing_in(case):
        raise InvalidInput(missing)
    rule = sectors.rule_of(case)
    case.sector_rule = rule.code if rule else ""
    case.papers_asked_by = [rule.code for rule in paper_rules.paper_book().asked_in(case)]
    case.submitted_at = timezone.now()
    case.deciding_body = who_answers_for(case.record.submitted_by)


def _proposed_to_grant(case: Case, by, note: str) -> None:
    case.proposal, case.proposal_reasons, case.proposed_by = Case.Proposal.GRANT, note, by


def _proposed_to_refuse(case: Case, by, note: str) -> None:
    case.proposal, case.proposal_reasons, case.proposed_by = Case.Proposal.REFUSE, note, by


def _proposed_to_correct(case: Case, by, note: str) -> None:
    case.proposal, case.proposal_reasons, case.proposed_by = Case.Proposal.CORRECT, note, by


def _proposed_to_end(case: Case, by, note: str) -> None:
    case.proposal, case.proposal_reasons, case.proposed_by = Case.Proposal.END, note, by


def _proposed_to_dismiss(case: Case, by, note: str) -> None:
    case.proposal, case.proposal_reasons, case.proposed_by = Case.Proposal.DISMISS, note, by


def _proposed_to_remove(case: Case, by, note: str) -> None:
    case.proposal, case.proposal_reasons, case.proposed_by = Case.Proposal.REMOVE, note, by


def _proposed_to_keep(case: Case, by, note: str) -> None:
    case.proposal, case.proposal_reasons, case.proposed_by = Case.Proposal.KEEP, note, by


def _remitted(case: Case, by, note: str) -> None:
    """Open the case anew: the decision that was appealed against is gone, and stays readable among the steps."""
    _sent_back(case, by, note)
    case.decided_by, case.decided_at, case.reasons = None, None, ""
    case.appealed_at, case.appeal_statement = None, ""


def _sent_back(case: Case, by, note: str) -> None:
    case.proposal, case.proposal_reasons, case.proposed_by, case.correction = "", "", None, {}


def _decided(case: Case, by, note: str) -> None:
    case.decided_by, case.decided_at, case.reasons = by, timezone.now(), note


def _record_withdrawn(case: Case, by, note: str) -> None:
    """It takes the place of a decision; one that is under appeal stays readable as it was taken."""
    if case.appealed_at is None:
        _decided(case, by, note)


def _appealed(case: Case, by, note: str) -> None:
    case.appealed_at, case.appeal_statement = timezone.now(), note


def _appeal_decided(case: Case, by, note: str) -> None:
    case.appeal_decided_by, case.appeal_decided_at, case.appeal_reasons = by, timezone.now(), note


_WRITES = {
    Action.SUBMIT: _filed,
    Action.PROPOSE_GRANT: _proposed_to_grant,
    Action.PROPOSE_REFUSE: _proposed_to_refuse,
    Action.PROPOSE_CORRECT: _proposed_to_correct,
    Action.PROPOSE_END: _proposed_to_end,
    Action.PROPOSE_DISMISS: _proposed_to_dismiss,
    Action.PROPOSE_REMOVE: _proposed_to_remove,
    Action.PROPOSE_KEEP: _proposed_to_keep,
    Action.REMOVE: _decided,
    Action.KEEP: _decided,
    Action.REMIT: _remitted,
    Action.UPHOLD: _decided,
    Action.DISMISS: _decided,
    Action.SEND_BACK: _sent_back,
    Action.END_WITH_RECORD: _record_withdrawn,
    Action.GRANT: _decided,
    Action.REFUSE: _decided,
    Action.APPEAL: _appealed,
    Action.UPHOLD_APPEAL: _appeal_decided,
    Action.DISMISS_APPEAL: _appeal_decided,
}


# Lending


@transaction.atomic
def lend_case(*, by, number: str, reader) -> None:
    """Let one official read the case by name, without any other right. Doing it again changes nothing."""
    case = locked_case(by, number)
    policies.may_lend(by, case).require()
    policies.may_be_lent(reader).require()
    if reader == by or reader.has_perm("repair.lent_case", case):
        return
    assign_perm("repair.lent_case", reader, case)
    policies.forget_lent(reader)
    audit.record(actor=by, verb="repair.case.lent", target=case, to=str(reader))
    notices.lent(case, reader)


@transaction.atomic
def take_back_case(*, by, number: str, reader) -> None:
    """End the lending of the case to a person."""
    case = locked_case(by, number)
    policies.may_lend(by, case).require()
    remove_perm("repair.lent_case", reader, case)
    policies.forget_lent(reader)
    audit.record(actor=by, verb="repair.case.taken_back", target=case, from_whom=str(reader))


# Shared steps


def locked_case(by, number: str, *, with_body: bool = False) -> Case:
    """The case under lock, if this user sees it; where a correction follows, its body is locked before all else.

    Its record is locked first, as the registry's own services lock it, so that a decision and a change of the
    record never wait for each other.
    """
    found = (
        Case.objects.visible_to(by)
        .filter(number=number)
        .values_list("pk", "record_id", "record__submitted_by")
        .first()
    )
    if found is None:
        raise Missing
    key, record_id, body_id = found
    if with_body:
        SubmittingBody.objects.select_for_update(no_key=True).filter(pk=body_id).first()
    CreditRecord.objects.select_for_update(of=("self",)).filter(pk=record_id).first()
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related(
            "record__record_type",
            "record__submitted_by",
            "record__submission",
            "record__replaces",
            "entity",
            "deciding_body",
            "opened_by",
            "proposed_by",
        )
        .get(pk=key)
    )
    if case.record_id != record_id:
        raise WrongState(_("The record was corrected just now. Look at the case again before you go on."))
    return case


def _locked_draft(by, number: str) -> Case:
    case = locked_case(by, number)
    policies.may_prepare(by, case).require()
    if case.state != State.DRAFT:
        raise WrongState(_("The application is filed; it can no longer be changed. You may withdraw it."))
    return case


def _require_unsigned(by, case: Case) -> None:
    """What an entity has signed for is changed by itself alone."""
    if case.commitment_signed_at and not policies.is_applicant(by, case):
        raise WrongState(
            _("%(entity)s has signed. Before anything is changed it has to take its signature back.")
            % {"entity": case.entity}
        )


def next_number(kind: str, today: date) -> str:
    """The next number of the year, taken one at a time: XF-2026-11-0472 (修复), YY-… (异议), CX-… (撤销), HB-… (合并), QS-… (缺失)."""
    CaseNumber.objects.get_or_create(kind=kind, year=today.year)
    counter = CaseNumber.objects.select_for_update().get(kind=kind, year=today.year)
    counter.last += 1
    counter.save(update_fields=("last",))
    return f"{NUMBERED[kind]}-{today:%Y-%m}-{counter.last:04}"


def _acting_body(by, case: Case) -> SubmittingBody | None:
    """For whom the actor acted: the department, the lead office, or nobody when it was the applicant."""
    if case.entity_id in policies.entities_of(by):
        return None
    if case.deciding_body_id in policies.bodies_of(by, policies.HANDLING):
        return case.deciding_body
    if help_given := using.leave_for(by=by, case=case):
        return help_given.member.association.body
    lead = policies.bodies_of(by, {policies.LEAD})
    return SubmittingBody.objects.filter(pk__in=lead).order_by("code").first() if lead else None


def _is_pressed_again(
    case: Case, by, action: str, version: int, note: str, correction: Mapping[str, str] | None
) -> bool:
    if action in SAID:
        last = case.steps.last()
        return last is not None and (last.actor_id, last.action, last.note) == (by.pk, action, note)
    if not case.steps.filter(version__gt=version, actor=by, action=action, note=note).exists():
        return False
    try:
        return action not in _CORRECTING or _CORRECTING[action](case, correction or {}) == case.correction
    except InvalidInput:  # It never was a proposal; what happened since is told instead.
        return False


#: Steps that say besides their reasons what the record is to say: by field the old value and the new.
_CORRECTING: dict[str, Callable[[Case, Mapping[str, str]], dict[str, list[str]]]] = {
    Action.PROPOSE_CORRECT: lambda case, said: corrections.changes(case.record, said),
    Action.PROPOSE_GRANT: sectors.found,
}


def _what_happened_since(case: Case, by, version: int) -> str:
    """What a reader with an old page has to know before acting; internal steps are not told to the applicant."""
    steps = case.steps.filter(version__gt=version).exclude(action__in=SAID)
    if not policies.sees_internal_notes(by, case):
        steps = steps.filter(is_internal=False)
    happened = "; ".join(
        _("%(who)s %(did)s (%(when)s)")
        % {"who": step.who, "did": notices.did(step.action, case.kind), "when": moment(step.at)}
        for step in steps.select_related("actor")
    )
    if not happened:
        return _(
            "The case has moved on since you opened the page. Look at it as it stands now before you act."
        )
    return _("Meanwhile: %(happened)s. Look at the case as it stands now before you act.") % {
        "happened": happened
    }


def _follow(case: Case, successor: CreditRecord) -> None:
    case.record = successor
    case.version += 1
    case.save(update_fields=("record", "version"))
    CaseStep.objects.create(
        case=case,
        actor=None,
        actor_name=_("The platform"),
        action=RECORD_CORRECTED,
        source=case.state,
        target=case.state,
        version=case.version,
    )
    audit.record(actor=None, verb="repair.case.record_corrected", target=case, record=successor.pk)


def _add_proofs(
    case: Case, by, uploads: list[UploadedFile], kind: CaseDocument.Kind = CaseDocument.Kind.PROOF
) -> list[CaseDocument]:
    """Keep the files as proofs, all or none; a file that the case already has is not kept twice."""
    kept, new, problems = [], [], []
    there = {
        paper.document.sha256: paper
        for paper in case.documents.exclude(kind=CaseDocument.Kind.COMMITMENT).select_related("document")
    }
    for upload in uploads:
        digest = _digest(upload)
        if digest in there:
            kept.append(there[digest])
            continue
        if len(there) >= MOST_PROOFS:
            problems.append(
                _("%(file)s: a case holds at most %(most)s proofs.")
                % {"file": upload.name, "most": MOST_PROOFS}
            )
            continue
        try:
            document = documents.store_document(
                by=by, upload=upload, accept=rules.PROOF_TYPES, max_bytes=settings.EVIDENCE_MAX_BYTES
            )
        except InvalidInput as refusal:
            problems += [
                f"{upload.name}: {sentence}" for said in refusal.problems.values() for sentence in said
            ]
            continue
        paper = CaseDocument.objects.create(case=case, document=document, kind=kind)
        audit.record(
            actor=by,
            verb="repair.case.document_added",
            target=case,
            name=document.name,
            sha256=document.sha256,
        )
        there[digest] = paper
        kept.append(paper)
        new.append(paper)
    if problems:
        for paper in new:
            paper.document.file.storage.delete(paper.document.file.name)
        raise InvalidInput({"proofs": problems})
    return kept


def _digest(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _discard(paper: CaseDocument) -> None:
    """Remove a paper from a draft, and its file with it where no other case shares it."""
    document = paper.document
    paper.delete()
    if not document.case_documents.exists():
        documents.discard_document(document)
