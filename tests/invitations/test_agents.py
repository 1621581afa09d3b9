"""Who acts for a business is invited by those who do, by the lead office, or at its registered contact."""

import pytest
from django.core import mail as outgoing
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.portal.held_data.parts import PARTS
from entities.invitations import mail, services
from entities.invitations.models import Invitation
from entities.models import EntityAgent, Notice
from entities.services.entities import change_entity
from tests.factories import AgentFactory, BodyFactory, EntityFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db

ADDRESS, CONTACT = "lin@example.org", "office@hegu.example.org"


@pytest.fixture
def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


@pytest.fixture
def entity():
    return EntityFactory(contact_email=CONTACT)


@pytest.fixture
def standing(entity):
    return AgentFactory(entity=entity)


def agents_of(entity) -> set:
    return {agent.user for agent in EntityAgent.objects.filter(entity=entity, revoked_at=None)}


# Inviting


def test_an_agent_invites_another_who_acts_for_the_entity_only_once_they_accept(entity, standing):
    sent = services.invite_agent(by=standing.user, entity=entity, email=ADDRESS)
    assert agents_of(entity) == {standing.user}
    other = UserFactory()
    services.accept(by=other, code=mail.unsealed(sent))
    services.accept(by=other, code=mail.unsealed(sent))
    assert agents_of(entity) == {standing.user, other}
    assert Notice.objects.filter(entity=entity, kind="invitations.agent-joined").count() == 1


def test_the_lead_office_invites_on_a_paper_that_is_kept(lead, entity):
    with pytest.raises(InvalidInput) as refusal:
        services.invite_agent(by=lead, entity=entity, email=ADDRESS, because=" ")
    assert set(refusal.value.problems) == {"because"}
    sent = services.invite_agent(by=lead, entity=entity, email=ADDRESS, because="授权书2026-1")
    assert sent.because == "授权书2026-1"
    event = AuditEvent.objects.get(verb="invitations.invitation.sent")
    assert event.detail["because"] == "授权书2026-1"
    assert ADDRESS not in event.target_label


def test_nobody_else_invites_to_act_for_an_entity(entity, standing):
    for person in (UserFactory(), AgentFactory().user, MemberFactory(role="supervisor")):
        with pytest.raises(NotPermitted):
            services.invite_agent(by=person, entity=entity, email=ADDRESS)


def test_who_acts_for_it_already_is_not_invited(entity, standing):
    with pytest.raises(InvalidInput) as refusal:
        services.invite_agent(by=standing.user, entity=entity, email=standing.user.email)
    assert set(refusal.value.problems) == {"email"}


def test_who_asks_has_a_mail_sent_to_the_registered_contact_and_to_nowhere_else(entity):
    services.ask_for_invitation(credit_code=entity.credit_code.lower())
    assert mail.send_waiting() == 1
    assert outgoing.outbox[0].to == [CONTACT]
    sent = Invitation.objects.get()
    assert (sent.invited_by, sent.entity) == (None, entity)


def test_several_a_day_are_left_undone_and_none_makes_anothers_worthless(entity, standing):
    invited = services.invite_agent(by=standing.user, entity=entity, email=CONTACT)
    for _time in range(5):
        services.ask_for_invitation(credit_code=entity.credit_code)
    assert Invitation.objects.filter(invited_by=None).count() == services.MOST_ASKED
    assert services.accept(by=UserFactory(), code=mail.unsealed(invited)).accepted_at


def test_where_no_contact_is_registered_nothing_is_sent():
    services.ask_for_invitation(credit_code=EntityFactory().credit_code)
    services.ask_for_invitation(credit_code="91339702MX90000001")
    assert not Invitation.objects.exists()


# Leaving


def test_an_agent_who_is_ended_acts_no_more_and_the_standing_stays_in_the_books(entity, standing):
    other = AgentFactory(entity=entity)
    invited = services.invite_agent(by=other.user, entity=entity, email=ADDRESS)
    services.revoke_agent(by=standing.user, entity=entity, agent_id=other.pk)
    services.revoke_agent(by=standing.user, entity=entity, agent_id=other.pk)
    assert agents_of(entity) == {standing.user}
    other.refresh_from_db()
    assert other.revoked_at
    assert AuditEvent.objects.filter(verb="invitations.agent.revoked").count() == 1
    told = Notice.objects.filter(kind="invitations.agent-left")
    assert {(notice.entity, notice.user) for notice in told} == {(entity, None), (None, other.user)}
    with pytest.raises(WrongState):
        services.accept(by=UserFactory(), code=mail.unsealed(invited))


def test_the_last_agent_may_leave_too_and_come_back_by_another_invitation(lead, entity, standing):
    services.revoke_agent(by=standing.user, entity=entity, agent_id=standing.pk)
    assert agents_of(entity) == set()
    again = services.invite_agent(by=lead, entity=entity, email=standing.user.email, because="授权书2026-2")
    services.accept(by=standing.user, code=mail.unsealed(again))
    assert agents_of(entity) == {standing.user}


def test_nobody_ends_agents_of_another_entity(lead, entity, standing):
    other = AgentFactory()
    with pytest.raises(NotPermitted):
        services.revoke_agent(by=other.user, entity=entity, agent_id=standing.pk)
    with pytest.raises(Missing):
        services.revoke_agent(by=standing.user, entity=entity, agent_id=other.pk)
    assert services.revoke_agent(by=lead, entity=entity, agent_id=standing.pk).revoked_at


# The registered contact


def test_the_contact_is_changed_with_a_reason_and_stands_masked_in_the_log(lead, entity):
    change_entity(
        by=lead, credit_code=entity.credit_code, facts={"contact_email": ADDRESS}, because="letter of 6 May"
    )
    event = AuditEvent.objects.get(verb="entities.entity.changed")
    assert event.detail["changes"] == {"contact_email": ["o***@hegu.example.org", "l***@example.org"]}
    with pytest.raises(InvalidInput) as refusal:
        change_entity(by=lead, credit_code=entity.credit_code, facts={"contact_email": "lin"}, because="x")
    assert set(refusal.value.problems) == {"contact_email"}


def test_the_contact_is_shown_in_full_to_its_own_masked_to_officials_and_to_nobody_else(
    client, lead, entity, standing
):
    page = reverse("entities:entity-detail", args=[entity.credit_code])
    for person, shown in (
        (lead, CONTACT),
        (standing.user, CONTACT),
        (MemberFactory(), "o***@hegu.example.org"),
    ):
        client.force_login(person)
        assert shown in client.get(page).content.decode()
    officer = MemberFactory(body=BodyFactory(kind="association"), role="officer")
    client.force_login(officer)
    assert "hegu.example.org" not in client.get(page).content.decode()
    client.logout()
    public = client.get(reverse("portal:entity", args=[entity.credit_code])).content.decode()
    assert "hegu.example.org" not in public


# The pages


def test_the_page_lists_invites_withdraws_and_ends(client, entity, standing):
    client.force_login(standing.user)
    page = reverse("invitations:agents", args=[entity.credit_code])
    assert "No invitation waits" in client.get(page).content.decode()
    assert client.post(page, {"email": "lin"}).status_code == 422
    assert "Lin Jia" in client.post(page, {"email": ADDRESS, "name": "Lin Jia"}, follow=True).content.decode()
    sent = Invitation.objects.get()
    client.post(reverse("invitations:withdraw", args=[entity.credit_code, sent.pk]))
    assert not Invitation.objects.open(timezone.now()).exists()
    end = reverse("invitations:revoke", args=[entity.credit_code, standing.pk])
    assert client.get(end).status_code == 200
    assert agents_of(entity) == {standing.user}
    assert client.post(end).url == reverse("home")
    assert agents_of(entity) == set()
    assert client.get(page).status_code == 404


def test_the_answer_to_who_asks_is_the_same_whatever_there_is(client, entity):
    page, without = reverse("invitations:ask"), EntityFactory()
    answers = {
        client.post(page, {"credit_code": code}).content
        for code in (entity.credit_code, without.credit_code, EntityFactory.build().credit_code)
    }
    assert len(answers) == 1
    assert CONTACT not in answers.pop().decode()
    assert client.post(page, {"credit_code": "1234"}).status_code == 422


def test_who_acts_for_no_business_is_shown_the_way(client):
    client.force_login(UserFactory())
    assert reverse("invitations:ask") in client.get(reverse("portal:my-credit")).content.decode()
    client.logout()
    assert reverse("invitations:ask") in client.get(reverse("account_login")).content.decode()


def test_the_file_of_all_that_is_held_has_the_invitations(entity, standing):
    sent = services.invite_agent(by=standing.user, entity=entity, email=ADDRESS)
    (part,) = [part for part in PARTS if part.code == "invitations"]
    assert list(part.rows(entity, standing.user)) == [sent]
    assert not part.rows(entity, UserFactory())
