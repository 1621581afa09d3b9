"""Everything that is done to one record: prepared, reviewed, corrected, withdrawn, marked, ended by repair.

Every service: policy → lock → rule → save → audit → signal, in one transaction, by the actor `by`.
Files of rows go through `submit_rows`, which keeps the same rules for many at once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import DomainError, InvalidInput, Missing, WrongState
from credit_platform.ui.formats import day_long
from entities import announcing, codes, policies, two_persons, type_checks, withdrawing
from entities.document_numbers import number_key
from entities.drafts import RecordDraft, content_digest, draft_of, problems_of, says_the_same, version_on
from entities.models import (
    CreditRecord,
    Entity,
    EntityIdentifier,
    RecordType,
    RecordTypeVersion,
    SubmittingBody,
)
from entities.policies import authors_of
from entities.publicity import rule_book
from entities.services import feedback, publishing
from entities.services.publishing import end_publicity, follow_the_rules
from entities.services.record_batches import Counts, RowState, states_of_rows, stays_ended, submit_rows
from entities.signals import records_changed
from entities.words import visible

__all__ = (
    "Counts",
    "Entry",
    "RecordDraft",
    "RowState",
    "annul_record",
    "approve_record",
    "approve_records",
    "ask_for_withdrawal",
    "authors_of",
    "correct_record",
    "discard_draft",
    "drop_announced",
    "end_by_repair",
    "end_publicity",
    "follow_the_rules",
    "keep_in_force",
    "lift_objection",
    "mark_objection",
    "publish_announced",
    "return_announced",
    "return_record",
    "return_records",
    "save_draft",
    "send_to_review",
    "states_of_rows",
    "submit_drafts",
    "submit_rows",
    "withdraw_record",
)

Status = CreditRecord.Status
EDITABLE = (Status.DRAFT, Status.RETURNED)
ENDED_FOR_GOOD = (Status.REPAIRED, Status.WITHDRAWN, Status.EXPIRED, Status.ANNULLED)
#: What can lose its basis: what is in force, and what has ended but still counts in the past.
STANDING_ON_A_BASIS = (Status.PUBLISHED, Status.REPAIRED, Status.EXPIRED)
REVIEWED_FIELDS = ("status", "reviewed_by", "reviewed_at", "review_note")


# Preparing


@transaction.atomic
def save_draft(
    *,
    by,
    body: SubmittingBody,
    entity: Entity,
    record_type: RecordType,
    draft: RecordDraft,
    record_id: int | None = None,
) -> CreditRecord:
    """Keep a record that is being prepared, or change one that is; the registry does not know it yet.

    Saving the same draft again changes nothing and returns what is already there, in preparation or in
    force, so a form may be sent twice. A returned record becomes a draft again.

    Raises:
        InvalidInput: with everything wrong, by field of the draft.
        WrongState: it is already with a reviewer or in the registry.
    """
    if record_id is None:
        policies.may_enter_records(by, body).require()
    policies.may_submit_type(body, record_type).require()
    _lock_body(body)
    record = None if record_id is None else _locked_for_editing(by, body, record_id)
    version, fields = _require_sound(draft, record_type), draft.fields()
    if there := _says_it_already(record, body=body, entity=entity, record_type=record_type, fields=fields):
        return there
    verb = "entities.record.changed" if record else "entities.record.drafted"
    record = record or CreditRecord(submitted_by=body, entered_by=by)
    _write(record, entity=entity, record_type=record_type, version=version, fields=fields)
    record.status = Status.DRAFT
    # Whoever changed it last is its author, and may not be its reviewer.
    record.entered_by = by
    record.reviewed_by = record.reviewed_at = None
    record.save()
    audit.record(actor=by, verb=verb, target=record, entity=entity.credit_code)
    return record


def _locked_for_editing(by, body: SubmittingBody, record_id: int) -> CreditRecord:
    """What a body left unfinished when it went, its successor may finish; new records it may not begin there."""
    record = _locked(record_id)
    policies.may_edit_draft(by, record).require()
    if record.submitted_by_id != body.pk:
        raise WrongState(_("A draft does not pass from one body to another."))
    if record.status not in EDITABLE:
        raise WrongState(_("This record is %(state)s; it can no longer be edited.") % _state(record))
    return record


def _says_it_already(
    record: CreditRecord | None,
    *,
    body: SubmittingBody,
    entity: Entity,
    record_type: RecordType,
    fields: dict,
) -> CreditRecord | None:
    """The record that makes saving needless, if there is one: in preparation, in force, or the draft itself.

    Raises:
        InvalidInput: the number is that of another record, or of what has ended for good.
    """
    number = fields["document_number"]
    if twin := _in_preparation(body, record_type, number, except_for=record):
        if record is None and says_the_same(twin, entity.pk, fields):
            return twin
        raise _number_is_taken(_("A record with this number is already being prepared."))
    in_force, ended = _in_the_registry(body, record_type, number)
    if sentence := _does_not_come_back(ended, entity.pk):
        raise _number_is_taken(sentence)
    if in_force and record is None and says_the_same(in_force, entity.pk, fields):
        return in_force
    if in_force and in_force.pk != (record.replaces_id if record else None):
        raise _number_is_taken(_("A record with this number is already in force; correct that one instead."))
    as_it_is = record and record.status == Status.DRAFT and record.document_number == number
    if as_it_is and says_the_same(record, entity.pk, fields):
        return record
    return None


def _number_is_taken(sentence: str) -> InvalidInput:
    return InvalidInput({"document_number": [sentence]})


@dataclass(frozen=True, slots=True)
class Entry:
    """A draft with the codes of its body, entity and type, as another system sends it."""

    body: str
    entity: str
    record_type: str
    draft: RecordDraft


@transaction.atomic
def submit_drafts(*, by, entries: Sequence[Entry], numbered: bool = True) -> list[CreditRecord]:
    """Save drafts and put them before a reviewer, all or none; sending them again changes nothing.

    Args:
        numbered: whether the problems of the n-th entry stand under `n.field`, or under `field`.

    Raises:
        InvalidInput: with everything that is wrong with any entry.
    """
    found = _Codes.of(by, entries)
    problems: dict[str, list[str]] = {}
    saved = []
    for number, entry in enumerate(entries):
        try:
            # A savepoint each: after a failed entry the rest is still looked at.
            with transaction.atomic():
                saved.append(_submit(by, *found.of_entry(entry), entry.draft))
        except InvalidInput as refused:
            start = f"{number}." if numbered else ""
            problems |= {f"{start}{name}": sentences for name, sentences in refused.problems.items()}
    if problems:
        raise InvalidInput(problems)
    return saved


def _submit(
    by, body: SubmittingBody, entity: Entity, record_type: RecordType, draft: RecordDraft
) -> CreditRecord:
    problems = _doubts_nobody_answered(body, record_type, draft)
    try:
        record = save_draft(by=by, body=body, entity=entity, record_type=record_type, draft=draft)
    except InvalidInput as refused:
        raise InvalidInput(problems | refused.problems) from None
    if problems:
        raise InvalidInput(problems)
    return send_to_review(by=by, record_id=record.pk) if record.status in EDITABLE else record


def _doubts_nobody_answered(
    body: SubmittingBody, record_type: RecordType, draft: RecordDraft
) -> dict[str, list[str]]:
    """What is wrong by the checks of the type, but for what somebody confirmed of the same record in a form."""
    if not type_checks.problems_of(record_type.code, draft):
        return {}
    standing = CreditRecord.objects.filter(
        submitted_by=body, record_type=record_type, number_key=number_key(draft.document_number)
    )
    return type_checks.problems_of(record_type.code, draft, standing=standing)


@dataclass(frozen=True, slots=True)
class _Codes:
    """What the codes of many entries stand for, read in four queries.

    An entity is found as in a file: its code may be written in small letters, wide or with hyphens, and the code of
    one that was merged leads to the one into which it was.
    """

    bodies: dict[str, SubmittingBody]
    entities: dict[str, Entity]
    types: dict[str, RecordType]

    @classmethod
    def of(cls, by, entries: Sequence[Entry]) -> "_Codes":
        wanted = {_code(entry) for entry in entries}
        visible = Entity.objects.visible_to(by)
        former = EntityIdentifier.objects.filter(
            kind=EntityIdentifier.Kind.FORMER_CODE, value__in=wanted, entity__in=visible
        ).select_related("entity")
        return cls(
            {body.code: body for body in SubmittingBody.objects.filter(code__in={e.body for e in entries})},
            {one.value: one.entity for one in former}
            | {entity.credit_code: entity for entity in visible.filter(credit_code__in=wanted)},
            {
                kind.code: kind
                for kind in RecordType.objects.filter(code__in={e.record_type for e in entries})
            },
        )

    def of_entry(self, entry: Entry) -> tuple[SubmittingBody, Entity, RecordType]:
        body, entity, record_type = (
            self.bodies.get(entry.body),
            self.entities.get(_code(entry)),
            self.types.get(entry.record_type),
        )
        if body and entity and record_type:
            return body, entity, record_type
        missing = {
            "body": None if body else _("There is no submitting body “%(code)s”.") % {"code": entry.body},
            "entity": None
            if entity
            else _("There is no entity “%(code)s” in the registry.") % {"code": entry.entity},
            "record_type": (
                None
                if record_type
                else _("There is no record type “%(code)s”.") % {"code": entry.record_type}
            ),
        }
        raise InvalidInput({name: [sentence] for name, sentence in missing.items() if sentence})


def _code(entry: Entry) -> str:
    return codes.normalise(visible(entry.entity))


@transaction.atomic
def discard_draft(*, by, record_id: int) -> None:
    """Throw away a record that is being prepared and that nobody has to decide on; the audit log keeps that it was."""
    record = _locked(record_id)
    policies.may_edit_draft(by, record).require()
    if record.status not in EDITABLE:
        raise WrongState(_("This record is %(state)s; it can no longer be discarded.") % _state(record))
    audit.record(actor=by, verb="entities.record.discarded", target=record, entity=record.entity.credit_code)
    record.delete()


@transaction.atomic
def send_to_review(*, by, record_id: int) -> CreditRecord:
    """Put a prepared record before a colleague. Sending it again while it waits changes nothing."""
    record = _locked(record_id)
    policies.may_edit_draft(by, record).require()
    if record.status == Status.WAITING:
        return record
    if record.status not in EDITABLE:
        raise WrongState(_("This record is %(state)s; it cannot be sent to review.") % _state(record))
    record.status = Status.WAITING
    record.save(update_fields=("status",))
    audit.record(actor=by, verb="entities.record.sent_to_review", target=record)
    return record


# Reviewing


@transaction.atomic
def approve_record(*, by, record_id: int, seen: str | None = None) -> CreditRecord:
    """Let a record into the registry; from now on it is shown and weighed, for as long as its rule says.

    Args:
        seen: the `content_digest` of what the reviewer was shown; what has changed since is not approved.
    """
    record = _locked_after_its_body(record_id)
    _done, refused = _approve(by, [record], {} if seen is None else {record.pk: seen})
    for _record, refusal in refused:
        raise refusal
    return record


def _approve(
    by, records: Sequence[CreditRecord], seen: Mapping[int, str]
) -> tuple[list[CreditRecord], list[tuple[CreditRecord, DomainError]]]:
    """Approve what may be approved of the locked records, in a fixed number of queries; the rest with the refusals.

    Locked, and their bodies before them.
    """
    authors = policies.authors_of(records)
    numbers = _under_their_numbers(records)
    versions: dict[int, list[RecordTypeVersion]] = {}
    for version in RecordTypeVersion.objects.filter(record_type__in={one.record_type_id for one in records}):
        versions.setdefault(version.record_type_id, []).append(version)
    done: list[CreditRecord] = []
    announced: list[CreditRecord] = []
    replaced: dict[int, CreditRecord] = {}
    refused: list[tuple[CreditRecord, DomainError]] = []
    for record in records:
        try:
            _require_reviewable(by, record, authors[record.pk])
            if seen.get(record.pk, content_digest(record)) != content_digest(record):
                raise WrongState(_("It was changed since you opened it; read it again."))
            _require_sound_now(record, versions.get(record.record_type_id, []))
            earlier = _what_it_replaces(record, numbers.get(_number_of(record), []))
            announcer = None if earlier else announcing.announcer_of(record)
            if announcer and (sentence := announcer.closed(record)):
                raise WrongState(sentence)
        except DomainError as refusal:
            refused.append((record, refusal))
            continue
        if announcer:
            announced.append(record)
            continue
        if earlier:
            replaced[len(done)] = earlier
        done.append(record)
    if announced:
        _announce(by, announced)
    if done:
        _publish(by, done, replaced)
    return done + announced, refused


def _announce(by, records: Sequence[CreditRecord]) -> None:
    """Keep what is approved out of the registry until its entity has been told and the time given to it is over."""
    now = timezone.now()
    for record in records:
        record.status = Status.ANNOUNCED
        record.reviewed_by, record.reviewed_at, record.review_note = by, now, ""
    CreditRecord.objects.bulk_update(records, REVIEWED_FIELDS, batch_size=publishing.BATCH)
    publishing.write_events(by, "entities.record.announced", records)
    announcing.announce(by=by, records=records)


def _publish(by, records: Sequence[CreditRecord], replaced: dict[int, CreditRecord]) -> None:
    now = timezone.now()
    for record in records:
        record.reviewed_by, record.reviewed_at, record.review_note = by, now, ""
    _let_in(by, "entities.record.approved", records, replaced)


def _let_in(by, verb: str, records: Sequence[CreditRecord], replaced: dict[int, CreditRecord]) -> None:
    publication = publishing.prepare_publication(records, replaced, on=timezone.localdate(), book=rule_book())
    publishing.end_replaced(publication)
    if len(records) == 1:  # A third of the time of the statement that many need.
        records[0].save(update_fields=publishing.PUBLISHED_FIELDS)
    else:
        CreditRecord.objects.bulk_update(records, publishing.PUBLISHED_FIELDS, batch_size=publishing.BATCH)
    publishing.write_events(
        by,
        verb,
        records,
        lambda record: {"replaces": record.replaces_id, "status": record.status},
    )
    newer = {earlier.pk: records[place].pk for place, earlier in replaced.items()}
    publishing.write_events(
        by,
        "entities.record.replaced",
        list(replaced.values()),
        lambda record: {"by_record": newer[record.pk]},
    )
    publishing.announce(publication)


@transaction.atomic
def publish_announced(*, record_id: int) -> CreditRecord:
    """Let a record in of which its entity was told in time. The platform does it, on the approval given before.

    Doing it again changes nothing.

    Raises:
        WrongState: it is no longer announced, or the catalogue has changed since it was approved.
    """
    record = _locked_after_its_body(record_id)
    if record.status == Status.PUBLISHED:
        return record
    _require_announced(record)
    _require_sound_now(record, record.record_type.versions.all())
    earlier = _what_it_replaces(record, _under_their_numbers([record]).get(_number_of(record), []))
    _let_in(None, "entities.record.counts_after_notice", [record], {0: earlier} if earlier else {})
    return record


@transaction.atomic
def drop_announced(*, by, record_id: int, because: str) -> None:
    """Throw away a record of which its entity was told and which shall not count; the audit log keeps that it was.

    `by` acts for the body, which the caller asks for; None is the platform.
    """
    record = _locked(record_id)
    _require_announced(record)
    audit.record(
        actor=by,
        verb="entities.record.discarded",
        target=record,
        entity=record.entity.credit_code,
        because=because,
    )
    record.delete()


@transaction.atomic
def return_announced(*, record_id: int, note: str) -> CreditRecord:
    """Give a record back to its body that cannot be let in as it was announced. The platform does it."""
    record = _locked(record_id)
    _require_announced(record)
    record.status, record.review_note = Status.RETURNED, note
    record.save(update_fields=("status", "review_note"))
    audit.record(actor=None, verb="entities.record.returned", target=record, note=note)
    return record


@transaction.atomic
def return_record(*, by, record_id: int, note: str) -> CreditRecord:
    """Give a record back to whoever entered it, with what is to be done about it."""
    record = _locked(record_id)
    _require_reviewable(by, record, policies.authors_of([record])[record.pk])
    note = _reason("note", note, _("Say what is to be changed."))
    record.status = Status.RETURNED
    record.reviewed_by, record.reviewed_at, record.review_note = by, timezone.now(), note
    record.save(update_fields=("status", "reviewed_by", "reviewed_at", "review_note"))
    audit.record(actor=by, verb="entities.record.returned", target=record, note=note)
    author, body = record.entered_by, record.submitted_by
    # Whoever has left the body reads no more of its drafts, and a system reads no inbox: then it concerns all there.
    still_there = body.pk in policies.bodies_of(author) and not hasattr(author, "system")
    feedback.notify(
        kind="entities.record-returned",
        params=publishing.notice_params(record) | {"note": note},
        url=publishing.record_url(record),
        **({"user": author} if still_there else {"body": policies.who_answers_for(body)}),
    )
    return record


@transaction.atomic
def approve_records(
    *, by, record_ids: Iterable[int], seen: Mapping[int, str] | None = None
) -> tuple[list[CreditRecord], list[tuple[CreditRecord, str]]]:
    """Approve many together: those done, and those not done with the reason. One refusal stops no other.

    In one transaction and a fixed number of queries, however many they are.

    Args:
        seen: by record, the `content_digest` of what the reviewer was shown.
    """
    chosen = CreditRecord.objects.visible_to(by).filter(pk__in=set(record_ids))
    _lock_bodies(chosen.values("submitted_by"))
    records = list(_for_update(chosen).order_by("pk"))
    done, refused = _approve(by, records, seen or {})
    return done, [(record, str(refusal)) for record, refusal in refused]


def return_records(
    *, by, record_ids: Iterable[int], note: str
) -> tuple[list[CreditRecord], list[tuple[CreditRecord, str]]]:
    """Return each on its own with the same note: those done, and those not done with the reason."""
    return _each(record_ids, by, lambda pk: return_record(by=by, record_id=pk, note=note))


def _each(record_ids: Iterable[int], by, step: Callable[[int], CreditRecord]):
    seen = CreditRecord.objects.visible_to(by).select_related("submitted_by", "entity", "record_type")
    done, refused = [], []
    for record in seen.filter(pk__in=set(record_ids)).order_by("pk"):
        try:
            done.append(step(record.pk))
        except DomainError as refusal:
            refused.append((record, str(refusal)))
    return done, refused


# In the registry


@transaction.atomic
def correct_record(*, by, record_id: int, draft: RecordDraft, because: str) -> CreditRecord:
    """Prepare a newer record in place of one in force, and put it before a reviewer.

    The old one stays in force until a colleague approves the new one: four eyes also for corrections.
    Sending the same correction twice gives the one that already waits.
    """
    record = _locked_after_its_body(record_id)
    policies.may_correct(by, record).require()
    _require_in_force(record)
    because = _reason("because", because, _("Say why the record is corrected."))
    version = _require_sound(draft, record.record_type)
    fields = draft.fields()
    if number_key(fields["document_number"]) != record.number_key:
        raise InvalidInput(
            {
                "document_number": [
                    _("A correction keeps the number; withdraw this record if the number was wrong.")
                ]
            }
        )
    # However it was written this time, one decision keeps one number.
    fields["document_number"] = record.document_number
    if says_the_same(record, record.entity_id, fields):
        raise InvalidInput({"": [_("Nothing differs from the record in force.")]})
    twin = _in_preparation(record.submitted_by, record.record_type, record.document_number)
    if twin:
        if twin.status == Status.WAITING and says_the_same(twin, record.entity_id, fields):
            return twin
        raise WrongState(_("A correction of this record is already being prepared."))
    newer = CreditRecord(
        submitted_by=record.submitted_by,
        entered_by=by,
        replaces=record,
        correction_reason=because,
        status=Status.WAITING,
    )
    _write(newer, entity=record.entity, record_type=record.record_type, version=version, fields=fields)
    newer.save()
    audit.record(
        actor=by, verb="entities.record.corrected", target=newer, replaces=record.pk, because=because
    )
    return newer


@transaction.atomic
def ask_for_withdrawal(*, by, record_id: int, because: str) -> CreditRecord:
    """Ask that a record be withdrawn which takes two persons for it. It stays in force until a reviewer agrees."""
    record = _locked(record_id)
    policies.may_withdraw(by, record).require()
    withdrawing.may_ask(by, record).require()
    _require_in_force(record)
    because = _reason("because", because, _("Say why the record is withdrawn."))
    if not two_persons.needs_two(record):
        raise WrongState(_("This record is withdrawn by one person: nobody reviewed it."))
    if two_persons.asked_for(record):
        raise WrongState(_("Somebody has asked already that this record be withdrawn."))
    audit.record(actor=by, verb=two_persons.ASKED, target=record, because=because)
    feedback.notify(
        kind="entities.withdrawal-asked",
        body=record.submitted_by,
        params=publishing.notice_params(record) | {"person": str(by), "because": because},
        url=publishing.record_url(record),
    )
    return record


@transaction.atomic
def keep_in_force(*, by, record_id: int, because: str) -> CreditRecord:
    """Decline that a record be withdrawn; whoever asked for it may do so too."""
    record = _locked(record_id)
    policies.may_withdraw(by, record).require()
    because = _reason("because", because, _("Say why the record stays in force."))
    asked = two_persons.asked_for(record)
    if asked is None:
        raise WrongState(_("Nobody asks that this record be withdrawn."))
    audit.record(actor=by, verb=two_persons.KEPT, target=record, because=because)
    feedback.notify(
        kind="entities.withdrawal-declined",
        body=record.submitted_by,
        params=publishing.notice_params(record) | {"person": str(by), "because": because},
        url=publishing.record_url(record),
    )
    return record


@transaction.atomic
def withdraw_record(
    *, by, record_id: int, because: str, on_appeal: bool = False, in_a_case: bool = False
) -> CreditRecord:
    """Take a record out of publicity and out of every rating, for good and with a reason.

    Where it takes two persons, `by` agrees to what another one asked for.

    Args:
        on_appeal: the lead office does it too, because it upheld an appeal.
        in_a_case: it follows from a case, which has its own persons.
    """
    record = _locked(record_id)
    may = policies.may_end_by_repair if on_appeal else policies.may_withdraw
    may(by, record).require()
    if not (on_appeal or in_a_case):
        withdrawing.may_withdraw(by, record).require()
    if two_persons.needs_two(record) and not (on_appeal or in_a_case):
        _require_in_force(record)
        asked = two_persons.asked_for(record)
        policies.may_agree_to_withdrawal(by, record, asked_by=asked.person if asked else None).require()
    because = _reason("because", because, _("Say why the record is withdrawn."))
    _end(record, Status.WITHDRAWN, because, by=by)
    audit.record(actor=by, verb="entities.record.withdrawn", target=record, because=because)
    publishing.tell_agents("entities.record-withdrawn", [record], because=because)
    return record


@transaction.atomic
def end_by_repair(*, by, record_id: int, because: str) -> CreditRecord:
    """End publicity and effect of a record because its entity has made good. `because` names the case.

    Doing it again changes nothing, so that a case may be carried out twice.
    """
    record = _locked(record_id)
    policies.may_end_by_repair(by, record).require()
    if record.status == Status.REPAIRED:
        return record
    because = _reason("because", because, _("Say by which decision the record is repaired."))
    _end(record, Status.REPAIRED, because, by=by)
    audit.record(actor=by, verb="entities.record.repaired", target=record, because=because)
    return record


@transaction.atomic
def say_corrected(*, by, record_id: int, details: Mapping[str, str], because: str) -> CreditRecord:
    """Put in the place of a record in force one that says besides what a repair found of it. `because` names the case.

    It goes on counting as what it now says. Who wrote the record stays its author, and who decides the case has
    reviewed it. Doing it again changes nothing, so that a case may be carried out twice.
    """
    record = _locked_after_its_body(record_id)
    policies.may_end_by_repair(by, record).require()
    said = draft_of(record)
    draft = replace(said, details={**said.details, **details})
    # What is still being prepared says nothing yet; it stands in the way below.
    instead = record.replaced_by.exclude(status__in=CreditRecord.UNDER_PREPARATION).order_by("-pk").first()
    for said_by in (record, instead):
        if said_by is not None and says_the_same(said_by, record.entity_id, draft.fields()):
            return said_by
    _require_in_force(record)
    newer = _enter_in_a_case(by, record, draft, replaces=record, because=because)
    audit.record(
        actor=by, verb="entities.record.corrected", target=newer, replaces=record.pk, because=because
    )
    return newer


@transaction.atomic
def enter_after_repair(*, by, record_id: int, draft: RecordDraft, because: str) -> CreditRecord:
    """Let in what holds instead of a record that a repair ended, such as another level. `because` names the case."""
    record = _locked_after_its_body(record_id)
    policies.may_end_by_repair(by, record).require()
    return _enter_in_a_case(by, record, draft, replaces=None, because=because)


def _enter_in_a_case(
    by, record: CreditRecord, draft: RecordDraft, *, replaces: CreditRecord | None, because: str
) -> CreditRecord:
    """A record of the same body and entity, in force at once: a case has its own persons and its own four eyes."""
    version = _require_sound(draft, record.record_type)
    if _in_preparation(record.submitted_by, record.record_type, draft.document_number):
        raise WrongState(_("A correction of this record is already being prepared."))
    newer = CreditRecord(
        submitted_by=record.submitted_by,
        entered_by=record.entered_by,
        replaces=replaces,
        correction_reason=because,
        status=Status.WAITING,
    )
    _write(
        newer,
        entity=record.entity,
        record_type=record.record_type,
        version=version,
        fields=draft.fields() | ({"document_number": record.document_number} if replaces else {}),
    )
    newer.save()
    earlier = _what_it_replaces(newer, _under_their_numbers([newer]).get(_number_of(newer), []))
    _publish(by, [newer], {0: earlier} if earlier else {})
    return newer


@transaction.atomic
def annul_record(*, by, record_id: int, because: str) -> CreditRecord:
    """Take a record out altogether because the decision on which it stands was revoked, changed or found void.

    Unlike one that ends, it no longer counts in any grade that is worked out from now on, of past days too, and
    nobody but its body and its entity reads it. Doing it again changes nothing.

    Raises:
        WrongState: it is being prepared, replaced by a correction or was withdrawn.
    """
    record = _locked(record_id)
    policies.may_end_by_repair(by, record).require()
    if record.status == Status.ANNULLED:
        return record
    if record.status not in STANDING_ON_A_BASIS:
        raise WrongState(_("This record is %(state)s; there is nothing left to take out.") % _state(record))
    because = _reason("because", because, _("Say by which decision the basis has fallen."))
    was = record.status
    record.status, record.ended_because = Status.ANNULLED, because
    record.ended_on = record.ended_on or timezone.localdate()
    record.save(update_fields=publishing.ENDED_FIELDS)
    audit.record(actor=by, verb="entities.record.annulled", target=record, was=was, because=because)
    records_changed.send(sender=CreditRecord, entity_ids={record.entity_id})
    return record


@transaction.atomic
def mark_objection(*, by, record_id: int, suspend: bool = False, because: str = "") -> CreditRecord:
    """Show with the record, from now on, that its entity objects to it. The record stays in force.

    Args:
        by: None where the platform follows the rules of clocks.
        suspend: whether it is disclosed to nobody as long as it is marked; ratings weigh it all the same,
            for what is suspended is disclosure.
        because: the rule that asks for that, for the trail.
    """
    return _mark(by, record_id, objected=True, suspended=suspend, because=because)


@transaction.atomic
def lift_objection(*, by, record_id: int) -> CreditRecord:
    """Take the mark away once the objection has been answered, and disclose the record again.

    `by` is None where the platform does it, because the record has ended.
    """
    return _mark(by, record_id, objected=False, suspended=False)


def _mark(by, record_id: int, *, objected: bool, suspended: bool, because: str = "") -> CreditRecord:
    record = _locked(record_id)
    if by is not None:
        policies.may_mark_objection(by, record).require()
    was = record.objected, record.suspended
    if was == (objected, suspended):
        return record
    if objected:
        _require_in_force(record)
    record.objected, record.suspended = objected, suspended
    record.save(update_fields=("objected", "suspended"))
    if record.objected != was[0]:
        verb = "entities.record.objected" if objected else "entities.record.objection_lifted"
        audit.record(actor=by, verb=verb, target=record)
    if record.suspended != was[1]:
        verb = "entities.record.suspended" if suspended else "entities.record.disclosed_again"
        audit.record(actor=by, verb=verb, target=record, because=because or None)
    records_changed.send(sender=CreditRecord, entity_ids={record.entity_id})
    return record


def _end(record: CreditRecord, status: str, because: str, *, by) -> None:
    _require_in_force(record)
    record.status, record.ended_on, record.ended_because = status, timezone.localdate(), because
    record.save(update_fields=publishing.ENDED_FIELDS)
    records_changed.send(sender=CreditRecord, entity_ids={record.entity_id}, by=by)


# What the services share


def _locked_after_its_body(record_id: int) -> CreditRecord:
    """The record, locked, and its body before it: for what goes on to lock other records under its number.

    A file of the body locks first the body and then its records by their keys; in another order the two could
    wait for each other.
    """
    _lock_bodies(CreditRecord.objects.filter(pk=record_id).values("submitted_by"))
    return _locked(record_id)


def _locked(record_id: int) -> CreditRecord:
    record = _for_update(CreditRecord.objects.filter(pk=record_id)).first()
    if record is None:
        raise Missing
    return record


def _for_update(records: QuerySet[CreditRecord]) -> QuerySet[CreditRecord]:
    return records.select_for_update(of=("self",)).select_related(
        "entity", "submitted_by", "record_type", "type_version", "entered_by", "submission"
    )


def _lock_body(body: SubmittingBody) -> None:
    """One writer of new records per body at a time: two first sendings of one number must not meet."""
    _lock_bodies([body.pk])


def _lock_bodies(keys) -> None:
    list(SubmittingBody.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def _state(record: CreditRecord) -> dict[str, str]:
    return {"state": record.get_status_display().lower()}


def _reason(name: str, reason: str, missing: str) -> str:
    longest = CreditRecord._meta.get_field("ended_because").max_length
    reason = reason.strip()
    if not reason:
        raise InvalidInput({name: [missing]})
    if len(reason) > longest:
        raise InvalidInput({name: [_("This is longer than %(longest)d characters.") % {"longest": longest}]})
    return reason


def _require_in_force(record: CreditRecord) -> None:
    if record.status != Status.PUBLISHED:
        raise WrongState(
            _("This record is %(state)s; only a record in force can be changed so.") % _state(record)
        )


def _require_reviewable(by, record: CreditRecord, authors: Collection[int]) -> None:
    policies.may_review(by, record, authors=authors).require()
    if record.status != Status.WAITING:
        raise WrongState(_("This record is %(state)s; it does not wait for review.") % _state(record))


def _require_announced(record: CreditRecord) -> None:
    if record.status != Status.ANNOUNCED:
        raise WrongState(_("This record is %(state)s; nobody is being told of it.") % _state(record))


def _require_sound(draft: RecordDraft, record_type: RecordType) -> RecordTypeVersion:
    """The catalogue's version for the draft; raises `InvalidInput` with all that is wrong with it."""
    version = version_on(record_type.versions.all(), draft.decided_on)
    problems = problems_with(draft, record_type, version)
    if problems or version is None:
        raise InvalidInput(problems)
    return version


def problems_with(
    draft: RecordDraft, record_type: RecordType, version: RecordTypeVersion | None
) -> dict[str, list[str]]:
    """All for which the registry would refuse the draft today, by field (`entities.drafts.problems_of`)."""
    today = timezone.localdate()
    return problems_of(
        draft,
        record_type=record_type,
        version=version,
        needs_class=rule_book().needs_class(record_type.pk, today),
        today=today,
    )


def _require_sound_now(record: CreditRecord, versions: Iterable[RecordTypeVersion]) -> None:
    """The catalogue may have moved on between entering and approving."""
    if version_on(versions, record.decided_on) != record.type_version:
        raise WrongState(
            _("The catalogue has changed since this record was entered; return it to be saved anew.")
        )


def _what_it_replaces(record: CreditRecord, under: Sequence[CreditRecord]) -> CreditRecord | None:
    """The record in force under the same number; a correction without it has lost its object.

    Args:
        under: what the registry has under the number, locked.
    """
    in_force, ended = _in_force_or_ended(under)
    if record.replaces_id and (in_force is None or in_force.pk != record.replaces_id):
        raise WrongState(_("The record that this one corrects is no longer in force; return the correction."))
    if sentence := _does_not_come_back(ended, record.entity_id):
        raise WrongState(sentence)
    return in_force


def _in_the_registry(
    body, record_type, document_number: str
) -> tuple[CreditRecord | None, CreditRecord | None]:
    """What the registry has under the number, locked: the record in force, or else the last that ended for good."""
    return _in_force_or_ended(
        _locked_under_numbers(
            submitted_by=body, record_type=record_type, number_key=number_key(document_number)
        )
    )


def _number_of(record: CreditRecord) -> tuple[int, int, str]:
    return record.submitted_by_id, record.record_type_id, record.number_key


def _under_their_numbers(records: Iterable[CreditRecord]) -> dict[tuple[int, int, str], list[CreditRecord]]:
    """What the registry has under the numbers of all these records, locked; in one query."""
    bodies, types, numbers = zip(*map(_number_of, records), strict=True) if records else ((), (), ())
    found: dict[tuple[int, int, str], list[CreditRecord]] = {}
    for record in _locked_under_numbers(
        submitted_by__in=set(bodies), record_type__in=set(types), number_key__in=set(numbers)
    ):
        found.setdefault(_number_of(record), []).append(record)
    return found


def _locked_under_numbers(**number) -> list[CreditRecord]:
    return list(
        CreditRecord.objects.select_for_update(of=("self",))
        .holding_their_number()
        .filter(status__in=(Status.PUBLISHED, *ENDED_FOR_GOOD), **number)
        .select_related("record_type")
        .order_by("pk")
    )


def _in_force_or_ended(
    found: Sequence[CreditRecord],
) -> tuple[CreditRecord | None, CreditRecord | None]:
    in_force = next((record for record in found if record.status == Status.PUBLISHED), None)
    return in_force, None if in_force or not found else found[-1]


def _does_not_come_back(ended: CreditRecord | None, entity_id: int) -> str:
    """Why nothing is entered again under the number of what has ended; "" when it may be."""
    if ended is None or not stays_ended(ended, entity_id):
        return ""
    sentence = {
        Status.REPAIRED: _(
            "The record with this number was repaired on %(day)s; it does not come back under the same number."
        ),
        Status.WITHDRAWN: _(
            "The record with this number was withdrawn on %(day)s; it does not come back under the same number."
        ),
        Status.ANNULLED: _(
            "The record with this number lost its basis on %(day)s; it does not come back under the same number."
        ),
        Status.EXPIRED: _(
            "The publicity of the record with this number ended on %(day)s; "
            "it does not come back under the same number."
        ),
    }[Status(ended.status)]
    day = ended.ended_on or ended.publish_until
    return sentence % {"day": day_long(day) if day else "–"}


def _in_preparation(body, record_type, document_number: str, *, except_for=None) -> CreditRecord | None:
    twins = CreditRecord.objects.filter(
        submitted_by=body,
        record_type=record_type,
        number_key=number_key(document_number),
        status__in=CreditRecord.UNDER_PREPARATION,
    )
    return twins.exclude(pk=except_for.pk).first() if except_for else twins.first()


def _write(record: CreditRecord, *, entity, record_type, version, fields: dict) -> None:
    record.entity, record.record_type, record.type_version = entity, record_type, version
    for name, value in fields.items():
        setattr(record, name, value)
