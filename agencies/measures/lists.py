"""The list of measures as its address asks for it: the page and the files made of it take the same."""

from types import SimpleNamespace

import django_filters
from django import forms
from django.db.models import Case as Choose, F, IntegerField, Q, QuerySet, TextChoices, Value, When
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy, pgettext, pgettext_lazy

from agencies.measures import policies, selectors
from agencies.measures.models import Measure, stands_today
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.models import RecordType, SubmittingBody
from entities.naming import name_key
from entities.policies import bodies_of, is_lead
from entities.sharing import exports

SORTS = {
    "since": "since",
    "until": "until",
    "lifted": "lifted_at",
    "entity": "record__entity__name_key",
    "measure": "title",
}


class Standing(TextChoices):
    IN_FORCE = "in-force", pgettext_lazy("measures", "In force")
    OVER = "over", gettext_lazy("Over")


def _bodies(request) -> QuerySet[SubmittingBody]:
    """Those whose measures the reader has in the list."""
    departments = SubmittingBody.objects.filter(kind=SubmittingBody.Kind.DEPARTMENT)
    return departments if is_lead(request.user) else departments.filter(pk__in=bodies_of(request.user))


class MeasureFilter(django_filters.FilterSet):
    """By standing, kind of record, department and words."""

    standing = django_filters.ChoiceFilter(
        label=gettext_lazy("Standing"),
        choices=Standing.choices,
        empty_label=gettext_lazy("All"),
        method="by_standing",
    )
    kind = django_filters.ModelChoiceFilter(
        field_name="record__record_type",
        label=gettext_lazy("Record type"),
        to_field_name="code",
        empty_label=gettext_lazy("Every type"),
        queryset=RecordType.objects.filter(polarity="negative", family="public"),
    )
    body = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Department"),
        to_field_name="code",
        empty_label=gettext_lazy("Any department"),
        queryset=_bodies,
    )
    q = django_filters.CharFilter(
        label=gettext_lazy("Measure, name or code"),
        method="by_words",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Measure, name or code")}
        ),
    )

    class Meta:
        model = Measure
        fields = ("standing", "kind", "body", "q")

    def by_standing(self, found, name, value):
        return found.filter(stands_today()) if value == Standing.IN_FORCE else found.exclude(stands_today())

    def by_words(self, found, name, value):
        return found.filter(
            Q(title__icontains=value)
            | Q(legal_basis__icontains=value)
            | Q(record__entity__credit_code__startswith=value.upper())
            | Q(record__entity__name_key__contains=name_key(value))
        )


def measures_asked(user, params: QueryDict) -> tuple[MeasureFilter, QuerySet[Measure]]:
    """The filter and the measures in its order: what is in force first, then the newest, unless another is asked for.

    `Missing` for who has no such list: it is of departments and of the lead office.
    """
    if not policies.may_see_list(user):
        raise Missing
    found = MeasureFilter(params, selectors.measures_for_list(user=user), request=SimpleNamespace(user=user))
    if len(found.form.fields["body"].queryset) < 2:
        del found.form.fields["body"]
    sort = params.get("sort", "")
    if sort.lstrip("-") not in SORTS:
        is_over = Choose(When(stands_today(), then=Value(0)), default=Value(1), output_field=IntegerField())
        return found, found.qs.order_by(is_over, "-since", "-pk")
    by = F(SORTS[sort.lstrip("-")])
    order = by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True)
    return found, found.qs.order_by(order, "-pk")


def offer() -> None:
    """Offer the list as a file; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="measures",
            title=gettext_lazy("Measures"),
            rows=lambda user, params: measures_asked(user, params)[1],
            columns=_columns,
            records=lambda measure: (measure.record,),
        )
    )


def _columns() -> list[Column]:
    return [
        Column("measure", pgettext("against an entity", "Measure"), lambda one: one.title),
        Column("legal_basis", _("Legal basis"), lambda one: one.legal_basis),
        Column("body", _("Department"), lambda one: str(one.body)),
        Column("credit_code", _("Unified social credit code"), lambda one: one.record.entity.credit_code),
        Column("entity", _("Entity"), lambda one: one.record.entity.name),
        Column("record_type", _("Record type"), lambda one: str(one.record.record_type)),
        Column("document_number", _("Document number"), lambda one: one.record.document_number),
        Column("since", _("Since"), lambda one: one.since, Kind.DAY),
        Column("until", _("Last day"), lambda one: one.until, Kind.DAY),
        Column("stands", _("In force"), lambda one: one.stands, Kind.FLAG),
        Column("lifted_at", _("Lifted"), lambda one: one.lifted_at, Kind.MOMENT),
        Column("lifted_by", _("Lifted by"), lambda one: one.who_lifted),
        Column("lifted_because", _("Why"), lambda one: one.lifted_because),
    ]
