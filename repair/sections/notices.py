"""What is told of cases that come to a section: to its people, by name."""

from django.urls import reverse
from django.utils.translation import gettext_noop

from entities.services import feedback
from repair.models import Case

TEMPLATES = {
    "sections.case_came": gettext_noop(
        "%(number)s (%(entity)s, %(record)s) has come to your section. Decide by %(due)s."
    ),
}


def register() -> None:
    for kind, template in TEMPLATES.items():
        feedback.register_notice(kind, template)


def case_came(case: Case, people: list) -> None:
    for person in people:
        feedback.notify(
            kind="sections.case_came",
            params={
                "number": case.number,
                "entity": feedback.both_names(case.entity),
                "record": case.record.document_number,
                "due": case.due_on.isoformat() if case.due_on else "",
            },
            url=reverse("repair:case-detail", args=(case.number,)),
            user=person,
        )
