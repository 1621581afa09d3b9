"""The forms by which the lead office enters one evaluation of the nation or the province, beside the files of many.

What is typed makes the same record as a row of the file: whoever sends the list afterwards brings in nothing twice.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from agencies.forms import RecordForm, Section
from entities.drafts import RecordDraft
from entities.grade_words import own_word, words_of
from entities.models import CreditRecord


class GivenEvaluationForm(RecordForm):
    """One result as it was given: nothing is decided here."""

    title = None
    facts = None
    legal_basis = None

    who_title = _("Whom it evaluates")
    labels = {
        "document_number": _("Number of the list"),
        "decided_on": _("Day of the result"),
        "authority": _("Evaluated by"),
    }
    hints = {"document_number": _("Left empty, the day of the result stands in its place.")}
    own_names: tuple[str, ...] = ("grade", "period")
    own_needed = ("grade",)
    sections: tuple[Section, ...] = (
        Section(_("The result"), ("grade", "decided_on", "period", "document_number", "authority")),
    )
    spans = {"document_number": 3, "decided_on": 3, "grade": 3, "period": 3, "scale": 3, "authority": 3}
    #: How the title begins.
    called = ""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document_number"].required = False
        # It is never the office that brings it in.
        self.fields["authority"].initial = ""

    @classmethod
    def initial_of(cls, record: CreditRecord) -> dict[str, Any]:
        initial = super().initial_of(record)
        number = record.document_number.removesuffix(f" {record.entity.credit_code}")
        return initial | {"document_number": "" if number == f"{record.decided_on}" else number}

    def title_of(self, typed: dict[str, Any]) -> str:
        return f"{self.called}：{typed.get('grade', '')}"

    def _draft(self, typed: dict[str, Any], *, decided_on: date) -> RecordDraft:
        entity = typed.get("entity")
        number = f"{typed.get('document_number') or decided_on} {entity.credit_code if entity else ''}"
        return super()._draft(typed | {"document_number": number.strip()}, decided_on=decided_on)


class NationalEvaluationForm(GivenEvaluationForm):
    """A national result, on the scale that the catalogue has for it."""

    called = "全国公共信用综合评价"


class ProvincialEvaluationForm(GivenEvaluationForm):
    """A provincial result; each province has grades of its own, so it stands as it was given."""

    called = "省级公共信用综合评价"
    own_names = ("grade", "scale", "period")
    sections = (
        Section(_("The result"), ("grade", "scale", "decided_on", "period", "document_number", "authority")),
    )
    hints = GivenEvaluationForm.hints | {"scale": _("Such as: A B C D.")}

    def check(self, typed: dict[str, Any]) -> None:
        scale = words_of(typed.get("scale") or "")
        if typed.get("grade") and scale and not own_word(typed["grade"], scale):
            self.add_error("grade", _("The grade is not among those that stand as its scale."))
