"""What came before or after a record, weights and steps by size, the normal distribution: held against the same one by one."""

from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist

import pytest
from hypothesis import given, strategies as st

from credit_platform.common.working_days import months_after
from evaluation.exact import normal, normal_quantile
from evaluation.schemes import SchemeDocument, compile_scheme
from tests.evaluation.columns import document
from tests.evaluation.test_chains_and_events import NAMES, calm, of_amounts, penalties, run
from tests.evaluation.test_scheme_language import TODAY

days = st.dates(date(2025, 1, 1), TODAY)
KINDS = st.sampled_from(["penalty", "list"])
several = st.lists(st.tuples(st.sampled_from("abc"), KINDS, days, st.integers(-12, 6)), max_size=12)


def is_within(earlier: date, later: date, within: int | None, unit: str) -> bool:
    if within is None:
        return True
    if unit == "days":
        return (later - earlier).days <= within
    return months_after(earlier, within) > later


def around(rows, side: str, within: int | None, unit: str) -> list[list[int]]:
    """For each record the points of the lists of its entity that lie before or after it, one by one."""
    found = []
    for place, (entity, _kind, day, _points) in enumerate(rows):
        own = []
        for other, (whose, kind, then, points) in enumerate(rows):
            (first, one), (second, two) = sorted(((day, place), (then, other)))
            on_that_side = (two == place) if side == "before" else (one == place)
            if whose == entity and kind == "list" and other != place and on_that_side:
                own += [points] if is_within(first, second, within, unit) else []
        found.append(own)
    return found


@calm
@given(
    several,
    st.sampled_from(["before", "after"]),
    st.none() | st.integers(1, 400),
    st.sampled_from(["days", "months"]),
)
def test_what_lies_around_a_record_is_what_going_through_all_others_finds(rows, side, within, unit):
    within = within if within is None or unit == "days" else 1 + within % 24
    said = {side: {"types": ["list"]}, "within": within, "unit": unit}
    records = [
        {"entity": entity, "type": kind, "decided": day.isoformat(), "amount": points}
        for entity, kind, day, points in rows
    ]
    everything = {"types": ["penalty", "list"]}
    found = run(
        {
            "components": [
                of_amounts(records=everything, each=said),
                of_amounts(records=everything, each=said | {"sum": {"field": "amount"}}, weight="1000"),
            ],
            "records": records,
            "entities": NAMES,
        }
    )
    one_by_one = around(rows, side, within, unit)
    for name in "abc":
        own = [points for row, points in zip(rows, one_by_one, strict=True) if row[0] == name]
        assert found[name] == sum(map(len, own)) + 1000 * sum(map(sum, own))


def test_of_one_day_what_was_entered_first_comes_before():
    rows = [{"type": "penalty", "decided": "2026-01-01"}] * 3
    each = {"subtract": [{"before": {}}, {"multiply": [10, {"after": {}}]}]}
    found = run({"component": of_amounts(each=each, by_recency=["1", "10", "100"]), "records": rows})
    assert found == {"a": 2 + 10 * (1 - 10) + 100 * (0 - 20)}


def test_a_record_without_the_word_or_the_day_has_nothing_in_common_and_is_not_known():
    rows = [
        {"type": "penalty", "case": "", "occurred_on": "2026-01-01"},
        {"type": "penalty", "case": "", "occurred_on": "2026-01-02"},
        {"entity": "b", "type": "penalty", "case": "x", "occurred_on": "2026-01-01"},
        {"entity": "b", "type": "penalty", "case": "x", "occurred_on": ""},
        {"entity": "c", "type": "penalty", "case": "x", "occurred_on": "2026-01-01"},
        {"entity": "c", "type": "penalty", "case": "x", "occurred_on": "2026-02-01"},
    ]
    said = {"before": {}, "same": ["case"], "dated": "occurred_on"}
    assert run({"component": of_amounts(each=said), "records": rows}) == {"a": 0, "b": None, "c": 1}
    unknown = said | {"sum": {"field": "amount"}}
    assert run({"component": of_amounts(each=unknown), "records": [row | {"amount": ""} for row in rows]}) == {
        "a": 0, "b": None, "c": None,
    }  # fmt: skip


def test_what_lies_around_a_record_turns_on_no_day_of_its_own():
    around = {"before": {}, "within": 12, "dated": "occurred_on"}
    scheme = SchemeDocument.model_validate(document(of_amounts(each=around)))
    # But the day that it goes by may only come.
    assert {(one.day, one.after) for one in compile_scheme(scheme).turnings} == {("occurred_on", 0)}


# By size


@calm
@given(several)
def test_weights_by_size_are_those_of_the_sorted_points(rows):
    rows = [(entity, day, points) for entity, _kind, day, points in rows]
    weights = [Decimal(1), Decimal("0.5"), Decimal("0.25")]
    found = run(
        {
            "component": of_amounts(by_size=list(map(str, weights)), rounding="0.01"),
            "records": penalties(rows),
            "entities": NAMES,
        }
    )
    for name in "abc":
        own = [
            (-abs(points), -place, points) for place, (whose, _d, points) in enumerate(rows) if whose == name
        ]
        gravest = [points for _size, _place, points in sorted(own)]
        assert found[name] == sum(weight * points for weight, points in zip(weights, gravest, strict=False))


@calm
@given(several)
def test_a_chain_by_size_is_what_carrying_it_from_the_largest_on_gives(rows):
    rows = [(entity, day, abs(points)) for entity, _kind, day, points in rows]
    becomes = {"add": [{"multiply": [{"event": "balance"}, "0.5"]}, {"event": "points"}]}
    found = run(
        {
            "component": of_amounts(
                take="running", rounding="0.000001",
                running={"start": 8, "largest_first": True, "becomes": becomes},
            ),
            "records": penalties(rows),
            "entities": NAMES,
        }
    )  # fmt: skip
    for name in "abc":
        balance = Decimal(8)
        for points in sorted((points for whose, _day, points in rows if whose == name), reverse=True):
            balance = (balance / 2 + points).quantize(Decimal("1e-9"))
        assert found[name] == balance.quantize(Decimal("0.000001"), "ROUND_HALF_UP")


def test_ranked_by_says_by_which_size_the_steps_go():
    running = {"start": 0, "largest_first": True, "becomes": {"event": "points"}}
    component = of_amounts(take="running", running=running, ranked_by={"field": "rooms"})
    rows = [
        {"type": "penalty", "amount": amount, "rooms": rooms} for amount, rooms in ((9, 3), (1, 1), (5, 2))
    ]
    assert run({"component": component, "records": rows}) == {"a": 1}


# 38 CFR 4.25: ratings are combined in the order of their severity, each of the efficiency that is left; the result of
# each combination is a whole number, and the last is brought to the nearest ten, fives upwards. The figures of (a), (b).
@pytest.mark.parametrize(
    ("ratings", "combined"),
    [((50, 30), 70), ((40, 20), 50), ((60, 40, 20), 80), ((20, 40, 60), 80), ((10, 10), 20), ((), 0)],
)
def test_disabilities_are_combined_from_the_gravest_on(ratings, combined):
    left = {"subtract": [100, {"event": "balance"}]}
    share = {"divide": [{"multiply": [{"event": "points"}, left]}, 100]}
    becomes = {"round": {"add": [{"event": "balance"}, share]}, "to": 1}
    component = of_amounts(take="running", running={"start": 0, "largest_first": True, "becomes": becomes})
    ten = {"kind": "formula", "formula": {"round": {"value": "combined"}, "to": 10}}
    rows = [("a", TODAY - timedelta(days=n), rating) for n, rating in enumerate(ratings)]
    example = {
        "components": [component | {"code": "combined", "weight": "0"}, ten],
        "records": penalties(rows),
        "entities": [{"entity": "a"}],
    }
    assert run(example) == {"a": combined}


# The normal distribution


@pytest.mark.parametrize(
    ("number", "part"),
    [("0", "0.5"), ("1", "0.841344746"), ("-1", "0.158655254"), ("1.96", "0.975002105"), ("-3", "0.001349898"), ("13", "1"), ("-40", "0")],
)  # fmt: skip
def test_the_normal_distribution_has_the_figures_of_its_table(number, part):
    assert normal(Decimal(number)).quantize(Decimal("1e-9")) == Decimal(part)


@pytest.mark.parametrize("part", ["0.5", "0.975", "0.05", "0.000000001", "0.999999999"])
def test_the_quantile_of_a_part_is_the_number_below_which_it_lies(part):
    found = normal_quantile(Decimal(part))
    assert abs(normal(found) - Decimal(part)) < Decimal("1e-38")
    assert float(found) == pytest.approx(NormalDist().inv_cdf(float(part)), rel=1e-9, abs=1e-15)


def test_there_is_no_quantile_of_nothing_and_of_all():
    assert [normal_quantile(Decimal(part)) for part in ("0", "1", "-0.1", "1.5")] == [None] * 4
