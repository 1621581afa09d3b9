"""The moves of a case: one table, asked by the page, the API and the service alike.

What a move leads to besides (clocks, notices, the end of the record) stands in `repair.services`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from credit_platform.common.decisions import ALLOW, Decision
from credit_platform.common.errors import WrongState
from repair import policies, rules
from repair.models import Case

State = Case.State


class Action(TextChoices):
    SUBMIT = "submit", _("File the application")
    WITHDRAW = "withdraw", _("Withdraw the application")
    ASK_MATERIAL = "ask_material", _("Ask for material")
    SUPPLY_MATERIAL = "supply_material", _("Send what was asked for")
    TAKE_UP_AGAIN = "take_up_again", _("Go on without the material")
    PROPOSE_GRANT = "propose_grant", _("Propose to grant")
    PROPOSE_REFUSE = "propose_refuse", _("Propose to refuse")
    SEND_BACK = "send_back", _("Send back to the clerk")
    GRANT = "grant", _("Grant the repair")
    REFUSE = "refuse", _("Refuse the repair")
    APPEAL = "appeal", _("Appeal to the lead office")
    WITHDRAW_APPEAL = "withdraw_appeal", _("Withdraw the appeal")
    UPHOLD_APPEAL = "uphold_appeal", _("Uphold the appeal")
    DISMISS_APPEAL = "dismiss_appeal", _("Dismiss the appeal")
    PROPOSE_CORRECT = "propose_correct", _("Propose to correct the record")
    PROPOSE_END = "propose_end", _("Propose to take the record back")
    PROPOSE_DISMISS = "propose_dismiss", _("Propose to dismiss the objection")
    UPHOLD = "uphold", _("Uphold the objection as proposed")
    DISMISS = "dismiss", _("Dismiss the objection")
    PROPOSE_REMOVE = "propose_remove", _("Propose to remove the record")
    PROPOSE_KEEP = "propose_keep", _("Propose to leave the record as it is")
    REMOVE = "remove", _("Remove the record")
    KEEP = "keep", _("Leave the record as it is")
    REMIT = "remit", _("Uphold the appeal and have the record corrected")
    NOTE = "note", _("Write an internal note")
    OPINION = "opinion", _("Give an opinion")
    EXTEND = "extend", _("Extend the time")
    SETTLE = "settle", _("Settle: the record has ended")
    END_WITH_RECORD = "end_with_record", _("End: the record was withdrawn")


def at_any_time(case: Case, today: date) -> Decision:
    return ALLOW


@dataclass(frozen=True, slots=True)
class Move:
    """One step that can be taken.

    Args:
        who: the policy: may this user take it in this case.
        when: the rule of time: may it be taken on this day.
        needs_words: what to say to someone who left the text empty; empty where no text is needed.
        is_internal: neither its text nor that it was taken is shown to the applicant.
    """

    source: Any  # Of the states of what it moves: a case, or what is said to be missing.
    action: Any
    target: Any
    who: Callable[..., Decision]
    when: Callable[..., Decision] = at_any_time
    needs_words: str | Promise = ""
    is_internal: bool = False


WHAT_IS_MISSING = _("Say what is missing and why it is needed.")
REASONS = _("A decision needs its reasons; the applicant reads them.")
REASONS_PROPOSED = _("Give the reasons that the supervisor is to decide by.")
WHAT_TO_DO = _("Say what the clerk should look at again.")
WHY_APPEAL = _("Say why the decision is wrong.")
WHAT_TO_CORRECT = _("Say what the department is to correct; it reads this, and so does the applicant.")
WHY_LONGER = _("Say why the time does not suffice; the applicant reads it.")
WORDS = _("Write what you want to note.")
OPINION = _("Say what you think should be decided, and why.")
#: Said in a case without moving it: a page stays fresh whatever of these others write meanwhile.
SAID = frozenset({Action.NOTE, Action.OPINION})
ANSWER = _("Add a document, or say why you cannot.")

Table = dict[tuple[Case.State, Action], Move]


def _said_in(state: Case.State) -> tuple[Move, ...]:
    """What officials say to each other in a case: notes, and the opinions of the department and of the lead office."""
    return (
        Move(state, Action.NOTE, state, policies.may_note, needs_words=WORDS, is_internal=True),
        Move(state, Action.OPINION, state, policies.may_note, needs_words=OPINION, is_internal=True),
    )


def _common(
    applicant: Callable[..., Decision] = policies.is_applicant,
    answers: Callable[..., Decision] | None = None,
) -> tuple[Move, ...]:
    """What can be done in a case of every kind while a department has it.

    Args:
        applicant: who may withdraw.
        answers: who sends what the department asks for, where that is not the applicant alone.
    """
    return (
        Move(
            State.SUBMITTED,
            Action.ASK_MATERIAL,
            State.MORE_MATERIAL,
            policies.may_handle,
            needs_words=WHAT_IS_MISSING,
        ),
        Move(
            State.MORE_MATERIAL,
            Action.SUPPLY_MATERIAL,
            State.SUBMITTED,
            answers or applicant,
            needs_words=ANSWER,
        ),
        Move(
            State.MORE_MATERIAL,
            Action.TAKE_UP_AGAIN,
            State.SUBMITTED,
            policies.may_handle,
            when=rules.answer_is_overdue,
        ),
        Move(
            State.PROPOSED,
            Action.SEND_BACK,
            State.SUBMITTED,
            policies.may_decide,
            needs_words=WHAT_TO_DO,
            is_internal=True,
        ),
        *(
            Move(state, Action.EXTEND, state, policies.may_extend, rules.may_be_extended, WHY_LONGER)
            for state in (State.SUBMITTED, State.PROPOSED)
        ),
        *(
            move
            for state in (State.SUBMITTED, State.MORE_MATERIAL, State.PROPOSED)
            for move in _said_in(state)
        ),
        *(
            Move(state, Action.WITHDRAW, State.WITHDRAWN, applicant)
            for state in (State.SUBMITTED, State.MORE_MATERIAL, State.PROPOSED)
        ),
        *(
            Move(state, Action.SETTLE, State.SETTLED, policies.only_the_platform)
            for state in (State.SUBMITTED, State.MORE_MATERIAL, State.PROPOSED)
        ),
    )


def _record_withdrawn() -> tuple[Move, ...]:
    """Where a withdrawal of the record by its department ends the case.

    Not one about a fallen basis: there the record goes out of the past too, which only its decision does.
    """
    return tuple(
        Move(state, Action.END_WITH_RECORD, State.RECORD_WITHDRAWN, policies.who_withdraws_the_record)
        for state in (State.SUBMITTED, State.MORE_MATERIAL, State.PROPOSED, State.APPEALED)
    )


def _appeal(lost: Case.State, won: Case.State) -> tuple[Move, ...]:
    """The appeal to the lead office against a decision of the department, the same for a case of every kind.

    Args:
        lost: the decision that can be appealed against, and in which the case stands again when the appeal is
            withdrawn.
        won: what the case becomes when the appeal is upheld.
    """
    return (
        Move(
            lost,
            Action.APPEAL,
            State.APPEALED,
            policies.is_applicant,
            when=rules.may_still_appeal,
            needs_words=WHY_APPEAL,
        ),
        Move(State.APPEALED, Action.UPHOLD_APPEAL, won, policies.may_decide_appeal, needs_words=REASONS),
        Move(
            State.APPEALED,
            Action.DISMISS_APPEAL,
            State.APPEAL_DISMISSED,
            policies.may_decide_appeal,
            needs_words=REASONS,
        ),
        *_said_in(State.APPEALED),
        Move(State.APPEALED, Action.WITHDRAW_APPEAL, lost, policies.is_applicant),
        Move(State.APPEALED, Action.SETTLE, State.SETTLED, policies.only_the_platform),
    )


def _draft(files: Callable[..., Decision] = policies.is_applicant) -> tuple[Move, ...]:
    """What can be done with a draft, which only the entity sees, and who `files` for it."""
    return (
        Move(State.DRAFT, Action.SUBMIT, State.SUBMITTED, files),
        Move(State.DRAFT, Action.WITHDRAW, State.WITHDRAWN, policies.is_applicant),
        Move(State.DRAFT, Action.SETTLE, State.SETTLED, policies.only_the_platform),
    )


def _table(*moves: Move) -> Table:
    order = list(State)
    return {
        (move.source, move.action): move for move in sorted(moves, key=lambda move: order.index(move.source))
    }


MOVES: Table = _table(
    *_draft(policies.may_prepare),
    *(
        Move(
            State.SUBMITTED,
            action,
            State.PROPOSED,
            policies.may_handle,
            needs_words=REASONS_PROPOSED,
            is_internal=True,
        )
        for action in (Action.PROPOSE_GRANT, Action.PROPOSE_REFUSE)
    ),
    Move(State.PROPOSED, Action.GRANT, State.GRANTED, policies.may_decide, needs_words=REASONS),
    Move(State.PROPOSED, Action.REFUSE, State.REFUSED, policies.may_decide, needs_words=REASONS),
    *_common(answers=policies.may_prepare),
    *_record_withdrawn(),
    *_appeal(State.REFUSED, State.GRANTED),
)
OBJECTION_MOVES: Table = _table(
    *_draft(),
    *(
        Move(
            State.SUBMITTED,
            action,
            State.PROPOSED,
            who,
            needs_words=REASONS_PROPOSED,
            is_internal=True,
        )
        for action, who in (
            (Action.PROPOSE_CORRECT, policies.may_write_correction),
            (Action.PROPOSE_END, policies.may_handle),
            (Action.PROPOSE_DISMISS, policies.may_handle),
        )
    ),
    Move(
        State.PROPOSED,
        Action.UPHOLD,
        State.UPHELD,
        policies.may_decide,
        when=rules.upholding_is_proposed,
        needs_words=REASONS,
    ),
    Move(State.PROPOSED, Action.DISMISS, State.DISMISSED, policies.may_decide, needs_words=REASONS),
    *_common(),
    *_record_withdrawn(),
    *_appeal(State.DISMISSED, State.UPHELD),
    # What the record is to say only its department can write: the lead office says what is wrong with it.
    Move(
        State.APPEALED,
        Action.REMIT,
        State.SUBMITTED,
        policies.may_decide_appeal,
        needs_words=WHAT_TO_CORRECT,
    ),
)
#: Filed in one act by the entity or by the department itself, with the decision by which the basis falls.
BASIS_MOVES: Table = _table(
    Move(State.DRAFT, Action.SUBMIT, State.SUBMITTED, policies.is_filer),
    *(
        Move(
            State.SUBMITTED,
            action,
            State.PROPOSED,
            policies.may_handle,
            needs_words=REASONS_PROPOSED,
            is_internal=True,
        )
        for action in (Action.PROPOSE_REMOVE, Action.PROPOSE_KEEP)
    ),
    Move(State.PROPOSED, Action.REMOVE, State.REMOVED, policies.may_decide, needs_words=REASONS),
    Move(State.PROPOSED, Action.KEEP, State.KEPT, policies.may_decide, needs_words=REASONS),
    *_common(policies.is_filer),
    *_appeal(State.KEPT, State.REMOVED),
)
TABLES: dict[str, Table] = {
    Case.Kind.REPAIR: MOVES,
    Case.Kind.OBJECTION: OBJECTION_MOVES,
    Case.Kind.BASIS: BASIS_MOVES,
}
#: What a step is called where its general name would be wrong or say too little.
NAMED: dict[tuple[str, Action], str | Promise] = {
    (Case.Kind.REPAIR, Action.UPHOLD_APPEAL): _("Uphold the appeal and grant the repair"),
    (Case.Kind.OBJECTION, Action.UPHOLD_APPEAL): _("Uphold the appeal and take the record back"),
    (Case.Kind.BASIS, Action.UPHOLD_APPEAL): _("Uphold the appeal and remove the record"),
    (Case.Kind.OBJECTION, Action.SUBMIT): _("File the objection"),
    (Case.Kind.OBJECTION, Action.WITHDRAW): _("Withdraw the objection"),
    (Case.Kind.BASIS, Action.SUBMIT): _("File the withdrawal of the basis"),
    (Case.Kind.BASIS, Action.WITHDRAW): _("Withdraw what was filed"),
}


def name_of(action: Action, kind: str) -> str:
    """What a step is called in a case of the kind, in the reader's language."""
    return str(NAMED.get((kind, action), action.label))


def move_for(case: Case, action: str) -> Move:
    """The move that this action makes from where the case stands; `WrongState` when there is none."""
    try:
        return TABLES[case.kind][State(case.state), Action(action)]
    except KeyError:
        raise WrongState(
            gettext("The case is in the state “%(state)s”; “%(action)s” is not possible from there.")
            % {"state": case.get_state_display(), "action": name_of(Action(action), case.kind)}
        ) from None
    except ValueError:
        raise WrongState(gettext("There is no step called “%(action)s”.") % {"action": action}) from None


def moves_open_to(user, case: Case, today: date) -> list[Move]:
    """What the page offers: the same table and the same policies that the service enforces."""
    possible = [move for (source, _action), move in TABLES[case.kind].items() if source == case.state]
    # Several moves share a policy, and a policy that refuses looks up who may instead: ask each once.
    may = {who: who(user, case) for who in {move.who for move in possible}}
    return [move for move in possible if may[move.who] and move.when(case, today)]


def actions_open_to(user, case: Case, today: date) -> list[Action]:
    """The actions that this user can take now, in the order of the table."""
    return [move.action for move in moves_open_to(user, case, today)]
