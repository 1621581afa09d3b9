"""Shapes of what is typed about days. What may stand in the calendar is the services' business."""

from django import forms

from credit_platform.portal.integrity_calendar.models import CalendarEntry


class EntryForm(forms.ModelForm):
    """A day to be put in."""

    class Meta:
        model = CalendarEntry
        fields = (
            "kind", "name_zh", "name_en", "about_zh", "about_en", "place", "starts_on", "ends_on", "is_yearly", "source",
        )  # fmt: skip
        widgets = {
            **{
                name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
                for name in ("starts_on", "ends_on")
            },
            **{name: forms.Textarea({"rows": 3}) for name in ("about_zh", "about_en")},
        }

    def validate_constraints(self) -> None:
        """The service says in its own words what does not fit."""
