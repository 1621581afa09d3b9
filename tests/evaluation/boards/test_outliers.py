"""Which parts of the city stand out: by more than chance, and by more than parts differ anyhow."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, strategies as st

from evaluation.boards import pages
from evaluation.boards.outliers import standing_out
from tests.factories import EntityFactory, MemberFactory

LIKE = [(50, 1000), (45, 900), (62, 1200), (20, 400), (38, 800)]


def test_a_part_far_from_the_others_stands_out_above_or_below():
    assert standing_out([*LIKE, (300, 1000)]) == [0, 0, 0, 0, 0, 1]
    assert standing_out([*LIKE, (60, 900), (0, 1000)]) == [0, 0, 0, 0, 0, 0, -1]


def test_where_parts_differ_in_earnest_all_over_none_is_strange():
    widely = [(20, 1000), (60, 1000), (110, 1000), (150, 1000), (190, 1000), (240, 1000)]
    assert standing_out(widely) == [0] * 6
    assert standing_out([*widely, (900, 1000)])[-1] == 1


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [(0, 0), (0, 50), (0, 60), (0, 70), (0, 80)],
        [(50, 50), (60, 60), (70, 70), (80, 80)],
        [(1, 1000), (1, 1000), (900, 1000)],
        [*LIKE, (9, 9)],
        [*LIKE, (3, 12)],
    ],
)
def test_few_parts_small_parts_and_parts_that_are_all_alike_say_nothing(parts):
    assert standing_out(parts) == [0] * len(parts)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 500)), max_size=9), st.randoms())
def test_the_order_of_parts_changes_nothing_and_what_is_many_is_not_few_of_the_opposite(
    parts, chance: random.Random
):
    found = dict(zip(map(tuple, parts), standing_out(parts), strict=False))
    shuffled = parts[:]
    chance.shuffle(shuffled)
    assert standing_out(shuffled) == [found[part] for part in shuffled]
    opposite = [(size - count, size) for count, size in parts]
    assert standing_out(opposite) == [-side for side in standing_out(parts)]


@pytest.mark.django_db
def test_the_board_of_districts_says_who_stands_out_by_grades_and_by_falls(
    client, record, rated, schemes, monkeypatch, settings
):
    settings.LANGUAGE_CODE = "en"
    client.force_login(MemberFactory(role="supervisor"))
    today = timezone.localdate()
    here = [EntityFactory(district="汀东区") for _each in range(2)]
    there = EntityFactory(district="汀西区")
    record(here[0], "tax-credit-grade", details={"grade": "A"}, decided_on=today - timedelta(days=60))
    rated(here[0], as_of=today - timedelta(days=40))
    for entity in (*here, there):
        record(entity, severity_class="serious" if entity in here else "minor")
    rated(*here, there)
    asked = []

    def stands(parts):
        asked.append(sorted(parts))
        return [1 if count == 2 else -1 if count == 1 else 0 for count, _size in parts]

    monkeypatch.setattr(pages, "standing_out", stands)
    shown = client.get("/ratings/districts/", {"period": "month"}).content.decode()
    # By the worst two grades, and by those who fell, of all that are rated.
    assert asked == [[(0, 1), (2, 2)], [(0, 1), (1, 2)]]
    assert (shown.count("far above<"), shown.count("far below<")) == (1, 1)
