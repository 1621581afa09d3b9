"""What an association is: charter, industry, officers; and its members beside the city, in figures."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from associations import industry, profiles
from associations.models import Association, IndustryCount, Officer
from associations.profiles import Profile
from associations.tasks import count_industries
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, NotPermitted
from tests.associations.factories import AssociationFactory, MembershipOfEntityFactory, officer_of
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
CHARTER = Profile("《章程》第六条、第十一条", date(2018, 3, 1), "餐饮", ("H62",))


@pytest.fixture
def association():
    return AssociationFactory()


@pytest.fixture
def officer(association):
    return officer_of(association)


# Charter and officers


def test_an_officer_notes_charter_and_industry_once(association, officer):
    for _again in range(2):
        profiles.change_profile(by=officer, association_id=association.pk, profile=CHARTER)
    association.refresh_from_db()
    assert (association.charter, association.industry_codes) == (CHARTER.charter, ["H62"])
    assert AuditEvent.objects.filter(verb="associations.profile.changed").count() == 1


def test_everything_wrong_with_a_charter_is_told_at_once(association, officer):
    wrong = Profile(" ", timezone.localdate() + timedelta(days=1), "", ("H62", "Z9", "62"))
    with pytest.raises(InvalidInput) as refused:
        profiles.change_profile(by=officer, association_id=association.pk, profile=wrong)
    assert set(refused.value.problems) == {"charter", "charter_adopted_on", "industry_codes"}
    assert Association.objects.get().charter == ""


@pytest.mark.parametrize("who", ["lead", "clerk", "reviewer here", "officer elsewhere"])
def test_nobody_else_changes_what_is_noted(association, who):
    person = {
        "lead": lambda: MemberFactory(body=BodyFactory(kind="lead_office"), role="lead"),
        "clerk": MemberFactory,
        "reviewer here": lambda: MemberFactory(body=association.body, role="reviewer"),
        "officer elsewhere": lambda: officer_of(AssociationFactory()),
    }[who]()
    with pytest.raises(NotPermitted):
        profiles.change_profile(by=person, association_id=association.pk, profile=CHARTER)
    with pytest.raises(NotPermitted):
        profiles.name_officer(
            by=person, association_id=association.pk, name="林甲", office="会长", since=date(2024, 1, 1)
        )


def test_offices_are_held_from_a_day_to_a_day(association, officer):
    asked = {"name": "林甲", "office": "会长", "since": date(2024, 1, 1)}
    first = profiles.name_officer(by=officer, association_id=association.pk, **asked)
    assert profiles.name_officer(by=officer, association_id=association.pk, **asked) == first
    with pytest.raises(InvalidInput, match="before it began"):
        profiles.end_office(by=officer, officer_id=first.pk, until=date(2023, 1, 1))
    with pytest.raises(InvalidInput, match="not come yet"):
        profiles.end_office(by=officer, officer_id=first.pk, until=timezone.localdate() + timedelta(days=1))
    for _again in range(2):
        profiles.end_office(by=officer, officer_id=first.pk, until=date(2026, 1, 1))
    assert AuditEvent.objects.filter(verb="associations.officer.ended").count() == 1
    again = profiles.name_officer(
        by=officer, association_id=association.pk, **asked | {"since": date(2026, 2, 1)}
    )
    assert again != first
    with pytest.raises(IntegrityError), transaction.atomic():
        Officer.objects.create(association=association, **asked)


def test_what_is_missing_of_an_officer_is_told_at_once(association, officer):
    with pytest.raises(InvalidInput) as refused:
        profiles.name_officer(
            by=officer, association_id=association.pk, name=" ", office="",
            since=timezone.localdate() + timedelta(days=1),
        )  # fmt: skip
    assert set(refused.value.problems) == {"name", "office", "since"}


# Figures


def test_members_are_counted_beside_their_industry_and_the_city():
    association = AssociationFactory(industry_codes=["H62"])
    AssociationFactory()
    members = [
        MembershipOfEntityFactory(association=association, entity__industry_code="H6210").entity
        for _ in range(5)
    ]
    MembershipOfEntityFactory(association=association, left_on=date(2025, 1, 1), entity__industry_code="C14")
    EntityFactory.create_batch(2, industry_code="H62")
    RecordFactory(entity=members[0], published_on=timezone.localdate())
    RecordFactory(entity=members[0], published_on=timezone.localdate())
    RecordFactory(entity=members[1], published_on=date(2020, 1, 1))
    RecordFactory(entity=members[2], record_type=RecordTypeFactory(polarity="positive"))
    hidden = RecordTypeFactory(version__disclosure="shared")
    RecordFactory(entity=members[3], record_type=hidden)
    RecordFactory(entity=members[4], record_type=RecordTypeFactory(family="market"))
    count_industries()
    count_industries()
    found = industry.figures_of(association)
    assert [(one.scope, one.entities) for one in found.scopes] == [
        ("members", 5),
        ("industry", 7),
        ("city", 8),
    ]
    assert [one.count for one in found.with_violation] == [2, 2, 2]
    assert [one.count for one in found.with_new_violation] == [1, 1, 1]
    assert [one.count for one in found.with_commendation] == [1, 1, 1]
    assert found.with_violation[0].value == pytest.approx(0.4)


def test_of_a_few_no_figure_is_shown(association):
    RecordFactory(entity=MembershipOfEntityFactory(association=association).entity)
    industry.count_industries(today=timezone.localdate())
    assert industry.figures_of(association).with_violation[0].value is None


def test_an_industry_that_is_no_longer_named_is_no_longer_shown(association):
    Association.objects.update(industry_codes=["H62"])
    industry.count_industries(today=timezone.localdate())
    Association.objects.update(industry_codes=[])
    industry.count_industries(today=timezone.localdate())
    assert not IndustryCount.objects.filter(scope="industry").exists()


# Pages


def page(client, person, route: str, association, *args) -> str:
    client.force_login(person)
    answer = client.get(reverse(f"associations:{route}", args=(association.body.code, *args)))
    assert answer.status_code == 200
    return answer.content.decode()


def test_charter_and_officers_are_entered_on_their_pages(client, association, officer):
    page(client, officer, "profile-edit", association)
    address = reverse("associations:profile-edit", args=(association.body.code,))
    typed = {"charter": CHARTER.charter, "charter_adopted_on": "2018-03-01", "industry_codes": "h62, c14"}
    assert client.post(address, typed | {"industry_codes": "?"}).status_code == 422
    assert client.post(address, typed).status_code == 302
    address = reverse("associations:officer-add", args=(association.body.code,))
    client.post(address, {"name": "林甲", "office": "会长", "since": "2024-01-01"})
    text = page(client, officer, "profile", association)
    for said in ("第十一条", "H62", "C14", "Accommodation and catering", "林甲", "会长"):
        assert said in text
    address = reverse("associations:officer-end", args=(association.body.code, Officer.objects.get().pk))
    client.post(address, {"until": "2026-01-01"})
    assert "Earlier officers" in page(client, officer, "profile", association)


def test_officials_read_the_charter_and_cannot_change_it(client, association):
    text = page(client, MemberFactory(), "profile", association)
    assert "Change charter" not in text
    assert "Members beside the city" not in text


def test_other_associations_and_agents_do_not_find_it(client, association):
    for person in (officer_of(AssociationFactory()), AgentFactory().user, UserFactory()):
        client.force_login(person)
        for route in ("profile", "industry"):
            assert (
                client.get(reverse(f"associations:{route}", args=(association.body.code,))).status_code == 404
            )


def test_the_figures_name_nobody(client, association, officer):
    assert "Not counted yet" in page(client, officer, "industry", association)
    members = [MembershipOfEntityFactory(association=association).entity for _ in range(5)]
    RecordFactory(entity=members[0])
    industry.count_industries(today=timezone.localdate())
    text = page(client, officer, "industry", association)
    assert "20.0%" in text
    assert not any(member.credit_code in text or member.name in text for member in members)
