from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies.measures.models import Measure
from agencies.measures.services import Wanted
from entities.models import SubmittingBody


class MeasureForm(forms.Form):
    """What a department does because of a record."""

    body = forms.ModelChoiceField(SubmittingBody.objects.none(), label=_("Department that keeps it up"))
    title = forms.CharField(
        label=pgettext_lazy("against an entity", "Measure"),
        max_length=Measure._meta.get_field("title").max_length,
        help_text=_("What is restricted or watched, in a few words."),
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=Measure._meta.get_field("legal_basis").max_length
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty where it lasts as long as the record."),
    )

    def __init__(self, *args, bodies, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies
        if len(bodies) == 1:
            self.fields["body"].initial = bodies[0].pk
            self.fields["body"].widget = forms.HiddenInput()

    def wanted(self) -> Wanted:
        """What was typed, as the service takes it."""
        return Wanted(**self.cleaned_data)


class LiftForm(forms.Form):
    """Why a measure is lifted before its record ends."""

    because = forms.CharField(
        label=_("Why"),
        max_length=Measure._meta.get_field("lifted_because").max_length,
        help_text=_("The entity is told."),
    )
