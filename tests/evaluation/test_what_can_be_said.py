"""Everything that published methods ask for can be said without code: a small scheme for each, with what it gives.

The methods at the end are shapes of published ones with numbers of their own; none is the law of any place.
"""

from decimal import Decimal

import pytest

from tests.evaluation.test_scheme_language import run

P, L, T, I, V = "penalty", "list", "tax", "inspection", "violation"  # noqa: E741 -- Kinds of records.


def rec(entity="a", kind=P, **said):
    return {"entity": entity, "type": kind} | said


def points(of: dict, **more) -> dict:
    return {"kind": "records", "records": {"types": [P]}, "each": of} | more


def fact(name: str, **more) -> dict:
    return {"kind": "formula", "formula": {"fact": name}} | more


SAID: dict[str, tuple[dict, dict]] = {
    "dimensions with weights, caps and floors": (
        {
            "components": [
                {"kind": "dimension", "weight": "0.4", "ceiling": 100, "components": [fact("x"), fact("y")]},
                {"kind": "dimension", "weight": "0.6", "floor": 10, "components": [fact("z")]},
            ],
            "entities": [{"entity": "a", "x": 80, "y": 90, "z": 3}],
        },
        {"a": 46},
    ),
    "points by type, category, severity and band of amount": (
        {
            "component": points(
                {
                    "case": [
                        {"when": {"record": {"types": [L]}}, "gives": -30},
                        {"when": {"record": {"values": {"field_of_law": ["food"]}, "classes": ["serious"]}}, "gives": -20},
                    ],
                    "otherwise": {"steps": {"field": "amount"}, "table": [
                        {"less_than": 10_000, "gives": -2}, {"less_than": 100_000, "gives": -5}, {"gives": -9}]},
                },
                records={"types": [P, L]},
            ),
            "records": [
                rec(kind=L, field_of_law="", amount=""),
                rec(**{"class": "serious"}, field_of_law="food", amount=1),
                rec(**{"class": "minor"}, field_of_law="food", amount="9999.99"),
                rec(**{"class": "serious"}, field_of_law="tax", amount=10_000),
                rec(field_of_law="", amount=100_000),
            ],
        },
        {"a": -66},
    ),
    "several violations of one inspection count up to a cap": (
        {
            "component": points(-4, groups=[{"same": ["inspection"], "floor": -10}]),
            "records": [rec(inspection="i1") for _ in range(5)] + [rec(inspection="i2")],
        },
        {"a": -14},
    ),
    "age by steps, from the occurrence": (
        {
            "component": points(
                -10, age={"since": "occurred_on", "bands": [{"below": 12, "weight": "1"}, {"weight": "1/2"}]}
            ),
            "records": [rec(occurred_on="2025-11-23"), rec(occurred_on="2025-11-22")],
        },
        {"a": -15},
    ),
    "age by half-life, from the end": (
        {
            "component": points(-8, age={"since": "ended_on", "half_life": 12}),
            "records": [rec(decided="2020-01-01", ended_on="2024-11-22")],
        },
        {"a": -2},
    ),
    "repetition weighs more each time": (
        {
            "component": points(-10, repeat={"same": ["type"], "factors": ["1", "3/2", "2"], "within": 24}),
            "records": [rec(decided=f"2026-0{month}-01") for month in range(1, 5)],
        },
        {"a": -65},
    ),
    "a streak gives a bonus with a cap": (
        {
            "component": {
                "kind": "records", "records": {"types": [T]}, "take": "streak", "ceiling": 3,
                "streak": {"of": {"types": [T], "values": {"grade": ["A"]}}, "every": "year"},
            },
            "records": [rec(kind=T, grade="A", decided=f"{year}-05-01") for year in range(2021, 2027)],
        },
        {"a": 3},
    ),
    "latest, sum, count and maximum of a record's own field": (
        {
            "components": [
                points({"field": "amount"}, take="latest"),
                points({"field": "amount"}, weight="100"),
                {"kind": "records", "records": {"types": [P]}, "take": "count", "weight": "10000"},
                points({"field": "amount"}, take="largest", weight="100000"),
            ],
            "records": [rec(amount=7, decided="2026-01-01"), rec(amount=2, decided="2026-02-01")],
        },
        {"a": 720_902},
    ),
    "a ratio to exposure, unknown without any": (
        {
            "component": {
                "kind": "formula", "rounding": "0.01",
                "formula": {"divide": [{"multiply": [{"count": {"types": [P]}}, 1000]}, {"fact": "declarations"}]},
            },
            "records": [rec("a"), rec("a"), rec("b")],
            "entities": [{"entity": "a", "declarations": 3000}, {"entity": "b", "declarations": 0}],
        },
        {"a": Decimal("0.67"), "b": None},
    ),
    "a start by condition": (
        {
            "start": {"case": [{"when": {"entity": "complete", "is": ["all"]}, "gives": 100},
                               {"when": {"entity": "complete", "is": ["paid"]}, "gives": 93}], "otherwise": 90},
            "component": points(-5),
            "records": [rec("a"), rec("b"), rec("c")],
            "entities": [{"entity": "a", "complete": "all"}, {"entity": "b", "complete": "paid"}, {"entity": "c", "complete": ""}],
        },
        {"a": 95, "b": 88, "c": 85},
    ),
    "a direct grade by a list, a ceiling by another sector's grade, a floor by commitment": (
        {
            "component": fact("score"),
            "rules": [
                {"when": {"records": {"types": [T], "latest": True, "values": {"grade": ["D"]}}}, "then": {"ceiling": "C"}},
                {"when": {"entity": "committed", "is": ["yes"]}, "then": {"floor": "B"}},
                {"when": {"records": {"types": [L]}}, "then": {"grade": "D"}, "final": True},
            ],
            "records": [rec("a", T, grade="D"), rec("b", L, grade="")],
            "entities": [
                {"entity": "a", "score": 95, "committed": ""}, {"entity": "b", "score": 95, "committed": "yes"},
                {"entity": "c", "score": 1, "committed": "yes"},
            ],
        },
        {"a": "C", "b": "D", "c": "B"},
    ),
    "a ceiling by the largest single component": (
        {
            "components": [
                fact("hygiene", code="hygiene"), fact("structure", code="structure"),
                {"kind": "dimension", "code": "worst", "take": "largest", "weight": "0",
                 "components": [{"kind": "formula", "formula": {"value": "hygiene"}}, {"kind": "formula", "formula": {"value": "structure"}}]},
            ],
            "scale": [{"letter": "5", "at_most": 15, "when": {"test": {"value": "worst"}, "at_most": 5}}, {"letter": "4"}],
            "entities": [{"entity": "a", "hygiene": 5, "structure": 10}, {"entity": "b", "hygiene": 5, "structure": 5}],
        },
        {"a": "4", "b": "5"},
    ),
    "a table over counts of factors": (
        {
            "component": {
                "kind": "formula", "code": "unsatisfactory",
                "formula": {"how_many": [{"test": {"fact": name}, "at_most": 1} for name in ("f1", "f2", "f3")]},
            },
            "scale": [
                {"letter": "satisfactory", "at_most": 0},
                {"letter": "conditional", "at_most": 1},
                {"letter": "unsatisfactory"},
            ],
            "entities": [{"entity": "a", "f1": 3, "f2": 2, "f3": 2}, {"entity": "b", "f1": 1, "f2": 2, "f3": 3},
                         {"entity": "c", "f1": 1, "f2": 1, "f3": 3}],
        },
        {"a": "satisfactory", "b": "conditional", "c": "unsatisfactory"},
    ),
    "peers of one industry, size and region, or else a wider group": (
        {
            "component": {
                "kind": "peers", "of": {"fact": "m"}, "among": [["section", "size", "region"], ["section"]],
                "at_least": 3, "ties": "middle",
            },
            "entities": [
                {"entity": name, "industry": "H6210", "size": size, "region": "1", "m": m}
                for name, size, m in (("a", "micro", 1), ("b", "micro", 1), ("c", "micro", 5), ("d", "large", 5))
            ],
        },
        {"a": 25, "b": 25, "c": 100, "d": Decimal("83.33")},
    ),
    "not enough data is no grade, and null is not zero": (
        {
            "component": fact("score"),
            "enough": {"records": 1},
            "scale": [{"letter": "A", "from": 50}, {"letter": "B"}],
            "records": [rec("a"), rec("b")],
            "entities": [{"entity": "a", "score": 0}, {"entity": "b", "score": ""}, {"entity": "c", "score": 99}],
        },
        {"a": "B", "b": "", "c": ""},
    ),
    "a new entity has its own grade": (
        {
            "component": fact("score"),
            "scale": [{"letter": "A", "from": 90}, {"letter": "M", "only_by_rule": True}, {"letter": "D"}],
            "rules": [{"when": {"test": {"elapsed": ["entity.registered_on", "as-of"], "unit": "months"}, "less_than": 12},
                       "then": {"grade": "M"}}],
            "entities": [{"entity": "a", "score": 95, "registered_on": "2025-11-23"},
                         {"entity": "b", "score": 95, "registered_on": "2025-11-22"}],
        },
        {"a": "M", "b": "A"},
    ),
    "rounding is stated": (
        {
            "component": {"kind": "formula", "formula": {"divide": [{"fact": "x"}, 8], "places": 9}},
            "total_rounding": "0.5",
            "entities": [{"entity": "a", "x": 10}, {"entity": "b", "x": 9}, {"entity": "c", "x": -10}],
        },
        {"a": Decimal("1.5"), "b": 1, "c": Decimal("-1.5")},
    ),
    # Shapes of published methods
    "letters by the points of the last visit": (
        {
            "component": {
                "kind": "records", "records": {"types": [V]}, "each": {"field": "points"},
                "groups": [{"same": ["day"]}], "take": "latest", "if_unknown": 0,
            },
            "scale": [{"letter": "A", "at_most": 13}, {"letter": "B", "at_most": 27}, {"letter": "C"}],
            "records": [rec("a", V, points=40, decided="2026-01-05"), rec("a", V, points=7, decided="2026-06-05"),
                        rec("a", V, points=6, decided="2026-06-05"), rec("b", V, points=28, decided="2026-06-05")],
        },
        {"a": "A", "b": "C"},
    ),
    "stars by weighted rounds of surveys, held against the same region, moved by another measure": (
        {
            "components": [
                {"kind": "records", "code": "surveys", "records": {"types": [V]}, "each": {"field": "points"},
                 "groups": [{"same": ["cycle"]}], "take": "mean", "by_recency": ["1/2", "1/3", "1/6"], "weight": "0", "rounding": "0.001"},
                {"kind": "peers", "code": "standing", "of": {"value": "surveys"}, "among": [["region"]], "scale": "rank/n", "weight": "0"},
                {"kind": "formula", "code": "stars", "weight": "0", "formula": {"steps": {"value": "standing"}, "table": [
                    {"at_most": 25, "gives": 5}, {"at_most": 50, "gives": 4}, {"at_most": 75, "gives": 2}, {"gives": 1}]}},
                {"kind": "formula", "code": "overall", "floor": 1, "ceiling": 5, "formula": {"add": [
                    {"value": "stars"}, {"case": [{"when": {"all": [{"test": {"fact": "staffing"}, "at_least": 4},
                     {"test": {"fact": "staffing"}, "more_than": 3}]}, "gives": 1}, {"when": {"test": {"fact": "staffing"}, "at_most": 1}, "gives": -1}], "otherwise": 0}]}},
            ],
            "records": [rec(name, V, cycle=f"c{n}", points=value, decided=f"202{n}-05-05")
                        for name, scores in (("a", (0, 0, 0)), ("b", (60, 30, 12)), ("c", (6, 6, 6)), ("d", (90, 90, 90)))
                        for n, value in enumerate(scores, 4)],
            "entities": [{"entity": name, "region": "1", "staffing": staffing} for name, staffing in zip("abcd", (5, 2, 4, 1), strict=True)],
        },
        {"a": 5, "b": 2, "c": 5, "d": 1},
    ),
    "a score from five ratios, each with a weight of its own": (
        {
            "components": [fact(name, weight=weight) for name, weight in
                           zip(("x1", "x2", "x3", "x4", "x5"), ("1.2", "1.4", "3.3", "0.6", "1.0"), strict=True)],
            "scale": [{"letter": "safe", "more_than": "2.99"}, {"letter": "grey", "from": "1.81"}, {"letter": "distress"}],
            "entities": [{"entity": "a", "x1": "0.215317", "x2": "0.3", "x3": "0.15", "x4": "2.4", "x5": "1.1"},
                         {"entity": "b", "x1": "0.1", "x2": "0.1", "x3": "0.05", "x4": "0.5", "x5": "0.9"}],
        },
        {"a": "safe", "b": "distress"},
    ),
    "points for each encounter by year, green to red, and straight to red": (
        {
            "components": [
                points({"field": "points"}, code="sum", weight="0", age={"bands": [
                    {"below": 12, "weight": "1"}, {"below": 24, "weight": "3/4"}, {"below": 36, "weight": "1/2"}, {"weight": "0"}]}),
                {"kind": "formula", "rounding": "0.01", "formula": {"divide": [{"value": "sum"}, {"count": {"types": [P, I]}}]}},
            ],
            "scale": [{"letter": "green", "at_most": 10}, {"letter": "amber", "at_most": 25}, {"letter": "red"}],
            "rules": [{"when": {"records": {"types": [P], "values": {"what": ["straight-to-red"]}}}, "then": {"grade": "red"}}],
            "records": [rec("a", P, points=100, what="", decided="2025-06-01"), *(rec("a", I, points="", what="") for _ in range(9)),
                        rec("b", P, points=1, what="straight-to-red"), rec("c", I, points="", what="")],
        },
        {"a": "green", "b": "red", "c": "green"},
    ),
    "static and dynamic risk, moved a class up or down": (
        {
            "components": [fact("static", ceiling=40), fact("dynamic", ceiling=60)],
            "scale": [{"letter": "A", "at_most": 30}, {"letter": "B", "at_most": 45}, {"letter": "C", "at_most": 60}, {"letter": "D"}],
            "rules": [
                {"when": {"records": {"types": [P], "where": [{"test": {"elapsed": ["decided", "as-of"], "unit": "calendar-years"}, "equals": 1}]}, "at_least": 2},
                 "then": {"worse_by": 1}},
                {"when": {"test": {"since_last": {"types": [P]}, "unit": "years", "or_since": "entity.registered_on"}, "at_least": 3},
                 "then": {"better_by": 1}},
            ],
            "records": [rec("a", decided="2025-02-01"), rec("a", decided="2025-12-31"), rec("b", decided="2025-02-01"), rec("b", decided="2026-02-01")],
            "entities": [{"entity": name, "static": 20, "dynamic": 20, "registered_on": "2015-01-01"} for name in "abc"],
        },
        {"a": "C", "b": "B", "c": "A"},
    ),
    "a notch above or below the middle of several ratings": (
        {
            "component": {"kind": "formula", "formula": {"ranked": [{"by": f"entity.{name}", "gives": {"A": 1, "B": 2, "C": 3}, "otherwise": None}
                          for name in ("first", "second", "third")], "place": 2, "of_known": True}},
            "entities": [{"entity": "a", "first": "A", "second": "C", "third": "B"}, {"entity": "b", "first": "A", "second": "C", "third": ""},
                         {"entity": "c", "first": "A", "second": "", "third": ""}],
        },
        {"a": 2, "b": 1, "c": None},
    ),
    "a class that falls with each claim and rises with each year without one": (
        {
            "component": points(-3, take="running", running={"start": 5, "returns": 1, "every": 12}, floor=1, ceiling=10),
            "records": [rec("a", decided="2020-01-01"), rec("a", decided="2020-06-01"), rec("b", decided="2010-01-01"), rec("c", L)],
        },
        {"a": 7, "b": 10, "c": 5},
    ),
}  # fmt: skip


@pytest.mark.parametrize("item", SAID)
def test_it_can_be_said(item):
    example, gives = SAID[item]
    assert run(example) == gives


@pytest.mark.parametrize("period", ["quarter", "day"])
def test_what_has_no_day_is_of_no_period_however_long_ago_that_is(period):
    records = [rec("a", V, held_on=day) for day in ("", "1969-12-31", "1969-12-31", "")]
    component = {"kind": "records", "records": {"types": [V]}, "groups": [{"same": [period]}], "dated": "held_on", "take": "count", "each": 1}  # fmt: skip
    assert run({"component": component, "records": records}) == {"a": 3}
