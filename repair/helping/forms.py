"""Shapes of what is typed about leaves. What may be allowed is the services' business."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entities.models import RecordType
from repair.helping import selectors

USUAL_DAYS = 90
RECORD, KIND = "record", "kind"


class LeaveForm(forms.Form):
    """Which association may file what, until when."""

    use_required_attribute = False

    member = forms.TypedChoiceField(label=_("Association"), coerce=int)
    scope = forms.ChoiceField(label=_("What it may file for you"))
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, entity, record: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        members = selectors.memberships_of(entity)
        self.fields["member"].choices = [(one.pk, str(one.association)) for one in members]
        records = list(selectors.records_to_help_with(entity))
        kinds = dict.fromkeys(one.record_type for one in records)
        self.fields["scope"].choices = [
            (
                _("One record"),
                [(f"{RECORD}:{one.pk}", f"{one.title} ({one.document_number})") for one in records],
            ),
            (
                _("All public records of a kind"),
                [(f"{KIND}:{one.code}", str(one)) for one in kinds or _kinds()],
            ),
        ]
        self.fields["scope"].initial = f"{RECORD}:{record}"
        self.fields["until"].initial = timezone.localdate() + timedelta(days=USUAL_DAYS)

    def to_give(self) -> dict:
        """What was typed, as `give_leave` takes it."""
        what, _colon, key = self.cleaned_data["scope"].partition(":")
        return {
            "member_id": self.cleaned_data["member"],
            "until": self.cleaned_data["until"],
            "record_id": int(key) if what == RECORD else None,
            "record_type": key if what == KIND else "",
        }


def _kinds() -> list[RecordType]:
    """Where nothing stands on record yet, a leave may still be given for what is to come."""
    return list(
        RecordType.objects.filter(
            family=RecordType.Family.PUBLIC, polarity=RecordType.Polarity.NEGATIVE
        ).order_by("code")
    )
