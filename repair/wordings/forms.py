"""The shape of what is typed about wordings. What may be said is the services' business."""

from django import forms
from django.utils.translation import gettext as _

from credit_platform.ui.formats import listed
from repair.texts import PLACES, TO_FILL_IN
from repair.wordings.models import Wording


class WordingForm(forms.ModelForm):
    """A wording, or a new version of one."""

    use_required_attribute = False

    class Meta:
        model = Wording
        fields = (
            "code", "use", "case_kind", "family", "name_zh", "name_en", "text_zh", "text_en", "source", "valid_from",
        )  # fmt: skip
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "text_zh": forms.Textarea({"rows": 6}),
            "text_en": forms.Textarea({"rows": 6}),
        }

    def __init__(self, *args, earlier: Wording | None = None, **kwargs) -> None:
        """A new version keeps the code of the earlier one and what that is for."""
        super().__init__(*args, **kwargs)
        self.fields["name_en"].required = True
        if earlier is not None:
            for name in ("code", "use", "case_kind", "family"):
                self.fields[name].widget = forms.HiddenInput()
        else:
            self.fields["use"].choices = [
                choice for choice in Wording.Use.choices if choice[0] not in Wording.REMEDIES
            ]
        if earlier is None or not earlier.is_remedy:
            self.fields["text_zh"].help_text = _what_is_filled_in()

    def validate_unique(self) -> None:
        """Whether such a version is there already is the service's business, which says it in its own words."""

    def validate_constraints(self) -> None:
        """What the database holds too, the service says."""


def _what_is_filled_in() -> str:
    places = listed(f"{{{place}}} {meaning}" for place, meaning in PLACES.items())
    return _(
        "What the case knows stands in braces: %(places)s. What the department fills in is marked %(mark)s."
    ) % {
        "places": places,
        "mark": TO_FILL_IN,
    }
