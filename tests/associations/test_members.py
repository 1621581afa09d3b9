"""Keeping members: services and pages."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from associations import selectors
from associations.models import Member
from associations.services import MemberDraft, add_member, end_membership
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted
from tests.associations.factories import AssociationFactory, MembershipOfEntityFactory, officer_of
from tests.factories import EntityFactory, MemberFactory, RecordFactory, RecordTypeFactory, UserFactory

JOINED = MemberDraft(joined_on=date(2024, 5, 1), basis="charter", member_number="7")


@pytest.fixture
def association(db):
    return AssociationFactory()


@pytest.fixture
def officer(association):
    return officer_of(association)


# Entering and ending


def test_an_officer_enters_a_member(association, officer):
    member = add_member(by=officer, association=association, entity=EntityFactory(), draft=JOINED)
    assert member.left_on is None
    assert AuditEvent.objects.get(verb="associations.member.joined").target_id == str(member.pk)


def test_entering_the_same_member_again_changes_nothing(association, officer):
    entity = EntityFactory()
    first = add_member(by=officer, association=association, entity=entity, draft=JOINED)
    assert add_member(by=officer, association=association, entity=entity, draft=JOINED) == first
    assert AuditEvent.objects.filter(verb="associations.member.joined").count() == 1


def test_an_entity_is_a_member_once(association, officer):
    entity = EntityFactory()
    add_member(by=officer, association=association, entity=entity, draft=JOINED)
    again = MemberDraft(joined_on=date(2025, 1, 1), basis="charter")
    with pytest.raises(InvalidInput) as refused:
        add_member(by=officer, association=association, entity=entity, draft=again)
    assert "already noted as a member since 1 May 2024" in str(refused.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipOfEntityFactory(association=association, entity=entity)


def test_who_has_left_may_join_again(association, officer):
    entity = EntityFactory()
    first = add_member(by=officer, association=association, entity=entity, draft=JOINED)
    end_membership(by=officer, member_id=first.pk, left_on=date(2025, 1, 1))
    again = MemberDraft(joined_on=date(2025, 6, 1), basis="consent")
    assert add_member(by=officer, association=association, entity=entity, draft=again) != first


def test_everything_wrong_is_told_at_once(association, officer):
    tomorrow = timezone.localdate() + timedelta(days=1)
    wrong = MemberDraft(joined_on=tomorrow, left_on=date(2020, 1, 1), basis="because")
    with pytest.raises(InvalidInput) as refused:
        add_member(by=officer, association=association, entity=EntityFactory(), draft=wrong)
    assert set(refused.value.problems) == {"joined_on", "left_on", "basis"}
    assert not Member.objects.exists()


@pytest.mark.parametrize("stranger", ["nobody", "clerk", "officer of another"])
def test_nobody_else_enters_members(association, stranger):
    person = {
        "nobody": UserFactory,
        "clerk": lambda: MemberFactory(body=association.body, role="clerk"),
        "officer of another": lambda: officer_of(AssociationFactory()),
    }[stranger]()
    with pytest.raises(NotPermitted, match="Only an officer"):
        add_member(by=person, association=association, entity=EntityFactory(), draft=JOINED)
    assert not Member.objects.exists()


def test_nobody_else_ends_a_membership(association):
    member = MembershipOfEntityFactory(association=association)
    with pytest.raises(Missing):
        end_membership(by=officer_of(AssociationFactory()), member_id=member.pk, left_on=date(2025, 1, 1))
    with pytest.raises(NotPermitted):
        end_membership(
            by=MemberFactory(body=association.body, role="reviewer"),
            member_id=member.pk,
            left_on=date(2025, 1, 1),
        )
    member.refresh_from_db()
    assert member.left_on is None


def test_a_membership_does_not_end_before_it_began(association, officer):
    member = MembershipOfEntityFactory(association=association)
    with pytest.raises(InvalidInput, match="before joining"):
        end_membership(by=officer, member_id=member.pk, left_on=date(2020, 1, 1))


# The page


def member_page(client, person, **query) -> str:
    client.force_login(person)
    answer = client.get(reverse("associations:member-list"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_officer_sees_the_own_members_and_no_others(client, association, officer):
    mine = MembershipOfEntityFactory(association=association)
    strange = MembershipOfEntityFactory()
    page = member_page(client, officer)
    assert mine.entity.name in page
    assert strange.entity.credit_code not in page


@pytest.mark.parametrize("route", ["associations:member-list", "associations:member-add"])
def test_who_acts_for_no_association_finds_nothing_here(client, association, route):
    for person in (UserFactory(), MemberFactory(role="clerk"), MemberFactory(role="lead")):
        client.force_login(person)
        assert client.get(reverse(route)).status_code == 404


def test_what_is_new_for_a_member_is_shown_for_thirty_days(client, association, officer):
    member = MembershipOfEntityFactory(association=association)
    today = timezone.localdate()
    RecordFactory(entity=member.entity, title="上周公示的处罚", published_on=today - timedelta(days=7))
    RecordFactory(entity=member.entity, title="去年公示的处罚", published_on=today - timedelta(days=300))
    page = member_page(client, officer, view="changed")
    assert "上周公示的处罚" in page
    assert "去年公示的处罚" not in page
    assert "2 violations" in page


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": "repaired"},
        {"status": "waiting"},
        {"withheld": True},
        {"record_type": "shared"},
        {"record_type": "market"},
    ],
    ids=["repaired", "being prepared", "withheld", "shared within government", "another association's"],
)
def test_an_association_sees_only_what_is_public_and_its_own(client, association, officer, hidden):
    member = MembershipOfEntityFactory(association=association)
    kinds = {"shared": {"version__disclosure": "shared"}, "market": {"family": "market"}}
    if "record_type" in hidden:
        hidden = {"record_type": RecordTypeFactory(**kinds[hidden["record_type"]])}
    RecordFactory(entity=member.entity, title="不该看到", published_on=timezone.localdate(), **hidden)
    assert "不该看到" not in member_page(client, officer)


def test_the_own_records_of_a_member_are_shown_apart(client, association, officer):
    member = MembershipOfEntityFactory(association=association)
    kind = RecordTypeFactory(
        name_en="Commendation of a member", family="market", polarity="positive", version__disclosure="shared"
    )
    RecordFactory(entity=member.entity, record_type=kind, submitted_by=association.body, title="明厨亮灶")
    page = member_page(client, officer)
    assert "Commendation of a member" in page
    assert "明厨亮灶" in page
    assert "1 commendation<" not in page, "it is no public record"


def test_no_grade_is_shown_of_a_member(client, association, officer):
    MembershipOfEntityFactory(association=association)
    assert 'class="grade' not in member_page(client, officer)


def test_members_are_found_by_name_code_initials_and_number(client, association, officer):
    member = MembershipOfEntityFactory(association=association, member_number="YT-9")
    other = MembershipOfEntityFactory(
        association=association, entity__name_zh="另一家店", entity__name_key="另一家店"
    )
    for query in (member.entity.name_zh[2:8], member.entity.credit_code[:16], "ytshg", "YT-9"):
        page = member_page(client, officer, q=query)
        assert member.entity.credit_code in page, query
    assert other.entity.credit_code not in member_page(client, officer, q="YT-9")


def test_members_who_left_stand_on_a_list_of_their_own(client, association, officer):
    gone = MembershipOfEntityFactory(association=association, left_on=date(2025, 3, 1))
    assert gone.entity.credit_code not in member_page(client, officer)
    assert gone.entity.credit_code in member_page(client, officer, view="left")


def test_with_no_members_the_page_says_how_to_begin(client, officer):
    assert "No members yet" in member_page(client, officer)
    assert "No member fits" in member_page(client, officer, q="没有")


def test_the_page_stays_within_its_query_budget_for_fifty_members(client, association, officer, query_budget):
    for member in MembershipOfEntityFactory.create_batch(12, association=association):
        RecordFactory(entity=member.entity)
    client.force_login(officer)
    with query_budget("members"):
        client.get(reverse("associations:member-list"))


def test_a_member_is_added_by_code_or_by_the_whole_name(client, association, officer):
    client.force_login(officer)
    one, two = EntityFactory(), EntityFactory()
    for entity, typed in ((one, {"entity": one.credit_code}), (two, {"entity_text": two.name_zh})):
        answer = client.post(
            reverse("associations:member-add"),
            {"association": association.pk, "joined_on": "2024-05-01", "basis": "charter", **typed},
        )
        assert answer.status_code == 302
        assert Member.objects.filter(entity=entity).exists()


def test_what_was_typed_is_kept_when_it_is_refused(client, association, officer):
    client.force_login(officer)
    answer = client.post(
        reverse("associations:member-add"),
        {
            "association": association.pk,
            "entity_text": "没有这家公司",
            "joined_on": "2024-05-01",
            "basis": "charter",
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有这家公司" in page
    assert "2024-05-01" in page
    assert "Choose one from the list" in page


def test_nobody_adds_members_to_an_association_of_others(client, association, officer):
    client.force_login(officer)
    client.post(
        reverse("associations:member-add"),
        {
            "association": AssociationFactory().pk,
            "entity": EntityFactory().credit_code,
            "joined_on": "2024-05-01",
            "basis": "charter",
        },
    )
    assert not Member.objects.exists()


def test_a_membership_is_ended_on_a_page_that_asks_first(client, association, officer):
    member = MembershipOfEntityFactory(association=association)
    client.force_login(officer)
    address = reverse("associations:member-end", args=(member.pk,))
    assert "End the membership of" in client.get(address).content.decode()
    client.post(address, {"left_on": "2025-01-01"})
    member.refresh_from_db()
    assert member.left_on == date(2025, 1, 1)


def test_the_page_of_a_strange_member_is_a_404(client, officer):
    client.force_login(officer)
    strange = MembershipOfEntityFactory()
    assert client.get(reverse("associations:member-end", args=(strange.pk,))).status_code == 404


def test_the_overview_counts(association, officer):
    today = timezone.localdate()
    MembershipOfEntityFactory(association=association)
    MembershipOfEntityFactory(association=association, joined_on=today - timedelta(days=3))
    MembershipOfEntityFactory(association=association, left_on=today - timedelta(days=3))
    MembershipOfEntityFactory(association=association, left_on=today - timedelta(days=300))
    found = selectors.overview(user=officer, day=today)
    assert (found.current, found.changed, found.joined, found.left_recently, found.left) == (2, 1, 1, 1, 2)
