"""Shapes of what is typed about a prior notice."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from associations.forewarning.models import NoticeTerm
from associations.forewarning.services import LONGEST


def _tomorrow():
    return timezone.localdate() + timedelta(days=1)


class DeliveryForm(forms.Form):
    """On which day and how the member got the notice."""

    told_on = forms.DateField(
        label=_("Delivered on"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    how = forms.CharField(
        label=_("How"),
        max_length=200,
        help_text=_("By post with a receipt, by hand to whom. The time runs from that day."),
    )


class ClaimForm(forms.Form):
    """What the member has done."""

    text = forms.CharField(
        label=_("What you have done, and when"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("The association reads it and answers. Until then the record does not count."),
    )


class ConfirmForm(forms.Form):
    """A word to the member, if there is one."""

    answer = forms.CharField(
        label=_("What you saw"), max_length=LONGEST, required=False, widget=forms.Textarea({"rows": 3})
    )


class ReasonForm(forms.Form):
    """Why; the member reads it."""

    because = forms.CharField(
        label=_("Why"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The member is told."),
    )


class TermForm(forms.Form):
    """How long members have, from which day on."""

    spans = {"days": 3, "counting": 3, "valid_from": 3}

    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=365)
    counting = forms.ChoiceField(label=_("Counted in"), choices=NoticeTerm.Counting.choices)
    valid_from = forms.DateField(
        label=_("Valid from"),
        initial=_tomorrow,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("On which decision or text it stands"),
        max_length=NoticeTerm._meta.get_field("reason").max_length,
    )
