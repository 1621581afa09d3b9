"""The register and the library of commitments, narrowed and as files."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from entities.commitments import policies, selectors
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.naming import name_key
from entities.sharing import exports


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="commitments", title=gettext_lazy("Commitments"), rows=register_asked, columns=_columns
        )
    )
    exports.register(
        exports.Export(
            code="commitment-templates",
            title=gettext_lazy("Templates of commitments"),
            rows=library_asked,
            columns=_columns_of_templates,
        )
    )


def state_asked(params: QueryDict) -> str:
    """The state that the address names; those to be kept without one."""
    asked = params.get("state", "")
    return asked if asked in Commitment.State.values else Commitment.State.GIVEN


class CommitmentFilter(django_filters.FilterSet):
    """By who checks it, by template, and by words."""

    body = django_filters.ModelChoiceFilter(
        field_name="template__checked_by",
        label=gettext_lazy("Checked by"),
        to_field_name="code",
        empty_label=gettext_lazy("Any department"),
        queryset=lambda request: selectors.checking_bodies(),
    )
    template = django_filters.ModelChoiceFilter(
        method="of_template",
        label=gettext_lazy("Template"),
        to_field_name="pk",
        empty_label=gettext_lazy("Every template"),
        queryset=lambda request: selectors.newest_wordings(),
    )
    q = django_filters.CharFilter(
        method="by_words",
        label=gettext_lazy("Number, name or code"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Number, name or code")}),
    )

    class Meta:
        model = Commitment
        fields = ("body", "template", "q")

    def of_template(self, found, name, value):
        """By any wording of it."""
        return found.filter(template__code=value.code)

    def by_words(self, found, name, value):
        return found.filter(
            Q(number__icontains=value)
            | Q(entity__credit_code__startswith=value.upper())
            | Q(entity__name_key__contains=name_key(value))
        )


def narrowed(user, params: QueryDict) -> CommitmentFilter:
    """The commitments in the state that is asked for, as far as they fit; `Missing` for who does not see the register."""
    if not policies.may_see_register(user):
        raise Missing
    return CommitmentFilter(params, selectors.register_for(user=user, state=state_asked(params)))


def register_asked(user, params: QueryDict) -> QuerySet[Commitment]:
    """What the register shows at that address."""
    return narrowed(user, params).qs


def library_asked(user, params: QueryDict) -> QuerySet[CommitmentTemplate]:
    """The library with what became of its commitments; `Missing` for who does not see the register."""
    if not policies.may_see_register(user):
        raise Missing
    return selectors.library(timezone.localdate())


def _columns() -> list[Column]:
    return [
        Column("number", _("Number"), lambda one: one.number),
        Column("commitment", _("Commitment"), lambda one: one.template.name),
        Column("matter", _("What it is about"), lambda one: one.template.matter),
        Column("credit_code", _("Unified social credit code"), lambda one: one.entity.credit_code),
        Column("entity", _("Entity"), lambda one: one.entity.name),
        Column("checked_by", _("Checked by"), lambda one: str(one.template.checked_by)),
        Column("given_on", _("Given on"), lambda one: one.given_on, Kind.DAY),
        Column("due_on", _("To be checked by"), lambda one: one.due_on, Kind.DAY),
        Column("checked_on", _("Checked on"), lambda one: one.checked_on, Kind.DAY),
        Column("state", _("State"), lambda one: one.get_state_display()),
    ]


def _columns_of_templates() -> list[Column]:
    return [
        Column("code", _("Code"), lambda one: one.code),
        Column("name", _("Template"), lambda one: one.name),
        Column("matter", _("What it is about"), lambda one: one.matter),
        Column("checked_by", _("Checked by"), lambda one: str(one.checked_by)),
        Column("valid_from", _("Valid from"), lambda one: one.valid_from, Kind.DAY),
        Column("valid_to", _("Valid to"), lambda one: one.valid_to, Kind.DAY),
        Column("given", pgettext("commitments", "Given"), lambda one: one.given, Kind.WHOLE),
        Column("to_keep", pgettext("a commitment", "To be kept"), lambda one: one.to_keep, Kind.WHOLE),
        Column("late", _("Not checked by their day"), lambda one: one.late, Kind.WHOLE),
        Column("kept", pgettext("commitments", "Kept"), lambda one: one.kept, Kind.WHOLE),
        Column("broken", pgettext("commitments", "Broken"), lambda one: one.broken, Kind.WHOLE),
        Column("in_time", _("Checked by their day"), lambda one: one.in_time, Kind.WHOLE),
    ]
