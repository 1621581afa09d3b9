"""What is told of wordings: to the lead office that one waits for a second person, to its writer what became of it."""

from django.urls import reverse
from django.utils.translation import gettext_noop

from entities.services import feedback
from repair.notices import lead_offices
from repair.wordings.models import Wording

TEMPLATES = {
    "wordings.drafted": gettext_noop(
        "%(who)s has drafted the wording “%(name)s”. Somebody else of the lead office puts it in force."
    ),
    "wordings.approved": gettext_noop("Your wording “%(name)s” is in force from %(day)s."),
    "wordings.discarded": gettext_noop("%(who)s threw your draft of the wording “%(name)s” away."),
}


def register() -> None:
    for kind, template in TEMPLATES.items():
        feedback.register_notice(kind, template)


def drafted(wording: Wording) -> None:
    for office in lead_offices():
        _tell("wordings.drafted", wording, who=str(wording.written_by), body=office)


def approved(wording: Wording) -> None:
    _tell("wordings.approved", wording, day=wording.valid_from.isoformat(), user=wording.written_by)


def discarded(wording: Wording, by) -> None:
    """To the writer, unless it was the writer."""
    if wording.written_by != by:
        feedback.notify(
            kind="wordings.discarded",
            params={"name": feedback.both_names(wording), "who": str(by)},
            url=reverse("wordings:list"),
            user=wording.written_by,
        )


def _tell(kind: str, wording: Wording, *, user=None, body=None, **params) -> None:
    feedback.notify(
        kind=kind,
        params={"name": feedback.both_names(wording), **params},
        url=reverse("wordings:detail", args=(wording.pk,)),
        user=user,
        body=body,
    )
