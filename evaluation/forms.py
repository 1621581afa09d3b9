"""How the board is narrowed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from entities.models import Entity, SubmittingBody
from evaluation.board import Narrowing
from evaluation.industries import SECTIONS


class DepartmentForm(forms.Form):
    """The department whose entities a board shows: those that it has on record. An unknown word narrows nothing."""

    department = forms.ChoiceField(label=_("Department"), required=False)

    def __init__(self, data, *, departments: list[SubmittingBody]) -> None:
        super().__init__(data)
        self._bodies = {body.code: body.pk for body in departments}
        choices = [("", _("All departments")), *((body.code, str(body)) for body in departments)]
        self.fields["department"].choices = choices

    @property
    def code(self) -> str:
        """The code of the department that was chosen, or ""."""
        self.is_valid()
        return self.cleaned_data.get("department", "")

    @property
    def body(self) -> int | None:
        """Its key."""
        return self._bodies.get(self.code)


class NarrowingForm(DepartmentForm):
    """A part of the city: a district, a section of industry, a state of the entity, those that a department has on record.

    An unknown word narrows nothing.
    """

    district = forms.ChoiceField(label=_("District"), required=False)
    section = forms.ChoiceField(
        label=_("Industry"),
        required=False,
        choices=[("", _("All industries")), *((code, name) for code, name in SECTIONS.items())],
    )
    status = forms.ChoiceField(
        label=_("State of the entity"),
        required=False,
        choices=[("", _("Every state")), *Entity.Status.choices],
    )

    grade = forms.ChoiceField(label=_("Grade now"), required=False)

    def __init__(
        self, data, *, departments: list[SubmittingBody], districts: list[str], scale: tuple[str, ...]
    ) -> None:
        super().__init__(data, departments=departments)
        self.fields["district"].choices = [("", _("All districts")), *((name, name) for name in districts)]
        self.fields["grade"].choices = [("", _("All grades")), *((letter, letter) for letter in scale)]
        self.is_valid()

    @property
    def narrowing(self) -> Narrowing:
        """The part of the city that was chosen; anything that cannot be chosen counts for nothing."""
        return Narrowing(
            **{name: self.cleaned_data.get(name, "") for name in ("district", "section", "status")},
            body=self.body,
        )

    @property
    def chosen_grade(self) -> str:
        """The grade that the list is narrowed to; the pictures show all."""
        return self.cleaned_data.get("grade", "")
