"""What a case tells to whom: sentences, and for each step those who have to hear of it.

The applicant hears through the entity's inbox, and so does every other person who acts for the entity now;
someone whose authority ended hears nothing more.
"""

from collections.abc import Callable

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _, gettext_noop

from entities.models import Membership, SubmittingBody
from entities.policies import who_answers_for
from entities.services import feedback
from repair import policies, sectors
from repair.models import Case, CaseClock
from repair.sections import selectors as sections
from repair.workflow import Action

WORDS_IN_NOTICE = 300

TEMPLATES = {
    "repair.filed": gettext_noop(
        "%(entity)s asks for the repair of %(record)s (%(number)s). Decide by %(due)s."
    ),
    "repair.received": gettext_noop(
        "Your application %(number)s for the repair of %(record)s is with %(body)s. You have the result by %(result)s."
    ),
    "repair.withdrawn": gettext_noop(
        "%(entity)s withdrew the application %(number)s for the repair of %(record)s."
    ),
    "repair.material_asked": gettext_noop(
        "%(body)s asks for material in %(number)s: %(words)s The clock waits for you until %(due)s."
    ),
    "repair.material_supplied": gettext_noop("%(entity)s answered in %(number)s. Decide by %(due)s."),
    "repair.taken_up_again": gettext_noop(
        "%(body)s goes on with %(number)s without the material that it asked for."
    ),
    "repair.extended": gettext_noop("%(body)s extended the time for %(number)s until %(due)s: %(words)s"),
    "repair.objection_filed": gettext_noop(
        "%(entity)s objects to %(record)s (%(number)s): %(words)s Decide by %(due)s."
    ),
    "repair.objection_received": gettext_noop(
        "Your objection %(number)s to %(record)s is with %(body)s, and the record is marked. Decision by %(due)s."
    ),
    "repair.compared_same": gettext_noop(
        "What is shown of %(record)s was compared with what %(body)s sent: they are the same. %(body)s answers your"
        " objection %(number)s."
    ),
    "repair.compared_entered": gettext_noop(
        "%(record)s is shown as %(body)s entered it here, sent it by its system or corrected it; behind it lies no row of a"
        " file to compare it with. %(body)s answers your objection %(number)s."
    ),
    "repair.compared_differs": gettext_noop(
        "What is shown of %(record)s of %(entity)s differs from what %(body)s sent, in: %(words)s. The lead office is told"
        " so too, and %(body)s decides on the objection %(number)s."
    ),
    "repair.objection_withdrawn": gettext_noop("%(entity)s withdrew its objection %(number)s to %(record)s."),
    "repair.objection_corrected": gettext_noop(
        "The objection %(number)s to %(record)s of %(entity)s is upheld and the record corrected. Reasons: %(words)s"
    ),
    "repair.objection_ended": gettext_noop(
        "The objection %(number)s to %(record)s of %(entity)s is upheld and the record taken back. Reasons: %(words)s"
    ),
    "repair.objection_dismissed": gettext_noop(
        "The objection %(number)s to %(record)s of %(entity)s is dismissed. Reasons: %(words)s"
    ),
    "repair.objection_settled": gettext_noop(
        "The objection %(number)s is settled: the record %(record)s of %(entity)s has ended."
    ),
    "repair.basis_filed": gettext_noop(
        "%(filer)s tells that the basis of %(record)s of %(entity)s has fallen (%(number)s). Decide by %(due)s."
    ),
    "repair.basis_received": gettext_noop(
        "That the basis of %(record)s has fallen is with %(body)s (%(number)s). Decision by %(due)s."
    ),
    "repair.basis_withdrawn": gettext_noop(
        "What was filed on the basis of %(record)s of %(entity)s is withdrawn (%(number)s)."
    ),
    "repair.removed": gettext_noop(
        "The basis of %(record)s of %(entity)s has fallen (%(number)s): the record is taken out, also of what others"
        " could read of the past, and counts in no grade. Reasons: %(words)s"
    ),
    "repair.kept": gettext_noop("%(record)s of %(entity)s is left as it is (%(number)s). Reasons: %(words)s"),
    "repair.basis_settled": gettext_noop(
        "%(number)s is settled: the record %(record)s of %(entity)s is taken out already."
    ),
    "repair.appeal_upheld_objection": gettext_noop(
        "The lead office upheld the appeal in %(number)s: the record %(record)s of %(entity)s is taken back."
        " Reasons: %(words)s"
    ),
    "repair.remitted": gettext_noop(
        "The lead office upheld the appeal in %(number)s (%(entity)s, %(record)s) and sends the case back to %(body)s,"
        " which corrects the record by %(due)s: %(words)s"
    ),
    "repair.to_decide": gettext_noop(
        "A decision on %(number)s (%(entity)s, %(record)s) is proposed and waits for you. Decide by %(due)s."
    ),
    "repair.nobody_may_decide": gettext_noop(
        "In %(body)s nobody may decide %(number)s: every supervisor had a hand in the record or proposed the"
        " decision. Another one has to be appointed."
    ),
    "repair.sent_back": gettext_noop("%(number)s was sent back to the clerks: %(words)s"),
    "repair.granted": gettext_noop(
        "The repair of %(record)s is granted (%(number)s): the record of %(entity)s is no longer public, shared or"
        " counted in ratings. Reasons: %(words)s"
    ),
    "repair.points_given": gettext_noop(
        "The repair of %(record)s of %(entity)s is granted (%(number)s): the record now says when it was corrected, and"
        " points come back by it. Reasons: %(words)s"
    ),
    "repair.refused": gettext_noop(
        "The repair of %(record)s of %(entity)s is refused (%(number)s). Reasons: %(words)s"
    ),
    "repair.appealed": gettext_noop(
        "%(entity)s appeals against the decision of %(body)s in %(number)s. Decide by %(due)s."
    ),
    "repair.appeal_withdrawn": gettext_noop("%(entity)s withdrew its appeal in %(number)s."),
    "repair.appeal_upheld": gettext_noop(
        "The lead office upheld the appeal in %(number)s and granted the repair of %(record)s of %(entity)s: the record"
        " is no longer public, shared or counted in ratings. Reasons: %(words)s"
    ),
    "repair.appeal_upheld_points": gettext_noop(
        "The lead office upheld the appeal in %(number)s and granted the repair of %(record)s of %(entity)s: the record"
        " now says when it was corrected, and points come back by it. Reasons: %(words)s"
    ),
    "repair.appeal_dismissed": gettext_noop(
        "The lead office dismissed the appeal of %(entity)s in %(number)s. Reasons: %(words)s"
    ),
    "repair.settled": gettext_noop(
        "The case %(number)s is settled: the record %(record)s of %(entity)s has ended, so nothing is left to repair."
    ),
    "repair.record_withdrawn": gettext_noop(
        "%(body)s withdrew the record %(record)s of %(entity)s while %(number)s was open, which ends with it. It is no"
        " longer public, shared or counted in ratings. Reasons: %(words)s"
    ),
    "repair.due_soon": gettext_noop("%(number)s (%(entity)s) has to be decided by %(due)s."),
    "repair.answer_due_soon": gettext_noop("%(body)s waits for your material in %(number)s until %(due)s."),
    "repair.overdue": gettext_noop(
        "%(number)s (%(entity)s, %(body)s) is overdue: it had to be decided by %(due)s."
    ),
    "repair.result_overdue": gettext_noop(
        "%(entity)s should have had the result of %(number)s from %(body)s by %(due)s."
    ),
    "repair.answer_overdue": gettext_noop(
        "The material for %(number)s did not come by %(due)s. You may go on without it."
    ),
    "repair.lent": gettext_noop("You may read the case %(number)s (%(entity)s, %(body)s)."),
}

#: What a step was, told after the name of whoever took it.
DEEDS = {
    Action.SUBMIT: _("filed the application"),
    Action.WITHDRAW: _("withdrew the application"),
    Action.ASK_MATERIAL: _("asked for material"),
    Action.SUPPLY_MATERIAL: _("answered the request for material"),
    Action.TAKE_UP_AGAIN: _("went on without the material"),
    Action.PROPOSE_GRANT: _("proposed to grant the repair"),
    Action.PROPOSE_REFUSE: _("proposed to refuse the repair"),
    Action.SEND_BACK: _("sent the case back to the clerks"),
    Action.GRANT: _("granted the repair"),
    Action.REFUSE: _("refused the repair"),
    Action.APPEAL: _("appealed to the lead office"),
    Action.WITHDRAW_APPEAL: _("withdrew the appeal"),
    Action.UPHOLD_APPEAL: _("upheld the appeal"),
    Action.REMIT: _("upheld the appeal and sent the case back to be corrected"),
    Action.PROPOSE_REMOVE: _("proposed to remove the record"),
    Action.PROPOSE_KEEP: _("proposed to leave the record as it is"),
    Action.REMOVE: _("removed the record"),
    Action.KEEP: _("left the record as it is"),
    Action.DISMISS_APPEAL: _("dismissed the appeal"),
    Action.EXTEND: _("extended the time"),
    Action.PROPOSE_CORRECT: _("proposed to correct the record"),
    Action.PROPOSE_END: _("proposed to take the record back"),
    Action.PROPOSE_DISMISS: _("proposed to dismiss the objection"),
    Action.UPHOLD: _("upheld the objection"),
    Action.DISMISS: _("dismissed the objection"),
    Action.NOTE: _("wrote an internal note"),
    Action.OPINION: _("gave an opinion"),
    Action.SETTLE: _("settled the case, because the record has ended"),
    Action.END_WITH_RECORD: _("withdrew the record, which ends the case"),
    "record_corrected": _("took the corrected record into the case"),
    "compared_same": _("compared what is shown with what was sent and found them the same"),
    "compared_entered": _("found no row of a file behind what is shown to compare it with"),
    "compared_differs": _("compared what is shown with what was sent and found that they differ"),
    "closed": _("closed the case: every place has confirmed"),
    "escalated": _("told the superiors that the time for a step is over"),
}


#: Deeds that are called otherwise in a case that is no application.
DEEDS_OF_KIND: dict[tuple[str, str], str | Promise] = {
    (Case.Kind.OBJECTION, Action.SUBMIT): _("filed the objection"),
    (Case.Kind.OBJECTION, Action.WITHDRAW): _("withdrew the objection"),
    (Case.Kind.BASIS, Action.SUBMIT): _("filed that the basis has fallen"),
    (Case.Kind.BASIS, Action.WITHDRAW): _("withdrew what was filed"),
}


def did(action: str, kind: str) -> str:
    """The deed of a case of that kind in the reader's language, to be read after a name."""
    return str(DEEDS_OF_KIND.get((kind, action), DEEDS[action]))


def register() -> None:
    for kind, template in TEMPLATES.items():
        feedback.register_notice(kind, template, urgent=True)


def _params(case: Case, words: str = "") -> dict:
    return {
        "number": case.number,
        "entity": feedback.both_names(case.entity),
        "body": feedback.both_names(case.deciding_body),
        "record": case.record.document_number,
        "due": case.due_on.isoformat() if case.due_on else "",
        "words": _in_one_line(words),
    }


def _in_one_line(words: str) -> str:
    """The beginning of a text, for a sentence that may become the subject of an e-mail; the case page has all of it."""
    return Truncator(" ".join(words.split())).chars(WORDS_IN_NOTICE)


def _url(case: Case) -> str:
    return reverse("repair:case-detail", args=(case.number,))


def _tell_body(kind: str, case: Case, words: str = "", **more) -> None:
    """The body that decides; the inbox of one that is gone is read by its successor."""
    feedback.notify(kind=kind, params=_params(case, words) | more, url=_url(case), body=case.deciding_body)


def _tell_entity(kind: str, case: Case, words: str = "", **more) -> None:
    feedback.notify(kind=kind, params=_params(case, words) | more, url=_url(case), entity=case.entity)


def lead_offices() -> list[SubmittingBody]:
    """The lead office; more than one only where a city has set it up so."""
    return list(SubmittingBody.objects.filter(kind=SubmittingBody.Kind.LEAD_OFFICE, is_active=True))


def _tell_lead(kind: str, case: Case, **more) -> list[str]:
    """To the inbox of the lead office; gives its name."""
    offices = lead_offices()
    for office in offices:
        feedback.notify(kind=kind, params=_params(case) | more, url=_url(case), body=office)
    return [office.name_zh for office in offices]


def _tell_above(kind: str, case: Case, **more) -> list[str]:
    """To the lead office, or within the association where the record is its own; gives the name of who was told."""
    if not case.is_of_market_information:
        return _tell_lead(kind, case, **more)
    _tell_body(kind, case, **more)
    return [case.deciding_body.name_zh]


def _filed(case: Case, words: str) -> None:
    if case.kind == Case.Kind.BASIS:
        filer = case.deciding_body if case.filed_by_body else case.entity
        _tell_body("repair.basis_filed", case, filer=feedback.both_names(filer))
        _tell_entity("repair.basis_received", case)
        return
    if case.kind == Case.Kind.OBJECTION:
        _tell_body("repair.objection_filed", case, case.statement)
        if case.joint_id is None:  # The entity is told once for all that it filed together.
            _tell_entity("repair.objection_received", case)
        return
    _tell_body("repair.filed", case)
    if case.joint_id is not None:
        return
    result = case.clocks.get(kind=CaseClock.Kind.RESULT, stopped_on=None)
    _tell_entity("repair.received", case, result=result.due_on.isoformat())


def _withdrawn(case: Case, words: str) -> None:
    if case.submitted_at is not None:
        kinds = {
            Case.Kind.OBJECTION: "repair.objection_withdrawn",
            Case.Kind.BASIS: "repair.basis_withdrawn",
        }
        _tell_body(kinds.get(Case.Kind(case.kind), "repair.withdrawn"), case)
        if case.filed_by_body:
            _tell_entity("repair.basis_withdrawn", case)


def _material_asked(case: Case, words: str) -> None:
    _tell_entity("repair.material_asked", case, words)


def _material_supplied(case: Case, words: str) -> None:
    _tell_body("repair.material_supplied", case)


def _taken_up_again(case: Case, words: str) -> None:
    _tell_entity("repair.taken_up_again", case)


def _extended(case: Case, words: str) -> None:
    _tell_entity("repair.extended", case, words)
    _tell_body("repair.extended", case, words)


def _sent_back(case: Case, words: str) -> None:
    _tell_body("repair.sent_back", case, words)


def _to_decide(case: Case, words: str) -> None:
    """To those who may, by name; to the lead office when the department has nobody left who is independent."""
    people = policies.supervisors_who_may_decide(case)
    for person in people:
        feedback.notify(kind="repair.to_decide", params=_params(case), url=_url(case), user=person)
    if not people:
        _tell_above("repair.nobody_may_decide", case)
        if not case.is_of_market_information:
            _tell_body("repair.nobody_may_decide", case)


def _granted(case: Case, words: str) -> None:
    kind = "repair.points_given" if sectors.gives_points_back(case) else "repair.granted"
    _tell_body(kind, case, words)
    _tell_entity(kind, case, words)


def _refused(case: Case, words: str) -> None:
    _tell_body("repair.refused", case, words)
    _tell_entity("repair.refused", case, words)


def _appealed(case: Case, words: str) -> None:
    _tell_lead("repair.appealed", case)
    _tell_body("repair.appealed", case)


def _appeal_withdrawn(case: Case, words: str) -> None:
    _tell_lead("repair.appeal_withdrawn", case)
    _tell_body("repair.appeal_withdrawn", case)


def _appeal_upheld(case: Case, words: str) -> None:
    kinds = {
        Case.Kind.OBJECTION: "repair.appeal_upheld_objection",
        Case.Kind.BASIS: "repair.removed",
    }
    kind = kinds.get(Case.Kind(case.kind), "repair.appeal_upheld")
    if sectors.gives_points_back(case):
        kind = "repair.appeal_upheld_points"
    _tell_body(kind, case, words)
    _tell_entity(kind, case, words)


def _remitted(case: Case, words: str) -> None:
    _tell_body("repair.remitted", case, words)
    _tell_entity("repair.remitted", case, words)


def _removed(case: Case, words: str) -> None:
    _tell_body("repair.removed", case, words)
    _tell_entity("repair.removed", case, words)


def _kept(case: Case, words: str) -> None:
    _tell_body("repair.kept", case, words)
    _tell_entity("repair.kept", case, words)


def _appeal_dismissed(case: Case, words: str) -> None:
    _tell_body("repair.appeal_dismissed", case, words)
    _tell_entity("repair.appeal_dismissed", case, words)


def _upheld(case: Case, words: str) -> None:
    corrects = case.proposal == Case.Proposal.CORRECT
    kind = "repair.objection_corrected" if corrects else "repair.objection_ended"
    _tell_body(kind, case, words)
    _tell_entity(kind, case, words)


def _dismissed(case: Case, words: str) -> None:
    _tell_body("repair.objection_dismissed", case, words)
    _tell_entity("repair.objection_dismissed", case, words)


def _settled(case: Case, words: str) -> None:
    kinds = {Case.Kind.OBJECTION: "repair.objection_settled", Case.Kind.BASIS: "repair.basis_settled"}
    kind = kinds.get(Case.Kind(case.kind), "repair.settled")
    if case.submitted_at is not None:
        _tell_body(kind, case)
    _tell_entity(kind, case)


def _record_withdrawn(case: Case, words: str) -> None:
    _tell_body("repair.record_withdrawn", case, words)
    _tell_entity("repair.record_withdrawn", case, words)
    if case.appealed_at is not None:
        _tell_lead("repair.record_withdrawn", case, words=_in_one_line(words))


#: Who hears of a step, in the transaction of the step.
OF_ACTION: dict[Action, Callable[[Case, str], None]] = {
    Action.SUBMIT: _filed,
    Action.WITHDRAW: _withdrawn,
    Action.ASK_MATERIAL: _material_asked,
    Action.SUPPLY_MATERIAL: _material_supplied,
    Action.TAKE_UP_AGAIN: _taken_up_again,
    Action.PROPOSE_GRANT: _to_decide,
    Action.PROPOSE_REFUSE: _to_decide,
    Action.PROPOSE_CORRECT: _to_decide,
    Action.PROPOSE_END: _to_decide,
    Action.PROPOSE_DISMISS: _to_decide,
    Action.UPHOLD: _upheld,
    Action.DISMISS: _dismissed,
    Action.PROPOSE_REMOVE: _to_decide,
    Action.PROPOSE_KEEP: _to_decide,
    Action.REMOVE: _removed,
    Action.KEEP: _kept,
    Action.REMIT: _remitted,
    Action.SEND_BACK: _sent_back,
    Action.EXTEND: _extended,
    Action.GRANT: _granted,
    Action.REFUSE: _refused,
    Action.APPEAL: _appealed,
    Action.WITHDRAW_APPEAL: _appeal_withdrawn,
    Action.UPHOLD_APPEAL: _appeal_upheld,
    Action.DISMISS_APPEAL: _appeal_dismissed,
    Action.SETTLE: _settled,
    Action.END_WITH_RECORD: _record_withdrawn,
}


def compared(case: Case, found: str, words: str) -> None:
    """What the platform's own check of an objection found: to the applicant, and to the lead office where it has to act."""
    kind = f"repair.{found}"
    _tell_entity(kind, case, words)
    if found == "compared_differs":
        _tell_lead(kind, case, words=_in_one_line(words))


def due_soon(clock: CaseClock) -> None:
    """Remind whoever has to act; the clock of the whole is silent where the department has a clock of its own inside it."""
    case, due = clock.case, clock.due_on.isoformat()
    match clock.kind:
        case CaseClock.Kind.DECISION | CaseClock.Kind.WITHDRAWAL:
            _remind_department(case, due)
        case CaseClock.Kind.RESULT if _is_the_departments(clock):
            _remind_department(case, due)
        case CaseClock.Kind.ANSWER:
            _tell_entity("repair.answer_due_soon", case, due=due)
        case CaseClock.Kind.APPEAL:
            _tell_lead("repair.due_soon", case, due=due)


def _is_the_departments(clock: CaseClock) -> bool:
    """Whether the clock of the whole is the one that the department has to keep: some regulations set no other."""
    own = (CaseClock.Kind.DECISION, CaseClock.Kind.WITHDRAWAL)
    return not clock.case.clocks.filter(kind__in=own, stopped_on=None).exists()


def _remind_department(case: Case, due: str) -> None:
    """To the people of the section in which the case lies, by name; to the whole body where it lies in none."""
    routing = sections.routing_of(case)
    people = sections.people_in(routing.section) if routing and routing.section else []
    _tell_people("repair.due_soon", case, people, due=due)
    if not people:
        _tell_body("repair.due_soon", case, due=due)


def _tell_people(kind: str, case: Case, people: list, **more) -> None:
    for person in people:
        feedback.notify(kind=kind, params=_params(case) | more, url=_url(case), user=person)


def _supervisors_over(case: Case) -> list:
    """The named superior of the section in which the case lies; otherwise all supervisors of the department."""
    routing = sections.routing_of(case)
    superior = sections.superior_of(routing.section) if routing and routing.section else None
    if superior is not None:
        return [superior]
    members = who_answers_for(case.deciding_body).memberships.filter(
        role=Membership.Role.SUPERVISOR, user__is_active=True
    )
    return [member.user for member in members.select_related("user").order_by("user")]


def overdue(clock: CaseClock) -> list[str]:
    """Tell whoever stands above the one who is late; who was told, by name.

    Of a decision that is the superior of the section in which the case lies, or the supervisors of the department or of
    its successor; where it has none, the lead office beside the department, and always the lead office when the
    applicant still waits for the result or the appeal. Where the clock of the whole is all that the department has to
    keep, its superiors hear of that one.
    """
    case, due = clock.case, clock.due_on.isoformat()
    match clock.kind:
        case CaseClock.Kind.ANSWER:
            _tell_body("repair.answer_overdue", case, due=due)
            return []
        case CaseClock.Kind.RESULT:
            told = _tell_above("repair.result_overdue", case, due=due)
            return told + _tell_superiors(case, due) if _is_the_departments(clock) else told
        case CaseClock.Kind.APPEAL:
            return _tell_lead("repair.overdue", case, due=due)
    return _tell_superiors(case, due)


def _tell_superiors(case: Case, due: str) -> list[str]:
    supervisors = _supervisors_over(case)
    _tell_people("repair.overdue", case, supervisors, due=due)
    if supervisors:
        return [str(person) for person in supervisors]
    if not case.is_of_market_information:
        _tell_body("repair.overdue", case, due=due)
    return _tell_above("repair.overdue", case, due=due)


def lent(case: Case, reader) -> None:
    feedback.notify(kind="repair.lent", params=_params(case), url=_url(case), user=reader)
