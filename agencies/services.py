"""What a desk does with records, in one transaction each; the rules are the registry's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from agencies import selectors
from agencies.origins import Named
from credit_platform.common.errors import InvalidInput, WrongState
from credit_platform.ui.formats import moment
from entities.drafts import RecordDraft, says_the_same
from entities.models import CreditRecord, Entity, RecordType, SubmittingBody
from entities.services import records as registry

Status = CreditRecord.Status
#: So many records are decided in one act: a form has two fields for each, and Django takes a thousand in all.
MOST_AT_ONCE = 200


@transaction.atomic
def enter_record(
    *,
    by,
    body: SubmittingBody,
    entity: Entity,
    record_type: RecordType,
    draft: RecordDraft,
    send: bool,
    record_id: int | None = None,
    origin: Named | None = None,
) -> CreditRecord:
    """Keep what was typed as a draft and, if asked, put it before a reviewer: both or neither.

    The same form sent twice gives the record that is already there. What it comes from is noted with it.
    """
    try:
        record = registry.save_draft(
            by=by, body=body, entity=entity, record_type=record_type, draft=draft, record_id=record_id
        )
    except WrongState:
        if send and (sent := _already_sent(record_id, entity, draft)):
            return sent
        raise
    if origin:
        origin.note(by=by, record=record)
    return registry.send_to_review(by=by, record_id=record.pk) if send else record


def _already_sent(record_id: int | None, entity: Entity, draft: RecordDraft) -> CreditRecord | None:
    """The record, when the first of two equal sendings has put it before a reviewer."""
    record = CreditRecord.objects.filter(pk=record_id, status=Status.WAITING).first()
    return record if record and says_the_same(record, entity.pk, draft.fields()) else None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a reviewer's act on many records came to: those done, and why the others were not."""

    done: Sequence[CreditRecord]
    refused: Sequence[tuple[CreditRecord, str]]

    def by_reason(self) -> dict[str, list[CreditRecord]]:
        grouped: dict[str, list[CreditRecord]] = {}
        for record, reason in self.refused:
            grouped.setdefault(reason, []).append(record)
        return grouped


def decide_records(
    *,
    by,
    record_ids: Collection[int],
    approve: bool,
    note: str = "",
    seen: Mapping[int, str] | None = None,
) -> Decided:
    """Approve or return many records, each on its own: one refusal stops no other.

    Who comes second to a record is told what the first one did, and what was changed since it was shown
    is not approved.

    Args:
        seen: by record, the digest of what the reviewer was shown.

    Raises:
        InvalidInput: nothing or too much was chosen, or records are to be returned without a note.
    """
    if not record_ids:
        raise InvalidInput({"chosen": [_("Choose at least one record.")]})
    if len(record_ids) > MOST_AT_ONCE:
        raise InvalidInput(
            {"chosen": [_("At most %(most)d records can be decided at once.") % {"most": MOST_AT_ONCE}]}
        )
    if approve:
        done, refused = registry.approve_records(by=by, record_ids=record_ids, seen=seen)
    else:
        note = require_note(note)
        done, refused = registry.return_records(by=by, record_ids=record_ids, note=note)
    meanwhile = selectors.decided_meanwhile([record.pk for record, _reason in refused])
    return Decided(
        done,
        [
            (record, what_happened(meanwhile[record.pk]) if record.pk in meanwhile else reason)
            for record, reason in refused
        ],
    )


def decide_record(
    *, by, record_id: int, approve: bool, note: str = "", seen: str | None = None
) -> CreditRecord:
    """Approve or return one record.

    Who comes second is told, by `WrongState`, what the first one did; and so is whoever approves what was
    changed since it was `seen`.
    """
    try:
        if approve:
            return registry.approve_record(by=by, record_id=record_id, seen=seen)
        return registry.return_record(by=by, record_id=record_id, note=require_note(note))
    except WrongState as refusal:
        meanwhile = selectors.decided_meanwhile([record_id])
        if record_id not in meanwhile:
            raise
        raise WrongState(what_happened(meanwhile[record_id])) from refusal


def require_note(note: str) -> str:
    """The note without spaces around it; `InvalidInput` when nothing is left."""
    note = note.strip()
    if not note:
        raise InvalidInput({"note": [_("Say what is to be changed; the clerk reads it.")]})
    return note


def what_happened(record: CreditRecord) -> str:
    """Why a record no longer waits for review, with the name of whoever decided."""
    who = {"who": record.reviewed_by, "when": moment(record.reviewed_at), "note": record.review_note}
    if record.status == Status.RETURNED and record.reviewed_by:
        return _("%(who)s returned it on %(when)s: “%(note)s”") % who
    if record.status == Status.ANNOUNCED:
        return _("%(who)s approved it on %(when)s; its entity is told before it counts.") % who
    if record.status in CreditRecord.UNDER_PREPARATION:
        return _("The clerk has taken it back to change it.")
    if record.reviewed_by:
        return _("%(who)s approved it on %(when)s.") % who
    return _("It is already decided: %(state)s.") % {"state": record.get_status_display()}
