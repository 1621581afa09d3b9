from django import forms
from django.utils.translation import gettext_lazy as _

from repair.forms import WithProblems
from repair.proof.models import Confirmation


class ExcuseForm(WithProblems):
    """Why a case may be closed without a confirmation."""

    because = forms.CharField(
        label=_("Why"),
        max_length=Confirmation._meta.get_field("excused_because").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why the case may be closed without this confirmation.")},
        help_text=_("Everybody who reads the case reads this, and so does whoever reads its certificate."),
    )
