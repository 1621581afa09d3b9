"""Shapes of what the lead office types. What may stand in the catalogue is `checks`' business."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from entities.cataloguing.content import (
    FIELD_TYPES,
    INSTRUMENT_FIELDS,
    RULE_FIELDS,
    TYPE_FIELDS,
    VERSION_FIELDS,
    Content,
)
from entities.models import (
    CatalogueProposal,
    LegalInstrument,
    PublicityRule,
    RecordType,
    RecordTypeVersion,
    SeverityClass,
    SubmittingBody,
    Verification,
)
from entities.penalty_kinds import PenaltyKind
from entities.publicity import SYSTEMS

Kind, Act = CatalogueProposal.Kind, CatalogueProposal.Act
CLASSES = [choice for choice in SeverityClass.choices if choice[0]]
EMPTY = [("", "–")]
BLANK_FIELDS = 3


def day_field(label, *, required: bool = False, help_text="") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def long_text(label, *, rows: int = 3, required: bool = False, help_text="") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, widget=widget, help_text=help_text)


class ContentForm(forms.Form):
    """An entry of the catalogue as it shall read, and why. `names` are the fields of its content."""

    names: tuple[str, ...] = ()

    def content(self) -> Content:
        """What was typed, in the plain form of contents; only after the form was found valid."""
        return {name: _plain(self.cleaned_data[name]) for name in self.names if name in self.fields}


def _plain(value):
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value.strip()
    return value


def reason_field() -> forms.CharField:
    return long_text(
        _("Why"),
        rows=2,
        required=True,
        help_text=_("Kept with the version; the colleague who publishes it reads it first."),
    )


class InstrumentForm(ContentForm):
    """A legal instrument."""

    names = INSTRUMENT_FIELDS
    spans = {"number": 3, "issuer": 3, "in_force_from": 3, "in_force_to": 3,
        "verification": 2, "verified_by": 2, "verified_on": 2,
    }  # fmt: skip

    name_zh = forms.CharField(label=_("Title in Chinese"), max_length=200)
    name_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    number = forms.CharField(label=_("Document number"), max_length=80, required=False)
    issuer = forms.CharField(label=_("Issuer"), max_length=120, required=False)
    in_force_from = day_field(_("First day"), required=True)
    in_force_to = day_field(_("Last day"))
    replaces = forms.ChoiceField(
        label=_("Takes the place of"),
        required=False,
        help_text=_("That one, and all that stands on it, ends on the day before this one begins."),
    )
    source = forms.CharField(label=_("Where its text can be read"), max_length=300)
    verification = forms.ChoiceField(label=_("Verification"), choices=Verification.choices)
    verified_by = forms.CharField(label=_("Verified by"), max_length=120, required=False)
    verified_on = day_field(_("Verified on"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replaces"].choices = EMPTY + [
            (one.code, str(one)) for one in LegalInstrument.objects.all()
        ]


class TypeForm(ContentForm):
    """A record type with one version; its extra fields are a formset of their own."""

    names = tuple(name for name in (*TYPE_FIELDS, *VERSION_FIELDS) if name != "extra_fields")
    spans = {
        "name_zh": 3, "name_en": 3, "polarity": 2, "family": 2, "category": 2, "valid_from": 3, "valid_to": 3, "instrument": 4,
        "article": 2, "disclosure": 3, "severity_classes": 3, "submit_within_days": 3, "archive_months": 3,
        "delete_months": 3, "retention_start": 3, "retention_source": 6, "verification": 2, "source": 4,
    }  # fmt: skip
    units = {
        "submit_within_days": _("working days"),
        "archive_months": _("months"),
        "delete_months": _("months"),
    }

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200)
    polarity = forms.ChoiceField(label=_("Polarity"), choices=RecordType.Polarity.choices)
    family = forms.ChoiceField(label=_("Family"), choices=RecordType.Family.choices)
    category = forms.ChoiceField(
        label=_("Category"), choices=[*EMPTY, *RecordType.Category.choices], required=False
    )
    valid_from = day_field(
        _("First day"), required=True, help_text=_("Records decided from this day follow it.")
    )
    valid_to = day_field(_("Last day"), help_text=_("Empty until something follows."))
    instrument = forms.ChoiceField(label=_("Legal basis"))
    article = forms.CharField(label=_("Article"), max_length=60, required=False)
    submitters = forms.MultipleChoiceField(label=_("Who submits"), widget=forms.CheckboxSelectMultiple)
    disclosure = forms.ChoiceField(label=_("Who sees it"), choices=RecordTypeVersion.Disclosure.choices)
    severity_classes = forms.MultipleChoiceField(
        label=_("Classes"),
        choices=CLASSES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: any."),
    )
    submit_within_days = forms.IntegerField(
        label=_("To submit within"),
        required=False,
        min_value=1,
        max_value=365,
        help_text=_("Counted from the decision."),
    )
    archive_months = forms.IntegerField(
        label=_("Archived after"),
        required=False,
        min_value=0,
        max_value=1200,
        help_text=_("Empty: no period is known, and nothing is archived."),
    )
    delete_months = forms.IntegerField(
        label=_("Deleted after"),
        required=False,
        min_value=0,
        max_value=1200,
        help_text=_("Empty: no period is known, and nothing is deleted."),
    )
    retention_start = forms.ChoiceField(
        label=_("Both count from"),
        choices=RecordTypeVersion.RetentionStart.choices,
        initial=RecordTypeVersion.RetentionStart.END,
        help_text=_("Nothing is archived or deleted while it is in force."),
    )
    retention_source = forms.CharField(
        label=_("Where these periods were read"), max_length=300, required=False
    )
    source = forms.CharField(label=_("Where this was read"), max_length=300)
    verification = forms.ChoiceField(label=_("Verification"), choices=Verification.choices)

    def __init__(self, *args, is_new: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"].choices = instrument_choices()
        self.fields["submitters"].choices = body_choices()
        for name in () if is_new else TYPE_FIELDS:
            # What the type is stays; a disabled field gives what it was shown with.
            self.fields[name].disabled = True


class ExtraFieldForm(forms.Form):
    """One extra field of a record type."""

    name = forms.CharField(label=_("Name for programs"), max_length=40, required=False)
    type = forms.ChoiceField(label=_("Type"), choices=list(FIELD_TYPES.items()))
    label_zh = forms.CharField(label=_("Label in Chinese"), max_length=80, required=False)
    label_en = forms.CharField(label=_("Label in English"), max_length=80, required=False)
    required = forms.BooleanField(label=_("Required"), required=False)
    choices = long_text(
        _("Choices"),
        help_text=_("One in a line: code | Chinese | English. An asterisk before the code: public."),
    )
    bodies = forms.MultipleChoiceField(
        label=_("Only for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: for all."),
    )
    spans = {"name": 2, "type": 2, "required": 2, "label_zh": 3, "label_en": 3, "choices": 3, "bodies": 3}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bodies"].choices = body_choices()

    def extra(self) -> dict | None:
        """The field as the catalogue keeps it; None for a row that was left empty."""
        typed = self.cleaned_data
        if not any(typed.get(name) for name in ("name", "label_zh", "label_en", "choices")):
            return None
        extra = {name: typed[name].strip() for name in ("name", "type", "label_zh", "label_en")}
        extra["required"] = typed["required"]
        lines = [line for line in typed["choices"].splitlines() if line.strip()]
        if lines:
            rows = [[part.strip() for part in line.split("|")] for line in lines]
            rows = [[*row, "", ""][:3] for row in rows]
            extra["choices"] = [
                {"code": code.lstrip("* "), "label_zh": zh, "label_en": en or zh} for code, zh, en in rows
            ]
            public = [code.lstrip("* ") for code, _zh, _en in rows if code.startswith("*")]
            if public:
                extra["public_values"] = public
        if typed["bodies"]:
            extra["bodies"] = typed["bodies"]
        return extra


ExtraFieldSet = forms.formset_factory(ExtraFieldForm, extra=BLANK_FIELDS, max_num=60)


def initial_of_extra(extra: dict) -> dict:
    """A field of the catalogue as the row of the form."""
    public = set(extra.get("public_values", ()))
    lines = [
        f"{'*' if choice['code'] in public else ''}{choice['code']} | {choice.get('label_zh', '')} | {choice.get('label_en', '')}"
        for choice in extra.get("choices", ())
    ]
    return {**extra, "choices": "\n".join(lines), "bodies": extra.get("bodies", [])}


class RuleForm(ContentForm):
    """A publicity rule."""

    names = RULE_FIELDS
    spans = {
        "valid_from": 3, "valid_to": 3, "instrument": 4, "article": 2, "publishing_system": 3, "precedence": 3, "severity_class": 3,
        "start": 3, "min_months": 3, "max_months": 3, "never_early": 3, "withholds": 3, "verification": 2, "source": 4,
    }  # fmt: skip
    units = {"min_months": _("months"), "max_months": _("months")}

    valid_from = day_field(_("First day"), required=True)
    valid_to = day_field(_("Last day"), help_text=_("Empty until something follows."))
    instrument = forms.ChoiceField(label=_("Legal basis"))
    article = forms.CharField(label=_("Article"), max_length=60, required=False)
    publishing_system = forms.ChoiceField(label=_("Publishing system"), choices=list(SYSTEMS.items()))
    precedence = forms.IntegerField(
        label=_("Precedence"),
        min_value=1,
        max_value=1000,
        help_text=_("Of several rules the smallest number governs here."),
    )
    record_types = forms.MultipleChoiceField(label=_("Record types"), widget=forms.CheckboxSelectMultiple)
    submitters = forms.MultipleChoiceField(
        label=_("Only for records of"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: of all."),
    )
    severity_class = forms.ChoiceField(
        label=_("Only for the class"), choices=SeverityClass.choices, required=False
    )
    start = forms.ChoiceField(label=_("Counts from"), choices=PublicityRule.Start.choices)
    penalty_kinds = forms.MultipleChoiceField(
        label=_("Only for these kinds of penalty"),
        required=False,
        choices=PenaltyKind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: for all."),
    )
    min_months = forms.IntegerField(
        label=_("Shortest publicity before repair"), required=False, min_value=0, max_value=600
    )
    max_months = forms.IntegerField(label=_("Longest publicity"), required=False, min_value=0, max_value=600)
    never_early = forms.BooleanField(label=_("Never repaired early"), required=False)
    withholds = forms.BooleanField(label=_("Shared within government, not published"), required=False)
    conditions_zh = long_text(_("Conditions in Chinese"))
    conditions_en = long_text(_("Conditions in English"))
    source = forms.CharField(label=_("Where this was read"), max_length=300)
    verification = forms.ChoiceField(label=_("Verification"), choices=Verification.choices)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"].choices = instrument_choices()
        self.fields["submitters"].choices = body_choices()
        self.fields["record_types"].choices = [(one.code, str(one)) for one in RecordType.objects.all()]


class LastDayForm(ContentForm):
    """The last day of what is in force."""

    def __init__(self, *args, kind: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.names = ("in_force_to",) if kind == Kind.INSTRUMENT else ("valid_to",)
        self.fields[self.names[0]] = day_field(_("Last day"), required=True)


class VerifyForm(ContentForm):
    """What we know of an instrument's text."""

    names = ("source", "verification", "verified_by", "verified_on")
    spans = {"verification": 2, "verified_by": 2, "verified_on": 2}

    source = forms.CharField(label=_("Where its text can be read"), max_length=300)
    verification = forms.ChoiceField(label=_("Verification"), choices=Verification.choices)
    verified_by = forms.CharField(label=_("Verified by"), max_length=120)
    verified_on = day_field(_("Verified on"), required=True)


class NothingForm(ContentForm):
    """Nothing to type but why."""


class CodeForm(forms.Form):
    """The code of a new entry."""

    code = forms.SlugField(
        label=_("Code"), max_length=60, help_text=_("Small letters, digits and hyphens. It stays for good.")
    )


class ReturnForm(forms.Form):
    """What a colleague asks to be changed."""

    note = long_text(
        _("What is to be changed"), required=True, help_text=_("Goes to whoever wrote the proposal.")
    )


def instrument_choices() -> list[tuple[str, str]]:
    return EMPTY + [
        (one.code, " ".join(filter(None, (str(one), one.number)))) for one in LegalInstrument.objects.all()
    ]


def body_choices() -> list[tuple[str, str]]:
    return [(one.code, str(one)) for one in SubmittingBody.objects.filter(is_active=True)]
