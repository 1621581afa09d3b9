"""allauth's forms with this platform's words."""

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _


def _worded(field: forms.Field, label, autocomplete: str, **attrs: str) -> None:
    """Set a field's label and drop its placeholder: a label stays in view while one types."""
    field.label = label
    field.help_text = ""
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= {"autocomplete": autocomplete, **attrs}


class SignInForm(account.LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _worded(
            self.fields["login"],
            _("User name or e-mail"),
            "username",
            autocapitalize="none",
            spellcheck="false",
        )
        _worded(self.fields["password"], _("Password"), "current-password")

    def user_credentials(self) -> dict:
        """By name or by e-mail, never both: trying both would hash twice where the address is known, and so tell."""
        credentials = super().user_credentials()
        if "email" in credentials:
            credentials.pop("username", None)
        return credentials

    def clean(self):
        """A refusal stands beside the password, where the next try is typed."""
        try:
            return super().clean()
        except forms.ValidationError as refusal:
            self.add_error("password", refusal)
            return self.cleaned_data


class ReauthenticateForm(account.ReauthenticateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _worded(self.fields["password"], _("Password"), "current-password")


class ChangePasswordForm(account.ChangePasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _worded(self.fields["oldpassword"], _("Present password"), "current-password")
        _worded(self.fields["password1"], _("New password"), "new-password")
        _worded(self.fields["password2"], _("New password once more"), "new-password")
        self.fields["password1"].help_text = " ".join(str(said) for said in password_validators_help_texts())


CODE_ATTRS = {"inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}


class SecondFactorForm(mfa.AuthenticateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # A recovery code has letters, so no numeric keyboard here.
        _worded(
            self.fields["code"],
            _("Code from your app, or a recovery code"),
            "one-time-code",
            spellcheck="false",
        )


class ConfirmByCodeForm(mfa.ReauthenticateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _worded(
            self.fields["code"],
            _("Code from your app, or a recovery code"),
            "one-time-code",
            spellcheck="false",
        )


class ActivateAppForm(totp.ActivateTOTPForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _worded(self.fields["code"], _("Code that the app shows"), "one-time-code", **CODE_ATTRS)
