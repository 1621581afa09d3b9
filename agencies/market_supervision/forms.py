"""What market supervision enters by form: its own fields on top of those that all departments share."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.commendations import CommendationForm
from agencies.forms import RecordForm, Section
from agencies.inspections import InspectionForm
from agencies.licences import LicenceForm
from agencies.penalties import PenaltyForm
from entities.models import CreditRecord

SERIOUS = CreditRecord.SeverityClass.SERIOUS


class MarketPenaltyForm(PenaltyForm):
    """A penalty of market supervision: where the party is registered decides who publishes it (Order 45 art. 9-10)."""

    sections = (*PenaltyForm.sections, Section(_("For market supervision"), ("registered_in",)))
    own_names = (*PenaltyForm.own_names, "registered_in")
    own_needed = (*PenaltyForm.own_needed, "registered_in")
    hints = PenaltyForm.hints | {
        "registered_in": _(
            "In another province: the summary goes to the market supervision there within 10 working days "
            "(SAMR Order 45 art. 10)."
        )
    }
    spans = PenaltyForm.spans | {"registered_in": 3}


class MarketLicenceForm(LicenceForm):
    """A licence of market supervision."""


class MarketCommendationForm(CommendationForm):
    """A commendation of market supervision."""


class MarketInspectionForm(InspectionForm):
    """An inspection of market supervision."""


class AbnormalListingForm(RecordForm):
    """An entry in the list of abnormal operations."""

    who_title = _("Who is listed")
    labels = {"decided_on": _("Listed on"), "title": _("The listing in one line")}
    sections = (
        Section(
            _("The listing"),
            ("document_number", "decided_on", "title", "ground", "facts", "legal_basis", "authority"),
        ),
    )
    own_names = ("ground",)
    own_needed = ("ground",)


class SeriousListingForm(RecordForm):
    """An entry in the list of serious violations. It rests on a penalty decision, named by its number."""

    severity_class = forms.ChoiceField(
        label=_("Class"), choices=[(SERIOUS.value, SERIOUS.label)], widget=forms.HiddenInput, initial=SERIOUS
    )
    who_title = _("Who is listed")
    labels = {"decided_on": _("Listed on"), "title": _("The violation in one line")}
    hints = {
        "penalty_number": _(
            "The violation must be bad in nature, serious and harmful, and have led to a heavier penalty "
            "(SAMR Order 44 art. 2)."
        )
    }
    sections = (
        Section(
            _("The listing"),
            (
                "document_number",
                "decided_on",
                "title",
                "ground",
                "penalty_number",
                "facts",
                "legal_basis",
                "authority",
                "severity_class",
            ),
        ),
    )
    own_names = ("ground", "penalty_number")
    own_needed = ("ground", "penalty_number")
