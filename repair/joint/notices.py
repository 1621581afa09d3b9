"""What is told of a joint filing: to the entity, once for all its cases. Of each case its body hears as of any other."""

from django.urls import reverse
from django.utils.translation import gettext_noop

from entities.services import feedback
from repair.models import Case, JointFiling

TEMPLATES = {
    "joint.received": gettext_noop(
        "Your joint filing %(number)s about %(count)s records is with those who decide. You have every result by %(due)s."
    ),
    "joint.done": gettext_noop("Every case of your joint filing %(number)s is over."),
}


def register() -> None:
    for kind, template in TEMPLATES.items():
        feedback.register_notice(kind, template)


def received(filing: JointFiling, cases: list[Case]) -> None:
    """Instead of one notice for each case; the day is that of the last result."""
    clocks = [clock for case in cases for clock in case.clocks.filter(stopped_on=None)]
    last = max(clock.due_on for clock in clocks)
    _tell(filing, "joint.received", count=len(cases), due=last.isoformat())


def done(filing: JointFiling) -> None:
    _tell(filing, "joint.done")


def _tell(filing: JointFiling, kind: str, **params) -> None:
    feedback.notify(
        kind=kind,
        params={"number": filing.number, **params},
        url=reverse("joint:detail", args=(filing.number,)),
        entity=filing.entity,
    )
