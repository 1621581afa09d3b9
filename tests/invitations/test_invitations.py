"""People come to act for a body or a business by a mail, and by an act of their own."""

import threading
from datetime import timedelta

import pytest
from django.core import mail as outgoing
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from credit_platform.accounts.models import User
from credit_platform.accounts.services import NewAccount
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.invitations import mail, selectors, services, tasks
from entities.invitations.models import Invitation
from entities.models import Membership
from tests.factories import PASSWORD, BodyFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db

ADDRESS = "lin@example.org"
ACCOUNT = NewAccount("linjia", "林甲", "Lin Jia", PASSWORD)


@pytest.fixture
def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


@pytest.fixture
def invitation(lead):
    return services.invite_member(by=lead, body=BodyFactory(), role="clerk", email=ADDRESS, name="林甲")


def code_of(invitation: Invitation) -> str:
    return mail.unsealed(invitation)


# Who may invite to a body


def test_the_lead_office_invites_to_any_role_of_any_body(lead):
    for kind, role in (("department", "supervisor"), ("association", "officer"), ("lead_office", "lead")):
        sent = services.invite_member(by=lead, body=BodyFactory(kind=kind), role=role, email=ADDRESS)
        assert sent.invited_by == lead
    assert AuditEvent.objects.filter(verb="invitations.invitation.sent").count() == 3


def test_a_supervisor_invites_those_who_enter_and_review_for_the_own_body_only():
    body = BodyFactory()
    supervisor = MemberFactory(body=body, role="supervisor")
    for role in ("clerk", "reviewer"):
        assert services.invite_member(by=supervisor, body=body, role=role, email=ADDRESS).role == role
    with pytest.raises(NotPermitted):
        services.invite_member(by=supervisor, body=body, role="supervisor", email=ADDRESS)
    with pytest.raises(NotPermitted):
        services.invite_member(by=supervisor, body=BodyFactory(), role="clerk", email=ADDRESS)
    with pytest.raises(NotPermitted):
        services.invite_member(by=MemberFactory(body=body), body=body, role="clerk", email=ADDRESS)


def test_nobody_is_invited_to_a_role_that_there_is_not_nor_to_a_body_that_is_gone(lead):
    with pytest.raises(InvalidInput) as refusal:
        services.invite_member(by=lead, body=BodyFactory(), role="lead", email=ADDRESS)
    assert set(refusal.value.problems) == {"role"}
    gone = BodyFactory(is_active=False, successor=BodyFactory())
    with pytest.raises(WrongState):
        services.invite_member(by=lead, body=gone, role="clerk", email=ADDRESS)


def test_an_address_that_is_none_and_one_that_has_the_role_are_refused(lead):
    body = BodyFactory()
    clerk = MemberFactory(body=body)
    for address in ("lin", clerk.email.upper()):
        with pytest.raises(InvalidInput) as refusal:
            services.invite_member(by=lead, body=body, role="clerk", email=address)
        assert set(refusal.value.problems) == {"email"}


def test_a_second_invitation_to_the_same_takes_the_place_of_the_first(lead, invitation):
    again = services.invite_member(by=lead, body=invitation.body, role="clerk", email=ADDRESS.upper())
    assert list(Invitation.objects.open(timezone.now())) == [again]
    with pytest.raises(WrongState):
        services.accept(by=UserFactory(), code=code_of(invitation))


# The mail


def test_the_mail_goes_once_though_the_task_runs_twice_and_the_code_is_then_forgotten(invitation):
    code = code_of(invitation)
    tasks.send_waiting()
    tasks.send_waiting()
    assert [message.to for message in outgoing.outbox] == [[ADDRESS]]
    assert reverse("invitations:accept", args=[code]) in outgoing.outbox[0].body
    invitation.refresh_from_db()
    assert invitation.sealed == ""
    assert invitation.sent_at
    assert services.accept(by=UserFactory(), code=code.lower()).accepted_at


def test_a_mail_server_that_is_away_delays_the_mail(invitation, monkeypatch):
    def away(*args, **kwargs):
        raise OSError("nobody there")

    with monkeypatch.context() as patched:
        patched.setattr(mail.EmailMessage, "send", away)
        assert mail.send_waiting() == 0
    invitation.refresh_from_db()
    assert invitation.next_attempt_at > timezone.now()
    Invitation.objects.update(next_attempt_at=timezone.now())
    assert mail.send_waiting() == 1


def test_what_is_withdrawn_or_over_is_not_sent(lead, invitation):
    services.withdraw(by=lead, invitation_id=invitation.pk)
    other = services.invite_member(by=lead, body=invitation.body, role="reviewer", email=ADDRESS)
    Invitation.objects.filter(pk=other.pk).update(expires_at=timezone.now())
    assert mail.send_waiting() == 0
    assert not Invitation.objects.exclude(sealed="").exists()


# Accepting


def test_who_accepts_has_the_role_and_again_changes_nothing(invitation):
    person, code = UserFactory(), code_of(invitation)
    assert services.accept(by=person, code=code).accepted_by == person
    services.accept(by=person, code=code)
    assert list(person.memberships.values_list("body", "role")) == [(invitation.body_id, "clerk")]
    assert AuditEvent.objects.filter(verb="invitations.invitation.accepted").count() == 1


def test_codes_that_are_wrong_used_withdrawn_or_over_join_nobody(lead, invitation):
    with pytest.raises(Missing):
        services.accept(by=UserFactory(), code="2222-2222-2222-2222")
    services.accept(by=UserFactory(), code=code_of(invitation))
    withdrawn = services.invite_member(by=lead, body=invitation.body, role="clerk", email=ADDRESS)
    code = code_of(withdrawn)
    services.withdraw(by=lead, invitation_id=withdrawn.pk)
    over = services.invite_member(by=lead, body=invitation.body, role="clerk", email=ADDRESS)
    Invitation.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    latecomer = UserFactory()
    for refused in (code_of(invitation), code, code_of(over)):
        with pytest.raises(WrongState):
            services.accept(by=latecomer, code=refused)
    assert not latecomer.memberships.exists()


def test_who_has_no_account_makes_one_and_has_the_role_at_once(invitation):
    person = services.accept_with_new_account(code=code_of(invitation), account=ACCOUNT)
    assert (person.email, person.name_zh) == (ADDRESS, "林甲")
    assert person.check_password(PASSWORD)
    assert person.memberships.get().body == invitation.body


def test_an_account_needs_a_name_of_its_own_and_a_password_that_holds(invitation):
    UserFactory(username="LinJia")
    weak = NewAccount("linjia", "林甲", "", "12345")
    with pytest.raises(InvalidInput) as refusal:
        services.accept_with_new_account(code=code_of(invitation), account=weak)
    assert set(refusal.value.problems) == {"username", "password"}
    with pytest.raises(InvalidInput) as refusal:
        services.accept_with_new_account(
            code=code_of(invitation), account=NewAccount("a@b", "林", "", PASSWORD)
        )
    assert set(refusal.value.problems) == {"username"}


def test_an_address_that_has_an_account_gets_no_second_one(invitation):
    UserFactory(email=ADDRESS.upper())
    with pytest.raises(InvalidInput):
        services.accept_with_new_account(code=code_of(invitation), account=ACCOUNT)
    assert not User.objects.filter(username="linjia").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_joins(invitation):
    code, outcomes = code_of(invitation), []

    def accepts(person):
        try:
            services.accept(by=person, code=code)
            outcomes.append("joined")
        except WrongState:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=accepts, args=[UserFactory()]) for _person in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["joined", "refused"]
    assert Membership.objects.filter(body=invitation.body).count() == 1


# Taking back and reading


def test_who_looks_after_an_invitation_takes_it_back_and_to_others_it_is_not_there(invitation):
    supervisor = MemberFactory(body=invitation.body, role="supervisor")
    stranger = MemberFactory(body=BodyFactory(), role="supervisor")
    with pytest.raises(Missing):
        services.withdraw(by=stranger, invitation_id=invitation.pk)
    assert not selectors.open_to_body(user=stranger, body=invitation.body)
    assert list(selectors.open_to_body(user=supervisor, body=invitation.body)) == [invitation]
    services.withdraw(by=supervisor, invitation_id=invitation.pk)
    services.withdraw(by=supervisor, invitation_id=invitation.pk)
    assert AuditEvent.objects.filter(verb="invitations.invitation.withdrawn").count() == 1
    assert not selectors.open_to_body(user=supervisor, body=invitation.body)


def test_what_was_accepted_is_not_taken_back(lead, invitation):
    services.accept(by=UserFactory(), code=code_of(invitation))
    with pytest.raises(WrongState):
        services.withdraw(by=lead, invitation_id=invitation.pk)


# The page


def test_opening_the_address_accepts_nothing_and_the_button_does(client, invitation):
    person, page = UserFactory(), reverse("invitations:accept", args=[code_of(invitation)])
    client.force_login(person)
    assert client.get(page).status_code == 200
    assert not person.memberships.exists()
    assert client.post(page).status_code == 302
    assert person.memberships.count() == 1
    again = client.get(page)
    assert again.status_code == 410
    assert "You have accepted this invitation" in again.content.decode()


def test_an_account_is_made_on_the_page_and_signs_in(client, invitation):
    page = reverse("invitations:accept", args=[code_of(invitation)])
    typed = {"username": "linjia", "name_zh": "林甲", "password": PASSWORD}
    assert client.post(page, typed | {"again": "another"}).status_code == 422
    assert client.post(page, typed | {"again": PASSWORD}).url == reverse("account_login")
    assert client.login(username="linjia", password=PASSWORD)
    client.logout()
    assert "used already" in client.get(page).content.decode()
    assert client.get(reverse("invitations:accept", args=["2222-2222-2222-2222"])).status_code == 404
