"""The fields of a row: days, amounts, codes and words as people write them."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from entities.intake.rows import AmountField, ChoiceField, CodeField, DayField, RowForm, TextField


@pytest.mark.parametrize(
    "typed",
    [
        "2026-10-08", "2026/10/8", "2026.10.8", "20261008", "2026年10月8日", "２０２６－１０－０８", "2026-10-08 00:00:00",
        " 2026 - 10 - 08 ", "46303",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(typed):
    assert DayField().clean(typed) == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2026-10-32", "no_such_day"),
        ("2026-02-29", "no_such_day"),
        ("8/10/2026", "invalid"),
        ("soon", "invalid"),
        ("12", "invalid"),
        ("999999", "invalid"),
        ("民国115年5月6日", "invalid"),
        ("2026年2月30日", "no_such_day"),
        ("46303.5", "invalid"),
    ],
)
def test_what_is_no_day_is_refused_with_a_reason(typed, code):
    with pytest.raises(ValidationError) as refused:
        DayField().clean(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("typed", "unit", "yuan"),
    [
        ("10000", 1, "10000"),
        ("1,234.50", 1, "1234.50"),
        ("１２３４．５", 1, "1234.5"),
        ("¥5000元", 1, "5000"),
        ("0.2", 10_000, "2000"),
        ("3.2万元", 10_000, "32000"),
        ("0", 1, "0"),
        ("1,2345,6789", 1, "123456789"),
        ("１，２３４．５０", 1, "1234.50"),
        (".5", 10_000, "5000"),
        ("1e-05", 10_000, "0.1"),
    ],
)
def test_an_amount_is_read_in_the_unit_of_its_column(typed, unit, yuan):
    assert AmountField(unit=unit).clean(typed) == Decimal(yuan)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("-1", "negative"),
        ("two", "invalid"),
        ("NaN", "invalid"),
        ("Infinity", "invalid"),
        ("1e15", "too_large"),
        ("1" * 40, "too_large"),
        ("1万", "other_unit"),
        ("3.5万元", "other_unit"),
        ("3,5", "invalid"),
        ("12,34.5", "invalid"),
        ("1_000", "invalid"),
        ("٣", "invalid"),
        (".", "invalid"),
        ("元", "invalid"),
        ("1e5", "shortened"),
        ("1.23457E+11", "shortened"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_reason(typed, code):
    with pytest.raises(ValidationError) as refused:
        AmountField().clean(typed)
    assert refused.value.code == code


@pytest.mark.parametrize("typed", ["5000元", "¥5,000 元"])
def test_yuan_are_not_taken_for_ten_thousand_yuan(typed):
    with pytest.raises(ValidationError, match="unit of this column is another"):
        AmountField(unit=10_000).clean(typed)


def test_codes_lose_blanks_hyphens_and_width():
    assert CodeField().clean(" ９１33－9702 mx") == "91339702MX"


def test_a_choice_is_any_word_that_means_it():
    field = ChoiceField(words={"高级认证企业": "advanced", "AEO高级": "advanced"})
    assert field.clean("aeo高级") == "advanced"
    with pytest.raises(ValidationError, match="not one of the values"):
        field.clean("优秀")


class Row(RowForm):
    name = TextField(max_length=3)
    day = DayField(required=False)


def test_one_form_reads_many_rows_and_keeps_them_apart():
    form = Row()
    assert form.read({"name": "甲", "day": "2026-10-08"})
    first = form.cleaned_data
    assert not form.read({"name": "", "day": "x"})
    assert set(form.errors) == {"name", "day"}
    assert form.read({"name": "乙"})
    assert form.cleaned_data == {"name": "乙", "day": None}
    assert first == {"name": "甲", "day": date(2026, 10, 8)}


def test_what_is_too_long_says_how_long_it_may_be():
    form = Row()
    form.read({"name": "甲乙丙丁"})
    assert form.errors["name"] == ["This is longer than 3 characters, the most that can be kept; shorten it."]
