"""Training as a measure of repair: where the regulation that the city follows names it, and what there is to show for it.

Shenzhen 2023, article 80, names what a business does to repair its credit; training on the subject (专题培训) is one
of six measures. No other instrument that was read names it; a certificate may be handed in everywhere all the same.
"""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from associations.courses import selectors as courses
from associations.courses.models import Course, SignUp
from repair.clock_rules import clock_book
from repair.models import Case, CaseDocument, Profile


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


def offered_for(case: Case) -> Training | None:
    """Courses that are meant for the record, and certificates of the entity; None where there is nothing to say."""
    there = {
        paper.document.name for paper in case.documents.all() if paper.kind == CaseDocument.Kind.TRAINING
    }
    certificates = [
        one for one in courses.certificates_of(case.entity) if f"{one.certificate}.txt" not in there
    ]
    found = Training(
        measures_on(timezone.localdate()),
        certificates,
        list(courses.courses_for(case.record.record_type)[:3]),
        bool(there),
    )
    return found if found.measures or found.certificates or found.courses or there else None
