"""What the tax office enters by form."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext, gettext_lazy as _

from agencies.commendations import CommendationForm
from agencies.forms import RecordForm, Section
from agencies.inspections import InspectionForm
from agencies.licences import LicenceForm
from agencies.penalties import PenaltyForm
from entities.corrections import Details, Following
from entities.models import RecordTypeVersion


class TaxPenaltyForm(PenaltyForm):
    """A penalty of the tax office, with the tax period and the indicator of the tax credit table."""

    sections = (*PenaltyForm.sections, Section(_("For the tax office"), ("tax_period", "tax_indicator")))
    own_names = (*PenaltyForm.own_names, "tax_period", "tax_indicator")
    own_needed = (*PenaltyForm.own_needed, "tax_period")
    hints = PenaltyForm.hints | {"tax_period": _("What the decision is about, such as 2025-01 to 2025-12.")}
    spans = PenaltyForm.spans | {"tax_period": 3, "tax_indicator": 3}


class TaxCommendationForm(CommendationForm):
    """A commendation of the tax office."""


#: What is counted by months is counted within a year.
MOST_MONTHS = 12
#: From how many points on each grade is reached, best first: STA Announcement 2025 No. 12 art. 16.
BANDS = ((Decimal(90), "A"), (Decimal(70), "B"), (Decimal(40), "C"), (Decimal(0), "D"))


def grades_for_points(points: Decimal) -> frozenset[str]:
    """The grades that art. 16 and 17 of Announcement 2025 No. 12 allow with so many points.

    From 90 on B is possible too (art. 17: not A in spite of the points), from 70 on M (no operating
    revenue), and D always (serious breach).
    """
    allowed = {next(grade for least, grade in BANDS if points >= least), "D"}
    if points >= 90:
        allowed.add("B")
    if points >= 70:
        allowed.add("M")
    return frozenset(allowed)


def title_of_grade(said: Details) -> str:
    """The line of a grade, made of its year and the grade."""
    return f"{said.get('year') or ''}年度纳税缴费信用级别 {said.get('grade') or ''}".strip()


def problems_of_grade(said: Details) -> dict[str, str]:
    """What cannot be right about a grade, by field."""
    found, year, points, grade = {}, said.get("year"), said.get("points"), said.get("grade")
    if year and (not year.isascii() or not year.isdigit() or len(year) != 4):
        found["year"] = gettext("Type the year in four digits, such as 2025.")
    if points and (number := _points(points)) is None:
        found["points"] = gettext("Points lie between 0 and 100, such as 91.5.")
    elif points and grade and grade not in grades_for_points(number):
        found["grade"] = gettext(
            "%(points)s points do not give %(grade)s (Announcement 2025 No. 12 art. 16)."
        ) % {"points": points, "grade": grade}
    return found


def _points(text: str) -> Decimal | None:
    """None for what are no points."""
    try:
        points = Decimal(text)
    except InvalidOperation:
        return None
    return points if points.is_finite() and 0 <= points <= 100 else None


LABELS_OF_GRADE = {
    "document_number": _("Number of the evaluation"),
    "decided_on": _("Determined on"),
    "authority": _("Tax authority"),
}
#: A grade that is corrected by hand or by an objection has its title and its points follow.
GRADE_FOLLOWS = Following(
    title=title_of_grade,
    problems=problems_of_grade,
    labels=LABELS_OF_GRADE,
    typed=frozenset({"legal_basis"}),
)


class TaxGradeForm(RecordForm):
    """The tax credit grade of one year, entered for a single taxpayer."""

    facts = None
    title = None
    who_title = _("Whose grade it is")
    labels = LABELS_OF_GRADE
    hints = {"points": _("Empty where the grade was given directly.")}
    sections = (
        Section(
            _("The evaluation"),
            ("document_number", "decided_on", "year", "grade", "points", "legal_basis", "authority"),
        ),
    )
    own_names = ("year", "grade", "points")
    own_needed = ("year", "grade")
    spans = {"document_number": 3, "decided_on": 3, "year": 2, "grade": 2, "points": 2}

    def title_of(self, typed) -> str:
        return title_of_grade(typed)

    def check(self, typed) -> None:
        problems = problems_of_grade(typed)
        for name, says in problems.items():
            self.add_error(name, says)
        year, day = typed.get("year"), typed.get("decided_on")
        if year and day and "year" not in problems and int(year) > day.year:
            self.add_error("year", _("That year had not begun when the grade was determined."))


def title_of_breach(said: Details, versions: Iterable[RecordTypeVersion]) -> str:
    """The line of a breach: its name, as the last of these versions of the catalogue's entry has it."""
    names = {
        choice["code"]: choice["label_zh"]
        for version in versions
        for extra in version.extra_fields
        if extra["name"] == "breach"
        for choice in extra["choices"]
    }
    return names.get(said.get("breach"), "")


def _corrected_title_of_breach(said: Details) -> str:
    versions = RecordTypeVersion.objects.filter(record_type__code="tax-breach")
    return title_of_breach(said, versions.order_by("valid_from"))


def problems_of_breach(said: Details) -> dict[str, str]:
    """What cannot be right about a breach, by field."""
    months = said.get("months")
    if months and not (months.isascii() and months.isdigit() and 0 < int(months) <= MOST_MONTHS):
        return {"months": gettext("Type how many months, 1 to 12.")}
    return {}


LABELS_OF_BREACH = {
    "document_number": _("Number of the finding"),
    "decided_on": _("Happened on"),
    "authority": _("Tax authority"),
    "facts": _("Facts"),
}
#: A breach that is corrected by hand or by an objection has its title follow.
BREACH_FOLLOWS = Following(
    title=_corrected_title_of_breach,
    problems=problems_of_breach,
    labels=LABELS_OF_BREACH,
    typed=frozenset({"facts", "legal_basis"}),
)


class TaxBreachForm(RecordForm):
    """A breach for which the tables of tax credit take points off; points come back once it is corrected."""

    title = None
    who_title = _("Whose breach it is")
    labels = LABELS_OF_BREACH
    hints = {
        "months": _("How many months it goes on, for what is counted by months; empty: one."),
        "tax_amount": _("In yuan. Small amounts corrected in time come back whole."),
        "corrected_on": _("Empty as long as it is not corrected; a repair that is granted fills it in."),
    }
    sections = (
        Section(
            _("The breach"),
            (
                "document_number",
                "decided_on",
                "breach",
                "months",
                "tax_amount",
                "corrected_on",
                "facts",
                "legal_basis",
                "authority",
            ),
        ),
    )
    own_names = ("breach", "months", "tax_amount", "corrected_on")
    own_needed = ("breach",)
    spans = {"document_number": 3, "decided_on": 3, "months": 2, "tax_amount": 2, "corrected_on": 2}

    def title_of(self, typed) -> str:
        return title_of_breach(typed, [self.frame.version])

    def check(self, typed) -> None:
        for name, says in problems_of_breach(typed).items():
            self.add_error(name, says)


class TaxLicenceForm(LicenceForm):
    """A licence of the tax office."""


class TaxInspectionForm(InspectionForm):
    """An inspection of the tax office."""
