"""Who has forgotten the password chooses a new one by a link; nothing tells which accounts there are."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail as outgoing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credit_platform.accounts.models import User
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.invitations import mail as invitation_mail, services as invitations
from entities.models import Notice
from entities.people import passwords, tasks
from entities.people.models import PasswordLink
from entities.people.password_views import ASKING
from entities.systems.services import connect_system
from tests.factories import PASSWORD, AgentFactory, BodyFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
FORGOTTEN = reverse("people:forgotten")
NEW = "quiet river 1964"


@pytest.fixture(autouse=True)
def nothing_counted_yet():
    cache.clear()


@pytest.fixture
def bureau():
    return BodyFactory()


@pytest.fixture
def supervisor(bureau):
    return MemberFactory(body=bureau, role="supervisor")


@pytest.fixture
def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


@pytest.fixture
def clerk(bureau):
    return MemberFactory(body=bureau, username="xuwan", email="xuwan@city.example", language="zh-hans")


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address_in(mail) -> str:
    return re.search(r"(/accounts/password/new/\S+)", mail.body)[1]


def sent() -> list:
    tasks.send_links()
    return outgoing.outbox


def choose(client, address: str, first: str = NEW, second: str = NEW):
    page = client.get(address, follow=True)
    return client.post(page.redirect_chain[-1][0], {"new_password1": first, "new_password2": second})


# Asking


@pytest.mark.parametrize("typed", ["xuwan", " XuWan ", "XUWAN@city.example"])
def test_a_person_gets_a_link_by_name_or_address_in_their_language_and_signs_in_with_a_new_password(
    clerk, typed
):
    client = Client()
    assert client.post(FORGOTTEN, {"login": typed}).status_code == 200
    (mail,) = sent()
    assert mail.to == ["xuwan@city.example"]
    assert "xuwan" in mail.body
    answer = choose(client, address_in(mail))
    assert answer.url == reverse("account_login")
    assert client.post(reverse("account_login"), {"login": "xuwan", "password": PASSWORD}).status_code == 200
    assert client.post(reverse("account_login"), {"login": "xuwan", "password": NEW}).status_code == 302
    verbs = AuditEvent.objects.filter(target_id=str(clerk.pk)).order_by("pk").values_list("verb", "actor")
    assert list(verbs) == [("people.password.link_asked", None), ("people.password.chosen", clerk.pk)]
    assert Notice.objects.get(user=clerk).kind == "people.password-chosen"


def signs_in(login: str, password: str) -> bool:
    return Client().post(reverse("account_login"), {"login": login, "password": password}).status_code == 302


def rests(login: str) -> None:
    for _try in range(6):
        assert not signs_in(login, "wrong")


def test_who_chose_a_new_password_signs_in_at_once_after_wrong_tries(clerk, supervisor):
    other = MemberFactory(username="lin", email="lin@city.example")
    for login in ("xuwan", "XUWAN@city.example", "lin"):
        rests(login)
    assert not signs_in("xuwan", PASSWORD)
    passwords.ask_for_link(login="xuwan")
    choose(Client(), address_in(sent()[0]))
    assert signs_in("xuwan", NEW)
    assert signs_in("xuwan@city.example", NEW)
    # Nobody else's account is let go by it.
    assert not signs_in(other.username, PASSWORD)


def test_an_address_that_two_accounts_share_rests_on(clerk):
    MemberFactory(username="xuwan2", email=clerk.email)
    assert passwords.logins_of(clerk) == ["xuwan"]


def test_a_link_that_is_not_used_and_one_that_is_refused_let_no_account_go(clerk):
    rests("xuwan")
    passwords.ask_for_link(login="xuwan")
    address = address_in(sent()[0])
    choose(Client(), address, "short", "short")
    assert not signs_in("xuwan", PASSWORD)


def test_the_tries_from_one_address_are_counted_on_after_a_new_password(clerk, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "7/m/ip,5/5m/key"}
    rests("xuwan")
    passwords.ask_for_link(login="xuwan")
    choose(Client(), address_in(sent()[0]))
    assert signs_in("xuwan", NEW)
    rests("somebody")
    assert not signs_in("xuwan", NEW)


def test_what_is_answered_is_the_same_whether_there_is_such_an_account_or_not(clerk):
    answers = {
        Client().post(FORGOTTEN, {"login": who}).content for who in ("xuwan", "nobody", "no@city.example")
    }
    assert len({re.sub(rb'nonce="[^"]*"', b"", one) for one in answers}) == 1
    assert PasswordLink.objects.get().user == clerk


@pytest.mark.parametrize("facts", [{"is_active": False}, {"email": ""}])
def test_a_closed_account_and_one_without_an_address_get_no_link(clerk, facts):
    User.objects.filter(pk=clerk.pk).update(**facts)
    Client().post(FORGOTTEN, {"login": "xuwan"})
    assert not PasswordLink.objects.exists()


def test_a_system_gets_no_link(supervisor, bureau):
    connect_system(by=supervisor, body=bureau, name="case system", scopes=["records:read"])
    account = User.objects.exclude(system=None).get()
    User.objects.filter(pk=account.pk).update(email="system@city.example")
    passwords.ask_for_link(login="system@city.example")
    passwords.ask_for_link(login=account.username)
    assert not PasswordLink.objects.exists()


def test_one_account_is_sent_three_links_a_day_and_one_address_asks_ten_times_an_hour(clerk):
    for _time in range(5):
        passwords.ask_for_link(login="xuwan")
    assert PasswordLink.objects.count() == 3
    client = Client()
    said = [client.post(FORGOTTEN, {"login": "nobody"}).status_code for _time in range(ASKING.amount + 1)]
    assert said == [200] * ASKING.amount + [429]


# The link


def test_a_link_works_once_for_a_day_and_is_on_no_address_on_screen(clerk):
    passwords.ask_for_link(login="xuwan")
    address = address_in(sent()[0])
    client = Client()
    page = client.get(address, follow=True)
    assert address not in page.redirect_chain[-1][0]
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("same-origin", "noindex, noarchive")
    choose(client, address)
    assert Client().get(address, follow=True).status_code == 410
    passwords.ask_for_link(login="xuwan")
    address = address_in(sent()[1])
    with time_machine.travel(timezone.now() + timedelta(hours=20)):
        assert Client().get(address, follow=True).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=40)):
        assert Client().get(address, follow=True).status_code == 410


def test_a_link_of_an_account_that_was_closed_meanwhile_is_worth_nothing(clerk):
    passwords.ask_for_link(login="xuwan")
    address, client = address_in(sent()[0]), Client()
    page = client.get(address, follow=True)
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    typed = {"new_password1": NEW, "new_password2": NEW}
    assert client.post(page.redirect_chain[-1][0], typed).status_code == 410
    with pytest.raises(WrongState):
        passwords.set_new_password(person_id=clerk.pk, token="any", password=NEW)


@pytest.mark.parametrize(("first", "second"), [("12345", "12345"), (NEW, "another river 1964"), ("", "")])
def test_a_password_that_is_weak_or_typed_otherwise_is_told_and_the_link_stays(clerk, first, second):
    passwords.ask_for_link(login="xuwan")
    client, address = Client(), address_in(sent()[0])
    answer = choose(client, address, first, second)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)
    assert choose(client, address).url == reverse("account_login")


def test_the_service_itself_takes_no_weak_password_and_no_other_token(clerk):
    token = passwords.address_for(clerk).rstrip("/").rsplit("/", 1)[1]
    with pytest.raises(InvalidInput):
        passwords.set_new_password(person_id=clerk.pk, token=token, password="12345")
    with pytest.raises(WrongState):
        passwords.set_new_password(person_id=MemberFactory().pk, token=token, password=NEW)


def test_who_chose_a_new_password_is_signed_out_everywhere_also_where_they_chose_it(clerk):
    elsewhere, here = signed_in(clerk), signed_in(clerk)
    passwords.ask_for_link(login="xuwan")
    assert choose(here, address_in(sent()[0])).status_code == 302
    for client in (elsewhere, here):
        assert reverse("account_login") in client.get(reverse("agencies:desk")).url
    assert not [
        one for one in Session.objects.all() if one.get_decoded().get("_auth_user_id") == str(clerk.pk)
    ]


def test_a_mail_server_that_is_away_delays_a_link_and_an_old_wish_is_dropped(clerk, monkeypatch):
    passwords.ask_for_link(login="xuwan")

    def away(*args, **kwargs):
        raise OSError("away")

    with monkeypatch.context() as broken:
        broken.setattr(passwords.EmailMessage, "send", away)
        assert passwords.send_waiting() == 0
    link = PasswordLink.objects.get()
    assert (link.attempts, link.last_error, link.sent_at) == (1, "OSError: away", None)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert passwords.send_waiting() == 1
        assert passwords.send_waiting() == 0
    passwords.ask_for_link(login="xuwan")
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert passwords.send_waiting() == 0
    assert PasswordLink.objects.get() == link
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        passwords.send_waiting()
    assert not PasswordLink.objects.exists()


# The office sends it


def test_an_office_sends_a_person_of_theirs_one_link_however_often_it_presses(supervisor, lead, clerk):
    for who in (supervisor, lead):
        client = signed_in(who)
        address = reverse("people:person", args=(clerk.pk,))
        assert "Send a link for a new password" in client.get(address).content.decode()
        for _time in range(2):
            assert client.post(reverse("people:send-link", args=(clerk.pk,))).url == address
    assert PasswordLink.objects.get().asked_by == supervisor
    event = AuditEvent.objects.get(verb="people.password.link_sent")
    assert (event.actor, event.target_id) == (supervisor, str(clerk.pk))
    (mail,) = sent()
    assert str(supervisor.name_zh) in mail.body
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        passwords.send_link(by=supervisor, person_id=clerk.pk)
    assert PasswordLink.objects.count() == 2


def test_nobody_sends_a_link_to_whom_they_do_not_look_after(supervisor, lead, clerk):
    with pytest.raises(Missing):
        passwords.send_link(by=supervisor, person_id=MemberFactory().pk)
    with pytest.raises(Missing):
        passwords.send_link(by=clerk, person_id=supervisor.pk)
    officer = MemberFactory(body=BodyFactory(kind="association"), role="officer")
    colleague = MemberFactory(body=officer.memberships.get().body, role="reviewer")
    with pytest.raises(NotPermitted):
        passwords.send_link(by=officer, person_id=colleague.pk)
    with pytest.raises(NotPermitted):
        passwords.send_link(by=lead, person_id=lead.pk)
    for facts in ({"is_active": False}, {"is_active": True, "email": ""}):
        User.objects.filter(pk=clerk.pk).update(**facts)
        with pytest.raises(WrongState):
            passwords.send_link(by=lead, person_id=clerk.pk)
        page = signed_in(lead).get(reverse("people:person", args=(clerk.pk,))).content.decode()
        assert "Send a link for a new password" not in page
    assert not PasswordLink.objects.exists()


# Invitations again


def test_an_invitation_is_sent_again_once_and_only_the_newest_mail_counts(supervisor, bureau):
    invitation = invitations.invite_member(
        by=supervisor, body=bureau, role="clerk", email="fang@city.example"
    )
    first = invitation_mail.unsealed(invitation)
    client, again = signed_in(supervisor), reverse("people:send-again", args=(invitation.pk,))
    client.post(again)  # Not out yet: the mail on its way is enough.
    assert invitation_mail.send_waiting() == 1
    client.post(again)  # Out this minute.
    assert invitation_mail.send_waiting() == 0
    with time_machine.travel(timezone.now() + timedelta(days=13)):
        client = signed_in(supervisor)
        for _time in range(2):
            assert client.post(again).url == reverse("people:list")
        assert invitation_mail.send_waiting() == 1
    assert len(outgoing.outbox) == 2
    assert AuditEvent.objects.filter(verb="invitations.invitation.sent_again").count() == 1
    invitation.refresh_from_db()
    assert invitation.expires_at > timezone.now() + timedelta(days=26)
    with pytest.raises(Missing):
        invitations.accept(by=MemberFactory(), code=first)
    newest = re.search(r"/invitations/([^/]+)/", outgoing.outbox[1].body)[1]
    assert invitations.accept(by=MemberFactory(), code=newest) == invitation
    with pytest.raises(WrongState):
        invitations.send_again(by=supervisor, invitation_id=invitation.pk)


def test_an_invitation_of_others_is_not_there_to_be_sent_again(supervisor, bureau):
    invitation = invitations.invite_member(
        by=supervisor, body=bureau, role="clerk", email="fang@city.example"
    )
    with pytest.raises(Missing):
        invitations.send_again(by=MemberFactory(role="supervisor"), invitation_id=invitation.pk)
    with time_machine.travel(timezone.now() + timedelta(days=15)), pytest.raises(WrongState):
        invitations.send_again(by=supervisor, invitation_id=invitation.pk)


def test_who_acts_for_a_business_sends_its_invitations_again():
    agent = AgentFactory(entity=EntityFactory())
    entity = agent.entity
    invitation = invitations.invite_agent(by=agent.user, entity=entity, email="fang@city.example")
    invitation_mail.send_waiting()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        client = signed_in(agent.user)
        agents = reverse("invitations:agents", args=(entity.credit_code,))
        assert "Send again" in client.get(agents).content.decode()
        answer = client.post(reverse("invitations:send-again", args=(entity.credit_code, invitation.pk)))
        assert answer.url == agents
        assert invitation_mail.send_waiting() == 1


# The page of people


def test_the_page_of_people_costs_the_same_with_many_people_and_invitations(supervisor, bureau, query_budget):
    for number in range(8):
        MemberFactory(body=bureau)
        invitations.invite_member(by=supervisor, body=bureau, role="clerk", email=f"n{number}@city.example")
    client = signed_in(supervisor)
    with query_budget("page of people"):
        answer = client.get(reverse("people:list"))
    assert answer.status_code == 200
