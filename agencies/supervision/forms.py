"""The shape of what is typed about supervision rules, and how the list of inspections is narrowed."""

from collections.abc import Mapping, Sequence

from django import forms
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from agencies.supervision import policies
from agencies.supervision.drawing import Wanted
from agencies.supervision.models import SupervisionRule
from agencies.supervision.rules import scales_of
from agencies.supervision.selectors import Plan
from credit_platform.accounts.models import User
from credit_platform.ui.formats import listed
from entities.models import SubmittingBody
from entities.policies import ASSOCIATION, REVIEWING, bodies_of, is_lead
from evaluation.industries import SECTIONS
from evaluation.models import Scheme

#: Fields that may come empty as far as the form is concerned.
TOLD_BY_SERVICE = {"code", "grades", "name_zh", "name_en", "text_zh", "text_en", "instrument", "article"}


def grades_to_choose(scales: Mapping[Scheme, Sequence[str]]) -> list[tuple[str, str]]:
    """Every grade of these scales once, with the schemes that give it where there is more than one scheme."""
    giving: dict[str, list[str]] = {}
    for scheme, letters in scales.items():
        for letter in letters:
            giving.setdefault(letter, []).append(scheme.name)
    if len(scales) == 1:
        return [(letter, letter) for letter in giving]
    return [(letter, f"{letter} ({listed(names)})") for letter, names in giving.items()]


class GradesField(forms.MultipleChoiceField):
    """Grades to tick. One that the scheme does not give the service refuses, with everything else that is wrong."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        return True


class RuleForm(forms.ModelForm):
    """A rule, or a new version of one."""

    use_required_attribute = False
    grades = GradesField(
        label=_("Grades"),
        help_text=_("Those of the scheme chosen above: beside each stands which schemes give it."),
    )
    spans = dict.fromkeys(
        ("kind", "scheme", "grades", "body", "name_zh", "name_en", "share_least", "share_most", "every_months",
         "apart_months", "instrument", "article", "valid_from", "verification"), 3,
    )  # fmt: skip

    class Meta:
        model = SupervisionRule
        fields = (
            "code", "kind", "scheme", "grades", "body", "name_zh", "name_en", "text_zh", "text_en", "share_least",
            "share_most", "every_months", "apart_months", "instrument", "article", "listed_as", "source", "verification",
            "valid_from",
        )  # fmt: skip
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "text_zh": forms.Textarea({"rows": 3}),
            "text_en": forms.Textarea({"rows": 3}),
        }

    def __init__(self, *args, user, earlier: SupervisionRule | None = None, **kwargs) -> None:
        """A new version keeps the code of the earlier one and what that is about."""
        super().__init__(*args, **kwargs)
        self.fields["name_en"].required = True
        bodies = SubmittingBody.objects.filter(is_active=True, kind=SubmittingBody.Kind.DEPARTMENT)
        if not is_lead(user):
            bodies = bodies.filter(pk__in=bodies_of(user, REVIEWING)).exclude(kind=ASSOCIATION)
            self.fields["body"].required = True
            self.fields["kind"].choices = [
                choice for choice in SupervisionRule.Kind.choices if choice[0] != policies.RESTRICTION
            ]
        scales = scales_of(earlier.scheme if earlier else None)
        self.fields["grades"].choices = grades_to_choose(scales)
        self.fields["body"].queryset = bodies
        self.fields["body"].empty_label = _("Every department")
        if earlier is not None:
            for name in ("code", "kind", "scheme", "body"):
                self.fields[name].widget = forms.HiddenInput()

    def _clean_fields(self) -> None:
        """What is left empty the service tells, with everything else that is wrong."""
        lent = [field for name, field in self.fields.items() if field.required and name in TOLD_BY_SERVICE]
        for field in lent:
            field.required = False
        super()._clean_fields()
        for field in lent:
            field.required = True

    def clean_grades(self) -> tuple[str, ...]:
        """In the order of the scales."""
        return tuple(self.cleaned_data["grades"])

    def _post_clean(self) -> None:
        """What the row may say is the service's business, which tells all problems at once."""


class When(TextChoices):
    """Which inspections are listed."""

    OVERDUE = "overdue", _("Overdue")
    SOON = "soon", _("Within 30 days")
    LATER = "later", _("Later")


class DueForm(forms.Form):
    """How the list of inspections due is narrowed; an unknown word narrows nothing."""

    when = forms.ChoiceField(label=_("When"), required=False, choices=[("", _("Every day")), *When.choices])
    grade = forms.ChoiceField(label=_("Grade now"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)
    section = forms.ChoiceField(
        label=_("Industry"),
        required=False,
        choices=[("", _("All industries")), *((code, name) for code, name in SECTIONS.items())],
    )
    q = forms.CharField(
        label=_("Name or code"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or code")}),
    )

    def __init__(self, data, *, plan: Plan, districts: list[str]) -> None:
        super().__init__(data)
        letters = plan.scheme.compiled.letters
        self.fields["grade"].choices = [
            ("", _("All grades")),
            *((letters[place], letters[place]) for place in sorted(plan.with_term)),
        ]
        self.fields["district"].choices = [("", _("All districts")), *((name, name) for name in districts)]
        self.is_valid()

    def asked(self, name: str) -> str:
        """What was chosen; anything that cannot be chosen counts for nothing."""
        return self.cleaned_data.get(name, "")


class DrawForm(forms.Form):
    """A random draw: how many of each grade, and among which people inspectors are drawn."""

    purpose = forms.CharField(label=_("What it is for"), max_length=200)
    inspectors = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Inspectors to draw from"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "People of the department. Who acts for an entity is not drawn for it. Choose nobody where inspectors are"
            " chosen otherwise."
        ),
    )
    each = forms.IntegerField(label=_("Inspectors for each entity"), min_value=1, max_value=20, initial=2)

    def __init__(self, data, *, plan: Plan, people: QuerySet[User]) -> None:
        super().__init__(data)
        self.plan = plan
        self.fields["inspectors"].queryset = people
        letters = plan.scheme.compiled.letters
        self.units = {}
        for letter, rule in sorted(plan.rules.items()):
            name = f"share_{letters.index(letter)}"
            self.fields[name] = forms.IntegerField(
                label=_("Grade %(letter)s, share drawn") % {"letter": letter},
                required=False,
                min_value=0,
                max_value=100,
                initial=rule.share_least or rule.share_most,
                help_text=str(rule),
            )
            self.units[name] = "%"
        self.order_fields(["purpose", *self.units, "inspectors", "each"])
        self.spans = dict.fromkeys(self.units, 2) | {"each": 2}

    def wanted(self) -> Wanted:
        """What was typed, as the service takes it."""
        letters = self.plan.scheme.compiled.letters
        return Wanted(
            plan=self.plan,
            purpose=self.cleaned_data["purpose"],
            shares={
                letters[int(name.removeprefix("share_"))]: self.cleaned_data[name] or 0 for name in self.units
            },
            inspectors=list(self.cleaned_data["inspectors"]),
            each=self.cleaned_data["each"],
        )
