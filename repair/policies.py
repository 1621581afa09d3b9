"""Who may see and move cases: the only place that says so; who is independent of one, `repair.independence` says.

Imports no models of this app, so that the models' own querysets can ask it. A refusal to decide names who may instead.
"""

from collections.abc import Callable, Iterable

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from guardian.shortcuts import get_users_with_perms

from credit_platform.common.decisions import ALLOW, Decision, deny
from credit_platform.ui.formats import listed
from entities.policies import (
    CLERK,
    LEAD,
    OFFICER,
    REVIEWER,
    SUPERVISOR,
    bodies_of,
    entities_of,
    is_lead,
    is_official,
    may_correct,
    on_no_side_of_ones_own,
    who_answers_for,
)
from repair.helping.policies import may_help
from repair.independence import not_independent, why_not_independent

NOBODY = Q(pk__in=())
#: Who works on cases in a department, or in an association on those about its own records.
HANDLING = frozenset({CLERK, REVIEWER, SUPERVISOR, OFFICER})
#: What the lead office has to do with: what associations record of their members stays between the two.
PUBLIC_INFORMATION = Q(record__record_type__family="public")


def cases_visible_to(user) -> Q:
    """The entity's own; what was filed with the reader's body, or with any department for the lead office; what was lent.

    A draft belongs to the entity alone, and so does one that was thrown away before it was filed; but by its
    leave its association reads and writes it too.
    """
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    filed = Q(submitted_at__isnull=False) | Q(filed_by_body=True)
    seen = Q(entity__in=entities_of(user)) | (Q(deciding_body__in=bodies_of(user, HANDLING)) & filed)
    if is_official(user):  # Whoever has left their office no longer reads what was lent to them there.
        seen |= Q(pk__in=lent_to(user)) & filed
    seen |= cases_helped_with(user)
    return seen | (filed & PUBLIC_INFORMATION) if is_lead(user) else seen


def cases_helped_with(user) -> Q:
    """The cases that the user took up for a member of the association, by a leave that holds today."""
    if not may_help(user):
        return NOBODY
    leaves = apps.get_model("helping", "Leave").objects.held_by(user)
    uses = apps.get_model("helping", "Use").objects.filter(leave__in=leaves)
    return Q(pk__in=uses.values("case"))


def helps_in(user, case) -> bool:
    """Whether the user acts in the case by the leave of its entity."""
    return may_help(user) and type(case).objects.filter(cases_helped_with(user), pk=case.pk).exists()


def filings_visible_to(user) -> Q:
    """A joint filing, to whoever sees one of its cases; what it shows of the others is another question."""
    cases = apps.get_model("repair", "Case").objects.visible_to(user)
    return Q(Exists(cases.filter(joint=OuterRef("pk"))))


def lent_to(user) -> frozenset[int]:
    """The keys of the cases that are lent to the user by name, read once for each user object.

    Read apart from the cases, so that the query for a list can use their indexes.
    """
    if not hasattr(user, "_lent_case_ids"):
        lent = user.userobjectpermission_set.filter(
            permission__codename="lent_case", permission__content_type__app_label="repair"
        )
        user._lent_case_ids = frozenset(int(key) for key in lent.values_list("object_pk", flat=True))
    return user._lent_case_ids


def forget_lent(user) -> None:
    """To be called when a case is lent to this user object or taken back."""
    user.__dict__.pop("_lent_case_ids", None)


def cases_waiting_for(user, today) -> Q:
    """The cases in which it is this user's turn: to be put before `visible_to`, not instead of it.

    A clerk or reviewer prepares, a supervisor decides what was proposed by somebody else, the lead office hears
    appeals, and the applicant finishes a draft or sends what was asked for.
    """
    mine = entities_of(user)
    prepares, decides = bodies_of(user, HANDLING - {SUPERVISOR}), bodies_of(user, {SUPERVISOR})
    no_answer = Q(state="more_material", due_on__lt=today)
    answers = Q(entity__in=mine, state__in=("draft", "more_material"), filed_by_body=False)
    turn = answers
    asked_itself = Q(state="more_material", filed_by_body=True)
    turn |= Q(deciding_body__in=prepares) & (Q(state="submitted") | no_answer | asked_itself)
    turn |= Q(deciding_body__in=decides, state="proposed") & ~not_independent(user)
    turn |= cases_helped_with(user) & Q(state__in=("draft", "more_material"))
    if is_lead(user):
        turn |= Q(state="appealed") & ~not_independent(user)
    return turn & (answers | ~Q(entity__in=mine))


def sees_internal_notes(user, case) -> bool:
    """Officials who deal with the case read the notes and proposals in it; whoever acts for the entity does not."""
    if case.entity_id in entities_of(user):
        return False
    of_the_lead_office = is_lead(user) and not case.is_of_market_information
    return of_the_lead_office or case.deciding_body_id in bodies_of(user, HANDLING)


def works_on_cases(user) -> bool:
    """Whether the user deals with the cases of others: in a department, an association or the lead office."""
    return bool(bodies_of(user, HANDLING)) or is_lead(user)


def applies_for_entities(user) -> bool:
    """Whether the user acts for an entity, and so may have cases of its own."""
    return bool(entities_of(user))


def has_cases(user) -> bool:
    """Whether the cases page is of use to this user at all."""
    return works_on_cases(user) or applies_for_entities(user)


def may_open(user, record) -> Decision:
    """May ask for something about a record: only who acts for the entity that it is about."""
    if record.entity_id not in entities_of(user):
        return deny(_("You do not act for %(entity)s.") % {"entity": record.entity})
    return ALLOW


def may_open_repair(user, record) -> Decision:
    """May ask for the repair of a record: who acts for its entity, or its association by leave."""
    if may_help(user):
        leaves = apps.get_model("helping", "Leave").objects.held_by(user)
        if leaves.covering(record).exists():
            return ALLOW
    return may_open(user, record)


def may_prepare(user, case) -> Decision:
    """Writes, files and answers in a repair: who acts for the entity, or its association by leave."""
    if helps_in(user, case):
        return ALLOW
    return is_applicant(user, case)


def is_applicant(user, case) -> Decision:
    if case.entity_id not in entities_of(user):
        return deny(_("Only someone who acts for %(entity)s takes this step.") % {"entity": case.entity})
    return ALLOW


def may_file_basis(user, record) -> Decision:
    """Tells that the basis of a record has fallen: who acts for its entity, and who works in its department."""
    if record.entity_id in entities_of(user):
        return ALLOW
    if who_answers_for(record.submitted_by).pk in bodies_of(user, HANDLING):
        return ALLOW
    return deny(
        _("Only %(entity)s or %(body)s, which answers for the record, files this.")
        % {"entity": record.entity, "body": who_answers_for(record.submitted_by)}
    )


def is_filer(user, case) -> Decision:
    """Whoever stands on the side that filed the case: the department, where it filed it itself, or the entity."""
    return may_handle(user, case) if case.filed_by_body else is_applicant(user, case)


def may_handle(user, case) -> Decision:
    """Works on the case in the department that answers for the record."""
    if case.deciding_body_id not in bodies_of(user, HANDLING):
        return deny(
            _("Only %(body)s, which answers for the record, takes this step.") % {"body": case.deciding_body}
        )
    return on_no_side_of_ones_own(user, case)


def may_write_correction(user, case) -> Decision:
    """Writes what the record is to say: who enters records for the department, so that a supervisor can review it."""
    handling = may_handle(user, case)
    if not handling:
        return handling
    return may_correct(user, case.record)


def may_decide(user, case) -> Decision:
    """A supervisor of the department who had no hand in the record and did not propose the decision."""
    if case.deciding_body_id not in bodies_of(user, {SUPERVISOR}):
        return deny(
            _("Only a supervisor of %(body)s decides this case.") % {"body": case.deciding_body}
            + who_may(supervisors_who_may_decide(case))
        )
    own_side = on_no_side_of_ones_own(user, case)
    if not own_side:
        return own_side
    why_not = why_not_independent(user.pk, case)
    return deny(why_not + who_may(supervisors_who_may_decide(case))) if why_not else ALLOW


def may_decide_appeal(user, case) -> Decision:
    """The lead office, by someone who had no part in what is appealed against."""
    if not is_lead(user):
        return deny(_("Only the lead office decides an appeal."))
    own_side = on_no_side_of_ones_own(user, case)
    if not own_side:
        return own_side
    why_not = why_not_independent(user.pk, case)
    return deny(why_not + who_may(leads_who_may_decide(case))) if why_not else ALLOW


def may_note(user, case) -> Decision:
    """Officials who deal with the case write notes for each other."""
    if not sees_internal_notes(user, case):
        return deny(_("Only those who deal with the case write notes in it."))
    return ALLOW


def may_extend(user, case) -> Decision:
    """Lengthens a clock: a supervisor of the department, with reasons."""
    if case.deciding_body_id not in bodies_of(user, {SUPERVISOR}):
        return deny(
            _("Only a supervisor of %(body)s extends the time for this case.") % {"body": case.deciding_body}
        )
    return on_no_side_of_ones_own(user, case)


def clock_to_extend(clocks: Iterable):
    """The one among the running clocks of a case that its rule lets a supervisor lengthen, and that none has yet."""
    return next(
        (
            clock
            for clock in clocks
            if clock.stopped_on is None and clock.may_extend_by and clock.extended_by_id is None
        ),
        None,
    )


def may_read_rules(user) -> Decision:
    """Reads the table of terms with its sources: whoever works on cases."""
    if not works_on_cases(user):
        return deny(_("These tables are for those who work on cases."))
    return ALLOW


def may_choose_profile(user) -> Decision:
    """Says which local regulation the city follows: the lead office."""
    if not is_lead(user):
        return deny(_("Only the lead office chooses the regulation that the city follows."))
    return ALLOW


def may_lend(user, case) -> Decision:
    """Lets one more person read the case: a supervisor of the department, or the lead office."""
    if case.deciding_body_id not in bodies_of(user, {SUPERVISOR}) and not is_lead(user):
        return deny(_("Only a supervisor of %(body)s lends this case.") % {"body": case.deciding_body})
    return on_no_side_of_ones_own(user, case)


def may_be_lent(reader) -> Decision:
    """Reads a case by loan: an official, for others have no business with what a department is told in confidence."""
    if not is_official(reader):
        return deny(
            _("%(name)s works in no department; a case is lent to officials only.") % {"name": reader}
        )
    return ALLOW


def readers_of(case) -> list:
    """The people to whom the case is lent by name."""
    return list(get_users_with_perms(case, only_with_perms_in=["lent_case"], with_group_users=False))


def only_the_platform(user, case) -> Decision:
    """A step that follows from the registry and that nobody takes by hand."""
    return deny(_("The platform takes this step by itself when the record ends."))


def who_withdraws_the_record(user, case) -> Decision:
    """A step that follows from the registry: its department withdraws the record there (`may_withdraw_record`)."""
    return deny(
        _("This step follows by itself when %(body)s withdraws the record.") % {"body": case.deciding_body}
    )


def may_withdraw_record(user, record) -> Decision:
    """While a case about it is open, whoever withdraws a record decides the case, and is as independent as one who does.

    Where its basis is said to have fallen, nobody: there the record goes out of the past too, which the decision does.
    """
    related = ("record__record_type", "record__submission", "entity", "deciding_body")
    for case in _filed_about(record).select_related(*related).order_by("pk"):
        if case.kind == "basis":
            return _decided_there(case)
        decision = may_decide(user, case)
        if not decision:
            said = _("%(number)s about this record is open, and to withdraw the record decides it.") % {
                "number": case
            }
            return deny(f"{said} {decision.reason}")
    return ALLOW


def may_ask_for_withdrawal(user, record) -> Decision:
    """Whoever asks decides nothing, so a case keeps nobody off; but where nobody may agree, nobody need ask."""
    fallen = _filed_about(record).filter(kind="basis").order_by("pk").first()
    return _decided_there(fallen) if fallen else ALLOW


def _filed_about(record):
    """The open cases about a record that somebody has filed."""
    return (
        apps.get_model("repair", "Case").objects.open().filter(record=record.pk, submitted_at__isnull=False)
    )


def _decided_there(case) -> Decision:
    return deny(
        _(
            "%(number)s says that the basis of this record has fallen. Decide it there: so it is also taken out"
            " of what others read of the past."
        )
        % {"number": case}
    )


def supervisors_who_may_decide(case) -> list:
    """The supervisors of the department who are independent of this case."""
    return _independent(case, who_answers_for(case.deciding_body).memberships.filter(role=SUPERVISOR))


def leads_who_may_decide(case) -> list:
    """The people of the lead office who are independent of this case."""
    members = case.deciding_body.memberships.model.objects.filter(role=LEAD)
    return _independent(case, members)


def _independent(case, memberships) -> list:
    return independent(case.entity, memberships, lambda key: why_not_independent(key, case))


def independent(entity, memberships, why_not: Callable[[int], str]) -> list:
    """The active people of these memberships who stand on no side of the entity and whom nothing else keeps off."""
    people = {
        member.user_id: member.user for member in memberships.select_related("user").order_by("user_id")
    }
    own_side = set(entity.agents.filter(revoked_at=None).values_list("user_id", flat=True))
    return [
        user
        for user in people.values()
        if user.is_active and user.pk not in own_side and not why_not(user.pk)
    ]


def who_may(people: list) -> str:
    """What a refusal ends with: who may instead, by name."""
    if people:
        return " " + _("Who may: %(names)s.") % {"names": listed(people)}
    return " " + _("At present nobody may; another supervisor has to be appointed.")
