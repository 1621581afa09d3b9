"""The inspection form that departments share."""

from django.utils.translation import gettext_lazy as _

from agencies.forms import RecordForm, Section

#: The catalogue's code for an inspection without a finding.
NO_PROBLEM = "none"


class InspectionForm(RecordForm):
    """The result of an inspection."""

    who_title = _("Who was inspected")
    labels = {
        "document_number": _("Number of the inspection"),
        "decided_on": _("Day of the inspection"),
        "title": _("What was inspected"),
        "facts": _("What was found"),
        "authority": _("Inspecting authority"),
    }
    sections = (
        Section(
            _("The inspection"),
            (
                "document_number",
                "decided_on",
                "title",
                "inspection_kind",
                "finding",
                "facts",
                "legal_basis",
                "authority",
            ),
        ),
    )
    own_names = ("inspection_kind", "finding")
    own_needed = ("inspection_kind", "finding")
    spans = {"document_number": 3, "decided_on": 3, "inspection_kind": 3, "finding": 3}

    def check_complete(self, typed) -> None:
        if typed.get("finding") not in (None, "", NO_PROBLEM) and not typed.get("facts"):
            self.add_error("facts", _("Say what was found: the entity reads it, and may object."))
