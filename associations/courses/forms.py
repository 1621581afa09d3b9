"""Shapes of what is typed about courses. What may be said is the services' business."""

from django import forms
from django.utils.translation import gettext_lazy as _

from associations.courses.models import Course, SignUp
from entities.models import RecordType


class CourseForm(forms.ModelForm):
    """A course to be offered."""

    class Meta:
        model = Course
        fields = (
            "name_zh",
            "name_en",
            "about_zh",
            "about_en",
            "place",
            "starts_at",
            "ends_at",
            "seats",
            "types",
        )
        widgets = {
            "starts_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "ends_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "about_zh": forms.Textarea({"rows": 4}),
            "about_en": forms.Textarea({"rows": 4}),
            "types": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["types"].queryset = RecordType.objects.filter(
            family=RecordType.Family.PUBLIC, polarity=RecordType.Polarity.NEGATIVE
        ).order_by("code")


class SignUpForm(forms.Form):
    """Who comes, for which entity."""

    entity = forms.TypedChoiceField(label=_("For"), coerce=int)
    attendee = forms.CharField(
        label=SignUp._meta.get_field("attendee").verbose_name,
        max_length=80,
        help_text=_("The certificate names this person."),
    )

    def __init__(self, *args, entities, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"].choices = [(one.pk, one.name) for one in entities]
