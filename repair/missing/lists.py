"""The list of what is missing as its address asks for it: the page, the API and the files made of it take the same."""

from types import SimpleNamespace

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet, TextChoices
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from credit_platform.common.exporting import Column, Kind
from entities.models import SubmittingBody
from entities.sharing import exports
from repair.missing import policies, selectors
from repair.missing.models import MissingRecord
from repair.policies import is_lead

SORTS = {
    "due": "due_on",
    "entity": "entity__name_zh",
    "number": "number",
    "filed": "filed_at",
    "state": "state",
}


class Standing(TextChoices):
    MINE = "mine", gettext_lazy("My turn")
    OPEN = "open", pgettext_lazy("cases", "Open")
    OVERDUE = "overdue", gettext_lazy("Overdue")
    ANSWERED = "answered", gettext_lazy("Answered")


class MissingFilter(django_filters.FilterSet):
    """By whose turn it is, state, body and words."""

    standing = django_filters.ChoiceFilter(
        label=gettext_lazy("Standing"),
        choices=Standing.choices,
        empty_label=gettext_lazy("All"),
        method="by_standing",
    )
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=MissingRecord.State.choices,
        empty_label=gettext_lazy("Any state"),
    )
    body = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Department"),
        to_field_name="code",
        empty_label=gettext_lazy("Any department"),
        queryset=SubmittingBody.objects.filter(kind=SubmittingBody.Kind.DEPARTMENT),
    )
    q = django_filters.CharFilter(
        label=gettext_lazy("Number, name or code"),
        method="by_words",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Number, name or code")}),
    )

    class Meta:
        model = MissingRecord
        fields = ("standing", "state", "body", "q")

    def by_standing(self, found, name, value):
        match value:
            case Standing.MINE:
                return found.filter(policies.waiting_for(self.request.user))
            case Standing.OPEN:
                return found.open()
            case Standing.OVERDUE:
                return found.open().filter(due_on__lt=timezone.localdate())
        return found.filter(answered_at__isnull=False)

    def by_words(self, found, name, value):
        return found.filter(
            Q(number__icontains=value)
            | Q(entity__name_zh__icontains=value)
            | Q(entity__name_en__icontains=value)
            | Q(entity__credit_code__iexact=value)
            | Q(document_number__icontains=value)
        )


def missing_records(user, params: QueryDict) -> tuple[MissingFilter, QuerySet[MissingRecord]]:
    """The filter and what is missing in its order, what is open first unless another is asked for."""
    found = MissingFilter(params, selectors.missing_for_list(user=user), request=SimpleNamespace(user=user))
    if not is_lead(user):
        del found.form.fields["body"]
    sort = params.get("sort", "")
    if sort.lstrip("-") not in SORTS:
        return found, found.qs
    by = F(SORTS[sort.lstrip("-")])
    order = by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True)
    return found, found.qs.order_by(order, "-pk")


def offer() -> None:
    """Offer the list as a file; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="missing-records",
            title=gettext_lazy("Missing records"),
            rows=lambda user, params: missing_records(user, params)[1],
            columns=_columns,
        )
    )


def _columns() -> list[Column]:
    return [
        Column("number", _("Number"), lambda missing: missing.number),
        Column("state", _("State"), lambda missing: missing.get_state_display()),
        Column("credit_code", _("Unified social credit code"), lambda missing: missing.entity.credit_code),
        Column("entity", _("Entity"), lambda missing: missing.entity.name),
        Column("record_type", _("Record type"), lambda missing: str(missing.record_type)),
        Column("document_number", _("Document number"), lambda missing: missing.document_number),
        Column("body", _("Body"), lambda missing: str(missing.body)),
        Column("filed", _("Filed"), lambda missing: missing.filed_at, Kind.MOMENT),
        Column("due", _("Deadline"), lambda missing: missing.due_on if missing.is_open else None, Kind.DAY),
        Column("answered", _("Answered"), lambda missing: missing.answered_at, Kind.MOMENT),
    ]
