"""The moves of what is said to be missing: one table, asked by the page, the API and the service alike."""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from credit_platform.common.decisions import ALLOW, Decision, deny
from credit_platform.common.errors import WrongState
from credit_platform.ui.formats import day_long
from repair.missing import policies
from repair.missing.models import MissingRecord
from repair.workflow import REASONS, WHY_APPEAL, Move

State = MissingRecord.State
WHAT_TO_ENTER = _(
    "Say what the body is to enter or to look at again; it reads this, and so does the applicant."
)


class Action(TextChoices):
    ENTER = "enter", _("It is in the registry")
    REFUSE = "refuse", _("It is not entered")
    WITHDRAW = "withdraw", _("Withdraw it")
    APPEAL = "appeal", _("Appeal to the lead office")
    WITHDRAW_APPEAL = "withdraw_appeal", _("Withdraw the appeal")
    REMIT = "remit", _("Uphold the appeal and have the body answer anew")
    DISMISS_APPEAL = "dismiss_appeal", _("Dismiss the appeal")


def last_day_to_appeal(missing: MissingRecord) -> date | None:
    """The last day on which a refusal can be brought before the lead office; None where there is none."""
    if missing.answered_at is None or missing.state != State.REFUSED:
        return None
    return timezone.localdate(missing.answered_at) + timedelta(days=settings.REPAIR_APPEAL_WITHIN_DAYS)


def may_still_appeal(missing: MissingRecord, today: date) -> Decision:
    """Once, within the days that this platform allows for it, against the answer of a department."""
    if missing.is_of_market_information:
        return deny(
            gettext("%(body)s decides alone on what it records of its members.") % {"body": missing.body}
        )
    if missing.appealed_at is not None:
        return deny(gettext("A decision can be appealed once; the appeal was withdrawn."))
    last_day = last_day_to_appeal(missing)
    if last_day is not None and today > last_day:
        return deny(gettext("The appeal had to be filed by %(day)s.") % {"day": day_long(last_day)})
    return ALLOW


MOVES: dict[tuple[State, Action], Move] = {
    (move.source, move.action): move
    for move in (
        Move(State.FILED, Action.ENTER, State.ENTERED, policies.may_answer),
        Move(State.FILED, Action.REFUSE, State.REFUSED, policies.may_answer, needs_words=REASONS),
        Move(State.FILED, Action.WITHDRAW, State.WITHDRAWN, policies.is_applicant),
        Move(
            State.REFUSED,
            Action.APPEAL,
            State.APPEALED,
            policies.is_applicant,
            when=may_still_appeal,
            needs_words=WHY_APPEAL,
        ),
        # What the record says only its body can write: the lead office says that it is to answer anew, and why.
        Move(State.APPEALED, Action.REMIT, State.FILED, policies.may_hear, needs_words=WHAT_TO_ENTER),
        Move(
            State.APPEALED,
            Action.DISMISS_APPEAL,
            State.APPEAL_DISMISSED,
            policies.may_hear,
            needs_words=REASONS,
        ),
        Move(State.APPEALED, Action.WITHDRAW_APPEAL, State.REFUSED, policies.is_applicant),
    )
}


def move_for(missing: MissingRecord, action: str) -> Move:
    """The move that this action makes from where it stands; `WrongState` when there is none."""
    try:
        return MOVES[State(missing.state), Action(action)]
    except KeyError:
        raise WrongState(
            gettext("This is in the state “%(state)s”; “%(action)s” is not possible from there.")
            % {"state": missing.get_state_display(), "action": Action(action).label}
        ) from None
    except ValueError:
        raise WrongState(gettext("There is no step called “%(action)s”.") % {"action": action}) from None


def moves_open_to(user, missing: MissingRecord, today: date) -> list[Move]:
    """What the page and the API offer: the same table and the same policies that the service enforces."""
    return [
        move
        for (source, _action), move in MOVES.items()
        if source == missing.state and move.who(user, missing) and move.when(missing, today)
    ]
