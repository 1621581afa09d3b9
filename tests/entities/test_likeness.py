"""Entities that stand here twice are found and offered, and never merged by themselves."""

import pytest
from django.urls import reverse

from credit_platform.common.errors import NotPermitted
from entities import naming
from entities.models import Entity, EntityIdentifier, EntityMove, FormerName, NearDuplicate
from entities.services import likeness, moving
from entities.tasks import find_near_duplicates
from tests.factories import BodyFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db):
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


def named(name: str, **facts) -> Entity:
    return EntityFactory(name_zh=name, **facts)


def found() -> dict[tuple[int, int], list[str]]:
    likeness.find_near_duplicates()
    return {(pair.first_id, pair.second_id): pair.reasons for pair in likeness.pairs(different=False)}


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("云汀禾谷食品有限公司", "云汀禾谷食品有限公司", "same_name"),
        ("云汀禾谷食品有限公司", "云汀禾谷食品股份有限公司", "spelling"),
        ("云汀禾谷食品有限公司", "云汀禾谷食品有限责任公司", "spelling"),
        ("云汀禾谷(集团)有限公司", "云汀禾谷集团有限公司", "spelling"),
        ("云汀禾谷食品有限公司", "雲汀禾穀食品有限公司", "spelling"),
        ("云汀ＡＢ食品有限公司", "云汀AB食品有限公司", "same_name"),
    ],
)
def test_names_that_say_the_same_are_found(one, other, reason):
    first, second = named(one), named(other)
    named("云汀恒屿化工有限公司")
    assert found() == {(first.pk, second.pk): [reason]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("云汀禾谷食品有限公司", "云汀禾谷化工有限公司"),
        ("云汀禾谷食品有限公司", "云汀禾谷食品有限公司第一分公司"),
        ("禾谷有限公司", "禾谷股份有限公司"),
    ],
)
def test_other_names_branches_and_names_that_tell_nothing_are_not(one, other):
    named(one)
    named(other)
    assert found() == {}


def test_the_same_name_in_another_city_is_another_s():
    named("云汀禾谷食品有限公司")
    named("云汀禾谷食品有限公司", region_code="110101")
    assert found() == {}


def test_a_name_that_many_bear_makes_no_pairs():
    for _number in range(likeness.MOST_OF_A_NAME + 1):
        named("云汀利民便利店")
    assert found() == {}


def test_one_that_bears_the_former_name_of_another_is_found():
    first, second = named("云汀新禾食品有限公司"), named("云汀禾谷食品有限公司")
    FormerName.objects.create(
        entity=first, name="云汀禾谷食品有限公司", name_key=naming.name_key("云汀禾谷食品有限公司")
    )
    assert found() == {(first.pk, second.pk): ["renamed"]}


def test_organisation_codes_in_codes_and_in_older_numbers_are_compared():
    first = named("云汀禾谷食品有限公司")
    inner = first.credit_code[8:17]
    second = named("云汀恒屿化工有限公司", credit_code=f"91110000{inner}0")
    third = named("云汀海晏电器厂")
    EntityIdentifier.objects.create(entity=third, kind="tax", value=f"339702{inner}")
    assert found() == {
        (first.pk, second.pk): ["organisation_code"],
        (first.pk, third.pk): ["old_number"],
        (second.pk, third.pk): ["old_number"],
    }


def test_all_reasons_of_a_pair_stand_together_and_codes_come_first():
    other, another = named("云汀海晏电器厂"), named("云汀海晏电器厂")
    first = named("云汀禾谷食品有限公司")
    second = named("云汀禾谷食品有限公司", credit_code=f"91110000{first.credit_code[8:17]}0")
    pairs = found()
    assert pairs[first.pk, second.pk] == ["organisation_code", "same_name"]
    assert list(pairs) == [(first.pk, second.pk), (other.pk, another.pk)]


def test_comparing_again_changes_nothing_and_drops_what_is_no_longer_alike():
    first, second = named("云汀禾谷食品有限公司"), named("云汀禾谷食品有限公司")
    assert found() == found() == {(first.pk, second.pk): ["same_name"]}
    assert NearDuplicate.objects.count() == 1
    Entity.objects.filter(pk=second.pk).update(name_key="云汀恒屿化工有限公司")
    assert found() == {}
    assert not NearDuplicate.objects.exists()


def test_that_two_are_not_the_same_is_remembered(lead):
    first, second = named("云汀禾谷食品有限公司"), named("云汀禾谷食品有限公司")
    find_near_duplicates()
    pair = NearDuplicate.objects.get()
    likeness.say_different(by=lead, pair_id=pair.pk)
    assert found() == {}
    assert [one.pk for one in likeness.pairs(different=True)] == [pair.pk]
    likeness.ask_again(by=lead, pair_id=pair.pk)
    assert found() == {(first.pk, second.pk): ["same_name"]}


def test_only_the_lead_office_says_that_two_are_not_the_same():
    named("云汀禾谷食品有限公司")
    named("云汀禾谷食品有限公司")
    likeness.find_near_duplicates()
    with pytest.raises(NotPermitted):
        likeness.say_different(by=MemberFactory(role="supervisor"), pair_id=NearDuplicate.objects.get().pk)


def test_nothing_is_merged_by_itself_and_what_was_merged_is_not_offered(lead):
    first, second = named("云汀禾谷食品有限公司"), named("云汀禾谷食品有限公司")
    likeness.find_near_duplicates()
    assert not EntityMove.objects.exists()
    move = moving.propose_move(by=lead, kind="merge", source=second, target=first, because="one licence")
    colleague = MemberFactory(body=lead.memberships.get().body, role="lead")
    moving.carry_out_move(by=colleague, move_id=move.pk)
    assert not likeness.pairs(different=False).exists()
    assert found() == {}


# The page


def test_the_page_shows_a_pair_side_by_side_and_takes_the_decision(client, lead):
    first, second = named("云汀禾谷食品有限公司"), named("云汀禾谷食品股份有限公司")
    likeness.find_near_duplicates()
    client.force_login(lead)
    page = client.get(reverse("entities:alike")).content.decode()
    assert first.credit_code in page
    assert second.credit_code in page
    assert f"{reverse('entities:merge', args=(second.credit_code,))}?target={first.credit_code}" in page
    pair = NearDuplicate.objects.get()
    client.post(reverse("entities:alike-different", args=(pair.pk,)))
    assert first.credit_code not in client.get(reverse("entities:alike")).content.decode()
    assert first.credit_code in client.get(reverse("entities:alike"), {"show": "different"}).content.decode()
    client.post(reverse("entities:alike-again", args=(pair.pk,)))
    assert first.credit_code in client.get(reverse("entities:alike")).content.decode()


def test_the_page_is_not_there_for_others(client):
    client.force_login(MemberFactory(role="supervisor"))
    assert client.get(reverse("entities:alike")).status_code == 404
