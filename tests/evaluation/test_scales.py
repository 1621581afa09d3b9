"""Grades of other scales, and what they mean on ours from which day on."""

from datetime import date

import pytest
from pydantic import ValidationError

from evaluation.schemes.scales import Scales, mapped, scales

OLD, NEW = "national-2019", "national-2026"


def test_the_four_words_are_the_four_letters_from_the_day_of_the_mapping():
    day = date(2026, 11, 22)
    assert [mapped(word, scale=OLD, onto=NEW, day=day) for word in "优良中差"] == list("ABCD")
    assert mapped("优", scale=OLD, onto=NEW, day=date(2026, 3, 28)) is None


def test_a_grade_that_no_mapping_names_is_not_guessed():
    day = date(2026, 11, 22)
    assert mapped("A", scale=NEW, onto=OLD, day=day) is None
    assert mapped("regular", scale="customs-251", onto="customs-282", day=day) == "regular"
    assert mapped("B", scale=NEW, onto=NEW, day=day) == "B"


def test_a_mapping_names_every_grade_of_its_scale_and_none_that_is_not_there():
    content = scales().model_dump(mode="json", by_alias=True)
    content["mappings"][0]["letters"].pop("差")
    with pytest.raises(ValidationError, match="other grades than theirs"):
        Scales.model_validate(content)
