"""What people type and choose on the pages of submitted files."""

from django import forms
from django.conf import settings
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from credit_platform.ui.forms import FileDrop, LookupInput
from entities.intake import formats
from entities.models import Entity, Submission

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


class ListFilter(forms.Form):
    """Narrows the list of files."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *Submission.State.choices]
    )
