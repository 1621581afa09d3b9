"""The other language is one press away, and the choice is kept."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_choice_is_kept_in_a_cookie_and_leads_back_to_the_page(client):
    response = client.post(reverse("ui:set_language"), {"language": "zh-hans", "next": "/styleguide/?a=1"})
    assert response.status_code == 302
    assert response["Location"] == "/styleguide/?a=1"
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"


def test_the_choice_is_kept_on_the_user(client):
    user = get_user_model().objects.create(username="xu", name_zh="许婉")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    client.post(reverse("ui:set_language"), {"language": "zh-hans", "next": "/"})
    user.refresh_from_db()
    assert user.language == "zh-hans"


def test_a_language_that_the_platform_does_not_speak_is_not_kept(client):
    user = get_user_model().objects.create(username="xu", name_zh="许婉")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    client.post(reverse("ui:set_language"), {"language": "tlh", "next": "/"})
    user.refresh_from_db()
    assert user.language == ""


def test_another_host_is_not_followed(client):
    response = client.post(
        reverse("ui:set_language"), {"language": "en", "next": "https://elsewhere.example/"}
    )
    assert response["Location"] == "/"


def test_looking_does_not_change_the_language(client):
    assert client.get(reverse("ui:set_language")).status_code == 405
