"""The licence form that departments share, by the double-publicity field list of 2018."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.forms import RecordForm, Section

#: How the double-publicity list writes "without end".
WITHOUT_END = date(2099, 12, 31)


class LicenceForm(RecordForm):
    """An administrative licence: decision, kind, certificate, content, from when to when."""

    facts = None
    who_title = _("Who was licensed")
    labels = {"title": _("Name of the licence decision"), "authority": _("Licensing authority")}
    hints = {"valid_until": _("2099-12-31 stands for a licence without end.")}
    sections = (
        Section(
            _("The licence"),
            (
                "title",
                "document_number",
                "decided_on",
                "licence_kind",
                "certificate",
                "certificate_number",
                "content",
                "valid_from",
                "valid_until",
                "legal_basis",
                "authority",
            ),
        ),
    )
    own_names = ("licence_kind", "certificate", "certificate_number", "content", "valid_from", "valid_until")
    own_needed = ("licence_kind", "content", "valid_from", "valid_until")
    spans = {
        "document_number": 3,
        "decided_on": 3,
        "licence_kind": 2,
        "certificate": 2,
        "certificate_number": 2,
        "valid_from": 3,
        "valid_until": 3,
    }

    def check(self, typed) -> None:
        start, end = typed.get("valid_from"), typed.get("valid_until")
        if start and end and end < start:
            self.add_error(
                "valid_until",
                ValidationError(
                    _("It would end before it begins. For a licence without end type %(use)s."),
                    code="order",
                    params={"use": WITHOUT_END.isoformat()},
                ),
            )
