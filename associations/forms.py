"""Shapes of what an association's officer types."""

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from associations.models import Association, Member
from associations.profiles import Profile
from associations.repair_rules import RuleDraft
from associations.selectors import CHANGED, CURRENT, LEFT
from associations.services import MemberDraft
from credit_platform.ui.forms import LookupInput
from entities.models import Entity
from entities.naming import name_key
from entities.sharing.forms import words_of


def _day(label, **kwargs) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs
    )


class FilterForm(forms.Form):
    """What the list of members can be narrowed by."""

    q = forms.CharField(
        label=_("Find a member"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, code, pinyin initials")}),
    )

    def chosen(self) -> tuple[str, str]:
        """The view and the query; an unknown view is that of the present members."""
        view = self.data.get("view", "")
        query = self.cleaned_data.get("q", "") if self.is_valid() else ""
        return (view if view in (CURRENT, CHANGED, LEFT) else CURRENT), query


def _option(code: str) -> dict | None:
    entity = Entity.objects.filter(credit_code=code).first()
    return entity and {"value": entity.credit_code, "name": entity.name, "code": entity.credit_code}


class EntityField(forms.CharField):
    """An entity by its code or its whole name, never by a guess; the reader finds it by fragments."""

    def __init__(self, **kwargs) -> None:
        widget = LookupInput(
            url=reverse_lazy("entities:lookup"),
            placeholder=_("Name fragment, code, former name or pinyin initials"),
            describe=_option,
        )
        super().__init__(widget=widget, **kwargs)

    def clean(self, value) -> Entity | None:
        """The entity of that code, or the only one of that whole name."""
        key = name_key(super().clean(value) or "")
        if not key:
            return None
        found = list(Entity.objects.filter(credit_code=key)[:1] or Entity.objects.filter(name_key=key)[:2])
        if not found:
            raise ValidationError(_("No entity has this code or this whole name. Choose one from the list."))
        if len(found) > 1:
            raise ValidationError(
                _("Several entities bear this name. Type the code of the one that is meant.")
            )
        return found[0]


class MemberForm(forms.Form):
    """One member, by the name or code that the officer types."""

    spans = {"joined_on": 3, "member_number": 3}

    association = forms.ModelChoiceField(Association.objects.none(), label=_("Association"))
    entity = EntityField(label=_("Entity"))
    joined_on = _day(_("Joined on"))
    member_number = forms.CharField(label=_("Member number"), max_length=40, required=False)
    basis = forms.ChoiceField(
        label=_("Basis for keeping its data"),
        choices=Member.Basis.choices,
        widget=forms.RadioSelect,
        help_text=_("An association keeps data on a member by consent or by its charter."),
    )

    def __init__(self, *args, associations: list[Association], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["association"]
        field.queryset = Association.objects.filter(pk__in=[association.pk for association in associations])
        field.initial = associations[0].pk
        if len(associations) == 1:
            field.widget = forms.HiddenInput()

    def draft(self) -> MemberDraft:
        """What was typed, as the service takes it; only after the form was found valid."""
        typed = self.cleaned_data
        return MemberDraft(
            joined_on=typed["joined_on"], basis=typed["basis"], member_number=typed["member_number"].strip()
        )


class EndForm(forms.Form):
    """The day on which a membership ended."""

    left_on = _day(_("Left on"), initial=timezone.localdate)


class ProfileForm(forms.Form):
    """Charter and industry of the association."""

    spans = {"charter_adopted_on": 3}

    charter = forms.CharField(
        label=_("Charter"),
        max_length=300,
        help_text=_("Its name, and the articles by which you keep records of members."),
    )
    charter_adopted_on = _day(_("Adopted on"), required=False)
    industry_scope = forms.CharField(label=_("Industry in words"), max_length=200, required=False)
    industry_codes = forms.CharField(
        label=_("Industries, GB/T 4754"),
        max_length=200,
        required=False,
        help_text=_(
            "Codes with spaces between them, such as H62 or C14. Your members are held beside these."
        ),
    )

    def __init__(self, *args, association: Association, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            "charter": association.charter,
            "charter_adopted_on": association.charter_adopted_on,
            "industry_scope": association.industry_scope,
            "industry_codes": " ".join(association.industry_codes),
        }

    def profile(self) -> Profile:
        """What was typed, as the service takes it."""
        typed = self.cleaned_data
        return Profile(
            charter=typed["charter"],
            charter_adopted_on=typed["charter_adopted_on"],
            industry_scope=typed["industry_scope"],
            industry_codes=tuple(code.upper() for code in words_of(typed["industry_codes"])),
        )


class RepairRuleForm(forms.Form):
    """The rule by which an association takes back early what it recorded."""

    spans = {"min_months": 3, "valid_from": 3}

    article = forms.CharField(label=_("Article of the charter"), max_length=100)
    min_months = forms.IntegerField(
        label=_("Not before so many months"),
        min_value=0,
        help_text=_("Counted from the day of the record; 0: at any time."),
    )
    valid_from = _day(_("Valid from"), initial=timezone.localdate)
    conditions_zh = forms.CharField(
        label=_("Conditions in Chinese"), max_length=1000, widget=forms.Textarea({"rows": 4})
    )
    conditions_en = forms.CharField(
        label=_("Conditions in English"), max_length=1000, widget=forms.Textarea({"rows": 4}), required=False
    )
    course = forms.CharField(
        label=_("Course"),
        max_length=200,
        required=False,
        help_text=_("The training that the member attends first."),
    )

    def draft(self) -> RuleDraft:
        """What was typed, as the service takes it."""
        return RuleDraft(**self.cleaned_data)


class OfficerForm(forms.Form):
    """Somebody who holds an office."""

    spans = {"since": 3}

    name = forms.CharField(label=_("Full name"), max_length=100)
    office = forms.CharField(
        label=_("Office"),
        max_length=100,
        help_text=_("As the charter calls it: president, secretary general."),
    )
    since = _day(_("In office since"))


class EndOfficeForm(forms.Form):
    """The day on which an office ended."""

    until = _day(_("In office until"), initial=timezone.localdate)
