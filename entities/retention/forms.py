"""Shapes of what is typed about retention."""

from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from entities.retention.models import KeepingPeriod
from entities.retention.others import all_others


def _tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


class PeriodForm(forms.Form):
    """How long papers of a kind are kept, from which day on."""

    spans = {"what": 6, "months": 3, "valid_from": 3}

    what = forms.ChoiceField(
        label=_("Papers"), choices=lambda: [(other.code, str(other.label)) for other in all_others()]
    )
    months = forms.IntegerField(
        label=pgettext_lazy("a length of time", "Months"),
        min_value=1,
        max_value=1200,
        required=False,
        help_text=KeepingPeriod._meta.get_field("months").help_text,
    )
    valid_from = forms.DateField(
        label=_("Valid from"),
        initial=_tomorrow,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("On which decision or text it stands"),
        max_length=KeepingPeriod._meta.get_field("reason").max_length,
    )
