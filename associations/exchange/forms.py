"""Shapes of what departments and associations type to each other."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from associations.exchange import selectors
from associations.exchange.models import Exchange
from associations.exchange.services import LONGEST, Matter, earliest_day
from associations.forms import EntityField
from associations.models import Association
from credit_platform.ui.forms import FileDrop
from entities.industries import described
from entities.models import SubmittingBody


class MatterForm(forms.Form):
    """What is asked or told, and of which member."""

    subject = forms.CharField(label=_("Subject"), max_length=Exchange._meta.get_field("subject").max_length)
    entity = EntityField(label=_("Member"), required=False)
    text = forms.CharField(label=_("Text"), max_length=LONGEST, widget=forms.Textarea({"rows": 8}))
    paper = forms.FileField(
        label=_("File"),
        required=False,
        widget=FileDrop(accept=".pdf,.docx,.jpg,.jpeg,.png", max_bytes=settings.EVIDENCE_MAX_BYTES),
    )

    def matter(self) -> Matter:
        """What was typed, as the services take it."""
        typed = self.cleaned_data
        return Matter(typed["subject"], typed["text"], typed["entity"], typed.get("due_on"), typed["paper"])


class AskForm(MatterForm):
    """A department asks one association, or several at once."""

    spans = {"due_on": 3}
    field_order = (
        "department", "kind", "subject", "entity", "text", "paper", "associations", "industry", "due_on",
    )  # fmt: skip

    department = forms.ModelChoiceField(SubmittingBody.objects.none(), label=_("On behalf of"))
    associations = forms.ModelMultipleChoiceField(
        Association.objects.none(),
        label=_("Associations"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    industry = forms.ChoiceField(
        label=_("All associations of an industry"),
        required=False,
        help_text=_(
            "Asks every association that has named this industry, a part of it or one around it as its own;"
            " for an opinion on a member, those of them that it belongs to."
        ),
    )
    kind = forms.ChoiceField(
        label=_("Opinion on"),
        choices=[(Exchange.Kind.MEMBER, _("one of its members")), (Exchange.Kind.RULE, _("a draft rule"))],
        widget=forms.RadioSelect,
        initial=Exchange.Kind.MEMBER,
    )
    due_on = forms.DateField(
        label=_("Answer by"),
        initial=earliest_day,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args, departments, associations, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["department"], departments)
        self.fields["associations"].queryset = associations
        known = list(associations[:2])
        if len(known) == 1:
            self.fields["associations"].initial = known
        self.fields["associations"].help_text = _(
            "Each answers for itself, and reads neither who else is asked nor what it says."
        )
        self.fields["industry"].choices = [
            ("", _("Choose")),
            *((code, f"{code} {described(code)}".strip()) for code in selectors.industries()),
        ]
        self.fields["entity"].help_text = _(
            "Only for an opinion on a member. The association reads who it is."
        )
        self.fields["text"].help_text = _(
            "For a draft rule: what it says in short, and the draft itself as a file."
        )


class ObserveForm(MatterForm):
    """An association tells a department."""

    spans = {"due_on": 3}
    field_order = ("association", "department", "subject", "entity", "text", "paper", "due_on")

    association = forms.ModelChoiceField(Association.objects.none(), label=_("On behalf of"))
    department = forms.ModelChoiceField(
        SubmittingBody.objects.none(), label=_("Department"), empty_label=_("Choose")
    )
    due_on = forms.DateField(
        label=_("Answer wished by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("It is your wish: no text sets a day for this. Both sides are told when it is over."),
    )

    def __init__(self, *args, departments, associations, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["association"], associations)
        self.fields["department"].queryset = departments
        self.fields["entity"].help_text = _(
            "If it is about one member; leave it empty for the industry as a whole."
        )


def _offer(field: forms.ModelChoiceField, queryset) -> None:
    """Whoever has no choice is not asked."""
    field.queryset = queryset
    offered = list(queryset[:2])
    if len(offered) == 1:
        field.initial, field.widget = offered[0].pk, forms.HiddenInput()


class AnswerForm(forms.Form):
    """The opinion of an association, or the word of a department that has taken something up."""

    stance = forms.ChoiceField(
        label=_("How the association stands to it"), choices=Exchange.Stance.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(label=_("Answer"), max_length=LONGEST, widget=forms.Textarea({"rows": 6}))

    def __init__(self, *args, exchange: Exchange, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not exchange.is_opinion:
            del self.fields["stance"]
        elif exchange.answer:
            self.initial = {"stance": exchange.stance, "text": exchange.answer}


class CloseForm(forms.Form):
    """What came of it."""

    outcome = forms.ChoiceField(label=_("What came of it"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Reasons"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("The association reads them."),
    )

    def __init__(self, *args, exchange: Exchange, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(one.value, one.label) for one in exchange.outcomes]


class PromiseForm(forms.Form):
    """By when the department answers."""

    due_on = forms.DateField(
        label=_("We answer by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Your own word: no text sets a day for this. Both sides are told when it is over."),
    )

    def __init__(self, *args, exchange: Exchange, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"due_on": exchange.due_on or earliest_day()}


class PassOnForm(forms.Form):
    """To whom an observation is passed on, and why."""

    to = forms.ModelChoiceField(
        SubmittingBody.objects.none(),
        label=_("Department in charge"),
        to_field_name="code",
        empty_label=_("Choose"),
    )
    because = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("That department and the association read it."),
    )

    def __init__(self, *args, exchange: Exchange, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = selectors.departments().exclude(pk=exchange.department_id)

    def clean_to(self) -> str:
        """The service knows departments by their code."""
        return self.cleaned_data["to"].code


class NothingForm(forms.Form):
    """Nothing is typed."""

    def __init__(self, *args, exchange: Exchange, **kwargs) -> None:
        super().__init__(*args, **kwargs)
