"""What a forecast says of a day is what rating on that day gives, under every way in which a scheme counts time."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings, strategies as st

from evaluation import frames
from evaluation.columns import last_day_so_old, last_days_so_old
from evaluation.explanation import as_points
from evaluation.forecast import DAYS_TRIED, MONTHS_AHEAD, STEPS_AHEAD, forecast
from evaluation.kernel import NOT_RATED
from evaluation.pages import rating_page
from evaluation.schemes import SchemeDocument, compile_scheme
from evaluation.schemes.in_force import SchemeInForce
from evaluation.schemes.shipped import scheme_library
from evaluation.selectors import grade_for_entity
from tests.evaluation.columns import Row, columns, document
from tests.evaluation.test_birthdays import WAYS, WORKING_DAYS
from tests.factories import AgentFactory, EntityFactory, MemberFactory

TODAY = date(2026, 11, 22)
PENALTY = "administrative-penalty"


def scheme_of(content: SchemeDocument) -> SchemeInForce:
    return SchemeInForce(scheme=None, version=None, compiled=compile_scheme(content))


def way(name: str) -> SchemeInForce:
    changes = {
        "considered": {"article": "1", "types": [PENALTY]},
        "enough": {"article": "2", "records": 0},
        "ceiling": None,
        "floor": None,
        # Within the months that are looked ahead the days end that are known.
        "working_days": WORKING_DAYS | {"known_from": "2022-01-01", "known_to": "2027-06-30"},
    }
    return scheme_of(SchemeDocument.model_validate(document(WAYS[name], **changes)))


DAYS = st.dates(date(2022, 1, 1), date(2028, 12, 31))
ROWS = st.lists(
    st.builds(
        lambda number, decided, lasts, severity, standing, objected, corrected: Row(
            record=number,
            type=PENALTY,
            decided=decided,
            until=decided + timedelta(days=lasts),
            severity=severity,
            standing=standing,
            objected=objected,
            values={"corrected_on": corrected},
        ),
        st.integers(1, 10**6),
        DAYS,
        st.integers(30, 2000),
        st.sampled_from(["minor", "general", "serious"]),
        st.sampled_from(["published", "published", "published", "repaired"]),
        st.booleans(),
        st.none() | DAYS,
    ),
    max_size=4,
    unique_by=lambda row: row.record,
)


def said_on(held, scheme: SchemeInForce, day: date) -> tuple[str, Decimal | None]:
    """What rating on that day alone says."""
    ratings = scheme.rate(held, day)
    place = int(ratings.place[0])
    if place == NOT_RATED:
        return "", None
    points = None if ratings.pointless[0] else as_points(int(ratings.points[0]))
    return scheme.compiled.letters[place], points


def assert_it_comes_true(scheme: SchemeInForce, held, step: int = 1) -> None:
    """Every day until the horizon is what rating on that day gives, and every turn is one."""
    ahead = forecast(scheme=scheme, columns=held, today=TODAY)
    assert TODAY < ahead.until <= date(2028, 11, 22)
    for number in range(0, (ahead.until - TODAY).days + 1, step):
        day = TODAY + timedelta(days=number)
        assert ahead.on(day) == said_on(held, scheme, day), day
    before = (ahead.grade, ahead.points)
    for turn in ahead.turns:
        assert said_on(held, scheme, turn.day - timedelta(days=1)) == before, turn
        before = (turn.grade, turn.points)
        assert said_on(held, scheme, turn.day) == before, turn


@pytest.mark.parametrize("name", WAYS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, registered=st.none() | DAYS)
def test_every_day_of_a_forecast_is_what_rating_on_that_day_gives(name, rows, registered):
    scheme = way(name)
    held = columns(rows, scheme.compiled.vocabulary, entities=(1,), facts={1: {"registered_on": registered}})
    assert_it_comes_true(scheme, held, step=3)


@pytest.mark.parametrize("one", scheme_library(), ids=lambda one: one.code)
def test_a_forecast_under_every_shipped_scheme_comes_true(one):
    scheme = scheme_of(one.document)
    types = (*scheme.compiled.document.considered.types, *scheme.compiled.document.considered.market_types)
    rows = [
        Row(
            record=number + 1,
            type=types[number % len(types)],
            decided=date(2025, 1, 31) + timedelta(days=number * 47),
            until=date(2027, 1, 15) + timedelta(days=number * 31),
            severity=("minor", "general", "serious")[number % 3],
        )
        for number in range(14)
    ]
    held = columns(rows, scheme.compiled.vocabulary, facts={1: {"registered_on": date(2026, 2, 3)}})
    assert_it_comes_true(scheme, held, step=5)


def test_a_forecast_that_stops_early_says_so():
    scheme = way("half-life by days")
    held = columns(
        [Row(type=PENALTY, decided=TODAY, until=date(2030, 1, 1))],
        scheme.compiled.vocabulary,
        facts={1: {}},
    )
    ahead = forecast(scheme=scheme, columns=held, today=TODAY)
    assert len(ahead.turns) == STEPS_AHEAD
    assert ahead.until == TODAY + timedelta(days=STEPS_AHEAD)
    with pytest.raises(ValueError, match="says nothing"):
        ahead.on(ahead.until + timedelta(days=1))


def test_days_that_turn_nothing_are_looked_at_only_so_long():
    scheme = way("half-life by days")
    # Weighs nothing any more, and yet each day is one on which it might.
    held = columns(
        [Row(type=PENALTY, decided=date(2022, 1, 1), until=date(2030, 1, 1), severity="")],
        scheme.compiled.vocabulary,
        facts={1: {}},
    )
    silent = scheme_of(
        SchemeDocument.model_validate(
            document(
                WAYS["half-life by days"] | {"each": 0},
                considered={"article": "1", "types": [PENALTY]},
            )
        )
    )
    ahead = forecast(scheme=silent, columns=held, today=TODAY)
    assert ahead.turns == ()
    assert ahead.until == TODAY + timedelta(days=DAYS_TRIED)
    assert MONTHS_AHEAD == 24
    assert scheme.compiled.turnings == silent.compiled.turnings


def test_a_record_decided_on_a_later_day_is_forecast_to_begin():
    scheme = way("months")
    later = TODAY + timedelta(days=9)
    held = columns([Row(record=7, type=PENALTY, decided=later)], scheme.compiled.vocabulary, facts={1: {}})
    turn = forecast(scheme=scheme, columns=held, today=TODAY).turns[0]
    assert (turn.day, turn.begins, turn.ends, turn.ages) == (later, (7,), (), ())


@pytest.mark.django_db
def test_officials_see_figures_and_a_chart_with_its_table_and_the_entity_plain_words(record, schemes):
    entity, today = EntityFactory(), timezone.localdate()
    penalty = record(entity, decided_on=today - timedelta(days=200), publish_until=today + timedelta(days=30))
    for _ in range(2):
        record(entity, "inspection-result")
    agent, official = AgentFactory(entity=entity).user, MemberFactory(role="supervisor")
    with translation.override("en"):
        shown = rating_page(user=official, credit_code=entity.credit_code, scheme_code="", today=today)
        plain = grade_for_entity(agent, entity)
    ahead = forecast(
        scheme=schemes["city-comprehensive"],
        columns=frames.columns_of([entity.pk], schemes["city-comprehensive"].compiled.vocabulary),
        today=today,
    )
    gone = next(turn for turn in ahead.turns if penalty.pk in turn.ends)
    assert gone.day == today + timedelta(days=31)
    table = {row[0]: row[1] for row in shown.ahead.rows}
    assert Decimal(table[gone.day]) == gone.points
    assert f"“{penalty.title}” has ended" in plain.turns[0]["text"]
    assert str(ahead.until.year) in plain.turns_until
    assert rating_page(user=agent, credit_code=entity.credit_code, scheme_code="", today=today).ahead is None


@pytest.mark.django_db
def test_of_many_records_that_end_on_one_day_some_are_named_and_the_rest_counted(
    record, schemes, monkeypatch
):
    monkeypatch.setattr("evaluation.plain.RECORDS_NAMED", 1)
    entity, today = EntityFactory(), timezone.localdate()
    for number in range(3):
        record(entity, title=f"罚款{number}", publish_until=today + timedelta(days=30))
    record(entity, "administrative-licence")
    with translation.override("en"):
        (turn,) = grade_for_entity(AgentFactory(entity=entity).user, entity).turns
    assert turn["text"] == "“罚款0” has ended; 2 more records"


@pytest.mark.parametrize("months", [1, 6, 12, 13])
def test_the_last_day_so_old_is_the_same_for_many_days_as_for_each(months):
    days = np.arange(np.datetime64("2027-01-01"), np.datetime64("2029-03-02"))
    each = [last_day_so_old(day, months) for day in days.tolist()]
    assert last_days_so_old(days, months).tolist() == np.array(each).tolist()


def test_one_run_over_many_days_gives_what_each_day_gives_alone():
    scheme = scheme_of(next(one.document for one in scheme_library() if one.code == "comprehensive-1000"))
    held = columns(
        [
            Row(
                record=number,
                type=scheme.document.considered.types[number % 3],
                decided=date(2026, 1, 31) + timedelta(days=number * 29),
                until=date(2027, 3, 1) + timedelta(days=number * 40),
            )
            for number in range(1, 12)
        ],
        scheme.compiled.vocabulary,
        facts={1: {"registered_on": date(2015, 2, 28)}},
    )
    days = [TODAY + timedelta(days=17 * number) for number in range(40)]
    together = scheme.explain(held.repeated(len(days)), np.array(days, "M8[D]"))
    for place, day in enumerate(days):
        alone = scheme.explain(held, day)
        for code, numbers in alone.values.items():
            assert together.values[code].take(np.array([place])).decimals() == numbers.decimals(), (day, code)
        assert together.ratings.place[place] == alone.ratings.place[0]
        rows = held.records.record.size
        assert (together.skipped[place * rows : (place + 1) * rows] == alone.skipped).all()
