"""Training as a measure of repair: where the regulation that the city follows names it, and what there is to show for it.

Shenzhen 2023, article 80, names what a business does to repair its credit; training on the subject (专题培训) is one
of six measures. No other instrument that was read names it; a certificate may be handed in everywhere all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from associations.courses import selectors as courses
from associations.courses.models import Course, SignUp
from repair.clock_rules import clock_book
from repair.models import Case, CaseDocument, Profile

MOST_COURSES = 3


@dataclass(frozen=True, slots=True)
class Measures:
    """What a regulation names as measures of repair, word for word, and where."""

    article: str
    says: tuple[str | Promise, ...]
    regulation: str | Promise


#: By the regulation that a city may follow; those that name training.
NAMING_TRAINING = {
    Profile.SHENZHEN: Measures(
        "80",
        (
            _("give a credit commitment"),
            _("complete the correction"),
            _("pass a check of its credit"),
            _("attend training on the subject"),
            _("hand in a credit report"),
            _("other measures that laws and regulations name"),
        ),
        _("Regulation of the Shenzhen special zone on social credit"),
    )
}


@dataclass(frozen=True, slots=True)
class Training:
    """What the draft of a repair says of training."""

    measures: Measures | None
    certificates: list[SignUp]
    courses: list[Course]
    handed_in: bool


def measures_on(day: date) -> Measures | None:
    """Of the regulation that the city follows on the day; None where it names no training."""
    return NAMING_TRAINING.get(Profile(clock_book().profile_on(day)))


def offered_for(cases: Iterable[Case]) -> Training | None:
    """Courses that are meant for their records, and certificates of their entity that not every one of them has.

    Of drafts of one entity, one or several; None where there is nothing to say, and where there is no draft.
    """
    drafts = list(cases)
    if not drafts:
        return None
    handed_in = [{paper.document.name for paper in certificates_in(case)} for case in drafts]
    in_every = set.intersection(*handed_in)
    certificates = [
        one
        for one in courses.certificates_of(drafts[0].entity)
        if certificate_name(one.certificate) not in in_every
    ]
    found = Training(
        measures_on(timezone.localdate()),
        certificates,
        list(courses.courses_for({case.record.record_type for case in drafts})[:MOST_COURSES]),
        any(handed_in),
    )
    return found if found.measures or found.certificates or found.courses or found.handed_in else None


def certificate_name(number: str) -> str:
    """The name of the paper that a certificate is in a case."""
    return f"{number}.txt"


def certificates_in(case: Case) -> list[CaseDocument]:
    """The certificates that are handed in with a case, read from its prefetched papers."""
    return [paper for paper in case.documents.all() if paper.kind == CaseDocument.Kind.TRAINING]
