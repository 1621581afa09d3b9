"""Shapes of what is typed on the registry's own pages. What may be said is the services' business."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit_platform.common.bilingual import in_readers_language
from credit_platform.common.errors import InvalidInput
from entities import type_checks
from entities.corrections import following_of
from entities.drafts import RecordDraft, draft_of, extra_fields_for
from entities.intake.findings import QUESTION, Finding
from entities.models import CreditRecord, SeverityClass
from entities.penalty_kinds import PenaltyKind

DETAIL = "detail_"
#: From light to heavy as the law has them, what is not named there last.
KINDS = [
    *((kind.value, kind.label) for kind in PenaltyKind if kind != PenaltyKind.OTHER),
    (PenaltyKind.OTHER.value, PenaltyKind.OTHER.label),
]
LONGEST_REASON = CreditRecord._meta.get_field("ended_because").max_length


class ReasonForm(forms.Form):
    """A sentence that says why."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Will be kept with the record and told to the entity."),
    )


class KeepForm(forms.Form):
    """Why a record stays in force that somebody asked to be withdrawn."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Will be told within your office."),
    )


class AgreeForm(forms.Form):
    """Nothing is typed where one agrees to what another wrote."""


class NoteForm(forms.Form):
    """What a reviewer asks to be changed."""

    note = forms.CharField(
        label=_("What is to be changed"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Goes to whoever entered the record."),
    )


class CorrectionForm(forms.Form):
    """A record as it should read, and why; the fields of its type follow from the catalogue."""

    spans = {
        "decided_on": 3, "severity_class": 3, "amount": 3, "document_number": 3,
    }  # fmt: skip
    units = {"amount": _("yuan")}

    document_number = forms.CharField(label=_("Document number"), disabled=True)
    decided_on = forms.DateField(
        label=_("Decided on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    title = forms.CharField(label=_("What was decided"), max_length=300)
    facts = forms.CharField(label=_("Facts"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    legal_basis = forms.CharField(label=_("Legal basis"), required=False, max_length=500)
    authority = forms.CharField(label=_("Deciding authority"), required=False, max_length=200)
    severity_class = forms.ChoiceField(label=_("Class"), required=False, choices=SeverityClass.choices)
    penalty_kinds = forms.MultipleChoiceField(
        label=_("Kinds of penalty"),
        required=False,
        choices=KINDS,
        widget=forms.CheckboxSelectMultiple,
    )
    amount = forms.DecimalField(label=_("Amount"), required=False, min_value=0, decimal_places=2)

    def __init__(self, *args, record: CreditRecord, **kwargs) -> None:
        self.record = record
        kwargs.setdefault("initial", initial_of(record))
        super().__init__(*args, **kwargs)
        if record.record_type.polarity == record.record_type.Polarity.NEGATIVE:
            self.fields["legal_basis"].required = True
        else:
            for name in ("severity_class", "penalty_kinds", "amount"):
                del self.fields[name]
        for extra in extra_fields_for(record):
            self.fields[DETAIL + extra["name"]] = field_for(extra)
        # The box shows only where two things contradict each other.
        self.fields["is_right"] = forms.BooleanField(
            label=_("It is right as it stands"), required=False, widget=forms.HiddenInput
        )
        self.fields["because"] = ReasonForm.base_fields["because"]
        self.following = following_of(record.record_type.code)
        if self.following is not None:
            for name in self.following.unasked:
                del self.fields[name]
            for name, label in self.following.labels.items():
                self.fields[name].label = label

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if self.following is not None:
            for name, says in self.following.problems(self._details(typed)).items():
                self.add_error(DETAIL + name, says)
        if not self.errors:
            self._ask_about(
                type_checks.unanswered(self.record.record_type.code, self.draft(), standing=[self.record])
            )
        return typed

    def _ask_about(self, findings: Iterable[Finding]) -> None:
        """Refuse what is wrong by the checks of the type; what is only asked, a person may confirm."""
        for finding in findings:
            if finding.level == QUESTION:
                self.fields["is_right"].widget = forms.CheckboxInput()
                if self.cleaned_data["is_right"]:
                    continue
            place = DETAIL + finding.field if DETAIL + finding.field in self.fields else finding.field
            self.add_error(place if place in self.fields else None, finding.text)

    def draft(self) -> RecordDraft:
        """What was typed, as the service takes it; only after the form was found valid."""
        typed, record = self.cleaned_data, self.record
        details = self._details(typed)
        return RecordDraft(
            document_number=record.document_number,
            title=self.following.title(details) if self.following else typed["title"],
            decided_on=typed["decided_on"],
            facts=typed.get("facts", record.facts),
            legal_basis=typed.get("legal_basis", record.legal_basis),
            authority=typed["authority"],
            severity_class=typed.get("severity_class", ""),
            penalty_kinds=tuple(typed.get("penalty_kinds", ())),
            amount=typed.get("amount"),
            details=details,
        )

    @staticmethod
    def _details(typed: dict[str, Any]) -> dict[str, str]:
        return {
            name.removeprefix(DETAIL): str(value) for name, value in typed.items() if name.startswith(DETAIL)
        }


def initial_of(record: CreditRecord) -> dict:
    """What the record says, as the initial values of a `CorrectionForm`."""
    draft = draft_of(record)
    names = (
        "document_number",
        "title",
        "decided_on",
        "facts",
        "legal_basis",
        "authority",
        "severity_class",
        "amount",
    )
    return {
        **{name: getattr(draft, name) for name in names},
        "penalty_kinds": list(draft.penalty_kinds),
        **{DETAIL + name: value for name, value in draft.details.items()},
    }


def field_for(extra: dict) -> forms.Field:
    """The form field of one of the catalogue's extra fields."""
    label = in_readers_language(extra.get("label_zh", ""), extra.get("label_en", ""))
    common = {"label": label, "required": bool(extra.get("required"))}
    match extra["type"]:
        case "date":
            return forms.CharField(
                **common, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            )
        case "money":
            return forms.CharField(**common, help_text=_("In yuan."))
        case "code":
            choices = [
                (choice["code"], in_readers_language(choice.get("label_zh", ""), choice.get("label_en", "")))
                for choice in extra.get("choices", ())
            ]
            return forms.ChoiceField(**common, choices=[("", "–"), *choices])
    return forms.CharField(**common, max_length=500)


def show_problems(form: forms.BaseForm, refused: InvalidInput) -> None:
    """Put what a service found wrong beside the fields that it concerns."""
    for name, sentences in refused.problems.items():
        place = name.replace("details.", DETAIL, 1)
        for sentence in sentences:
            form.add_error(place if place in form.fields else None, sentence)
