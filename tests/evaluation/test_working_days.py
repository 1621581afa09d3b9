"""Working days in schemes: counted as the clocks count them, kept with the version, and turning on the days on which they do."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from pydantic import ValidationError

from credit_platform.common.working_days import WorkingCalendar, working_days_between
from evaluation import frames
from evaluation.birthdays import entities_touched_by
from evaluation.composing.problems import problems_of
from evaluation.files import rate_rows
from evaluation.forecast import forecast
from evaluation.methods import method_of
from evaluation.schemes import SchemeDocument
from evaluation.schemes.in_force import in_force
from evaluation.services import install_scheme
from evaluation.worked_days import WorkedDays
from tests.evaluation.columns import document
from tests.factories import EntityFactory

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
calm = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
days_of_it = st.integers(0, (LAST - FIRST).days).map(lambda number: FIRST + timedelta(days=number))
otherwise = st.frozensets(days_of_it, max_size=25)


def arranged(exceptions) -> tuple[WorkedDays, WorkingCalendar]:
    """The same arrangement as a scheme and as the clocks have it."""
    off = tuple(sorted(day for day in exceptions if day.weekday() < 5))
    worked = tuple(sorted(day for day in exceptions if day.weekday() > 4))
    calendar = WorkingCalendar({day: day in worked for day in exceptions}, frozenset({2026}))
    return WorkedDays(FIRST, LAST, off, worked), calendar


@calm
@given(otherwise, days_of_it, days_of_it)
def test_they_are_counted_as_the_clocks_count_them(exceptions, since, until):
    scheme, clocks = arranged(exceptions)
    content = document(
        {"kind": "formula", "formula": {"elapsed": ["entity.since", "entity.until"], "unit": "working-days"}},
        working_days={"article": "6", "known_from": "2026-01-01", "known_to": "2026-03-31",
                      "off": list(map(str, scheme.off)), "worked": list(map(str, scheme.worked))},
        start=None, floor=None, ceiling=None, enough={"article": "2", "records": 0},
    )  # fmt: skip
    (row,) = rate_rows(
        SchemeDocument.model_validate(content), [], [{"entity": "a", "since": str(since), "until": str(until)}], LAST
    )  # fmt: skip
    assert row.points == working_days_between(since, until, clocks)
    assert all(scheme.is_worked(day) == clocks.is_working_day(day) for day in (since, until))


@calm
@given(otherwise, days_of_it, st.integers(-10, 30))
def test_the_day_on_which_so_many_are_over_is_found_from_both_ends(exceptions, since, after):
    scheme, clocks = arranged(exceptions)
    every = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    # On no other day does the number come to stand at so many.
    reached = [
        day for day in every if clocks.is_working_day(day) and working_days_between(since, day, clocks) == after
    ]  # fmt: skip
    assert reached == [found for found in [scheme.day_after(since, after)] if found]
    for day in every:
        born = scheme.days_reaching(day, after) if scheme.is_worked(day) else None
        assert (born is not None and born[0] <= since <= born[1]) == (day in reached)


def test_of_days_that_are_not_known_nothing_is():
    scheme, _clocks = arranged(())
    assert not scheme.is_worked(LAST + timedelta(days=1))
    assert scheme.day_after(FIRST - timedelta(days=1), 1) is None
    assert scheme.day_after(LAST, 1) is None
    assert scheme.days_reaching(date(2026, 1, 5), 100) is None


WORKING_DAYS = {"article": "6", "known_from": "2026-01-01", "known_to": "2026-12-31", "off": ["2026-01-01"], "worked": ["2026-01-04"]}  # fmt: skip
IN_SEVEN = {"kind": "records", "records": {"types": ["penalty"], "where": [
    {"test": {"elapsed": ["decided", "as-of"], "unit": "working-days"}, "at_most": 7}]}, "each": -10}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (None, "Which days are worked is said in working_days."),
        (WORKING_DAYS | {"known_to": "2025-12-31"}, "Working days are known from one day to a later one."),
        (WORKING_DAYS | {"off": ["2026-01-03"]}, "A day off is one from Monday to Friday"),
        (WORKING_DAYS | {"worked": ["2026-01-05"]}, "A day off is one from Monday to Friday"),
        (WORKING_DAYS | {"off": ["2027-01-01"]}, "A day off is one from Monday to Friday"),
        (WORKING_DAYS | {"off": ["2026-02-30"]}, "A day of the calendar is written as 2026-04-01."),
    ],
)
def test_what_makes_no_sense_is_refused(said, says):
    content = document(IN_SEVEN, working_days=said)
    with pytest.raises(ValidationError, match=says):
        SchemeDocument.model_validate(content)
    assert any(one.says.startswith(says[:30]) for one in problems_of(content, of_registry=False))


@pytest.fixture
def of_seven(db):
    """A scheme of the registry under which a penalty counts for seven working days."""
    penalties = {"types": ["administrative-penalty"]}
    content = document(
        IN_SEVEN | {"records": IN_SEVEN["records"] | penalties},
        considered={"article": "1", **penalties},
        working_days=WORKING_DAYS,
    )
    return install_scheme(
        by=None, code="a", facts={"name_zh": "字", "name_en": "W", "family": "evaluation"},
        document=SchemeDocument.model_validate(content), effective_from=date(2020, 1, 1),
    )  # fmt: skip


def test_a_forecast_names_the_day_on_which_one_more_working_day_is_over(of_seven, record):
    entity = EntityFactory()
    record(entity, decided_on=date(2026, 1, 5), published_on=date(2026, 1, 5))
    scheme = in_force(of_seven)
    columns = frames.columns_of([entity.pk], scheme.compiled.vocabulary)
    told = forecast(scheme=scheme, columns=columns, today=date(2026, 1, 6))
    # Seven after the 5th are the 14th; on the 15th it counts no more.
    assert (told.turns[0].day, told.points, told.turns[0].points) == (date(2026, 1, 15), 70, 80)
    assert entities_touched_by(date(2026, 1, 15), [scheme]) == {entity.pk}
    assert entities_touched_by(date(2026, 1, 14), [scheme]) == set()


@pytest.mark.django_db
def test_the_published_method_says_which_days_are_worked():
    method = method_of(SchemeDocument.model_validate(document(IN_SEVEN, working_days=WORKING_DAYS)))
    assert method.working_days == (
        "Monday to Friday from 1 January 2026 to 31 December 2026, but for the days off and with some days of weekends."
    )
    assert method.worked_years == [("2026", "Days off: 1 Jan; Days of weekends that are worked: 4 Jan")]
    assert "working days from the day of the decision" in dict(method.components[0].rows)["Records"]
