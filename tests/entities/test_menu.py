"""What the registry puts into the bars, and for whom."""

import pytest
from django.contrib.auth.models import AnonymousUser

from credit_platform.ui import navigation
from entities.models import Notice
from tests.factories import AgentFactory, BodyFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGES = {"Entities": "/entities/", "Our records": "/records/", "Inbox": "/inbox/"}


def offered(user, bar=navigation.DESK) -> set[str]:
    addresses = {entry.url for entry in navigation.entries(user, bar)}
    return {name for name, address in PAGES.items() if address in addresses}


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("clerk", {"Our records", "Inbox"}),
        ("reviewer", {"Entities", "Our records", "Inbox"}),
        ("supervisor", {"Entities", "Our records", "Inbox"}),
        ("officer", {"Entities", "Our records", "Inbox"}),
        ("lead", {"Entities", "Inbox"}),
    ],
)
def test_each_role_is_offered_its_pages(role, pages):
    assert offered(MemberFactory(role=role)) == pages


def test_an_agent_finds_the_inbox_in_the_white_bar():
    agent = AgentFactory().user
    assert offered(agent) == set()
    assert offered(agent, navigation.PORTAL) == {"Inbox"}


@pytest.mark.parametrize("stranger", [UserFactory, AnonymousUser])
def test_strangers_are_offered_nothing(stranger):
    assert offered(stranger()) | offered(stranger(), navigation.PORTAL) == set()


def test_the_inbox_counts_what_nobody_has_noted():
    member = MemberFactory()
    Notice.objects.create(kind="test", template="Hello.", body=member.memberships.get().body)
    counts = {entry.url: entry.count for entry in navigation.entries(member, navigation.DESK)}
    assert counts["/inbox/"] == 1


def test_the_bar_says_for_whom_one_works_and_as_what():
    member = MemberFactory(body=BodyFactory(name_en="Tax Bureau"), role="reviewer")
    assert navigation.standing_of(member) == navigation.Standing("Tax Bureau", "Reviewer")
    assert navigation.standing_of(AnonymousUser()) == navigation.Standing()
