"""The commendation form that all departments share."""

from django.utils.translation import gettext_lazy as _

from agencies.forms import RecordForm, Section


class CommendationForm(RecordForm):
    """A commendation or honour: who conferred it, by which decision, at which level, until when."""

    who_title = _("Who was commended")
    labels = {
        "title": _("Name of the honour"),
        "facts": _("What for"),
        "legal_basis": _("Basis"),
        "authority": _("Conferred by"),
    }
    hints = {"legal_basis": _("The rule or notice under which it was conferred.")}
    sections = (
        Section(
            _("The honour"),
            (
                "title",
                "document_number",
                "decided_on",
                "level",
                "valid_until",
                "facts",
                "legal_basis",
                "authority",
            ),
        ),
    )
    own_names = ("level", "valid_until")
    own_needed = ("level",)
    spans = {"document_number": 3, "decided_on": 3, "level": 3, "valid_until": 3}

    def check(self, typed) -> None:
        start, end = typed.get("decided_on"), typed.get("valid_until")
        if start and end and end < start:
            self.add_error(
                "valid_until", _("It would end before it was conferred. Type a later day, or none.")
            )
