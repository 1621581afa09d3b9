"""The second factor, through the pages."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from tests.accounts.conftest import PASSWORD


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def give_second_factor(user) -> str:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(user, secret)
    return secret


def sign_in(client, next=""):
    return client.post(
        reverse("account_login"), {"login": "xuwan", "password": PASSWORD, **({"next": next} if next else {})}
    )


def confirm_password(client):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_setting_up_an_app_asks_for_the_password_first_and_gives_recovery_codes(client, clerk):
    sign_in(client)
    page = client.get(reverse("mfa_activate_totp"))
    assert page["Location"].startswith(reverse("account_reauthenticate"))
    confirm_password(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    done = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)}, follow=True)
    codes = done.context["unused_codes"]
    assert len(codes) == 10
    assert all(code in done.content.decode() for code in codes)
    assert client.get(reverse("mfa_download_recovery_codes")).content.decode().split() == codes


def test_a_session_that_is_old_must_show_again_who_it_is(client, clerk):
    client.force_login(clerk)
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    wrong = client.post(answer["Location"], {"password": "wrong"})
    assert "not your password" in wrong.content.decode()
    right = client.post(answer["Location"], {"password": PASSWORD, "next": reverse("mfa_activate_totp")})
    assert right["Location"] == reverse("mfa_activate_totp")


def test_with_a_second_factor_the_password_alone_does_not_open_the_account(client, clerk):
    secret = give_second_factor(clerk)
    halfway = sign_in(client, next=reverse("mfa_index"))
    assert halfway["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("mfa_index")).status_code == 302
    assert "does not fit" in client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    done = client.post(halfway["Location"], {"code": code_for(secret)})
    assert done["Location"] == reverse("mfa_index")
    assert "_auth_user_id" in client.session


def test_codes_cannot_be_guessed_one_after_the_other(client, clerk):
    secret = give_second_factor(clerk)
    sign_in(client)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    refused = client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert "_auth_user_id" not in client.session
    assert "not even the right one" in refused.content.decode()


def test_the_secret_cannot_be_read_from_the_database(clerk):
    secret = give_second_factor(clerk)
    stored = Authenticator.objects.get(user=clerk, type="totp").data["secret"]
    assert secret not in stored
    assert TOTP(Authenticator.objects.get(user=clerk, type="totp")).validate_code(code_for(secret))


def test_switching_it_off_is_asked_and_done(client, clerk):
    secret = give_second_factor(clerk)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    confirm_password(client)
    assert "Switch off the second factor?" in client.get(reverse("mfa_deactivate_totp")).content.decode()
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=clerk, type="totp").exists()


def test_changing_the_password_keeps_the_session_ends_the_others_and_refuses_a_weak_one(client, clerk):
    elsewhere = Client()
    elsewhere.force_login(clerk)
    sign_in(client)
    weak = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert "at least 12" in client.post(reverse("account_change_password"), weak).content.decode()
    good = {"oldpassword": PASSWORD, "password1": "a calmer sea 2026", "password2": "a calmer sea 2026"}
    client.post(reverse("account_change_password"), good)
    clerk.refresh_from_db()
    assert clerk.check_password("a calmer sea 2026")
    assert "_auth_user_id" in client.session
    assert elsewhere.get(reverse("account_change_password")).status_code == 302
