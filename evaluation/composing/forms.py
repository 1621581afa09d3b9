"""Shapes of what the lead office types about drafts and simulations."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from entities.models import RecordType
from evaluation.composing.beginnings import NOTHING, Origin
from evaluation.composing.planned import Planned
from evaluation.models import Scheme
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


class NewSchemeForm(forms.Form):
    """What a scheme is that there is not yet: its names and kind, who may see its grade, and what it begins from."""

    spans = {
        "origin": 6, "code": 2, "name_zh": 2, "name_en": 2, "family": 2, "entity": 2, "public": 2,
        **dict.fromkeys(("purpose_zh", "purpose_en", "basis_zh", "basis_en", "seen_zh", "seen_en"), 3),
    }  # fmt: skip

    origin = forms.ChoiceField(label=gettext_lazy("Begin from"), initial=NOTHING)
    types = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Records that it looks at"),
        queryset=RecordType.objects.order_by("family", "polarity", "code"),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Only for a scheme from nothing: each kind gets a component that gives no points yet. A copy looks at what"
            " the other looks at."
        ),
    )
    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=60,
        help_text=gettext_lazy(
            "Small letters, digits and hyphens; it stands in addresses and files and does not change."
        ),
    )
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=200)
    family = forms.ChoiceField(label=gettext_lazy("Family"), choices=Scheme.Family)
    entity = forms.BooleanField(label=gettext_lazy("The entity itself sees its result"), required=False)
    public = forms.BooleanField(
        label=gettext_lazy("The result is public"),
        required=False,
        help_text=gettext_lazy("Only where a legal basis says that it may be."),
    )
    purpose_zh = forms.CharField(
        label=gettext_lazy("Purpose in Chinese"), widget=forms.Textarea(attrs={"rows": 2})
    )
    purpose_en = forms.CharField(
        label=gettext_lazy("Purpose in English"), widget=forms.Textarea(attrs={"rows": 2})
    )
    basis_zh = forms.CharField(
        label=gettext_lazy("Legal basis in Chinese"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    basis_en = forms.CharField(
        label=gettext_lazy("Legal basis in English"), widget=forms.Textarea(attrs={"rows": 2})
    )
    seen_zh = forms.CharField(
        label=gettext_lazy("On what basis it is seen, in Chinese"), widget=forms.Textarea(attrs={"rows": 2})
    )
    seen_en = forms.CharField(
        label=gettext_lazy("On what basis it is seen, in English"), widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data, *, of_city: Sequence[Origin], examples: Sequence[Origin]) -> None:
        super().__init__(data)
        self.fields["types"].required = data is None or data.get("origin") == NOTHING
        self.fields["origin"].choices = [
            (NOTHING, _("Nothing: grades and kinds of records alone")),
            (_("A copy of a scheme of the city"), [(one.code, one.name) for one in of_city]),
            (_("A copy of a method published elsewhere"), [(one.code, one.name) for one in examples]),
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        is_seen = said.get("entity") or said.get("public")
        if said.get("family") == Scheme.Family.RISK and is_seen:
            self.add_error("family", _("An internal risk class is for officials only."))
        public = [one for one in said.get("types", ()) if one.family == RecordType.Family.PUBLIC]
        if said.get("origin") == NOTHING and said.get("types") and not public:
            self.add_error("types", _("Choose at least one kind of public credit information."))
        return said

    def head(self) -> dict[str, Any]:
        """What the document says of the scheme itself."""
        said = self.cleaned_data

        def words(name: str) -> dict[str, str]:
            return {"zh": said[f"{name}_zh"], "en": said[f"{name}_en"]}

        return {
            "family": said["family"],
            "seen_by": {"entity": said["entity"], "public": said["public"], "basis": words("seen")},
            "purpose": words("purpose"),
            "basis": words("basis"),
        }

    def show(self, problems: dict[str, list[str]]) -> None:
        """Put what was refused beside its field; what has none stands above."""
        for name, sentences in problems.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


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
        self,
        data,
        *,
        document: SchemeDocument,
        base: SchemeDocument,
        initial: dict[str, float],
        planned: Mapping[str, Planned],
    ) -> None:
        """`planned` is what rules in force say; it goes before `initial`, what was typed the last time."""
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
                help_text=self._said_of(letter, meanings, planned),
                initial=planned[letter].for_a_hundred if letter in planned else initial.get(letter),
            )

    @staticmethod
    def _said_of(letter: str, meanings: Mapping[str, str], planned: Mapping[str, Planned]) -> str:
        rule = (
            _("By the rule “%(rule)s”") % {"rule": planned[letter].rule}
            if letter in planned
            else _("No rule")
        )
        return " · ".join(filter(None, (meanings.get(letter, ""), rule)))

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
