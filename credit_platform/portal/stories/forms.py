"""Shapes of what is typed about stories. What may be told is the services' business."""

from django import forms
from django.utils.translation import gettext_lazy as _

from credit_platform.portal.stories.models import LONGEST, Story

_field = Story._meta.get_field


def _day(label: str, **how) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **how
    )


class StoryForm(forms.ModelForm):
    """A story to be proposed, of one entity."""

    records = forms.TypedMultipleChoiceField(
        label=_("Rests on"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Public commendations of the business. When one of them ends, the story is gone with it."
        ),
    )
    body = forms.ChoiceField(label=_("Proposed by"))

    class Meta:
        model = Story
        fields = ("title_zh", "text_zh", "title_en", "text_en", "shown_until")
        widgets = {
            "text_zh": forms.Textarea({"rows": 6, "maxlength": LONGEST, "lang": "zh-CN"}),
            "text_en": forms.Textarea({"rows": 6, "maxlength": LONGEST, "lang": "en"}),
            "shown_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    field_order = ("body", "records", "title_zh", "text_zh", "title_en", "text_en", "shown_until")

    def __init__(self, *args, records, bodies, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["records"].choices = [
            (one.pk, f"{one.title} · {one.document_number} · {one.authority or one.submitted_by}")
            for one in records
        ]
        self.fields["body"].choices = [(one.code, str(one)) for one in bodies]


class NothingForm(forms.Form):
    """For what is only to be confirmed."""


class ConsentForm(forms.Form):
    """The signature of who acts for the entity."""

    agreed = forms.BooleanField(
        label=_("I have read the story in both languages and want it to be told of us.")
    )
    signed_as = forms.CharField(label=_("Your name"), max_length=80, help_text=_("It is your signature."))

    def clean(self) -> dict:
        typed = super().clean()
        typed.pop("agreed", None)
        return typed


class PaperForm(forms.Form):
    """What was signed on paper."""

    signed_as = forms.CharField(label=_("Who signed for the business"), max_length=80)
    signed_on = _day(_("Signed on"))
    paper = forms.CharField(
        label=_field("consent_paper").verbose_name.capitalize(),
        max_length=200,
        help_text=_("Such as the number of the file in which it is kept."),
    )


class ReasonForm(forms.Form):
    """Why."""

    because = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("The business and the body that proposed it read it."),
    )
