"""What is typed about who acts for a body."""

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from entities.invitations.models import Invitation
from entities.invitations.policies import roles_to_give
from entities.models import Membership, SubmittingBody

LONGEST_REASON = 500
Role = Membership.Role


class PeopleFilter(forms.Form):
    """Narrows the list of people; the body only for who sees more than one."""

    q = forms.CharField(
        label=_("Name or user name"),
        required=False,
        max_length=80,
        widget=forms.TextInput({"type": "search", "placeholder": _("Name or user name")}),
    )
    body = forms.ModelChoiceField(
        label=_("Body"),
        required=False,
        queryset=SubmittingBody.objects.none(),
        to_field_name="code",
        empty_label=_("Every body"),
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("Every role")), *Role.choices])

    def __init__(self, *args, bodies, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies
        if len(bodies) < 2:
            del self.fields["body"]


class _RoleInABody(forms.Form):
    """Which role in which body, of those that the reader gives."""

    use_required_attribute = False

    body = forms.ModelChoiceField(label=_("Body"), queryset=SubmittingBody.objects.none(), empty_label=None)
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args, bodies, roles, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies
        self.fields["role"].choices = roles


class RoleForm(_RoleInABody):
    """Whom of those who have an account to give it."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("With which the person signs in. They are told."),
    )
    field_order = ("username", "body", "role")


class InviteForm(_RoleInABody):
    """Whom to invite to it, who then makes the account."""

    email = forms.EmailField(
        label=_("E-mail"), help_text=_("The invitation goes there and can be accepted for two weeks.")
    )
    name = forms.CharField(
        label=_("Name of the person"),
        required=False,
        max_length=Invitation._meta.get_field("name").max_length,
    )
    field_order = ("email", "name", "body", "role")


class ForgottenForm(forms.Form):
    """Whose password is forgotten."""

    use_required_attribute = False

    login = forms.CharField(
        label=_("User name or e-mail"),
        max_length=254,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class NewPasswordForm(SetPasswordForm):
    """A new password, twice; saved by `passwords.set_new_password` and not by the form."""

    use_required_attribute = False

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = " ".join(map(str, password_validators_help_texts()))
        self.fields["new_password2"].label = _("New password once more")
        self.fields["new_password2"].help_text = ""


class ReasonForm(forms.Form):
    """Why something ends."""

    use_required_attribute = False

    because = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Is kept, and told to the person where a role ends."),
    )


class ChangeForm(ReasonForm):
    """Another role in the same body, and why."""

    new = forms.ChoiceField(label=_("New role"))
    field_order = ("new", "because")

    def __init__(self, *args, roles, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].choices = roles


def roles_offered(user, bodies) -> list[tuple[str, str]]:
    """The roles that this user gives in any of the bodies, in their usual order."""
    given = {role for body in bodies for role in roles_to_give(user, body)}
    return [(value, str(label)) for value, label in Role.choices if value in given]
