from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from credit_platform.ui.forms import FileDrop
from entities.models import CreditRecord, Entity, RecordType, SubmittingBody
from repair.forms import PROOF_ENDINGS, NeededToFile, WithProblems

BODIES = (SubmittingBody.Kind.DEPARTMENT, SubmittingBody.Kind.ASSOCIATION)


class AskForm(NeededToFile):
    """Which record is missing, as far as the entity knows; what is wrong the service says."""

    entity = forms.ModelChoiceField(label=_("For"), queryset=Entity.objects.none(), empty_label=None)
    body = forms.ModelChoiceField(
        label=_("Which body made the decision"),
        queryset=SubmittingBody.objects.filter(kind__in=BODIES, is_active=True).order_by("kind", "code"),
        required=False,
        empty_label=_("Choose"),
    )
    record_type = forms.ModelChoiceField(
        label=_("What kind of record"),
        queryset=RecordType.objects.order_by("polarity", "code"),
        required=False,
        empty_label=_("Choose"),
    )
    document_number = forms.CharField(
        label=_("Document number"), max_length=128, required=False, help_text=_("As it stands on the paper.")
    )
    decided_on = forms.DateField(
        label=_("Decided on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    statement = forms.CharField(
        label=_("What is missing, and how you know of it"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
    )
    paper = forms.FileField(
        label=_("The paper itself"),
        required=False,
        widget=FileDrop(accept=PROOF_ENDINGS, max_bytes=settings.EVIDENCE_MAX_BYTES),
    )

    def __init__(self, *args, entities, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["entity"]
        field.queryset = entities
        if len(entities) == 1:
            field.initial, field.widget = entities[0], forms.HiddenInput()

    def needed_to_file(self) -> set[str]:
        return {"body", "record_type", "statement"}


class AnswerForm(WithProblems):
    """The record that was asked for, among those that fit."""

    use_required_attribute = False

    record = forms.ModelChoiceField(
        label=_("The record that was asked for"),
        queryset=CreditRecord.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose the record that was asked for.")},
    )

    def __init__(self, *args, candidates, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["record"].queryset = candidates
        self.fields["record"].label_from_instance = lambda record: (
            f"{record.document_number} · {record.title}"
        )


class WordsForm(NeededToFile):
    """The words of a step; which step it is the pressed button says."""

    note = forms.CharField(
        label=_("Reasons"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )

    def needed_to_file(self) -> set[str]:
        return {"note"}
