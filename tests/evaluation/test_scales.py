"""Grades of other scales, and what they mean on ours from which day on."""

from datetime import date

import pytest
from django.utils.translation import override
from pydantic import ValidationError

from entities.catalogue.record_types import RECORD_TYPES
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


def test_a_scale_has_words_only_for_its_own_grades():
    content = scales().model_dump(mode="json", by_alias=True)
    content["scales"][0]["words"] = {"极优": {"zh": "极优", "en": "best of all"}}
    with pytest.raises(ValidationError, match="not on it"):
        Scales.model_validate(content)


def test_a_mapping_holds_on_its_days_and_on_no_others():
    (one, _other) = scales().mappings
    assert [one.holds(date(2026, 3, day)) for day in (28, 29)] == [False, True]
    closed = one.model_copy(update={"valid_to": date(2026, 12, 31)})
    assert [closed.holds(day) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [True, False]


@pytest.mark.parametrize(
    ("record_type", "field"),
    [("national-credit-evaluation", "grade"), ("customs-credit-status", "customs_status")],
)
def test_the_records_of_a_type_say_the_grades_of_the_scale_of_their_day(record_type, field):
    for version in RECORD_TYPES[record_type]["versions"]:
        (said,) = (extra for extra in version["extra_fields"] if extra["name"] == field)
        scale = scales().scale_of(record_type, version["valid_from"])
        assert scale is not None
        assert [choice["code"] for choice in said["choices"]] == list(scale.letters)


def test_a_type_whose_records_say_no_grade_has_no_scale():
    assert scales().scale_of("commendation", date(2026, 11, 22)) is None
    assert scales().scale_of("national-credit-evaluation", date(2018, 1, 1)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("National comprehensive evaluation, 2019", "Regular enterprise")),
        ("zh-hans", ("优", "常规企业")),
    ],
)
def test_anybody_reads_what_a_grade_of_one_scale_means_on_another(client, language, words):
    with override(language):
        # What the request leaves behind ends with it.
        shown = client.get("/schemes/scales/", headers={"accept-language": language})
    assert shown.status_code == 200
    assert all(word in shown.content.decode() for word in words)
    pairs = {pair for one in shown.context["mappings"] for pair in one["pairs"]}
    assert {("优", "A"), ("良", "B"), ("中", "C"), ("差", "D")} <= pairs
