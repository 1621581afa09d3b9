"""How allauth speaks and behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from credit_platform.common.ciphers import cipher

SECOND_FACTOR = "second factor"
DOES_NOT_FIT = _(
    "This name and password do not fit together. After five wrong tries the account rests for five minutes."
)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an office or by invitation; nobody signs up by themselves."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": DOES_NOT_FIT,
        "email_password_mismatch": DOES_NOT_FIT,
        "too_many_login_attempts": _(
            "Too many wrong tries: no password is accepted for this account for five minutes, not even the "
            "right one. Then try again, or ask whoever looks after accounts in your unit for a new password."
        ),
        "incorrect_password": _("That is not your password."),
        "enter_current_password": _("That is not your present password."),
        "incorrect_code": _("That code does not fit. Codes change every 30 seconds; type the one shown now."),
        "rate_limited": _("Too many tries. Wait a minute, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user, **kwargs) -> HttpResponse:
        """Let the language that the user once chose go before what this browser was last set to."""
        response = super().post_login(request, user, **kwargs)
        if user.language:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                user.language,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
            )
        return response

    def forget_wrong_tries(self, request: HttpRequest, *logins: str) -> None:
        """Let an account be signed in to at once that rested after wrong tries.

        Of these names alone: what the address from which the tries came may do is counted on.
        """
        of_accounts = [
            rate for rate in settings.ACCOUNT_RATE_LIMITS["login_failed"].split(",") if rate.endswith("/key")
        ]
        for login in logins:
            ratelimit.clear(
                request,
                app="allauth.account",
                action="login_failed",
                config={"login_failed": ",".join(of_accounts)},
                key=self._get_login_attempts_cache_key(request, username=login),
            )

    def add_message(
        self, request, level, message_template=None, message_context=None, extra_tags="", message=None
    ):
        """Say what is new to the reader; that one has signed in or out is plain from the page."""
        if message_template in SAID:
            messages.add_message(request, level, SAID[message_template])
        elif message:
            messages.add_message(request, level, message)


#: allauth names its messages by template; these are the ones worth saying.
SAID = {
    "account/messages/password_changed.txt": _("Your password is changed."),
    "mfa/messages/totp_activated.txt": _("Your authenticator app is now asked for at each sign-in."),
    "mfa/messages/totp_deactivated.txt": _(
        "The second factor is off. The password alone now opens your account."
    ),
    "mfa/messages/recovery_codes_generated.txt": _(
        "New recovery codes are made; the old ones no longer work."
    ),
}


class MFAAdapter(DefaultMFAAdapter):
    """Second factors, whose secrets are not readable from a copy of the database alone."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_generate_recovery_codes": _("Recovery codes belong to a second factor; set up an app first."),
    }

    def encrypt(self, text: str) -> str:
        return cipher(SECOND_FACTOR).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher(SECOND_FACTOR).decrypt(encrypted_text.encode()).decode()
