"""Shapes of what is typed to change, merge and split entities. What may be said is the services' business."""

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from credit_platform.ui.forms import LookupInput
from entities import codes
from entities.models import Entity, EntityIdentifier
from entities.services.entities import CHANGEABLE, FormerNumber


def describe_entity(code: str) -> dict | None:
    """The chosen entity as the look-up field shows it."""
    entity = Entity.objects.filter(credit_code=codes.normalise(str(code))).first()
    if entity is None:
        return None
    return {
        "value": entity.credit_code,
        "name": entity.name,
        "code": entity.credit_code,
        "note": entity.district,
    }


class OneEntityField(forms.CharField):
    """An entity by its code, chosen from the look-up; cleans to the entity, or None."""

    def __init__(self, **kwargs) -> None:
        widget = LookupInput(
            url=reverse_lazy("entities:lookup"),
            describe=describe_entity,
            placeholder=_("Name fragment, code, former name or pinyin initials"),
        )
        super().__init__(widget=widget, **kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        entity = Entity.objects.filter(credit_code=codes.normalise(text)).first()
        if entity is None:
            raise ValidationError(_("No entity has this code. Choose one from the list."))
        return entity


def day_field(label) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class EntityForm(forms.ModelForm):
    """What is registered of an entity, and why it is changed."""

    spans = {
        "status": 3, "legal_form": 3, "region_code": 2, "industry_code": 2, "size": 2, "registered_on": 3,
        "registered_capital": 3, "number_kind": 3, "number_value": 3, "number_valid_from": 3, "number_valid_to": 3,
        "head_office": 6, "legal_representative": 3, "contact_email": 3,
    }  # fmt: skip

    head_office = OneEntityField(label=_("Head office"), required=False)
    number_kind = forms.ChoiceField(
        label=_("Add a former number"),
        required=False,
        choices=[("", "–"), *EntityIdentifier.Kind.choices],
    )
    number_value = forms.CharField(label=_("Number"), required=False, max_length=40)
    number_valid_from = day_field(_("Valid from"))
    number_valid_to = day_field(_("Valid until"))
    former_name = forms.CharField(
        label=_("Add a former name"),
        required=False,
        max_length=200,
        help_text=_("A name changed above is kept as a former name by itself."),
    )
    because = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The registration or decision by which it is changed; kept in the history."),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Entity
        fields = CHANGEABLE
        widgets = {"registered_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        head_office = self.instance.head_office
        self.initial["head_office"] = head_office.credit_code if head_office else ""
        if codes.is_self_employed(self.instance.credit_code):
            del self.fields["legal_representative"]
        self.order_fields(CHANGEABLE)

    def _post_clean(self) -> None:
        """The service writes the entity; the form leaves it as it was read."""

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in CHANGEABLE if name in self.fields}

    def former_number(self) -> FormerNumber | None:
        typed = self.cleaned_data
        if not typed["number_kind"] and not typed["number_value"]:
            return None
        return FormerNumber(
            typed["number_kind"] or EntityIdentifier.Kind.REGISTRATION,
            typed["number_value"],
            typed["number_valid_from"],
            typed["number_valid_to"],
        )


class MergeForm(forms.Form):
    """Into which entity, and how it is known that both are one."""

    target = OneEntityField(label=_("Into which entity"))
    because = forms.CharField(
        label=_("How it is known that both are one"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class SplitForm(forms.Form):
    """To which entity, why; the rows that go are ticked beside it."""

    target = OneEntityField(
        label=_("To which entity"), help_text=_("One that is not in the registry is registered first.")
    )
    because = forms.CharField(
        label=_("How it is known that this belongs to another"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class UndoForm(forms.Form):
    """Why a move is undone."""

    because = forms.CharField(
        label=_("Why it is undone"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
