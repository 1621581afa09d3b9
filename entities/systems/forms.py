"""What is typed to connect a system."""

from django import forms
from django.utils.translation import gettext_lazy as _

from entities.models import SubmittingBody
from entities.systems.models import ConnectedSystem, Scope


class SystemForm(forms.Form):
    """Which system of which body, and what it may do."""

    body = forms.ModelChoiceField(label=_("Body"), queryset=SubmittingBody.objects.none(), empty_label=None)
    name = forms.CharField(
        label=_("Name of the system"),
        max_length=ConnectedSystem._meta.get_field("name").max_length,
        help_text=_("Stands in the log as whoever did what the system does."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple, initial=Scope.values
    )

    def __init__(self, *args, bodies, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies
