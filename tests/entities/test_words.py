"""The number of a natural person's identity card is masked before what somebody wrote is kept; nothing else is."""

import pytest

from associations.exchange import services as exchange
from credit_platform.common.services import seed_working_calendar
from credit_platform.portal.public_reports import services as public_reports
from entities.statements import services as statements
from entities.words import cells_with_numbers_masked, kept_words, names_a_person, visible
from repair import services as repair
from repair.clocks import seed_clock_rules
from tests.associations.factories import MembershipOfEntityFactory, officer_of
from tests.factories import AgentFactory, BodyFactory, EntityFactory, RecordFactory, repairable_record

NUMBER = "11010519491231002X"
MASKED = "11****************"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (f"老板张三，身份证{NUMBER}，欠款不还。", f"老板张三，身份证{MASKED}，欠款不还。"),
        (f"{NUMBER.lower()}\r\n and {NUMBER}", f"{MASKED}\n and {MASKED}"),
        ("  The fine was paid.  ", "The fine was paid."),
        ("11010519491231002 is one too short", "11010519491231002 is one too short"),
        ("110105194912310020 has another last sign", "110105194912310020 has another last sign"),
        (f"A{NUMBER}", f"A{NUMBER}"),
        ("身份证１１０１０５１９４９１２３１００２Ｘ", f"身份证１１{'*' * 16}"),
        ("12345678901234567890 is an account", "12345678901234567890 is an account"),
    ],
)
def test_of_an_identity_number_two_digits_are_left_and_all_else_stays(typed, kept):
    assert kept_words(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("云市监罚\x07〔2026〕1号", "云市监罚〔2026〕1号"),
        ("A\x00B", "A\x00B"),
        ("9133\x1f9702\x7f", "91339702"),
        ("甲\x85乙\x9f", "甲乙"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("9133\u200b\ufeff9702", "91339702"),
        ("甲\ufff9乙\U000e0041", "甲乙"),
        ("甲\u3000乙 ", "甲\u3000乙"),
    ],
)
def test_signs_that_nobody_sees_go_and_all_that_is_seen_stays(typed, kept):
    assert visible(typed) == kept


def test_a_row_of_cells_is_masked_where_a_number_stands():
    assert cells_with_numbers_masked(["甲", f"{NUMBER}，乙"]) == ["甲", f"{MASKED}，乙"]
    assert cells_with_numbers_masked(("甲", "1")) == ["甲", "1"]


def test_a_business_is_not_taken_for_a_person():
    assert not names_a_person("91330281MA2818JX8A")
    assert names_a_person(f"born {NUMBER}")


@pytest.mark.django_db
def test_whatever_the_code_of_a_business_is_it_is_not_masked():
    codes = " ".join(EntityFactory().credit_code for _ in range(20))
    assert kept_words(codes) == codes


@pytest.mark.django_db
def test_what_the_public_a_business_and_an_association_write_is_kept_without_it():
    seed_working_calendar()
    seed_clock_rules()
    BodyFactory(code="lead-office", kind="lead_office")
    report = public_reports.receive_report(
        public_reports.Message(topic="goods", text=f"He is {NUMBER}.")
    ).report
    record = RecordFactory()
    agent = AgentFactory(entity=record.entity).user
    statement = statements.write_statement(by=agent, record_id=record.pk, text=f"I am {NUMBER}.")
    applied = repairable_record()
    case = repair.open_objection(
        by=AgentFactory(entity=applied.entity).user,
        record_id=applied.pk,
        ground="wrong",
        statement=f"I am {NUMBER}.",
    )
    membership = MembershipOfEntityFactory()
    told = exchange.send_observation(
        by=officer_of(membership.association),
        association=membership.association,
        department=BodyFactory(),
        matter=exchange.Matter("One", f"He is {NUMBER}.", membership.entity),
    )
    for one in (report, statement, case, told):
        one.refresh_from_db()
    for kept in (report.text, statement.text, case.statement, told.text):
        assert MASKED in kept
        assert NUMBER not in kept
