"""What is registered of an entity is changed by the body that keeps the register, with its history."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, NotPermitted, WrongState
from entities.models import Entity, EntityIdentifier
from entities.search import find_entities
from entities.services.entities import FormerNumber, change_entity, facts_digest, masked
from entities.services.head_offices import offices_above
from tests.factories import AgentFactory, BodyFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def registrar(db):
    return MemberFactory(body=BodyFactory(keeps_register=True))


def change(by, entity, because="registered on 2026-05-06", **more):
    facts = {
        name: more.pop(name) for name in list(more) if name not in {"seen", "former_number", "former_name"}
    }
    return change_entity(by=by, credit_code=entity.credit_code, facts=facts, because=because, **more)


def test_a_name_that_is_changed_stays_as_a_former_name_and_is_still_found(registrar, entity):
    old = entity.name_zh
    change(registrar, entity, name_zh="云汀新禾食品有限公司")
    former = entity.former_names.get()
    assert (former.name, former.until) == (old, timezone.localdate())
    (match,) = find_entities(user=registrar, query=old)
    assert (match.entity.name_zh, match.why) == ("云汀新禾食品有限公司", "former_name")
    assert find_entities(user=registrar, query="ytxh")[0].entity == entity


def test_what_each_field_said_before_stands_in_the_log_with_the_reason(registrar, entity):
    change(registrar, entity, status="deregistered", size="micro")
    event = AuditEvent.objects.get(verb="entities.entity.changed")
    assert event.detail["changes"] == {"status": ["active", "deregistered"], "size": ["", "micro"]}
    assert event.detail["because"] == "registered on 2026-05-06"


def test_where_an_entity_is_stays_as_it_was_registered_when_something_else_is_changed(registrar):
    entity = EntityFactory(region_code="339702", district="A district that is on no list")
    change(registrar, entity, contact_email="office@example.com")
    entity.refresh_from_db()
    assert entity.district == "A district that is on no list"
    change(registrar, entity, region_code="330281")
    entity.refresh_from_db()
    assert entity.district == "余姚市"


def test_saying_the_same_leaves_no_trace(registrar, entity):
    change(registrar, entity, name_zh=entity.name_zh, address=entity.address)
    assert not AuditEvent.objects.filter(verb="entities.entity.changed").exists()


def test_a_name_is_masked_before_it_is_kept(registrar, entity):
    assert change(registrar, entity, legal_representative=" 徐婉仪 ").legal_representative == "徐**"
    event = AuditEvent.objects.get(verb="entities.entity.changed")
    assert "婉" not in str(event.detail)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("徐婉", "徐*"), ("徐婉仪", "徐**"), ("徐**", "徐**"), ("John Smith", "J***"), ("", ""), ("徐", "徐")],
)
def test_masking_keeps_the_first_character_only(name, shown):
    assert masked(name) == shown


def test_the_owner_of_a_self_employed_household_is_not_kept(registrar):
    household = EntityFactory(credit_code="92" + EntityFactory.build().credit_code[2:])
    with pytest.raises(InvalidInput) as refused:
        change(registrar, household, legal_representative="徐婉")
    assert set(refused.value.problems) == {"legal_representative"}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name_zh": " "}, "name_zh"),
        ({"region_code": "3397"}, "region_code"),
        ({"industry_code": "1411"}, "industry_code"),
        ({"registered_on": date.max}, "registered_on"),
        ({"former_number": FormerNumber("tax", " ")}, "number_value"),
        ({"former_number": FormerNumber("tax", "1", date(2020, 1, 2), date(2020, 1, 1))}, "number_valid_to"),
        ({"because": " "}, "because"),
    ],
)
def test_what_is_wrong_is_said_by_field(registrar, entity, facts, field):
    with pytest.raises(InvalidInput) as refused:
        change(registrar, entity, **facts)
    assert set(refused.value.problems) == {field}


def test_an_entity_is_not_its_own_head_office_nor_that_of_its_head_office(registrar, entity):
    branch = EntityFactory(head_office=entity)
    for wrong in (entity, branch):
        with pytest.raises(InvalidInput):
            change(registrar, entity, head_office=wrong)


def test_former_numbers_and_names_are_added_and_found(registrar, entity):
    number = FormerNumber("registration", " 3397 0200 0001 234 ", date(2001, 1, 1), date(2015, 9, 30))
    change(registrar, entity, former_number=number, former_name="云汀禾谷食品厂")
    assert EntityIdentifier.objects.get(entity=entity).value == "339702000001234"
    assert find_entities(user=registrar, query="339702000001234")[0].entity == entity
    assert find_entities(user=registrar, query="云汀禾谷食品厂")[0].why == "former_name"


def test_a_page_that_has_grown_old_writes_nothing_over(registrar, entity):
    seen = facts_digest(entity)
    change(registrar, entity, size="micro")
    with pytest.raises(WrongState, match="look at it again"):
        change(registrar, entity, size="large", seen=seen)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "supervisor", "officer"])
def test_another_body_does_not_change_the_register(role, entity):
    with pytest.raises(NotPermitted):
        change(MemberFactory(role=role), entity, size="micro")


def test_the_lead_office_changes_the_register_too(entity):
    assert change(MemberFactory(role="lead"), entity, size="micro").size == "micro"


# Pages


@pytest.fixture
def page(client):
    def get(user, entity, name="entity-detail"):
        client.force_login(user)
        return client.get(reverse(f"entities:{name}", args=(entity.credit_code,))).content.decode()

    return get


def test_the_page_changes_an_entity_and_shows_its_history(client, page, registrar, entity):
    form = page(registrar, entity, "entity-edit")
    assert facts_digest(entity) in form
    data = {
        "name_zh": "云汀新禾食品有限公司", "status": "active", "region_code": entity.region_code, "industry_code": "C1411",
        "because": "renamed on 2026-05-06", "seen": facts_digest(entity),
    }  # fmt: skip
    answer = client.post(reverse("entities:entity-edit", args=(entity.credit_code,)), data)
    assert answer.status_code == 302
    shown = page(registrar, entity)
    assert "name in Chinese: " in shown
    assert "renamed on 2026-05-06" in shown
    assert "Manufacturing" in shown


def test_a_form_with_something_wrong_keeps_what_was_typed(client, registrar, entity):
    client.force_login(registrar)
    data = {
        "name_zh": "新名",
        "status": "active",
        "region_code": "12",
        "because": "x",
        "seen": facts_digest(entity),
    }
    answer = client.post(reverse("entities:entity-edit", args=(entity.credit_code,)), data)
    assert answer.status_code == 422
    assert "新名" in answer.content.decode()
    entity.refresh_from_db()
    assert entity.name_zh != "新名"


def test_branches_stand_on_the_page_of_their_head_office(page, registrar, entity):
    branch = EntityFactory(head_office=entity, name_en="Hegu Second Branch")
    assert branch.name_en in page(registrar, entity)
    assert entity.name_en in page(registrar, branch)


def test_the_address_of_a_household_is_for_officials_and_its_own_agent(page, client):
    household = EntityFactory(credit_code="92" + EntityFactory.build().credit_code[2:], address="汀东路 9 号")
    officer = MemberFactory(role="officer", body=BodyFactory(kind="association"))
    assert "汀东路" not in page(officer, household)
    assert "汀东路" in page(MemberFactory(), household)
    assert "汀东路" in page(AgentFactory(entity=household).user, household)
    client.force_login(officer)
    assert client.get(f"/api/v1/entities/{household.credit_code}/").json()["address"] == ""


def test_systems_read_former_names_numbers_and_the_head_office(client, registrar, entity):
    branch = EntityFactory(head_office=entity, registered_on=timezone.localdate() - timedelta(days=1))
    change(registrar, branch, former_name="云汀第一分厂", former_number=FormerNumber("tax", "339702MX9"))
    client.force_login(registrar)
    answer = client.get(f"/api/v1/entities/{branch.credit_code}/").json()
    assert answer["head_office"] == entity.credit_code
    assert answer["former_names"] == [{"name": "云汀第一分厂", "until": None}]
    assert [one["value"] for one in answer["identifiers"]] == ["339702MX9"]


def test_signs_that_nobody_sees_come_into_no_name(registrar, entity):
    changed = change(registrar, entity, name_zh="云汀\x07新禾\u200b公司", address="\x02汀东路1号")
    assert (changed.name_zh, changed.address) == ("云汀新禾公司", "汀东路1号")
    change(registrar, entity, former_name="旧\x1b名公司")
    assert set(entity.former_names.values_list("name", flat=True)) >= {"旧名公司"}


# Head offices


def chain(*names: str) -> list[Entity]:
    """Each stands below the one before it."""
    offices: list[Entity] = []
    for name in names:
        offices.append(EntityFactory(name_zh=name, head_office=offices[-1] if offices else None))
    return offices


@pytest.mark.parametrize("longest", [2, 3, 5])
def test_head_offices_never_stand_in_a_circle_however_long(registrar, longest):
    first, *_between, last = chain(*(f"第{n}公司" for n in range(longest)))
    with pytest.raises(InvalidInput) as refused:
        change(registrar, first, head_office=last)
    assert set(refused.value.problems) == {"head_office"}
    with pytest.raises(IntegrityError, match="below itself"), transaction.atomic():
        Entity.objects.filter(pk=first.pk).update(head_office=last)
    change(registrar, last, head_office=first)
    assert offices_above(last.pk) == {first.pk}


def test_what_is_above_an_entity_is_all_of_the_way_up(db):
    first, second, third = chain("甲公司", "乙公司", "丙公司")
    assert offices_above(third.pk) == {first.pk, second.pk}
    assert offices_above(first.pk) == frozenset()
