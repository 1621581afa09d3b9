"""Keeping an association's members."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from associations import policies
from associations.models import Association, Member
from credit_platform.audit import services as audit
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.ui.formats import day_long
from entities.models import CreditRecord, Entity, RecordType, Submission, SubmittingBody
from entities.services import records

Status = CreditRecord.Status
FIELDS = ("joined_on", "left_on", "basis", "member_number")


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """What an association notes of a member. Without `left_on` it is a member now."""

    joined_on: date
    basis: str
    left_on: date | None = None
    member_number: str = ""

    def to_json(self) -> dict:
        """As a row of a file is kept between preview and saving."""
        return {
            "joined_on": self.joined_on.isoformat(),
            "left_on": self.left_on.isoformat() if self.left_on else None,
            "basis": str(self.basis),
            "member_number": self.member_number,
        }

    @classmethod
    def from_json(cls, kept: Mapping) -> "MemberDraft":
        left_on = kept["left_on"]
        return cls(
            joined_on=date.fromisoformat(kept["joined_on"]),
            left_on=date.fromisoformat(left_on) if left_on else None,
            basis=kept["basis"],
            member_number=kept["member_number"],
        )

    def problems(self) -> dict[str, list[str]]:
        """Everything wrong with it today, at once, by field."""
        today = timezone.localdate()
        found: dict[str, list[str]] = {}
        if self.joined_on > today:
            found["joined_on"] = [_("This day has not come yet.")]
        if self.left_on and self.left_on > today:
            found["left_on"] = [_("This day has not come yet; end the membership when it has.")]
        if self.left_on and self.left_on < self.joined_on:
            found.setdefault("left_on", []).append(_("A member cannot leave before joining."))
        if self.basis not in Member.Basis.values:
            found["basis"] = [_("Say on what basis the association keeps the member's data.")]
        return found


@transaction.atomic
def add_member(*, by, association: Association, entity: Entity, draft: MemberDraft) -> Member:
    """Enter one member. Entering the same again changes nothing and returns who is there already.

    Raises:
        InvalidInput: with everything wrong, by field; among it that the entity is a member already,
            or was one at that time.
    """
    policies.may_keep_members(by, association).require()
    Association.objects.select_for_update().get(pk=association.pk)
    problems = draft.problems()
    for other in Member.objects.filter(association=association, entity=entity):
        if other.joined_on == draft.joined_on and not _differences(other, draft):
            return other
        if _overlap(other, draft):
            problems.setdefault("entity", []).append(
                _("It is already noted as a member since %(day)s.") % {"day": day_long(other.joined_on)}
            )
    if problems:
        raise InvalidInput(problems)
    member = Member.objects.create(association=association, entity=entity, **_fields(draft))
    audit.record(actor=by, verb="associations.member.joined", target=member, entity=entity.credit_code)
    return member


@transaction.atomic
def end_membership(*, by, member_id: int, left_on: date) -> Member:
    """Note that a member has left; its records stay. Ending it again on the same day changes nothing."""
    member = (
        Member.objects.visible_to(by)
        .select_related("association__body", "entity")
        .select_for_update(of=("self",))
        .filter(pk=member_id)
        .first()
    )
    if member is None:
        raise Missing
    policies.may_keep_members(by, member.association).require()
    if member.left_on == left_on:
        return member
    if problems := MemberDraft(member.joined_on, member.basis, left_on).problems():
        raise InvalidInput(problems)
    member.left_on = left_on
    member.save(update_fields=("left_on",))
    audit.record(actor=by, verb="associations.member.left", target=member, left_on=str(left_on))
    return member


# Files


@dataclass(frozen=True, slots=True)
class _Decided:
    """What a row of a members' list does: to which membership, and whether it is new, changed or unchanged."""

    number: int
    entity_id: int
    draft: MemberDraft
    member: Member | None
    state: str


def compare_members(*, body: SubmittingBody, rows: Sequence) -> Mapping[int, str]:
    """For the preview: what saving each row of a members' list would do, in one query."""
    return {decided.number: decided.state for decided in _decide(_association_of(body), rows)}


@transaction.atomic
def save_members(*, by, submission: Submission, rows: Sequence) -> Mapping[str, int]:
    """Save one batch of a confirmed members' list; returns how many rows were new, changed and unchanged.

    Safe to run twice. A membership that has ended is not opened again by an old list in which it still stood.
    """
    association = _association_of(submission.body)
    policies.may_keep_members(by, association).require()
    Association.objects.select_for_update().get(pk=association.pk)
    decided = _decide(association, rows)
    joined = [
        Member(association=association, entity_id=d.entity_id, submission=submission, **_fields(d.draft))
        for d in decided
        if d.state == "new"
    ]
    Member.objects.bulk_create(joined)
    changed = []
    for d in decided:
        if d.state == "changed":
            for name, value in _fields(d.draft).items():
                setattr(d.member, name, value)
            changed.append(d.member)
    Member.objects.bulk_update(changed, FIELDS)
    _note(by, "associations.member.joined", joined, submission)
    _note(by, "associations.member.changed", changed, submission)
    return {"new": len(joined), "changed": len(changed), "unchanged": len(rows) - len(joined) - len(changed)}


def _association_of(body: SubmittingBody) -> Association:
    association = Association.objects.select_related("body").filter(body=body).first()
    if association is None:
        raise Missing
    return association


def _decide(association: Association, rows: Sequence) -> list[_Decided]:
    known: dict[int, list[Member]] = {}
    members = Member.objects.filter(association=association, entity_id__in={row.entity_id for row in rows})
    for member in members.select_related("entity", "association__body").order_by("joined_on"):
        known.setdefault(member.entity_id, []).append(member)
    return [
        _decide_row(row.number, row.entity_id, MemberDraft.from_json(row.draft), known.get(row.entity_id, []))
        for row in rows
    ]


def _decide_row(number: int, entity_id: int, draft: MemberDraft, memberships: list[Member]) -> _Decided:
    current = next((member for member in memberships if member.left_on is None), None)
    same_day = next((member for member in memberships if member.joined_on == draft.joined_on), None)
    member = current or same_day
    if member is None:
        return _Decided(number, entity_id, draft, None, "new")
    has_ended = member.left_on is not None and draft.left_on is None
    state = "unchanged" if has_ended or not _differences(member, draft) else "changed"
    return _Decided(number, entity_id, draft, member, state)


def _differences(member: Member, draft: MemberDraft) -> bool:
    return any(getattr(member, name) != value for name, value in _fields(draft).items())


def _overlap(member: Member, draft: MemberDraft) -> bool:
    starts_before_the_other_ends = member.left_on is None or draft.joined_on < member.left_on
    ends_after_the_other_starts = draft.left_on is None or draft.left_on > member.joined_on
    return starts_before_the_other_ends and ends_after_the_other_starts


def _fields(draft: MemberDraft) -> dict:
    return {name: getattr(draft, name) for name in FIELDS}


def _note(by, verb: str, members: Iterable[Member], submission: Submission) -> None:
    AuditEvent.objects.bulk_create(
        audit.event_for(actor=by, verb=verb, target=member, submission=submission.pk) for member in members
    )


#: Row number, entity, code of the record type, and what it says.
MemberRecordRow = tuple[int, int, str, records.RecordDraft]


def compare_member_records(*, body: SubmittingBody, rows: Sequence[MemberRecordRow]) -> Mapping[int, str]:
    """For the preview: what saving each row of member records would do."""
    typed = _with_types(rows)
    states = records.states_of_rows(body=body, rows=typed, status=Status.PUBLISHED)
    return {number: str(state) for (number, *_rest), state in zip(typed, states, strict=True)}


@transaction.atomic
def save_member_records(*, by, submission: Submission, rows: Sequence[MemberRecordRow]) -> Mapping[str, int]:
    """Save one batch of confirmed member records, of whatever kinds; warnings wait for a second person."""
    counts: Counter[str] = Counter()
    by_status = defaultdict(list)
    for row in _with_types(rows):
        is_negative = row[2].polarity == RecordType.Polarity.NEGATIVE
        by_status[Status.WAITING if is_negative else Status.PUBLISHED].append(row)
    for status, some in by_status.items():
        done = records.submit_rows(by=by, submission=submission, rows=some, status=status)
        counts.update(asdict(done))
    return counts


def _with_types(rows: Sequence[MemberRecordRow]) -> list:
    types = {
        record_type.code: record_type
        for record_type in RecordType.objects.filter(code__in={r[2] for r in rows})
    }
    return [(number, entity_id, types[code], draft) for number, entity_id, code, draft in rows]
