"""Grades of a very small city of the bench: no figure stands for ratings, counts or simulations that are wrong."""

import pytest
from django.core.management import call_command

from bench import city
from bench.harness import CannotMeasure
from bench.measures import boards, rating
from evaluation.boards import counting
from evaluation.boards.models import CountedRating
from evaluation.composing.models import Simulation
from evaluation.composing.simulating import work_on
from evaluation.models import CurrentRating, RatingChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(db):
    """A city in which everybody was rated on some days before and is for today."""
    call_command("seed_catalogue", verbosity=0)
    city.add_people()
    city.fill(300, 3_000)
    boards.let_grades_move()


def test_most_had_a_grade_before_the_periods_of_the_boards_began(moved):
    counting.rebuild()
    boards.require_counted()
    rated = CountedRating.objects.exclude(place=None)
    assert rated.filter(week_place=None).count() < rated.count() / 10


def test_boards_that_show_what_no_ratings_give_are_not_measured(moved):
    counting.rebuild()
    CountedRating.objects.filter(pk=CountedRating.objects.earliest("pk").pk).update(points=1)
    with pytest.raises(CannotMeasure, match="counted otherwise"):
        boards.require_counted()


def test_boards_on_which_nobody_moved_are_not_measured(moved):
    counting.rebuild()
    CountedRating.objects.all().delete()
    counting.GradeCell.objects.all().delete()
    counting.MoveCell.objects.all().delete()
    CurrentRating.objects.all().delete()
    counting.follow()
    assert RatingChange.objects.exists()
    with pytest.raises(CannotMeasure, match="Nobody fell"):
        boards.require_counted()


def test_ratings_that_do_not_follow_from_the_records_are_no_result(moved):
    rating.require_right(0)
    CurrentRating.objects.filter(pk=CurrentRating.objects.earliest("pk").pk).update(points=1)
    with pytest.raises(CannotMeasure, match="ratings do not follow"):
        rating.require_right(0)


def test_a_simulation_beside_other_grades_than_the_stored_ones_is_no_result(moved):
    key = rating.draft_and_start()
    with pytest.raises(CannotMeasure, match="waiting"):
        rating.told_of(Simulation.objects.get(pk=key))
    work_on(key)
    told = rating.told_of(Simulation.objects.get(pk=key))
    assert told["entities"] == CurrentRating.objects.filter(scheme__code=rating.SCHEME).count()
    assert 0 < told["moved"] < told["entities"]
    CurrentRating.objects.filter(scheme__code=rating.SCHEME, place=0).update(place=1)
    with pytest.raises(CannotMeasure, match="but stored are"):
        rating.told_of(Simulation.objects.get(pk=key))
