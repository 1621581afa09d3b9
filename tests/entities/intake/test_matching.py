"""Which entity a row means: what is certain, what is only proposed, and what is never guessed."""

import pytest

from entities import codes, naming
from entities.intake.matching import How, Question, clue_digest, head_office_in, match_rows
from entities.intake.rows import EntityClues
from entities.models import EntityIdentifier, FormerName
from tests.factories import BodyFactory, EntityFactory, invented_code

pytestmark = pytest.mark.django_db


def match(code="", name="", **more):
    (found,) = match_rows(
        [(EntityClues(code=code, name=name, **more), "")], body=BodyFactory(), format_code="x"
    )
    return found


def entity_called(name: str, **facts):
    return EntityFactory(name_zh=name, **facts)


def old_tax_number(entity, region: str = "339702") -> str:
    return region + entity.credit_code[8:17]


def test_a_code_with_its_name_is_certain():
    entity = entity_called("禾谷食品（云汀）有限公司")
    found = match(entity.credit_code, "禾谷食品(云汀)有限公司")
    assert (found.entity.pk, found.how) == (entity.pk, How.CODE)


def test_a_code_with_a_former_name_is_certain():
    entity = entity_called("恒屿精细化工有限公司")
    FormerName.objects.create(entity=entity, name="恒屿农药厂", name_key=naming.name_key("恒屿农药厂"))
    assert match(entity.credit_code, "恒屿农药厂").entity.pk == entity.pk


def test_a_code_under_another_name_is_asked_about():
    entity, namesake = entity_called("恒屿化工"), entity_called("海晏贸易")
    found = match(entity.credit_code, "海晏贸易")
    assert found.question == Question.CODE_OTHER_NAME
    assert [one.pk for one in found.candidates] == [entity.pk, namesake.pk]
    assert found.entity is None


def test_a_good_code_that_nobody_has_can_be_registered():
    assert match(invented_code(900_001), "新来公司").question == Question.UNREGISTERED


def test_a_good_code_whose_name_is_known_under_another_code_is_asked_about():
    entity = entity_called("海晏贸易")
    found = match(invented_code(900_001), "海晏贸易")
    assert (found.question, [one.pk for one in found.candidates]) == (Question.NAME_OTHER_CODE, [entity.pk])


def test_an_old_tax_number_is_certain_by_its_organisation_code_when_the_name_agrees():
    entity = entity_called("海晏贸易")
    found = match(old_tax_number(entity, "339701"), "海晏 贸易")
    assert (found.entity.pk, found.how) == (entity.pk, How.ORGANISATION_CODE)


def test_an_old_number_under_another_name_is_proposed():
    entity = entity_called("海晏贸易")
    found = match(old_tax_number(entity), "海晏商贸行")
    assert (found.question, [one.pk for one in found.candidates]) == (Question.ORGANISATION_CODE, [entity.pk])


def test_an_old_number_without_a_name_proves_nothing():
    entity = entity_called("海晏贸易")
    assert match(old_tax_number(entity)).entity is None


def test_two_entities_with_one_organisation_code_are_both_proposed():
    one = entity_called("海晏贸易")
    start = "91339701" + one.credit_code[8:17]
    other = EntityFactory(credit_code=start + codes.outer_check_character(start), name_zh="海晏贸易")
    found = match(old_tax_number(one), "海晏贸易")
    assert found.entity is None
    assert {candidate.pk for candidate in found.candidates} == {one.pk, other.pk}


def test_a_mistyped_code_is_proposed_by_its_whole_organisation_code():
    entity = entity_called("海晏贸易")
    wrong = ("92" if entity.credit_code[:2] == "91" else "91") + entity.credit_code[2:]
    found = match(wrong, "海晏贸易")
    assert (found.entity.pk, found.how) == (entity.pk, How.ORGANISATION_CODE)
    assert match(wrong, "别的公司").question == Question.ORGANISATION_CODE


def test_a_number_that_an_office_gave_is_certain_when_the_name_agrees():
    entity = entity_called("海晏贸易")
    EntityIdentifier.objects.create(entity=entity, kind="registration", value="339702000001234")
    assert match("339702000001234", "海晏贸易").how == How.IDENTIFIER
    assert match("339702000001234", "别的").question == Question.ORGANISATION_CODE


def test_a_name_alone_is_only_ever_proposed():
    entity = entity_called("海晏贸易")
    found = match(name="海晏贸易")
    assert (found.entity, found.question) == (None, Question.NAME)
    assert [one.pk for one in found.candidates] == [entity.pk]


def test_namesakes_are_all_proposed():
    entities = [entity_called("海晏贸易") for _one in range(3)]
    assert [one.pk for one in match(name="海晏贸易").candidates] == [entity.pk for entity in entities]


@pytest.mark.parametrize("head_office", ["", "云汀银行股份有限公司"])
def test_a_branch_is_not_taken_for_its_head_office(head_office):
    office = entity_called("云汀银行股份有限公司")
    found = match(name="云汀银行股份有限公司汀东支行", head_office=head_office)
    assert (found.entity, found.question) == (None, Question.HEAD_OFFICE)
    assert [one.pk for one in found.candidates] == [office.pk]


def test_a_branch_that_is_registered_itself_comes_before_its_head_office():
    entity_called("云汀银行股份有限公司")
    branch = entity_called("云汀银行股份有限公司汀东支行")
    found = match(name="云汀银行股份有限公司汀东支行", head_office="云汀银行股份有限公司")
    assert (found.question, [one.pk for one in found.candidates]) == (Question.NAME, [branch.pk])


def test_what_fits_nothing_is_unknown():
    assert match("339702000001234", "无人知晓").question == Question.UNKNOWN


def test_further_numbers_of_a_row_are_looked_at_too():
    entity = entity_called("海晏贸易")
    found = match(name="海晏贸易", numbers=(entity.credit_code[8:17],))
    assert (found.entity.pk, found.how) == (entity.pk, How.ORGANISATION_CODE)


@pytest.mark.parametrize(
    ("name", "office"),
    [
        ("中国农业银行股份有限公司衢州柯城支行", "中国农业银行股份有限公司"),
        ("苏尼特右旗农村信用合作联社都呼木信用社", "苏尼特右旗农村信用合作联社"),
        ("海晏贸易有限公司汀西分公司", "海晏贸易有限公司"),
        ("海晏贸易有限公司", ""),
        ("云汀银行股份有限公司", ""),
    ],
)
def test_the_head_office_in_a_branchs_name(name, office):
    assert head_office_in(name) == office


def test_rows_that_say_the_same_have_one_clue_however_they_write_it():
    assert clue_digest(EntityClues("91 33", "甲（乙）公司")) == clue_digest(
        EntityClues("9133", "甲(乙) 公司")
    )
    assert clue_digest(EntityClues("9133", "甲")) != clue_digest(EntityClues("", "9133甲"))
