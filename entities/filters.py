"""How lists of records are narrowed; pages and the API offer the same."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entities.models import CreditRecord, Entity, RecordType, SeverityClass
from entities.naming import name_key

#: Older decisions are found by words; the list of years stays short.
FIRST_YEAR = 2014


def years() -> list[tuple[int, int]]:
    """The years that a record may be of, this one first."""
    return [(year, year) for year in range(timezone.localdate().year, FIRST_YEAR - 1, -1)]


def containing(records: QuerySet, text: str) -> QuerySet:
    """The records whose number or title contains the text, or whose entity's name does or code begins with it.

    What is said by the record and what by its entity are two questions, so that each has its index: asked as
    one, the whole table would be read.
    """
    by_words = CreditRecord.objects.filter(Q(document_number__icontains=text) | Q(title__icontains=text))
    entities = Entity.objects.filter(
        Q(credit_code__startswith=text.upper()) | Q(name_key__contains=name_key(text))
    )
    by_entity = CreditRecord.objects.filter(entity__in=entities)
    return records.filter(pk__in=by_words.values("pk").union(by_entity.values("pk")))


class RecordFilter(django_filters.FilterSet):
    """By words, type, class, state and days of decision: for programs, which write days without a mistake."""

    q = django_filters.CharFilter(
        method="containing",
        label=_("Number, title or entity"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Number, title or entity")}),
    )
    record_type = django_filters.ModelChoiceFilter(
        queryset=RecordType.objects.all(),
        to_field_name="code",
        label=_("Record type"),
        empty_label=_("Every type"),
    )
    severity_class = django_filters.ChoiceFilter(
        choices=[choice for choice in SeverityClass.choices if choice[0]],
        label=_("Class"),
        empty_label=_("Every class"),
    )
    status = django_filters.ChoiceFilter(
        choices=CreditRecord.Status.choices, label=_("State"), empty_label=_("Every state")
    )
    decided_from = django_filters.DateFilter(
        field_name="decided_on",
        lookup_expr="gte",
        label=_("Decided from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    decided_to = django_filters.DateFilter(
        field_name="decided_on",
        lookup_expr="lte",
        label=_("Decided to"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = CreditRecord
        fields = ("q", "record_type", "severity_class", "status", "decided_from", "decided_to")

    def containing(self, records: QuerySet, name: str, text: str) -> QuerySet:
        return containing(records, text)


class OwnRecordFilter(RecordFilter):
    """The same for people, who choose a year instead of two days."""

    decided_from = decided_to = None
    year = django_filters.ChoiceFilter(
        field_name="decided_on",
        lookup_expr="year",
        label=_("Year"),
        empty_label=_("Every year"),
        choices=years,
    )

    class Meta:
        model = CreditRecord
        fields = ("q", "record_type", "severity_class", "status", "year")
