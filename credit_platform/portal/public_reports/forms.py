"""Shapes of what is typed in and about reports from the public. What may be said is the services' business."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from credit_platform.portal.public_reports.models import LONGEST, PublicReport, ReportTopic
from credit_platform.portal.public_reports.selectors import topics_on
from entities.models import SubmittingBody


class ReportForm(forms.Form):
    """What somebody wants to report. The last two fields are for programs only."""

    topic = forms.ChoiceField(
        label=_("What it is about"),
        choices=lambda: [
            ("", _("Choose")),
            *((topic.code, str(topic)) for topic in topics_on(timezone.localdate())),
        ],
    )
    entity_code = forms.CharField(
        label=_("Code of the business"),
        max_length=18,
        required=False,
        widget=forms.TextInput({"class": "code", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "18 signs, on its licence and its page here. If you do not know it, name the business below."
        ),
    )
    text = forms.CharField(
        label=pgettext_lazy("a report from the public", "What happened"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 7}),
        help_text=_("When, where, what. Do not write identity numbers or account numbers."),
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"autocomplete": "name"}),
        help_text=_("You may leave it out. Only the department in charge reads it."),
    )
    contact = forms.CharField(
        label=_("Telephone or e-mail"),
        max_length=120,
        required=False,
        help_text=_("Only if you want to be asked back. The answer itself you read here, by a code."),
    )
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"}),
    )
    opened = forms.CharField(required=False, widget=forms.HiddenInput)


class FollowForm(forms.Form):
    """The code that the sender was given."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput({"class": "code", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Sixteen signs that were shown when you reported the problem."),
    )


class AnswerForm(forms.Form):
    """What was found."""

    outcome = forms.ChoiceField(
        label=_("Result of the check"), choices=PublicReport.Outcome.choices, widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=_("Answer"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("The sender reads it word for word. Say what was checked and what follows."),
    )


class PassOnForm(forms.Form):
    """Who is in charge instead."""

    to = forms.ChoiceField(label=_("To whom"))
    why = forms.CharField(label=_("Why"), max_length=500)

    def __init__(self, *args, bodies, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", _("Choose")), *((body.code, str(body)) for body in bodies)]


class TopicForm(forms.ModelForm):
    """A topic, or a new version of one."""

    body_code = forms.ChoiceField(
        label=ReportTopic._meta.get_field("body_code").verbose_name.capitalize,
        choices=lambda: [("", _("Choose")), *((one.code, str(one)) for one in _departments())],
    )

    class Meta:
        model = ReportTopic
        fields = ("code", "name_zh", "name_en", "body_code", "days", "basis", "place", "valid_from")
        widgets = {"valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def validate_unique(self) -> None:
        """Whether such a version is there already is the service's business, which says it in its own words."""

    def validate_constraints(self) -> None:
        """As well."""


def _departments():
    return SubmittingBody.objects.filter(is_active=True).exclude(kind=SubmittingBody.Kind.ASSOCIATION)
