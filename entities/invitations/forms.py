"""Shapes of what is typed about invitations. What may be said is the services' business."""

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from credit_platform.accounts.models import User
from credit_platform.accounts.services import NewAccount
from entities import codes


class NewAccountForm(forms.Form):
    """The account of somebody who was invited."""

    use_required_attribute = False

    username = forms.CharField(
        label=_("User name"),
        max_length=User._meta.get_field("username").max_length,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("Letters and digits, as you will type them to sign in."),
    )
    name_zh = forms.CharField(
        label=_("Name in Chinese"), max_length=60, widget=forms.TextInput({"autocomplete": "name"})
    )
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("Password once more"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(str(said) for said in password_validators_help_texts())

    def clean_again(self) -> str:
        if self.cleaned_data["again"] != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two passwords differ."))
        return self.cleaned_data["again"]

    def account(self) -> NewAccount:
        typed = self.cleaned_data
        return NewAccount(typed["username"], typed["name_zh"], typed["name_en"], typed["password"])


class InviteAgentForm(forms.Form):
    """Who is to act for a business; the lead office says on what paper."""

    use_required_attribute = False

    email = forms.EmailField(label=_("E-mail address"), help_text=_("The invitation goes there."))
    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    because = forms.CharField(
        label=_("Letter of authorisation"),
        max_length=300,
        help_text=_("Its number and date, as you have seen it together with the licence; kept in the log."),
    )

    def __init__(self, *args, acts_for_it: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if acts_for_it:
            del self.fields["because"]


class AskForm(forms.Form):
    """For which business an invitation is to be sent to its registered contact."""

    use_required_attribute = False

    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=30,
        widget=forms.TextInput({"autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_credit_code(self) -> str:
        code = codes.normalise(self.cleaned_data["credit_code"])
        if not codes.is_valid(code):
            raise forms.ValidationError(_("That is no unified social credit code: it has 18 places."))
        return code
