"""Shapes of what is typed about commitments. What may be said is the services' business."""

from django import forms
from django.utils.translation import gettext_lazy as _

from entities.commitments.models import CommitmentTemplate
from entities.models import SubmittingBody


class GiveForm(forms.Form):
    """The signature."""

    agreed = forms.BooleanField(label=_("I have read the wording and bind the business by it."))
    signed_as = forms.CharField(label=_("Your name"), max_length=80, help_text=_("It is your signature."))


class CheckForm(forms.Form):
    """What was found."""

    kept = forms.TypedChoiceField(
        label=_("Result of the check"),
        choices=[("yes", _("It was kept")), ("no", _("It was broken"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    finding = forms.CharField(
        label=_("Finding"),
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("What was checked and found; the business reads it, and it stands in the record."),
    )


class ReasonForm(forms.Form):
    """Why something is taken back."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Whoever it concerns reads it."),
    )


class EnglishForm(forms.Form):
    """What a template lacks in English."""

    name = forms.CharField(label=_("name in English"), max_length=200, required=False)
    matter = forms.CharField(label=_("matter in English"), max_length=120, required=False)

    def __init__(self, *args, template: CommitmentTemplate, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text, self.fields["matter"].help_text = template.name_zh, template.matter_zh
        for field in ("name", "matter"):
            if getattr(template, f"{field}_en"):
                del self.fields[field]


class TemplateForm(forms.ModelForm):
    """A template, or a new wording of one."""

    class Meta:
        model = CommitmentTemplate
        fields = (
            "code", "matter_zh", "matter_en", "name_zh", "name_en", "text_zh", "text_en", "basis", "is_public", "checked_by",
            "check_within_days", "kept_type", "broken_type", "broken_class", "valid_from",
        )  # fmt: skip
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "text_zh": forms.Textarea({"rows": 5}),
            "text_en": forms.Textarea({"rows": 5}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checked_by"].queryset = SubmittingBody.objects.filter(
            is_active=True, kind=SubmittingBody.Kind.DEPARTMENT
        )

    def validate_unique(self) -> None:
        """Whether such a wording is there already is the service's business, which says it in its own words."""
