"""Who acts for a body: listed, given, changed and ended; accounts closed and reopened; the first of a new city."""

from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from credit_platform.accounts.models import User
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.invitations.mail import unsealed
from entities.invitations.services import accept, invite_member
from entities.models import Membership, Notice
from entities.people import selectors, services
from entities.people.models import PastRole
from entities.systems.services import connect_system
from tests.factories import PASSWORD, BodyFactory, MemberFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return BodyFactory(kind="lead_office")


@pytest.fixture
def lead(office):
    return MemberFactory(body=office, role="lead")


@pytest.fixture
def bureau():
    return BodyFactory()


@pytest.fixture
def supervisor(bureau):
    return MemberFactory(body=bureau, role="supervisor")


@pytest.fixture
def clerk(bureau):
    return MemberFactory(body=bureau, username="xuwan", name_zh="徐婉", name_en="Xu Wan")


def role_of(person) -> Membership:
    return person.memberships.get()


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


# Rights go with the role


def test_with_the_role_go_all_rights_at_once_on_pages_in_the_api_and_in_files(supervisor, clerk):
    client = signed_in(clerk)
    places = (reverse("entities:record-list"), reverse("sharing:export", args=("records", "csv")))
    assert [client.get(place).status_code for place in places] == [200, 200]
    assert client.get("/api/v1/changes/").status_code == 200
    services.end_membership(by=supervisor, role_id=role_of(clerk).pk, because="moved away")
    assert [client.get(place).status_code for place in places] == [404, 404]
    assert client.get("/api/v1/changes/").status_code == 404


def test_a_role_that_ended_stands_among_the_past_ones_with_its_end_and_the_person_is_told(supervisor, clerk):
    began = role_of(clerk).since
    services.end_membership(by=supervisor, role_id=role_of(clerk).pk, because=" moved away ")
    past = PastRole.objects.get()
    assert (past.user, past.role, past.since, past.ended_by, past.because) == (
        clerk,
        "clerk",
        began,
        supervisor,
        "moved away",
    )
    event = AuditEvent.objects.get(verb="people.role.ended")
    assert (event.actor, event.target_id, event.detail["because"]) == (
        supervisor,
        str(clerk.pk),
        "moved away",
    )
    with translation.override("zh-hans"):
        assert "moved away" in Notice.objects.get(user=clerk).text
    page = signed_in(supervisor).get(reverse("people:list"), {"show": "past"})
    assert "moved away" in text_of(page)
    assert "xuwan" in text_of(page)


def test_without_a_reason_nothing_ends(supervisor, clerk):
    answer = signed_in(supervisor).post(reverse("people:end", args=(role_of(clerk).pk,)), {"because": " "})
    assert answer.status_code == 422
    with pytest.raises(InvalidInput):
        services.end_membership(by=supervisor, role_id=role_of(clerk).pk, because="  ")
    assert role_of(clerk)


def test_a_role_that_was_ended_meanwhile_is_not_there_to_end(supervisor, clerk):
    key = role_of(clerk).pk
    services.end_membership(by=supervisor, role_id=key, because="moved away")
    with pytest.raises(Missing):
        services.end_membership(by=supervisor, role_id=key, because="moved away")


# Who gives and ends


@pytest.mark.parametrize("role", ["clerk", "reviewer"])
def test_a_supervisor_lets_people_with_an_account_enter_and_review_for_the_own_body(supervisor, bureau, role):
    person = UserFactory()
    given = services.give_role(by=supervisor, username=f" {person.username} ", body=bureau, role=role)
    assert (given.user, given.role) == (person, role)
    assert Notice.objects.get(user=person).kind == "people.role-given"
    assert AuditEvent.objects.get(verb="people.role.given").detail == {"body": bureau.code, "role": role}


def test_a_supervisor_makes_no_other_supervisor_and_nobody_in_another_body(supervisor, bureau):
    person = UserFactory()
    for body, role in ((bureau, "supervisor"), (BodyFactory(), "clerk")):
        with pytest.raises(NotPermitted):
            services.give_role(by=supervisor, username=person.username, body=body, role=role)
    colleague = MemberFactory(body=bureau, role="supervisor")
    with pytest.raises(NotPermitted):
        services.end_membership(by=supervisor, role_id=role_of(colleague).pk, because="no")


def test_an_officer_who_enters_does_not_choose_who_reviews():
    association = BodyFactory(kind="association")
    officer = MemberFactory(body=association, role="officer")
    with pytest.raises(NotPermitted):
        services.give_role(by=officer, username=UserFactory().username, body=association, role="reviewer")
    head = MemberFactory(body=association, role="supervisor")
    services.give_role(by=head, username=UserFactory().username, body=association, role="officer")


def test_nobody_does_anything_to_their_own_roles_or_account(lead, supervisor, bureau):
    for person in (lead, supervisor):
        with pytest.raises(NotPermitted):
            services.give_role(by=person, username=person.username, body=bureau, role="clerk")
        with pytest.raises(NotPermitted):
            services.end_membership(by=person, role_id=role_of(person).pk, because="no")
    with pytest.raises(NotPermitted):
        services.close_account(by=lead, person_id=lead.pk, because="no")


@pytest.mark.parametrize(
    ("facts", "role", "field"),
    [
        ({"username": "nobody-here"}, "clerk", "username"),
        ({"is_active": False}, "clerk", "username"),
        ({}, "officer", "role"),
        ({}, "lead", "role"),
    ],
)
def test_what_cannot_be_given_is_said_beside_its_field(lead, bureau, facts, role, field):
    person = UserFactory(**{name: value for name, value in facts.items() if name != "username"})
    with pytest.raises(InvalidInput) as refused:
        services.give_role(by=lead, username=facts.get("username", person.username), body=bureau, role=role)
    assert set(refused.value.problems) == {field}
    assert not person.memberships.exists()


def test_a_role_is_given_once_and_never_to_a_system(lead, supervisor, bureau, clerk):
    system = connect_system(by=supervisor, body=bureau, name="case system", scopes=["records:read"]).system
    for username in (clerk.username, system.user.username):
        with pytest.raises(InvalidInput):
            services.give_role(by=lead, username=username, body=bureau, role="clerk")


def test_another_role_takes_the_place_of_the_first(supervisor, clerk):
    services.change_role(by=supervisor, role_id=role_of(clerk).pk, new="reviewer", because="new post")
    assert role_of(clerk).role == "reviewer"
    assert PastRole.objects.get().role == "clerk"


# The last of the lead office


def test_the_lead_office_keeps_somebody_who_acts_for_it(lead, office):
    closed = MemberFactory(body=office, role="lead", is_active=False)
    other = MemberFactory(body=office, role="lead")
    services.end_membership(by=other, role_id=role_of(lead).pk, because="retired")
    returned = MembershipFactory(user=lead, body=office, role="lead")
    services.close_account(by=lead, person_id=other.pk, because="lost their card")
    stale = User.objects.get(pk=other.pk)
    stale._roles = frozenset(
        {(office.pk, "lead")}
    )  # As of a request that began before the account was closed.
    for act in (
        lambda: services.end_membership(by=stale, role_id=returned.pk, because="no"),
        lambda: services.change_role(by=stale, role_id=returned.pk, new="clerk", because="no"),
        lambda: services.close_account(by=stale, person_id=lead.pk, because="no"),
    ):
        with pytest.raises(WrongState):
            act()
    services.end_membership(by=lead, role_id=role_of(closed).pk, because="left long ago")


# Accounts


def test_who_is_closed_out_is_signed_out_everywhere_and_signs_in_again_when_reopened(lead, clerk):
    clients = [signed_in(clerk), signed_in(clerk)]
    assert clients[0].get(reverse("entities:inbox")).status_code == 200
    bystander = signed_in(lead)
    services.close_account(by=lead, person_id=clerk.pk, because="lost their card")
    assert [client.get(reverse("entities:inbox")).status_code for client in clients] == [302, 302]
    assert Session.objects.count() == 1
    assert bystander.get(reverse("entities:inbox")).status_code == 200
    with pytest.raises(WrongState):
        services.close_account(by=lead, person_id=clerk.pk, because="again")
    services.reopen_account(by=lead, person_id=clerk.pk)
    assert [client.get(reverse("entities:inbox")).status_code for client in clients] == [302, 302]
    assert Client().login(username="xuwan", password=PASSWORD)
    assert signed_in(User.objects.get(pk=clerk.pk)).get(reverse("entities:record-list")).status_code == 200
    with pytest.raises(WrongState):
        services.reopen_account(by=lead, person_id=clerk.pk)


def test_only_the_lead_office_closes_accounts(supervisor, clerk):
    with pytest.raises(NotPermitted):
        services.close_account(by=supervisor, person_id=clerk.pk, because="no")
    with pytest.raises(NotPermitted):
        services.reopen_account(by=supervisor, person_id=clerk.pk)


# The list


def test_each_reader_finds_the_people_of_the_own_bodies_and_no_system(lead, supervisor, clerk, bureau):
    stranger = MemberFactory()
    connect_system(by=supervisor, body=bureau, name="case system", scopes=["records:read"])
    found = {role.user_id for role in selectors.roles_for_list(user=supervisor)}
    assert found == {supervisor.pk, clerk.pk}
    everyone = {role.user_id for role in selectors.roles_for_list(user=lead)}
    assert everyone == {lead.pk, supervisor.pk, clerk.pk, stranger.pk}
    assert not selectors.roles_for_list(user=clerk).exists()
    assert signed_in(supervisor).get(reverse("people:person", args=(stranger.pk,))).status_code == 404


def test_the_list_is_narrowed_sorted_and_taken_away_as_it_stands(lead, clerk, bureau):
    User.objects.filter(pk=clerk.pk).update(last_login=timezone.now() - timedelta(days=3))
    Authenticator.objects.create(user=clerk, type=Authenticator.Type.TOTP, data={})
    client, url = signed_in(lead), reverse("people:list")
    for query in (
        {"q": "xuwan"},
        {"q": "徐"},
        {"body": bureau.code},
        {"role": "clerk", "sort": "-signed_in"},
    ):
        page = client.get(url, query)
        assert [role.user for role in page.context["page"]] == [clerk]
    assert page.context["page"][0].second_factor
    newest = client.get(url, {"sort": "-signed_in"}).context["page"]
    assert {newest[0].user, newest[1].user} == {clerk, lead}
    assert "Nobody fits" in text_of(client.get(url, {"q": "nobody of this name"}))
    file = client.get(reverse("sharing:export", args=("people", "csv")), {"q": "xuwan"})
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "xuwan" in lines[1]


def test_the_forms_do_what_the_services_do(lead, clerk, bureau):
    client, person = signed_in(lead), UserFactory()
    answer = client.post(
        reverse("people:give"), {"username": person.username, "body": bureau.pk, "role": "supervisor"}
    )
    assert answer.url == reverse("people:person", args=(person.pk,))
    assert "No role is given yet" in text_of(
        client.post(reverse("people:give"), {"username": "nobody-here", "body": bureau.pk, "role": "clerk"})
    )
    key = role_of(clerk).pk
    client.post(reverse("people:change", args=(key,)), {"new": "reviewer", "because": "new post"})
    client.post(reverse("people:end", args=(role_of(clerk).pk,)), {"because": "moved away"})
    assert not clerk.memberships.exists()
    page = text_of(client.get(reverse("people:person", args=(clerk.pk,))))
    assert "moved away" in page
    assert "No role now" in page
    client.post(reverse("people:close", args=(clerk.pk,)), {"because": "moved away"})
    assert "Reopen the account" in text_of(client.get(reverse("people:person", args=(clerk.pk,))))
    client.post(reverse("people:reopen", args=(clerk.pk,)))
    assert User.objects.get(pk=clerk.pk).is_active


def test_somebody_without_an_account_is_invited_and_stands_on_the_page_until_they_accept(supervisor, bureau):
    client = signed_in(supervisor)
    asked = {"email": "fang@city.example", "name": "方舟", "body": bureau.pk, "role": "clerk"}
    assert client.post(reverse("people:invite"), asked).url == reverse("people:list")
    assert "fang@city.example" in text_of(client.get(reverse("people:list")))
    assert client.post(reverse("people:invite"), asked | {"email": "nowhere"}).status_code == 422
    assert client.post(reverse("people:invite"), asked | {"role": "supervisor"}).status_code == 422
    (invitation,) = selectors.open_invitations(user=supervisor)
    assert not selectors.open_invitations(user=MemberFactory(role="supervisor")).exists()
    client.post(reverse("people:withdraw", args=(invitation.pk,)))
    assert not selectors.open_invitations(user=supervisor).exists()


def test_nobody_accepts_a_role_to_which_they_invited_themselves(supervisor, bureau):
    invitation = invite_member(by=supervisor, body=bureau, role="clerk", email="other@city.example")
    with pytest.raises(WrongState):
        accept(by=supervisor, code=unsealed(invitation))
    assert role_of(supervisor).role == "supervisor"


# The first of a new city


def make_first(monkeypatch, username="fangzhou", password="quiet river 1964", **facts) -> str:
    monkeypatch.setattr("builtins.input", lambda: password)
    facts = {"name_zh": "方舟", "email": "fang@city.example", "password_stdin": True} | facts
    said = StringIO()
    call_command("first_lead", username, stdout=said, **facts)
    return said.getvalue()


def test_a_new_city_gets_its_first_person_by_a_command_and_only_one(office, monkeypatch):
    assert "fangzhou" in make_first(monkeypatch)
    assert Client().login(username="fangzhou", password="quiet river 1964")
    assert (role_of(User.objects.get()).role, role_of(User.objects.get()).body) == ("lead", office)
    assert AuditEvent.objects.get(verb="people.account.made").actor is None
    with pytest.raises(CommandError, match="already"):
        make_first(monkeypatch, username="heyuan")


@pytest.mark.parametrize(
    "facts", [{"password": "1234"}, {"email": "nowhere"}, {"username": "two words"}, {"username": "taken"}]
)
def test_the_command_refuses_what_would_be_no_sound_account(office, monkeypatch, facts):
    UserFactory(username="taken")
    with pytest.raises(CommandError):
        make_first(monkeypatch, **facts)
    assert not Membership.objects.exists()


def test_the_command_says_that_the_catalogue_comes_first(monkeypatch):
    with pytest.raises(CommandError, match="seed the catalogue"):
        make_first(monkeypatch)
