"""A scheme of three to seven grades maps onto one ladder whose ends never move."""

import pytest

from credit_platform.ui import grades

LETTERS = "ABCDEFG"


@pytest.mark.parametrize("count", range(3, 8))
def test_the_best_is_dark_blue_and_the_worst_is_wine_in_every_scheme(count):
    scale = LETTERS[:count]
    places = [grades.place(letter, scale) for letter in scale]
    assert places[0] == "1"
    assert places[-1] == "5"
    assert len(set(places)) == count


@pytest.mark.parametrize("count", range(3, 8))
def test_places_go_down_the_ladder_in_order(count):
    heights = [
        float(place[0] + "." + (place[1:] or "0"))
        for place in (grades.place(x, LETTERS[:count]) for x in LETTERS[:count])
    ]
    assert heights == sorted(heights)


def test_a_scheme_with_four_grades_leaves_the_middle_out():
    assert [grades.place(letter, "ABCD") for letter in "ABCD"] == ["1", "2", "4", "5"]


@pytest.mark.parametrize("scale", ["AB", LETTERS + "H"])
def test_other_scales_are_refused(scale):
    with pytest.raises(ValueError, match="three to seven"):
        grades.place("A", scale)


@pytest.mark.parametrize(
    ("before", "after", "way"), [("C", "B", 1), ("B", "D", -1), ("B", "B", 0), (None, "A", 0), ("A", None, 0)]
)
def test_a_move_is_up_down_or_none(before, after, way):
    assert grades.direction(before, after) == way
