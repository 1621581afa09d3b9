"""What financial supervision enters by form."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from agencies.commendations import CommendationForm
from agencies.forms import Section
from agencies.inspections import InspectionForm
from agencies.licences import LicenceForm
from agencies.penalties import PenaltyForm


class FinancialPenaltyForm(PenaltyForm):
    """A penalty of financial supervision: which place of the institution, and in which field of its business."""

    sections = (*PenaltyForm.sections, Section(_("For financial supervision"), ("party_kind", "domain")))
    own_names = (*PenaltyForm.own_names, "party_kind", "domain")
    own_needed = (*PenaltyForm.own_needed, "party_kind")
    hints = PenaltyForm.hints | {
        "party_kind": _("A branch is another entity than its head office."),
        "domain": _("Such as internal control, loans, licence."),
    }
    spans = PenaltyForm.spans | {"party_kind": 3, "domain": 3}
    # Fines of a million yuan and more are common here; ten million is not.
    asks_from = Decimal(10_000_000)


class FinancialCommendationForm(CommendationForm):
    """A commendation of financial supervision."""


class FinancialLicenceForm(LicenceForm):
    """A licence of financial supervision."""


class FinancialInspectionForm(InspectionForm):
    """An inspection of financial supervision."""
