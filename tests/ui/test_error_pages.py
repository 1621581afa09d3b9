"""When something goes wrong the page says what, and what to do next, even without a request to go by."""

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

PAGES = ("400", "403", "403_csrf", "404", "413", "429", "500", "refused")


@pytest.mark.parametrize("page", PAGES)
def test_an_error_page_needs_nothing_but_itself(page):
    drawn = render_to_string(f"{page}.html", {"problem": "It has been decided already."})
    assert "<h1>" in drawn
    assert 'href="/"' in drawn


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_to_be_sent_again():
    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x"})
    assert answer.status_code == 403
    assert "The form was open too long" in answer.content.decode()


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_is_answered_in_the_readers_language(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "此处没有您可查看的内容" in answer.content.decode()


def test_the_page_behind_a_dialog_asks_the_same():
    drawn = render_to_string(
        "ui/confirm.html",
        {
            "title": "Withdraw this record?",
            "consequence": "It leaves the public site.",
            "action": "/withdraw/",
            "verb": "Withdraw the record",
            "back_url": "/record/",
            "danger": True,
        },
    )
    assert 'action="/withdraw/"' in drawn
    assert "It leaves the public site." in drawn
    assert 'href="/record/"' in drawn
