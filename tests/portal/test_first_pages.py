"""Where each who signs in begins."""

import pytest
from django.urls import reverse

from entities.models import SubmittingBody
from tests.factories import AgentFactory, BodyFactory, MemberFactory, MembershipFactory, UserFactory


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("clerk", "agencies:desk"),
        ("reviewer", "agencies:review"),
        ("supervisor", "evaluation:board"),
        ("lead", "governance:city"),
    ],
)
def test_each_role_begins_at_its_work(client, db, role, page):
    client.force_login(MemberFactory(role=role))
    assert client.get("/home/")["Location"] == reverse(page)


@pytest.mark.parametrize("role", ["officer", "reviewer", "supervisor"])
def test_whoever_works_for_an_association_begins_at_its_members(client, db, role):
    client.force_login(MemberFactory(body=BodyFactory(kind="association"), role=role))
    assert client.get("/home/")["Location"] == reverse("associations:member-list")


def test_of_several_roles_the_weightiest_decides(client, db):
    person = MemberFactory(role="clerk")
    MembershipFactory(user=person, body=BodyFactory(kind=SubmittingBody.Kind.LEAD_OFFICE), role="lead")
    client.force_login(person)
    assert client.get("/home/")["Location"] == reverse("governance:city")


def test_an_agent_begins_at_the_own_credit(client, db):
    client.force_login(AgentFactory().user)
    assert client.get("/home/")["Location"] == reverse("portal:my-credit")


def test_who_acts_for_nobody_is_told_how_that_changes(client, db):
    client.force_login(UserFactory())
    page = client.get("/home/", follow=True)
    assert page.status_code == 200
    assert "acts for no business yet" in page.content.decode()


def test_a_stranger_begins_at_the_look_up(client, db):
    assert client.get("/home/")["Location"] == reverse("portal:home")
