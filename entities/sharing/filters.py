"""How the access log is searched; pages and the interface for systems offer the same."""

from datetime import datetime, time, timedelta

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from credit_platform.audit.models import AccessEntry
from entities.models import Entity, SubmittingBody
from entities.naming import name_key


def _day(label) -> dict:
    return {"label": label, "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class LookFilter(django_filters.FilterSet):
    """By entity, person, body, way and days."""

    q = django_filters.CharFilter(
        method="about",
        label=_("Entity or person"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Code, name or person")}),
    )
    body = django_filters.ModelChoiceFilter(
        method="of_body",
        queryset=SubmittingBody.objects.all(),
        to_field_name="code",
        label=_("For which body"),
        empty_label=_("Every body"),
    )
    way = django_filters.ChoiceFilter(
        choices=AccessEntry.Way.choices, label=_("By what way"), empty_label=_("Every way")
    )
    since = django_filters.DateFilter(method="from_day", **_day(_("From day")))
    until = django_filters.DateFilter(method="to_day", **_day(_("To day")))

    class Meta:
        model = AccessEntry
        fields = ("q", "body", "way", "since", "until")

    def about(self, looks: QuerySet, name: str, text: str) -> QuerySet:
        # By the entity's key, which the log is sorted by; a person's name is only looked for beside it.
        key = name_key(text)
        meant = Entity.objects.filter(Q(credit_code=key) | Q(name_key__contains=key)).values_list(
            "pk", flat=True
        )
        return looks.filter(Q(subject_id__in=list(meant[:MOST_MEANT])) | Q(actor_name__icontains=text))

    @extend_schema_field(OpenApiTypes.STR)
    def of_body(self, looks: QuerySet, name: str, body: SubmittingBody) -> QuerySet:
        return looks.filter(body_id=body.pk)

    def from_day(self, looks: QuerySet, name: str, day) -> QuerySet:
        return looks.filter(at__gte=_begin_of(day))

    def to_day(self, looks: QuerySet, name: str, day) -> QuerySet:
        return looks.filter(at__lt=_begin_of(day + timedelta(days=1)))


#: A fragment of a name may fit a whole trade; more entities than these are asked for more exactly.
MOST_MEANT = 500


def _begin_of(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
