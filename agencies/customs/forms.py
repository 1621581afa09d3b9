"""What customs enters by form."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from agencies.commendations import CommendationForm
from agencies.forms import RecordForm, Section
from agencies.inspections import InspectionForm
from agencies.licences import LicenceForm
from agencies.penalties import PenaltyForm
from entities.corrections import Details, Following
from entities.models import RecordTypeVersion

#: GACC Order 282 replaced Order 251 on this day: five statuses instead of three.
ORDER_282 = date(2026, 4, 1)
#: The catalogue's codes of the statuses that came with it.
NEW_IN_282 = frozenset({"certified", "seriously-dishonest"})


class CustomsPenaltyForm(PenaltyForm):
    """A penalty of customs; parties that are not registered with customs are covered by reference (Order 282)."""

    sections = (*PenaltyForm.sections, Section(_("For customs"), ("customs_registration",)))
    own_names = (*PenaltyForm.own_names, "customs_registration")
    own_needed = (*PenaltyForm.own_needed, "customs_registration")
    hints = PenaltyForm.hints | {
        "customs_registration": _(
            "Who is not registered but took part in import or export is treated by reference to GACC Order 282."
        )
    }


class CustomsCommendationForm(CommendationForm):
    """A commendation of customs."""


def title_of_status(said: Details, versions: Iterable[RecordTypeVersion]) -> str:
    """The line of a status: its name, as the last of these versions of the catalogue's entry has it."""
    names = {
        choice["code"]: choice["label_zh"]
        for version in versions
        for extra in version.extra_fields
        if extra["name"] == "customs_status"
        for choice in extra["choices"]
    }
    return f"海关企业信用等级：{names.get(said.get('customs_status'), '')}" if names else ""


def _corrected_title(said: Details) -> str:
    versions = RecordTypeVersion.objects.filter(record_type__code="customs-credit-status")
    return title_of_status(said, versions.order_by("valid_from"))


LABELS_OF_STATUS = {"facts": _("Reasons"), "authority": _("Customs house")}
#: A status that is corrected by hand or by an objection has its title follow.
STATUS_FOLLOWS = Following(
    title=_corrected_title, labels=LABELS_OF_STATUS, typed=frozenset({"facts", "legal_basis"})
)


class CustomsStatusForm(RecordForm):
    """The credit status that customs gives an enterprise."""

    title = None
    who_title = _("Whose status it is")
    labels = LABELS_OF_STATUS
    hints = {"customs_code": _("The number under which customs knows the enterprise.")}
    sections = (
        Section(
            _("The status"),
            (
                "document_number",
                "decided_on",
                "customs_status",
                "customs_code",
                "facts",
                "legal_basis",
                "authority",
            ),
        ),
    )
    own_names = ("customs_status", "customs_code")
    own_needed = ("customs_status",)
    spans = {"document_number": 3, "decided_on": 3, "customs_status": 3, "customs_code": 3}

    def title_of(self, typed) -> str:
        return title_of_status(typed, [self.frame.version])

    def check(self, typed) -> None:
        status, day = typed.get("customs_status"), typed.get("decided_on")
        if status in NEW_IN_282 and day and day < ORDER_282:
            self.add_error(
                "customs_status",
                _(
                    "This status came with GACC Order 282 on 1 April 2026; the decision is older. Check the day."
                ),
            )


class CustomsLicenceForm(LicenceForm):
    """A licence of customs."""


class CustomsInspectionForm(InspectionForm):
    """An inspection of customs."""
