"""The shape of what is typed into the pages of sections."""

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credit_platform.accounts.models import User
from entities.models import RecordType, SubmittingBody
from entities.policies import SUPERVISOR
from repair.forms import WithProblems
from repair.models import Case
from repair.policies import HANDLING
from repair.sections.models import Section


def _people_of(body: SubmittingBody, roles) -> QuerySet[User]:
    members = body.memberships.filter(role__in=roles, user__is_active=True)
    return User.objects.filter(pk__in=members.values("user")).order_by("username")


class MoveForm(WithProblems):
    """To which other section of its body a case goes, and why."""

    use_required_attribute = False

    section = forms.ModelChoiceField(
        label=_("Section"), queryset=Section.objects.none(), empty_label=_("Choose")
    )
    because = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("The people of both sections read it.")
    )

    def __init__(self, *args, sections: QuerySet[Section], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].queryset = sections


class OfSection(WithProblems):
    """A form that changes one thing of a section."""

    use_required_attribute = False

    def __init__(self, *args, section: Section, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.section = section


class SectionForm(WithProblems):
    """A new section of a body."""

    use_required_attribute = False

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    superior = forms.ModelChoiceField(
        label=_("Superior"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("All supervisors of the body"),
        help_text=_("Hears of what is late."),
    )

    def __init__(self, *args, body: SubmittingBody, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["superior"].queryset = _people_of(body, {SUPERVISOR})


class SuperiorForm(OfSection):
    """Who hears of what is late in a section."""

    superior = SectionForm.base_fields["superior"]

    def __init__(self, *args, section: Section, **kwargs) -> None:
        super().__init__(
            *args, section=section, initial={"superior": section.superior_id}, auto_id="superior_%s", **kwargs
        )
        self.fields["superior"].queryset = _people_of(section.body, {SUPERVISOR})


class TaskForm(OfSection):
    """Which cases a section takes, and from when."""

    case_kind = forms.ChoiceField(
        label=_("Kind of case"), required=False, choices=[("", _("Any kind")), *Case.Kind.choices]
    )
    record_type = forms.ModelChoiceField(
        label=_("Type of record"),
        queryset=RecordType.objects.none(),
        required=False,
        empty_label=_("Any type"),
    )
    since = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, section: Section, **kwargs) -> None:
        super().__init__(
            *args, section=section, initial={"since": timezone.localdate()}, auto_id="task_%s", **kwargs
        )
        types = RecordType.objects.filter(versions__submitters=section.body)
        self.fields["record_type"].queryset = types.distinct().order_by("code")


class MemberForm(OfSection):
    """Somebody of the body who is to work in the section."""

    user = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), empty_label=_("Choose"), to_field_name="username"
    )

    def __init__(self, *args, section: Section, **kwargs) -> None:
        super().__init__(*args, section=section, auto_id="member_%s", **kwargs)
        self.fields["user"].queryset = _people_of(section.body, HANDLING)


class CloseForm(OfSection):
    """From when a section is closed, and where its cases go."""

    closed_on = forms.DateField(
        label=_("Closed from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    successor = forms.ModelChoiceField(
        label=_("Its cases go to"),
        queryset=Section.objects.none(),
        required=False,
        empty_label=_("The whole body"),
    )

    def __init__(self, *args, section: Section, **kwargs) -> None:
        super().__init__(
            *args, section=section, initial={"closed_on": timezone.localdate()}, auto_id="close_%s", **kwargs
        )
        open_ones = Section.objects.open_on(timezone.localdate()).filter(body=section.body)
        self.fields["successor"].queryset = open_ones.exclude(pk=section.pk)
