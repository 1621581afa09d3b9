from django import forms
from django.utils.translation import gettext_lazy as _

from entities.statements.models import LONGEST


class StatementForm(forms.Form):
    """What shall stand beside the record."""

    text = forms.CharField(
        label=_("Your statement"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4}),
        help_text=_(
            "A few plain sentences, shown wherever the record is shown, the public included. At most 500 characters."
        ),
    )


class HideForm(forms.Form):
    """Why a statement is hidden."""

    because = forms.CharField(label=_("Why"), max_length=300, help_text=_("The entity is told."))
