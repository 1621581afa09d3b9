"""Shapes of what the lead office types about drafts and simulations."""

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from evaluation.schemes import SchemeDocument


class HeadForm(forms.Form):
    """What stands around a document."""

    spans = {"name_zh": 3, "name_en": 3, "effective_from": 2, "reason": 4}

    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=200)
    effective_from = forms.DateField(
        label=gettext_lazy("In force from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Tomorrow at the earliest."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept with the version; the colleague who publishes it reads it first."),
    )

    def show(self, problems: dict[str, list[str]]) -> list[str]:
        """Put what is wrong beside its field; returns what has none."""
        homeless = []
        for name, sentences in problems.items():
            for sentence in sentences:
                if name in self.fields:
                    self.add_error(name, sentence)
                elif not name.startswith("document."):
                    homeless.append(sentence)
        return homeless


class ShownForm(forms.Form):
    """The document as the form was shown with, so that what was typed is put where it was asked for."""

    shown = forms.CharField(widget=forms.HiddenInput)

    def clean_shown(self) -> dict[str, Any]:
        try:
            shown = json.loads(self.cleaned_data["shown"])
        except json.JSONDecodeError as error:
            raise forms.ValidationError(_("The form came back damaged; load the page again.")) from error
        if not isinstance(shown, dict):
            raise forms.ValidationError(_("The form came back damaged; load the page again."))
        return shown


class SourceForm(forms.Form):
    """The document as text."""

    source = forms.CharField(
        label=gettext_lazy("The document, as data"),
        widget=forms.Textarea(attrs={"rows": 34, "spellcheck": "false", "class": "source", "wrap": "off"}),
    )


class PlanForm(forms.Form):
    """How often entities of each grade are inspected, so that the load can be told. All of it may be left out."""

    def __init__(
        self, data, *, document: SchemeDocument, base: SchemeDocument, initial: dict[str, float]
    ) -> None:
        super().__init__(data)
        meanings = {grade.letter: str(grade.meaning) for grade in (*base.scale, *document.scale)}
        self.letters = [*meanings, ""]
        self.spans = dict.fromkeys((self.name_of(number) for number in range(len(self.letters))), 2)
        for number, letter in enumerate(self.letters):
            self.fields[self.name_of(number)] = forms.DecimalField(
                label=_("Grade %(letter)s") % {"letter": letter} if letter else _("Not rated"),
                required=False,
                min_value=0,
                max_value=Decimal(100_000),
                max_digits=8,
                decimal_places=2,
                help_text=meanings.get(letter, ""),
                initial=initial.get(letter),
            )

    @staticmethod
    def name_of(number: int) -> str:
        return f"grade_{number}"

    def plan(self) -> dict[str, float]:
        """The inspections a year for a hundred entities of each grade; empty where none was typed."""
        typed = {
            letter: self.cleaned_data[self.name_of(number)] for number, letter in enumerate(self.letters)
        }
        return {letter: float(value) for letter, value in typed.items() if value is not None}


class ReturnForm(forms.Form):
    """What is to be changed before a draft is put before a colleague again."""

    note = forms.CharField(
        label=gettext_lazy("What is to be changed"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
