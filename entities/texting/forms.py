"""The shape of what is typed about one's own number."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NumberForm(forms.Form):
    """A telephone number."""

    use_required_attribute = False

    number = forms.CharField(
        label=_("Mobile number"),
        max_length=40,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        help_text=_("A code goes there; nothing else does before you have typed it here."),
    )


class CodeForm(forms.Form):
    """The code that was sent."""

    use_required_attribute = False

    code = forms.CharField(
        label=_("Code from the text message"),
        max_length=12,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )
