"""A running balance and a median, held against the same worked out one by one."""

from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from hypothesis import HealthCheck, given, settings, strategies as st

from tests.evaluation.test_scheme_language import TODAY, run

calm = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
days = st.dates(date(2020, 1, 1), TODAY)
several = st.lists(st.tuples(st.sampled_from("abc"), days, st.integers(-12, 6)), max_size=14)


def penalties(rows) -> list[dict]:
    return [
        {"entity": entity, "type": "penalty", "decided": day.isoformat(), "amount": points}
        for entity, day, points in rows
    ]


def carried(rows, start, returns, every, floor, ceiling) -> int:
    """The balance of one entity, a record at a time."""
    balance, last = start, None
    for day, points in rows:
        if last is not None:
            balance = min(max(balance + (day - last).days // every * returns, floor), ceiling)
        balance, last = min(max(balance + points, floor), ceiling), day
    if last is not None:
        balance = min(max(balance + (TODAY - last).days // every * returns, floor), ceiling)
    return balance


@calm
@given(several, st.integers(0, 12), st.integers(0, 3), st.integers(20, 400))
def test_a_balance_is_what_carrying_it_record_by_record_gives(rows, start, returns, every):
    rows = sorted(rows, key=lambda row: row[1])
    component = {
        "kind": "records", "records": {"types": ["penalty"]}, "each": {"field": "amount"}, "take": "running",
        "running": {"start": start, "returns": returns, "every": every, "unit": "days"}, "floor": 0, "ceiling": 12,
    }  # fmt: skip
    entities = [{"entity": name} for name in "abc"]
    found = run({"component": component, "records": penalties(rows), "entities": entities})
    for name in "abc":
        theirs = [(day, points) for entity, day, points in rows if entity == name]
        assert found[name] == carried(theirs, start, returns, every, 0, 12)


@calm
@given(several)
def test_a_median_is_the_middle_of_all(rows):
    component = {
        "kind": "records", "records": {"types": ["penalty"]}, "each": {"field": "amount"}, "take": "median",
    }  # fmt: skip
    entities = [{"entity": name} for name in "abc"]
    found = run({"component": component, "records": penalties(rows), "entities": entities})
    for name in "abc":
        theirs = [Decimal(points) for entity, _day, points in rows if entity == name]
        assert found[name] == (median(theirs) if theirs else None)


def test_time_gives_nothing_back_before_the_first_record_and_up_to_the_ceiling_after_the_last():
    component = {
        "kind": "records", "records": {"types": ["penalty"]}, "each": {"field": "amount"}, "take": "running",
        "running": {"start": 5, "returns": 1, "every": 1}, "floor": 0, "ceiling": 9,
    }  # fmt: skip
    long_ago = (TODAY - timedelta(days=3000)).isoformat()
    found = run(
        {
            "component": component,
            "entities": [
                {"entity": "a", "registered_on": long_ago},
                {"entity": "b", "registered_on": long_ago},
            ],
            "records": [{"entity": "b", "type": "penalty", "decided": long_ago, "amount": -5}],
        }
    )
    assert found == {"a": 5, "b": 9}


def test_numbers_of_more_than_four_places_are_exact_in_files():
    component = {"kind": "formula", "formula": {"fact": "x"}}
    entities = [
        {"entity": "a", "x": "0.123456789"},
        {"entity": "b", "x": "12345678901234.5"},
        {"entity": "c", "x": ""},
    ]
    scale = {"component": component, "entities": entities}
    assert run(scale) == {"a": Decimal("0.123456789"), "b": Decimal("12345678901234.5"), "c": None}
