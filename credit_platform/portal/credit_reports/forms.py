"""Shapes of what is typed about credit reports. What may be said is the services' business."""

from django import forms
from django.utils.translation import gettext_lazy as _, ngettext

from credit_platform.portal.credit_reports.models import LentCode, Part
from credit_platform.portal.credit_reports.services import OFFERED_DAYS


class OpenForm(forms.Form):
    """A code, and who uses it for what."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput({"class": "code", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Sixteen signs that the business gave you."),
    )
    who = forms.CharField(
        label=_("Who you are"),
        max_length=120,
        help_text=_("A person and the organisation; the business reads it."),
    )
    why = forms.CharField(
        label=_("What you need it for"),
        max_length=200,
        help_text=_("Such as a tender or a loan; the business reads it, and it stands on the report."),
    )


def _days() -> list[tuple[int, str]]:
    return [(days, ngettext("%(n)d day", "%(n)d days", days) % {"n": days}) for days in OFFERED_DAYS]


class LendForm(forms.Form):
    """To whom an entity lends a code, and what it opens."""

    for_whom = forms.CharField(
        label=_("For whom"),
        max_length=LentCode._meta.get_field("for_whom").max_length,
        help_text=_("You know the code by it; whoever uses it says their own name."),
    )
    parts = forms.MultipleChoiceField(
        label=_("What the report tells of"),
        choices=Part.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Registration and lists stand in every report."),
    )
    also_unpublished = forms.BooleanField(
        label=_("Also records that are not public"),
        required=False,
        help_text=LentCode._meta.get_field("also_unpublished").help_text,
    )
    days = forms.TypedChoiceField(label=_("Good for"), coerce=int, choices=_days, initial=7)
