"""The lag of grades behind submissions: what is submitted, what is watched, and when a figure is refused."""

import queue
import time

import pytest
from django.core.management import call_command

from bench import city
from bench.harness import CannotMeasure
from bench.measures import lag
from entities.models import CreditRecord
from evaluation import tasks
from evaluation.models import CurrentRating, RatingRequest
from tests.factories import install_shipped_schemes

pytestmark = pytest.mark.django_db


@pytest.fixture
def tiny(db):
    call_command("seed_catalogue", verbosity=0)
    city.add_people()
    city.fill(60, 600)
    install_shipped_schemes()


def test_each_submission_is_a_record_of_its_own_entity_that_a_reviewer_lets_in(tiny):
    submissions = lag.prepare(20)
    told = queue.Queue()
    now = time.monotonic()
    lag._approve([(one, now) for one in submissions], told)

    assert len({one.entity for one in submissions}) == 20
    assert [entity for entity, _due, _begun, _done in told.get()] == [one.entity for one in submissions]
    records = CreditRecord.objects.filter(pk__in=[one.record for one in submissions])
    assert set(records.values_list("status", flat=True)) == {"published"}
    assert set(RatingRequest.objects.values_list("entity_id", flat=True)) == {
        one.entity for one in submissions
    }


def test_a_city_that_is_too_small_is_said_to_be(tiny):
    with pytest.raises(CannotMeasure, match="each of 61 submissions needs one"):
        lag.prepare(61)


def test_grades_that_do_not_follow_from_the_records_are_no_result(tiny):
    submissions = lag.prepare(5)
    now = time.monotonic()
    lag._approve([(one, now) for one in submissions], queue.Queue())
    tasks.rate_waiting()
    entities = [one.entity for one in submissions]
    lag._require_right(entities)
    CurrentRating.objects.filter(entity=entities[0], scheme__code="risk-class").update(points=1)
    with pytest.raises(CannotMeasure, match="1 grades under risk-class"):
        lag._require_right(entities)


def test_a_grade_is_seen_at_the_end_of_the_first_look_after_the_commit_that_finds_no_wish():
    watch = lag._Watch()
    watch.began, watch.ended = [1.0, 2.0, 3.0, 4.0], [1.5, 2.5, 3.5, 4.5]
    watch.waiting = [set(), {7}, {7, 8}, set()]

    assert watch.seen_rated(7, committed=1.8) == 4.5
    assert watch.seen_rated(8, committed=1.8) == 2.5
    told = lag._told([(7, 1.8, 1.8, 1.8), (8, 1.8, 1.8, 1.9)], watch, begins=1.0, a_second=2)
    assert (told["submitted"], round(told["longest"], 6)) == (2, 2.7)
    assert told["speed"] == 2.0
