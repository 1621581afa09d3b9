"""A served platform starts only with secrets and addresses that somebody chose."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from credit_platform.embedded.chores import production_environment


def load(**changes: str | None) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, **production_environment(), **changes}
    environ = {name: value for name, value in environ.items() if value is not None}
    code = "from credit_platform.settings import production as p; print(p.EMAIL_HOST, p.EMAIL_PORT, p.EMAIL_USE_TLS)"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_loads_with_secrets_and_addresses_of_its_own():
    loaded = load(EMAIL_URL="smtp://post:secret@mail.example:587/?security=tls")

    assert loaded.stderr == ""
    assert loaded.stdout == "mail.example 587 True\n"


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "PLATFORM_URL", "SIGNING_KEY_FILE"],
)
def test_it_names_what_is_missing(name):
    assert f"Set {name} in the environment" in load(**{name: None}).stderr


@pytest.mark.parametrize("secret", ["too short", "change-me" * 2, "a" * 80])
def test_it_refuses_a_secret_that_can_be_guessed(secret):
    refused = load(SECRET_KEY=secret)

    assert refused.returncode
    assert "SECRET_KEY must be 50 random characters or more" in refused.stderr


def test_it_refuses_to_answer_for_every_host_name():
    assert "ALLOWED_HOSTS names the platform's own host names" in load(ALLOWED_HOSTS="*").stderr


def test_it_refuses_links_that_a_reader_of_an_e_mail_could_not_follow():
    assert "PLATFORM_URL is where people reach the platform" in load(PLATFORM_URL="credit.example").stderr
