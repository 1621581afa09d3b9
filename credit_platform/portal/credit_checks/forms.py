"""What is handed in for a credit check."""

from django import forms
from django.utils.translation import gettext_lazy as _

from credit_platform.portal.credit_checks.models import CreditCheck
from credit_platform.portal.credit_checks.services import MOST_BYTES
from credit_platform.ui.forms import FileDrop
from entities.submission_forms import ENDINGS


class CheckForm(forms.Form):
    """The list, and what for."""

    purpose = forms.CharField(
        label=_("What for"),
        max_length=CreditCheck.LONGEST_PURPOSE,
        help_text=_("Stands in the log with every entity that is looked up."),
    )
    file = forms.FileField(
        label=_("The list"),
        widget=FileDrop(accept=ENDINGS, max_bytes=MOST_BYTES),
        help_text=_("CSV, XLSX, XLS or ODS with a column of names, of codes, or both."),
        error_messages={"required": _("Choose the file."), "empty": _("The file is empty.")},
    )
