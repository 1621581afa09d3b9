"""A scheme that looks at its own earlier grades: worked out from the records alone, replayed and re-rated in time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings, strategies as st
from pydantic import ValidationError

from evaluation import bulk, replay, sentences, services
from evaluation.birthdays import entities_touched_by
from evaluation.columns import period_before
from evaluation.composing.differences import Head, differing
from evaluation.explanation import explain_entity
from evaluation.kernel import rate
from evaluation.models import CurrentRating, SchemeVersion
from evaluation.schemes import SchemeDocument, compile_scheme
from evaluation.schemes.in_force import in_force
from tests.evaluation.columns import Row, columns, document
from tests.evaluation.test_forecast import assert_it_comes_true, scheme_of
from tests.factories import EntityFactory, MemberFactory

PENALTY = "administrative-penalty"
TODAY = date(2026, 11, 22)


def looking_back(period="calendar-years", back=1, rule=None, **changes) -> SchemeDocument:
    words = {"zh": "字", "en": "Was D"}
    rule = rule or {"when": {"was_graded": ["D"]}, "then": {"ceiling": "B"}}
    return SchemeDocument.model_validate(
        document(
            {"kind": "records", "records": {"types": [PENALTY]}, "each": -60},
            **{
                "considered": {"article": "1", "types": [PENALTY]},
                "enough": {"article": "2", "records": 0},
                "start": {"article": "3", "points": 100},
                "looks_back": {"article": "5", "period": period, "back": back},
                "rules": [{"code": "was-d", "name": words, "article": "6"} | rule],
            }
            | changes,
        )
    )


ROWS = st.lists(
    st.builds(
        lambda number, entity, decided, lasts, late, standing, ended: Row(
            record=number,
            entity=entity,
            type=PENALTY,
            decided=decided,
            until=decided + timedelta(days=lasts),
            published=decided + timedelta(days=late),
            standing=standing,
            ended=date(9999, 12, 31) if standing == "published" else decided + timedelta(days=ended),
        ),
        st.integers(1, 10**6),
        st.integers(1, 3),
        st.dates(date(2024, 1, 1), date(2026, 11, 1)),
        st.integers(10, 900),
        st.sampled_from([0, 0, 200]),
        st.sampled_from(["published", "published", "repaired", "replaced"]),
        st.integers(1, 300),
    ),
    max_size=6,
    unique_by=lambda row: row.record,
)
calm = settings(deadline=None, max_examples=30, suppress_health_check=(HealthCheck.too_slow,))


@calm
@given(rows=ROWS, period=st.sampled_from(["calendar-months", "calendar-quarters", "calendar-years"]))
def test_the_grade_before_is_that_of_rating_on_the_last_day_of_the_period(rows, period):
    scheme = compile_scheme(looking_back(period))
    held = columns(rows, scheme.vocabulary, entities=(1, 2, 3))
    last = period_before(
        TODAY, {"calendar-months": 1, "calendar-quarters": 3, "calendar-years": 12}[period], 1
    )
    stood = [replace(row, standing="published") for row in rows if _was_in_force(row, last)]
    then = columns(stood, scheme.vocabulary, entities=(1, 2, 3))
    now = columns([row for row in rows if row.standing == "published"], scheme.vocabulary, entities=(1, 2, 3))
    plain = compile_scheme(looking_back(looks_back=None, rules=[]))
    was, alone = rate(then, plain, last).place, rate(now, plain, TODAY).place
    expected = [
        max(place, 1) if before == 3 else place
        for before, place in zip(was.tolist(), alone.tolist(), strict=True)
    ]
    assert rate(held, scheme, TODAY).place.tolist() == expected


def _was_in_force(row: Row, day: date) -> bool:
    stood = row.standing == "published" or (row.standing != "replaced" and row.ended > day)
    return stood and row.published <= day


@calm
@given(rows=ROWS)
def test_neither_the_order_of_records_nor_the_shard_moves_a_grade_that_looks_back(rows):
    scheme = compile_scheme(looking_back("calendar-quarters", 4))
    together = rate(columns(rows, scheme.vocabulary, entities=(1, 2, 3)), scheme, TODAY).place.tolist()
    turned = rate(columns(rows[::-1], scheme.vocabulary, entities=(1, 2, 3)), scheme, TODAY).place.tolist()
    alone = [
        rate(columns([row for row in rows if row.entity == key], scheme.vocabulary, (key,)), scheme, TODAY)
        for key in (1, 2, 3)
    ]
    assert together == turned == [int(one.place[0]) for one in alone]


@pytest.mark.parametrize("period", ["calendar-months", "calendar-years"])
def test_a_forecast_knows_when_an_earlier_grade_ceases_to_hold_the_grade(period):
    scheme = scheme_of(looking_back(period))
    held = columns(
        [
            Row(record=1, type=PENALTY, decided=date(2026, 10, 1), until=date(2026, 12, 10)),
            Row(record=2, type=PENALTY, decided=date(2026, 10, 1), until=date(2027, 1, 20)),
            Row(
                record=3, type=PENALTY, decided=date(2025, 10, 1), standing="repaired", ended=date(2026, 3, 1)
            ),
        ],
        scheme.compiled.vocabulary,
    )
    assert_it_comes_true(scheme, held)


def test_the_last_day_of_a_period_before():
    assert period_before(date(2026, 12, 31), 12, 1) == date(2025, 12, 31)
    assert period_before(date(2026, 1, 1), 12, 2) == date(2024, 12, 31)
    assert period_before(date(2026, 5, 31), 3, 1) == date(2026, 3, 31)
    assert period_before(date(2026, 3, 1), 1, 1) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"looks_back": None}, "looks_back"),
        ({"rule": {"when": {"was_graded": ["D"], "running": 2}, "then": {"ceiling": "B"}}}, "looks_back"),
        ({"rule": {"when": {"was_graded": ["E"]}, "then": {"ceiling": "B"}}}, "not on the scale"),
        ({"rule": {"when": {"known": {"earlier": "x"}}, "then": {"steps_from_earlier": 1}}}, "no component"),
    ],
)
def test_a_scheme_looks_back_no_farther_than_it_says(changes, says):
    with pytest.raises(ValidationError, match=says):
        looking_back(**changes)


@pytest.fixture
def installed(types):
    """The scheme in force, and an entity that was D at the end of last year and has nothing against it today."""
    words = {"name_zh": "回看", "name_en": "Looking back", "family": "evaluation"}
    today = timezone.localdate()
    services.install_scheme(
        by=None, code="back", facts=words, document=looking_back(), effective_from=date(today.year - 3, 1, 1)
    )
    return EntityFactory()


@pytest.mark.django_db
def test_whoever_was_d_last_year_is_held_and_told_why_by_every_way_of_rating(installed, record):
    today, entity = timezone.localdate(), installed
    last_year = date(today.year - 1, 6, 1)
    record(
        entity,
        decided_on=last_year,
        published_on=last_year,
        publish_until=date(today.year, 1, 5),
        status="expired",
        ended_on=date(today.year, 1, 6),
        ended_because="x",
    )
    services.request_ratings([entity.pk])
    services.rate_waiting(limit=10, as_of=today)
    rating = CurrentRating.objects.get(entity=entity, scheme__code="back")
    assert (rating.grade, rating.points) == ("B", 100_00)
    bulk.rate_all(as_of=today)
    assert CurrentRating.objects.get(pk=rating.pk).grade == "B"
    scheme = in_force(rating.version)
    replayed = replay.ratings_on(entity_ids=[entity.pk], scheme=scheme, day=today)
    assert scheme.compiled.letters[replayed.place[0]] == "B"
    told = explain_entity(user=MemberFactory(role="supervisor"), entity=entity, scheme=scheme, as_of=today)
    assert [rule.code for rule in told.rules] == ["was-d"]
    with translation.override("en"):
        assert sentences.say(told).startswith("By rule: Was D; the points alone would give A.")


@pytest.mark.django_db
def test_everybody_is_rated_anew_on_the_first_day_of_a_period_and_nobody_for_it_on_another(installed):
    schemes = [in_force(version) for version in SchemeVersion.objects.filter(scheme__code="back")]
    assert entities_touched_by(date(2027, 1, 1), schemes) == {installed.pk}
    assert entities_touched_by(date(2027, 2, 1), schemes) == set()


FLAT = {"kind": "formula", "formula": 1, "code": "flat", "name": {"zh": "字", "en": "Words"}, "article": "1"}


@pytest.mark.django_db
def test_a_draft_says_in_words_that_it_looks_back():
    now = SchemeDocument.model_validate(
        document(FLAT) | {"looks_back": {"article": "5", "period": "calendar-years", "back": 2}}
    )
    was = SchemeDocument.model_validate(document(FLAT))
    head = Head("一", "One")
    (line,) = differing((head, was), (head, now))
    assert (line.label, line.was) == ("Looks back", "")
    assert line.text.startswith("Its own grades of 2 calendar years before this one")
