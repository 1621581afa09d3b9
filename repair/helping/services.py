"""Giving and ending the leave by which an association files, and acting by it."""

from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities.models import CreditRecord, Entity, RecordType
from entities.policies import who_answers_for
from entities.services import feedback
from repair import services as cases
from repair.helping import policies, selectors, using
from repair.helping.models import Leave, Use
from repair.models import Case

#: For how long a leave holds at most, in days.
LONGEST_DAYS = 180


@transaction.atomic
def give_leave(
    *,
    by,
    entity: Entity,
    member_id: int,
    until: date,
    record_id: int | None = None,
    record_type: str = "",
) -> Leave:
    """Let an association of which the entity is a member prepare and file repairs of one record or of one kind.

    Args:
        record_type: the code of a kind; only where no record is named.

    Raises:
        InvalidInput: no such membership, neither record nor kind or both, or a day that is over or too far.
    """
    policies.may_give_leave(by, entity).require()
    today, problems = timezone.localdate(), {}
    # Locked, so that a form sent twice finds what the first one wrote.
    entity = Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    member = selectors.memberships_of(entity).filter(pk=member_id).first()
    if member is None:
        problems["member"] = [_("Choose an association of which you are a member.")]
    record, kind = _scope(entity, record_id, record_type)
    if (record is None) == (kind is None):
        problems["scope"] = [_("Choose one record, or one kind of records.")]
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        problems["until"] = [
            _("A leave holds at least until today and at most for %(days)s days.") % {"days": LONGEST_DAYS}
        ]
    if problems:
        raise InvalidInput(problems)
    about = {"entity": entity, "member": member, "record": record, "record_type": kind, "expires_on": until}
    if there := Leave.objects.filter(**about, revoked_at=None).first():
        return there
    leave = Leave.objects.create(**about, given_by=by)
    audit.record(
        actor=by, verb="helping.leave.given", target=leave, entity=entity.credit_code, scope=leave.scope
    )
    _tell("helping.given", leave)
    return leave


def _scope(
    entity: Entity, record_id: int | None, record_type: str
) -> tuple[CreditRecord | None, RecordType | None]:
    offered = selectors.records_to_help_with(entity)
    record = offered.filter(pk=record_id).first() if record_id else None
    kind = RecordType.objects.filter(code=record_type, family=RecordType.Family.PUBLIC).first()
    return record, kind


@transaction.atomic
def end_leave(*, by, entity: Entity, leave_id: int) -> Leave:
    """End a leave: from now on the association neither acts in the cases nor reads them. Drafts stay with the entity.

    Raises:
        Missing: the entity gave no such leave, or the user does not act for it.
        WrongState: it is over or ended already.
    """
    if not policies.may_give_leave(by, entity):
        raise Missing
    leave = selectors.leaves_of(entity).select_for_update(of=("self",)).filter(pk=leave_id).first()
    if leave is None:
        raise Missing
    if not leave.is_good:
        raise WrongState(_("This leave is over already."))
    leave.revoked_at = timezone.now()
    leave.save(update_fields=("revoked_at",))
    audit.record(actor=by, verb="helping.leave.ended", target=leave, entity=entity.credit_code)
    _tell("helping.ended", leave)
    return leave


def _tell(kind: str, leave: Leave) -> None:
    feedback.notify(
        kind=kind,
        params={
            "entity": feedback.both_names(leave.entity),
            "scope": feedback.both_names(leave.record_type) if leave.record_type else leave.scope,
            "until": leave.expires_on.isoformat(),
        },
        url=reverse("helping:asked"),
        body=who_answers_for(leave.member.association.body),
    )


@transaction.atomic
def hand_over(*, by, number: str) -> Case:
    """Ask the entity to read the draft and to sign its commitment letter.

    Raises:
        Missing: there is no such case for this user, or none in which they help.
        WrongState: it is filed or signed already.
        InvalidInput: all else that the application lacks.
    """
    case = selectors.helped_case(user=by, number=number)
    if case.state != Case.State.DRAFT or case.commitment_signed_at:
        raise WrongState(_("This application is signed or filed already."))
    lacks = {field: said for field, said in cases.missing_in(case).items() if field != "signature"}
    if lacks:
        raise InvalidInput(lacks)
    using.note(by=by, case=case, deed=Use.Deed.HANDED_OVER)
    return case
