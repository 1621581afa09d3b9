"""What is told of missing records, and to whom."""

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_noop

from entities.models import Membership, SubmittingBody
from entities.policies import who_answers_for
from entities.services import feedback
from repair.missing.models import MissingRecord
from repair.notices import WORDS_IN_NOTICE, lead_offices

TEMPLATES = {
    "missing.filed": gettext_noop(
        "%(entity)s says that a record of yours is missing (%(number)s, %(type)s): %(words)s Answer by %(due)s."
    ),
    "missing.entered": gettext_noop(
        "%(body)s has entered the record that you missed (%(number)s, %(type)s)."
    ),
    "missing.refused": gettext_noop(
        "%(body)s does not enter the record that you miss (%(number)s, %(type)s). Reasons: %(words)s"
    ),
    "missing.appealed": gettext_noop(
        "%(entity)s appeals against the answer of %(body)s about a missing record (%(number)s, %(type)s): %(words)s"
    ),
    "missing.remitted": gettext_noop(
        "The lead office has upheld the appeal about a missing record (%(number)s, %(type)s); %(body)s answers anew by"
        " %(due)s: %(words)s"
    ),
    "missing.appeal_dismissed": gettext_noop(
        "The lead office has dismissed the appeal about a missing record (%(number)s, %(type)s). Reasons: %(words)s"
    ),
    "missing.appeal_withdrawn": gettext_noop(
        "%(entity)s has withdrawn its appeal about a missing record (%(number)s)."
    ),
    "missing.appeal_overdue": gettext_noop(
        "The appeal of %(entity)s about a missing record (%(number)s) should have been decided by %(due)s."
    ),
    "missing.withdrawn": gettext_noop(
        "%(entity)s no longer asks for the record that was missing (%(number)s)."
    ),
    "missing.due_soon": gettext_noop(
        "Say by %(due)s whether a record of %(entity)s is missing (%(number)s, %(type)s)."
    ),
    "missing.appeal_due_soon": gettext_noop(
        "The appeal of %(entity)s about a missing record (%(number)s) is to be decided by %(due)s."
    ),
    "missing.overdue": gettext_noop(
        "%(body)s should have answered %(entity)s by %(due)s whether a record is missing (%(number)s)."
    ),
}


def register() -> None:
    for kind, template in TEMPLATES.items():
        feedback.register_notice(kind, template, urgent=True)


def _tell(kind: str, missing: MissingRecord, words: str = "", **receiver) -> None:
    feedback.notify(
        kind=kind,
        params={
            "number": missing.number,
            "entity": feedback.both_names(missing.entity),
            "body": feedback.both_names(missing.body),
            "type": feedback.both_names(missing.record_type),
            "due": missing.due_on.isoformat(),
            "words": Truncator(" ".join(words.split())).chars(WORDS_IN_NOTICE),
        },
        url=reverse("missing:detail", args=(missing.number,)),
        **receiver,
    )


#: By step: what is told, and to which sides.
OF_STEP: dict[str, tuple[str, tuple[str, ...]]] = {
    "file": ("missing.filed", ("body",)),
    "enter": ("missing.entered", ("entity",)),
    "refuse": ("missing.refused", ("entity",)),
    "withdraw": ("missing.withdrawn", ("body",)),
    "appeal": ("missing.appealed", ("body", "lead")),
    "withdraw_appeal": ("missing.appeal_withdrawn", ("body", "lead")),
    "remit": ("missing.remitted", ("entity", "body")),
    "dismiss_appeal": ("missing.appeal_dismissed", ("entity", "body")),
}


def tell(action: str, missing: MissingRecord, words: str = "") -> None:
    """Tell the sides that a step concerns."""
    kind, sides = OF_STEP[action]
    for side in sides:
        for receiver in _receivers(side, missing):
            _tell(kind, missing, words, **receiver)


def _receivers(side: str, missing: MissingRecord) -> list[dict]:
    if side == "lead":
        return [{"body": office} for office in lead_offices()]
    return [{side: missing.entity if side == "entity" else missing.body}]


def due_soon(missing: MissingRecord) -> None:
    """Remind the body that is asked; of an appeal the lead office."""
    if missing.state == MissingRecord.State.APPEALED:
        _tell_offices("missing.appeal_due_soon", missing, lead_offices())
    else:
        _tell("missing.due_soon", missing, body=missing.body)


def overdue(missing: MissingRecord) -> list[str]:
    """Tell the supervisors of the body by name; the lead office, or the association itself, where there is none.

    Of an appeal the lead office is told.
    """
    if missing.state == MissingRecord.State.APPEALED:
        return _tell_offices("missing.appeal_overdue", missing, lead_offices())
    supervisors = who_answers_for(missing.body).memberships.filter(
        role=Membership.Role.SUPERVISOR, user__is_active=True
    )
    people = [member.user for member in supervisors.select_related("user").order_by("user")]
    for person in people:
        _tell("missing.overdue", missing, user=person)
    if people:
        return [str(person) for person in people]
    return _tell_offices(
        "missing.overdue", missing, [missing.body] if missing.is_of_market_information else lead_offices()
    )


def _tell_offices(kind: str, missing: MissingRecord, offices: list[SubmittingBody]) -> list[str]:
    for office in offices:
        _tell(kind, missing, body=office)
    return [office.name_zh for office in offices]
