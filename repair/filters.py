"""Narrowing a list of cases, the same for the page and the API."""

import django_filters
from django import forms
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entities.models import SubmittingBody
from repair import policies
from repair.models import Case


class Standing(TextChoices):
    MINE = "mine", _("My turn")
    OPEN = "open", _("Open")
    OVERDUE = "overdue", _("Overdue")
    DECIDED = "decided", _("Decided")
    CLOSED = "closed", _("Withdrawn or settled")


class CaseFilter(django_filters.FilterSet):
    """By whose turn it is, state, department and words."""

    standing = django_filters.ChoiceFilter(
        label=_("Standing"), choices=Standing.choices, empty_label=_("All cases"), method="by_standing"
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Case.Kind.choices, empty_label=_("Any kind"))
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=Case.State.choices, empty_label=_("Any state")
    )
    body = django_filters.ModelChoiceFilter(
        label=_("Department"),
        field_name="deciding_body",
        to_field_name="code",
        empty_label=_("Any department"),
        queryset=SubmittingBody.objects.filter(kind=SubmittingBody.Kind.DEPARTMENT),
    )
    q = django_filters.CharFilter(
        label=_("Number, name or code"),
        method="by_words",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Number, name or code")}),
    )

    class Meta:
        model = Case
        fields = ("standing", "kind", "state", "body", "q")

    def by_standing(self, cases, name, value):
        today, user = timezone.localdate(), self.request.user
        match value:
            case Standing.MINE:
                return cases.filter(policies.cases_waiting_for(user, today))
            case Standing.OPEN:
                return cases.filter(state__in=Case.OPEN)
            case Standing.OVERDUE:
                return cases.filter(due_on__lt=today)
            case Standing.DECIDED:
                return cases.filter(decided_at__isnull=False)
        return cases.filter(state__in=(Case.State.WITHDRAWN, Case.State.SETTLED))

    def by_words(self, cases, name, value):
        return cases.filter(
            Q(number__icontains=value)
            | Q(entity__name_zh__icontains=value)
            | Q(entity__name_en__icontains=value)
            | Q(entity__credit_code__iexact=value)
            | Q(record__document_number__icontains=value)
            | Q(joint__number__icontains=value)
        )
