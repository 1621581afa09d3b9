"""Shapes of what is typed about invitations. What may be said is the services' business."""

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from credit_platform.accounts.models import User
from credit_platform.accounts.services import NewAccount


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
