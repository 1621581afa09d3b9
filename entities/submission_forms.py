"""What people type and choose on the pages of submitted files."""

from django import forms
from django.conf import settings
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from credit_platform.ui.forms import FileDrop, LookupInput
from entities.intake import formats
from entities.intake.formats import SubmissionFormat
from entities.models import Entity, Submission
from entities.services import taking_back
from entities.submission_selectors import column_letters

ENDINGS = ".csv,.xlsx,.xls,.ods,.txt"


class UploadForm(forms.Form):
    """Which kind of file, for which body, and the file."""

    kind = forms.ChoiceField(label=_("What is in the file"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("The file"),
        widget=FileDrop(accept=ENDINGS, max_bytes=settings.SUBMISSION_MAX_BYTES),
        help_text=_(
            "CSV, XLSX, XLS or ODS, as your system gives it. Nothing is saved before you have seen what it would do."
        ),
        error_messages={"required": _("Choose the file."), "empty": _("The file is empty.")},
    )

    def __init__(self, *args, bodies, chosen: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.bodies = {body.code: body for body in bodies}
        several = len(self.bodies) > 1
        choices = [
            (f"{body.code}:{fmt.code}", f"{fmt.title} · {body}" if several else str(fmt.title))
            for body in bodies
            for fmt in formats.formats_for(body)
        ]
        self.fields["kind"].choices = choices
        known = [value for value, _label in choices]
        self.fields["kind"].initial = chosen if chosen in known else known[0] if len(known) == 1 else None

    def clean_kind(self) -> tuple:
        """The body and the code of the format."""
        body, _colon, fmt = self.cleaned_data["kind"].partition(":")
        return self.bodies[body], fmt


class RowDecisionForm(forms.Form):
    """Which entity a row means: one of the proposals, another one, a new one, or none."""

    REGISTER, LEAVE_OUT, OTHER = "register", "leave-out", "other"
    choice = forms.CharField(required=False)
    other = forms.CharField(
        label=_("Another entity"),
        required=False,
        widget=LookupInput(
            url=reverse_lazy("entities:lookup"), placeholder=_("Code, name or pinyin initials")
        ),
    )

    def __init__(self, *args, user, proposed, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.proposed = user, set(proposed)

    def clean(self):
        """`cleaned_data["entity"]` is the entity chosen, or None where the choice is another one."""
        cleaned = super().clean()
        choice, other = cleaned.get("choice", ""), (cleaned.get("other") or "").strip()
        cleaned["entity"] = None
        if choice in (self.REGISTER, self.LEAVE_OUT):
            return cleaned
        if choice.isdecimal() and int(choice) in self.proposed:
            cleaned["entity"] = int(choice)
            return cleaned
        if not other:
            self.add_error("other", _("Choose one of the proposals, or find the entity by its code or name."))
            return cleaned
        entity = Entity.objects.visible_to(self.user).filter(credit_code=other.upper()).first()
        if entity is None:
            self.add_error("other", _("Type part of the code or name and choose the entity from the list."))
        else:
            cleaned["entity"] = entity.pk
        return cleaned


class RowDoubtForm(forms.Form):
    """Whether a row in which two things contradict each other is right as it stands."""

    AS_IT_STANDS, LEAVE_OUT = "as-it-stands", "leave-out"
    choice = forms.ChoiceField(
        label=_("The row in your file"),
        choices=(
            (AS_IT_STANDS, _("It is right as it stands")),
            (LEAVE_OUT, _("Something in it is wrong: leave the row out")),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the row is right as it stands.")},
    )


class ColumnsForm(forms.Form):
    """Which column of a file is which: for each field of the format a choice among the file's columns.

    Args:
        header, sample: of the file, as `Layout` keeps them.
        proposed: from a field to the place of the column that is probably meant.
    """

    def __init__(self, *args, fmt: SubmissionFormat, header, sample, proposed, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("not in the file"))] + [
            (str(place), self._label(place, name, sample)) for place, name in enumerate(header) if name
        ]
        for column in sorted(fmt.columns, key=lambda column: not column.required):
            self.fields[column.field] = forms.ChoiceField(
                label=column.title,
                choices=choices,
                required=column.required,
                initial=str(proposed.get(column.field, "")),
                error_messages={"required": _("The format needs this column; say which one it is.")},
            )
        self.spans = dict.fromkeys(self.fields, 3)

    @staticmethod
    def _label(place: int, name: str, sample) -> str:
        cells = [row[place] for row in sample if place < len(row) and row[place]]
        shown = f"{column_letters(place)} · {name}"
        return f"{shown} ({'、'.join(cells[:2])[:60]} …)" if cells else shown

    def places(self) -> dict[str, int]:
        """From each field to its place, for the service; the fields that are not in the file are left out."""
        return {field: int(place) for field, place in self.cleaned_data.items() if place}


class MappingForm(forms.Form):
    """What is remembered of column names: for each the field that takes it, that none does, or to forget it."""

    FORGET, NOTHING = "-forget", "-nothing"

    def __init__(self, *args, fmt: SubmissionFormat, mapping, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple] = [(column.field, column.title) for column in fmt.columns]
        choices += [(self.NOTHING, _("is not read")), (self.FORGET, _("forget this name"))]
        # Names of columns may be anything; fields are counted instead.
        self.names = dict(enumerate(sorted(mapping.names)))
        for number, name in self.names.items():
            self.fields[f"name_{number}"] = forms.ChoiceField(
                label=name, choices=choices, initial=mapping.names[name] or self.NOTHING
            )
        self.spans = dict.fromkeys(self.fields, 3)

    def kept(self) -> dict[str, str]:
        """The names that stay, as the service wants them."""
        said = {name: self.cleaned_data[f"name_{number}"] for number, name in self.names.items()}
        return {
            name: "" if field == self.NOTHING else field
            for name, field in said.items()
            if field != self.FORGET
        }


class TakeBackForm(forms.Form):
    """Why a file is taken back."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=taking_back.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Will be kept with every record of the file and told to the entities."),
    )


class ListFilter(forms.Form):
    """Narrows the list of files."""

    BEFORE_A_REVIEWER = "before-a-reviewer"
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All states")),
            *Submission.State.choices,
            (BEFORE_A_REVIEWER, _("Before a reviewer")),
        ],
    )
