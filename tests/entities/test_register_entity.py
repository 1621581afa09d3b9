"""Putting entities into the registry one by one, or a list of them."""

import pytest

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, NotPermitted
from entities.models import Entity
from entities.services.entities import register_entities, register_entity
from tests.factories import AgentFactory, EntityFactory, MemberFactory, UserFactory, invented_code

pytestmark = pytest.mark.django_db
CODE = invented_code(777)


def test_an_entity_is_registered_and_can_be_found():
    entity = register_entity(
        by=MemberFactory(), credit_code=CODE, name_zh="云汀市禾谷食品有限公司", district="汀东区"
    )
    entity.refresh_from_db()
    assert (entity.credit_code, entity.organisation_code) == (CODE, CODE[8:17])
    assert (entity.initials, entity.region_code) == ("ytshgspyxgs", CODE[2:8])
    assert AuditEvent.objects.get(verb="entities.entity.registered").target_id == str(entity.pk)


def test_a_code_may_be_typed_with_spaces_and_small_letters():
    typed = f" {CODE[:8]} {CODE[8:].lower()}"
    assert register_entity(by=MemberFactory(), credit_code=typed, name_zh="甲").credit_code == CODE


def test_an_entity_that_is_there_stays_as_the_register_has_it():
    there = EntityFactory(name_zh="甲")
    again = register_entity(by=MemberFactory(), credit_code=there.credit_code, name_zh="乙")
    assert (again, again.name_zh) == (there, "甲")
    assert not AuditEvent.objects.exists()


def test_a_mistyped_code_and_a_missing_name_are_told_together():
    with pytest.raises(InvalidInput) as refused:
        register_entity(
            by=MemberFactory(), credit_code=CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), name_zh=" "
        )
    assert set(refused.value.problems) == {"credit_code", "name_zh"}
    assert not Entity.objects.exists()


@pytest.mark.parametrize("stranger", [UserFactory, lambda: AgentFactory().user])
def test_only_who_acts_for_a_body_registers(stranger):
    with pytest.raises(NotPermitted):
        register_entity(by=stranger(), credit_code=CODE, name_zh="甲")


def test_a_fact_that_entities_do_not_have_is_a_mistake():
    with pytest.raises(TypeError, match="colour"):
        register_entity(by=MemberFactory(), credit_code=CODE, name_zh="甲", colour="red")


def test_many_are_registered_in_as_many_queries_as_few_and_each_is_noted(django_assert_max_num_queries):
    clerk = MemberFactory()
    told = [{"credit_code": invented_code(7_000 + n), "name_zh": f" 云汀禾谷{n}号 "} for n in range(50)]
    with django_assert_max_num_queries(6):
        made = register_entities(by=clerk, entities=told)
    assert [(one.credit_code, one.name_zh) for one in made] == [
        (one["credit_code"], one["name_zh"].strip()) for one in told
    ]
    assert all(one.pk and one.initials and one.region_code == one.credit_code[2:8] for one in made)
    assert AuditEvent.objects.filter(verb="entities.entity.registered", actor=clerk).count() == 50


def test_many_are_registered_by_nobody_without_a_body_and_with_no_wrong_code():
    with pytest.raises(NotPermitted):
        register_entities(by=UserFactory(), entities=[])
    with pytest.raises(InvalidInput):
        register_entities(by=MemberFactory(), entities=[{"credit_code": "1", "name_zh": "云汀"}])
