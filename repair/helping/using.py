"""What is noted when an officer acts in a case by the leave of its entity. Below the services of cases, which call it."""

from django.db.models import Q
from django.urls import reverse

from credit_platform.audit import services as audit
from entities.policies import entities_of
from entities.services import feedback
from repair.helping import policies
from repair.helping.models import Leave, Use
from repair.models import Case

Deed = Use.Deed


def leave_for(*, by, case: Case) -> Leave | None:
    """The leave by which the user acts in the case: of several the one that holds longest."""
    if not policies.may_help(by):
        return None
    # A correction may have taken the place of the record that the leave was given for.
    about = Q(pk__in=Leave.objects.covering(case.record).values("pk")) | Q(uses__case=case)
    leaves = Leave.objects.held_by(by).filter(about).select_related("member__association__body")
    return leaves.order_by("expires_on", "pk").last()


def note(*, by, case: Case, deed: Use.Deed) -> None:
    """Write down that the user did this in the case by a leave; nothing for who acts for the entity itself.

    That an officer takes up a case is noted once, and the entity is told.
    """
    if case.entity_id in entities_of(by):
        return
    leave = leave_for(by=by, case=case)
    if leave is None or (deed == Deed.BEGUN and leave.uses.filter(case=case, deed=deed).exists()):
        return
    Use.objects.create(leave=leave, case=case, deed=deed, actor=by)
    audit.record(actor=by, verb="helping.leave.used", target=leave, case=case.number, deed=deed.value)
    if deed in {Deed.BEGUN, Deed.HANDED_OVER}:
        kind = "helping.begun" if deed == Deed.BEGUN else "helping.to-sign"
        feedback.notify(
            kind=kind,
            params={
                "association": feedback.both_names(leave.member.association.body),
                "number": case.number,
            },
            url=reverse("repair:case-detail", args=(case.number,)),
            entity=case.entity,
        )


def tell_signed(case: Case) -> None:
    """Let the associations that help in the case know that it can be filed."""
    leaves = Leave.objects.filter(uses__case=case).select_related("member__association__body").distinct()
    bodies = {leave.member.association.body for leave in leaves if leave.is_good}
    for body in bodies:
        feedback.notify(
            kind="helping.signed",
            params={"entity": feedback.both_names(case.entity), "number": case.number},
            url=reverse("repair:case-detail", args=(case.number,)),
            body=body,
        )
