"""Signing in and out, through the pages."""

import time_machine
from django.conf import settings
from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.test import override_settings
from django.urls import get_resolver, reverse

from credit_platform.accounts.models import User
from tests.accounts.conftest import PASSWORD


def sign_in(client, name="xuwan", password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": name, "password": password, **more})


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_the_right_password_leads_to_the_first_page(client, clerk):
    answer = sign_in(client)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("home")
    assert signed_in(client)


def test_the_e_mail_address_does_for_the_name(client, clerk):
    sign_in(client, name="XuWan@market.example")
    assert signed_in(client)


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client, clerk):
    wrong = sign_in(client, password="wrong")
    unknown = sign_in(client, name="nobody", password="wrong")
    assert not signed_in(client)
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert "do not fit together" in wrong.content.decode()


def test_what_was_typed_as_name_is_kept_and_the_password_is_not(client, clerk):
    page = sign_in(client, password="not this one").content.decode()
    assert 'value="xuwan"' in page
    assert "not this one" not in page


def test_a_known_and_an_unknown_name_cost_the_same_hashing(client, clerk, monkeypatch):
    """The time of the answer must not tell which names exist: both are hashed once."""
    hashed = []
    hasher = type(get_hasher())
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda *args, **kwargs: hashed.append(1) or encode(*args, **kwargs))
    for name in ("xuwan", "nobody", "nobody@market.example", "xuwan@market.example"):
        hashed.clear()
        sign_in(client, name=name, password="wrong")
        assert len(hashed) == 1, name


def test_after_five_wrong_tries_even_the_right_password_is_refused_for_a_while(client, clerk, colleague):
    with time_machine.travel("2026-11-20 09:00", tick=False) as clock:
        for _ in range(5):
            assert "do not fit together" in sign_in(client, password="wrong").content.decode()
        refused = sign_in(client)
        assert not signed_in(client)
        assert "not even the right one" in refused.content.decode()

        sign_in(client, name="linzhaoyi")
        assert signed_in(client), "another account is not touched"
        client.logout()

        clock.shift(5 * 60 + 1)
        sign_in(client)
        assert signed_in(client)


def test_right_passwords_are_not_counted_as_tries(client, clerk):
    for _ in range(7):
        sign_in(client)
        assert signed_in(client)
        client.logout()


def test_one_address_cannot_try_many_accounts(client, db):
    with time_machine.travel("2026-11-20 09:00", tick=False):
        for number in range(60):
            sign_in(client, name=f"guess{number}", password="wrong")
        assert "not even the right one" in sign_in(client, name="guess60", password="wrong").content.decode()


def test_the_limit_holds_while_redis_is_away(client, clerk, redis_away):
    for _ in range(5):
        sign_in(client, password="wrong")
    sign_in(client)
    assert not signed_in(client)
    assert sign_in(client).status_code == 200


def test_the_session_key_changes_at_sign_in(client, clerk):
    client.get(reverse("account_login"))
    client.session["seen"] = True
    session = client.session
    session["seen"] = True
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_the_page_asked_for_comes_after_sign_in(client, clerk):
    asked = reverse("mfa_index")
    to_sign_in = client.get(asked)
    assert to_sign_in["Location"] == f"{reverse('account_login')}?next={asked}"
    assert f'value="{asked}"' in client.get(to_sign_in["Location"]).content.decode()
    assert sign_in(client, next=asked)["Location"] == asked


def test_nobody_is_sent_to_another_site(client, clerk):
    for elsewhere in (
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "https:evil.example",
    ):
        assert sign_in(client, next=elsewhere)["Location"] == reverse("home"), elsewhere
        client.logout()


def test_a_closed_account_is_told_so_and_stays_outside(client, clerk):
    User.objects.update(is_active=False)
    answer = sign_in(client)
    assert not signed_in(client)
    assert answer["Location"] == reverse("account_inactive")
    assert "This account is closed" in client.get(answer["Location"]).content.decode()


def test_signing_out_takes_a_post(client, clerk):
    client.force_login(clerk)
    asked = client.get(reverse("account_logout"))
    assert "Sign out?" in asked.content.decode()
    assert signed_in(client)
    assert client.post(reverse("account_logout"))["Location"] == reverse("account_login")
    assert not signed_in(client)


def test_signing_in_needs_the_forms_token(clerk):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403


def test_passwords_are_kept_as_argon2(db):
    from credit_platform.settings import base

    with override_settings(PASSWORD_HASHERS=base.PASSWORD_HASHERS):
        user = User.objects.create_user("someone", password=PASSWORD)
        assert identify_hasher(user.password).algorithm == "argon2"


def test_nobody_makes_an_account_by_themselves_and_only_known_doors_exist():
    names = {
        pattern.name
        for pattern in get_resolver("credit_platform.accounts.urls").url_patterns
        if str(pattern.pattern).startswith("accounts/")
    }
    assert names == {
        "account_login", "account_logout", "account_inactive", "account_reauthenticate",
        "account_change_password", "mfa_index", "mfa_authenticate", "mfa_reauthenticate",
        "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
    }  # fmt: skip


def test_sessions_do_not_live_in_redis():
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"


def test_the_chosen_language_stays_with_the_person(client, clerk):
    client.force_login(clerk)
    client.post(reverse("ui:set_language"), {"language": "zh-hans", "next": "/"})
    clerk.refresh_from_db()
    assert clerk.language == "zh-hans"
    client.cookies.clear()
    sign_in(client)
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"


def test_a_language_that_is_not_offered_is_not_kept(client, clerk):
    client.force_login(clerk)
    client.post(reverse("ui:set_language"), {"language": "xx", "next": "/"})
    clerk.refresh_from_db()
    assert clerk.language == ""
