"""What is told of cases that come to a section: to its people, by name."""

from django.urls import reverse
from django.utils.translation import gettext_noop

from entities.services import feedback
from repair.models import Case
from repair.sections.models import Moved

TEMPLATES = {
    "sections.case_came": gettext_noop(
        "%(number)s (%(entity)s, %(record)s) has come to your section. Decide by %(due)s."
    ),
    "sections.case_moved_here": gettext_noop(
        "%(who)s has moved %(number)s (%(entity)s, %(record)s) to your section: %(because)s"
    ),
    "sections.case_moved_away": gettext_noop(
        "%(who)s has moved %(number)s (%(entity)s, %(record)s) from your section to %(section)s: %(because)s"
    ),
}


def register() -> None:
    for kind, template in TEMPLATES.items():
        feedback.register_notice(kind, template)


def case_came(case: Case, people: list) -> None:
    _tell(case, "sections.case_came", people, due=case.due_on.isoformat() if case.due_on else "")


def case_moved(move: Moved, *, here: list, away: list) -> None:
    """To the people of both sections; who works in both is told once, and whoever moved it not at all."""
    said = {"who": str(move.moved_by), "because": move.because, "section": feedback.both_names(move.target)}
    left = [person for person in away if person not in here]
    for kind, people in (("sections.case_moved_here", here), ("sections.case_moved_away", left)):
        _tell(move.case, kind, [person for person in people if person != move.moved_by], **said)


def _tell(case: Case, kind: str, people: list, **more) -> None:
    for person in people:
        feedback.notify(
            kind=kind,
            params={
                "number": case.number,
                "entity": feedback.both_names(case.entity),
                "record": case.record.document_number,
                **more,
            },
            url=reverse("repair:case-detail", args=(case.number,)),
            user=person,
        )
