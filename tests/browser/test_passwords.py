"""Who has forgotten the password, and whoever helps them, in the browser."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from entities.invitations import mail as invitation_mail, services as invitations
from entities.people import passwords
from tests.browser.accessibility import assert_accessible
from tests.factories import BodyFactory, MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "quiet river 1964"


@pytest.fixture
def bureau():
    return BodyFactory()


@pytest.fixture
def clerk(bureau):
    return MemberFactory(body=bureau, username="xuwan", email="xuwan@city.example")


def link_in_the_mail(live_server) -> str:
    assert passwords.send_waiting() == 1
    path = re.search(r"(/accounts/password/new/\S+)", mail.outbox[-1].body)[1]
    return f"{live_server.url}{path}"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_forgotten_password_is_asked_for_chosen_anew_and_used_with_the_keyboard(
    page_as, live_server, clerk, scripts
):
    page = page_as(None, width=390, scripts=scripts)
    page.goto(reverse("account_login"))
    page.get_by_role("link", name="Password forgotten?").click()
    if scripts:
        assert_accessible(page)
    page.get_by_label("User name or e-mail").fill("xuwan")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("We have taken it down")
    page.goto(link_in_the_mail(live_server))
    assert "/set-password/" in page.url
    if scripts:
        assert_accessible(page)
    page.get_by_label("New password", exact=True).fill("12345")
    page.get_by_label("New password once more").fill("12345")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("too short")
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password once more").fill(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your new password is set.")).to_be_visible()
    page.get_by_label("User name or e-mail").fill("xuwan")
    page.get_by_label("Password", exact=True).fill(NEW)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("/accounts/"))


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_a_supervisor_sends_a_link_from_the_page_of_the_person(page_as, live_server, bureau, clerk, lang):
    page = page_as(MemberFactory(body=bureau, role="supervisor"), lang=lang)
    page.goto(reverse("people:person", args=(clerk.pk,)))
    assert_accessible(page)
    name = "Send a link for a new password" if lang == "en" else "发送重设密码的链接"
    page.get_by_role("button", name=name).click()
    expect(page.get_by_text("xuwan@city.example").first).to_be_visible()
    public = page_as(None, lang=lang)
    public.goto(link_in_the_mail(live_server))
    assert_accessible(public)
    public.goto(reverse("people:new-password", args=("MQ", "no-token")))
    assert_accessible(public)


def test_who_is_invited_makes_an_account_and_signs_in_with_it(page_as, bureau):
    supervisor = MemberFactory(body=bureau, role="supervisor")
    invitation = invitations.invite_member(by=supervisor, body=bureau, role="clerk", email="lin@city.example")
    page = page_as(None, width=390)
    page.goto(reverse("invitations:accept", args=(invitation_mail.unsealed(invitation),)))
    assert_accessible(page)
    page.get_by_label("User name").fill("linjia")
    page.get_by_label("Name in Chinese").fill("林甲")
    page.get_by_label("Password", exact=True).fill(NEW)
    page.get_by_label("Password once more").fill(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your account is made.")).to_be_visible()
    assert bureau.memberships.filter(user__username="linjia", role="clerk").exists()
