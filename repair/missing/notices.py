"""What is told of missing records, and to whom."""

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_noop

from entities.models import Membership
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
    "missing.withdrawn": gettext_noop(
        "%(entity)s no longer asks for the record that was missing (%(number)s)."
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


def filed(missing: MissingRecord) -> None:
    _tell("missing.filed", missing, missing.statement, body=missing.body)


def entered(missing: MissingRecord) -> None:
    _tell("missing.entered", missing, entity=missing.entity)


def refused(missing: MissingRecord) -> None:
    _tell("missing.refused", missing, missing.reasons, entity=missing.entity)


def withdrawn(missing: MissingRecord) -> None:
    _tell("missing.withdrawn", missing, body=missing.body)


def overdue(missing: MissingRecord) -> list[str]:
    """Tell the supervisors of the body by name; the lead office, or the association itself, where there is none."""
    supervisors = who_answers_for(missing.body).memberships.filter(
        role=Membership.Role.SUPERVISOR, user__is_active=True
    )
    people = [member.user for member in supervisors.select_related("user").order_by("user")]
    for person in people:
        _tell("missing.overdue", missing, user=person)
    if people:
        return [str(person) for person in people]
    market = missing.record_type.family == missing.record_type.Family.MARKET
    offices = [missing.body] if market else lead_offices()
    for office in offices:
        _tell("missing.overdue", missing, body=office)
    return [office.name_zh for office in offices]
