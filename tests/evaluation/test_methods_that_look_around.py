"""Methods of supervisors in which one act is weighed by others around it, or by its place among them.

Named are the rules whose figures the tests have; where a test says that figures are its own, it shows the shape of a method.
"""

from decimal import Decimal

import pytest

from tests.evaluation.test_methods_of_other_makes import formula, of
from tests.evaluation.test_more_published_methods import graded, months_before, steps, when
from tests.evaluation.test_scheme_language import TODAY, run


def acts(*rows, **common) -> list[dict]:
    """Records of one entity, each as its type, its day and what else it says."""
    return [{"entity": "a", "type": kind, "decided": day} | common | more for kind, day, more in rows]


#: The shape of a mine's penalty points: by how many violations there were for each day of inspection in the fifteen months
#: before the act, and how many of the same standard; the figures are this test's own.
HISTORY = {
    "divide": [
        {"before": {"types": ["violation"]}, "within": 15},
        {"before": {"types": ["inspection"]}, "within": 15, "sum": {"field": "days"}},
    ],
    "places": 3,
}
REPEATED = {"before": {"types": ["violation"]}, "within": 15, "same": ["standard"]}
MINE = {
    "component": of(
        "violation",
        {"add": [steps(HISTORY, ("0.3", 0), ("0.5", 2), (1, 5), beyond=10), steps(REPEATED, (0, 0), (1, 3), beyond=8)]},
        skip_unknown=True,
    )
}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "points"),
    [
        # Without a day of inspection there is nothing to divide by: the act is left out.
        ([("violation", "2026-05-01", {"standard": "s1"})], 0),
        ([("inspection", "2026-04-01", {"days": 4}), ("violation", "2026-05-01", {"standard": "s1"})], 0),
        # Half a violation a day before the second: 2, and once the same: 3.
        (
            [("inspection", "2026-04-01", {"days": 2}), ("violation", "2026-05-01", {"standard": "s1"}),
             ("violation", "2026-06-01", {"standard": "s1"})],
            5,
        ),
        # Fifteen months later the first is history no more, but then neither is the inspection before it.
        (
            [("violation", "2024-05-01", {"standard": "s1"}), ("inspection", "2025-08-01", {"days": 1}),
             ("violation", "2025-08-01", {"standard": "s1"})],
            0,
        ),
        (
            [("inspection", "2026-01-01", {"days": 1}), *(("violation", f"2026-0{month}-01", {"standard": "s1"}) for month in (2, 3, 4))],
            0 + (5 + 3) + (10 + 8),
        ),
    ],
)  # fmt: skip
def test_the_history_before_each_violation_gives_its_points(rows, points):
    assert run(MINE | {"records": acts(*rows, standard="", days="")}) == {"a": points}


def test_points_are_doubled_and_trebled_for_the_same_offence_and_struck_at_fifteen():
    """Demerit points of a food licence in the shape of Hong Kong's: doubled and trebled for the same offence within twelve
    months, fifteen within twelve months suspend; the points of the offences are this test's own."""
    reached = when({"event": "recent"}, {"at_least": 15})
    chain = {
        "start": 0,
        "recent": {"over": 12},
        "struck": reached,
        "becomes": {"case": [{"when": reached, "gives": {"add": [{"event": "balance"}, 1]}}], "otherwise": {"event": "balance"}},
    }  # fmt: skip
    component = of(
        "violation", {"field": "points"}, take="running", running=chain,
        repeat={"same": ["offence"], "factors": [1, 2, 3], "within": 12},
    )  # fmt: skip

    def suspensions(*rows) -> Decimal:
        records = acts(
            *(
                ("violation", months_before(ago), {"offence": what, "points": points})
                for ago, what, points in rows
            )
        )
        return run({"component": component, "records": records})["a"]  # fmt: skip

    assert suspensions((11, "x", 5), (10, "y", 5)) == 0
    assert suspensions((11, "x", 5), (10, "x", 5)) == 1
    assert suspensions((30, "x", 5), (10, "x", 5), (9, "y", 5)) == 0
    assert suspensions((11, "x", 5), (10, "x", 5), (9, "x", 5)) == 2


def test_the_gravest_counts_whole_and_half_of_each_other_is_added_up_to_a_limit():
    """Several grounds at once, as orders of the food trade put them together: the gravest, and half of each other, at most
    twice the gravest."""
    gravest = of("violation", {"field": "days"}, code="gravest", take="largest", weight="0", if_unknown=0)
    together = of("violation", {"field": "days"}, code="together", weight="0")
    half = {"multiply": ["0.5", {"subtract": [{"value": "together"}, {"value": "gravest"}]}]}
    limit = {"multiply": [2, {"value": "gravest"}]}
    whole = formula({"smallest": [{"add": [{"value": "gravest"}, half]}, limit]})
    rows = acts(*(("violation", "2026-01-01", {"days": days}) for days in (15, 7, 30)))
    assert run({"components": [gravest, together, whole], "records": rows}) == {"a": 41}
    rows = acts(*(("violation", "2026-01-01", {"days": 10}) for _ in range(9)))
    assert run({"components": [gravest, together, whole], "records": rows}) == {"a": 20}


@pytest.mark.parametrize(
    ("months", "grade"),
    [
        ([], "in compliance"),
        ([(1, "1.39")], "in compliance"),
        ([(1, "1.4"), (3, "1.4")], "significant"),
        ([(1, "1.4"), (7, "1.4")], "in compliance"),
        ([(1, "1.01"), (2, "1.01"), (3, "1.01")], "in compliance"),
        ([(1, "1.01"), (2, "1.01"), (3, "1.01"), (6, "1.01")], "significant"),
        # Two reports of one month are one month.
        ([(1, "1.4"), (1, "1.5")], "in compliance"),
    ],
)
def test_discharges_are_significant_by_how_far_and_how_often_in_six_months(months, grade):
    """40 CFR 123.45, appendix A: of one outfall and pollutant of group I, 1.4 times the limit in two of six months, or any
    excess in four of six."""

    def in_six_months(code: str, bound: dict) -> dict:
        ago = {"elapsed": ["decided", "as-of"], "unit": "calendar-months"}
        rate = {"divide": [{"field": "found"}, {"field": "limit"}], "places": 6}
        match = {
            "types": ["inspection"],
            "where": [when(ago, {"at_least": 1, "at_most": 6}), when(rate, bound)],
        }
        return {
            "kind": "records",
            "code": code,
            "records": match,
            "groups": [{"same": ["month"]}],
            "take": "count",
        }

    significant = {
        "any": [when({"value": "far"}, {"at_least": 2}), when({"value": "often"}, {"at_least": 4})]
    }
    example = {
        "components": [
            {"kind": "parts", "code": "outfalls", "same": ["outfall", "pollutant"], "take": "count", "where": [significant], "gives": 1,
             "components": [in_six_months("far", {"at_least": "1.4"}), in_six_months("often", {"more_than": 1})]},
        ],
        "scale": [{"letter": "in compliance", "at_most": 0}, {"letter": "significant"}],
        "records": acts(
            # The same number of another pollutant is no part of it.
            ("inspection", months_before(1), {"pollutant": "zinc", "found": 30}),
            *(("inspection", months_before(ago), {"pollutant": "lead", "found": Decimal(rate) * 20}) for ago, rate in months),
            outfall="1", limit=20,
        ),
    }  # fmt: skip
    assert graded(example) == grade


# ISO 2859-1, 9.3: from normal to tightened inspection when two of five or fewer lots in a row are not accepted; back to
# normal when five in a row are; discontinued when five on tightened inspection were not accepted.
BALANCE, MISSED = {"event": "balance"}, {"event": "points"}
IS_MISSED = when(MISSED, {"at_least": 1})
LAST = [f"lot{n}" for n in range(1, 5)]
TWO_OF_FIVE = when({"add": [MISSED, *({"event": name} for name in LAST)]}, {"at_least": 2})
FIVE_GOOD = {"all": [when(MISSED, {"equals": 0}), when({"event": "good"}, {"at_least": 4})]}
FIFTH_MISSED = {"all": [IS_MISSED, when({"event": "missed"}, {"at_least": 4})]}
NORMAL, TIGHTENED, DISCONTINUED = range(3)


def on(state: int) -> dict:
    return when(BALANCE, {"equals": state})


def carried(name: str, *cases, otherwise=0) -> dict:
    return {"name": name, "becomes": {"case": list(cases), "otherwise": otherwise}}


SWITCHING = {
    "start": NORMAL,
    "becomes": {"case": [
        {"when": {"all": [on(NORMAL), TWO_OF_FIVE]}, "gives": TIGHTENED},
        {"when": {"all": [on(TIGHTENED), FIFTH_MISSED]}, "gives": DISCONTINUED},
        {"when": {"all": [on(TIGHTENED), FIVE_GOOD]}, "gives": NORMAL}],
        "otherwise": BALANCE},
    "also": [
        # The last four lots, which begin anew where the state changes.
        *(carried(name, {"when": {"all": [on(NORMAL), {"not": TWO_OF_FIVE}]}, "gives": before})
          for name, before in zip(LAST, [MISSED, *({"event": name} for name in LAST[:-1])], strict=True)),
        carried("good", {"when": {"all": [on(TIGHTENED), when(MISSED, {"equals": 0})]}, "gives": {"add": [{"event": "good"}, 1]}}),
        carried("missed", {"when": on(TIGHTENED), "gives": {"add": [{"event": "missed"}, MISSED]}}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("lots", "state"),
    [
        ("", NORMAL),
        ("x....x", NORMAL),
        ("x...x", TIGHTENED),
        ("xx", TIGHTENED),
        ("xx....", TIGHTENED),
        ("xx.....", NORMAL),
        ("xx.....x", NORMAL),
        ("xx.....xx", TIGHTENED),
        ("xxx.x.x.x", TIGHTENED),
        ("xxx.x.x.x.x", DISCONTINUED),
        ("xxxxxxx.....", DISCONTINUED),
    ],
)
def test_inspection_is_tightened_eased_and_discontinued_by_the_last_lots(lots, state):
    rows = [
        ("inspection", f"2026-01-{day:02}", {"missed": int(lot == "x")}) for day, lot in enumerate(lots, 1)
    ]
    component = of("inspection", {"field": "missed"}, take="running", running=SWITCHING)
    example = {"component": component, "records": acts(*rows) or acts(("list", f"{TODAY}", {"missed": 0}))}
    assert run(example) == {"a": state}


def test_a_place_among_all_is_a_part_of_the_normal_distribution():
    """Standing by the cumulative probability of a standard score, as tables of universities publish it."""
    score = {
        "kind": "peers",
        "code": "score",
        "of": {"fact": "x"},
        "take": "standard-score",
        "rounding": "0.0001",
        "weight": "0",
    }
    placed = formula({"function": "normal", "of": {"value": "score"}, "places": 4}, weight="100")
    entities = [{"entity": name, "x": x} for name, x in zip("abcd", (1, 2, 3, 6), strict=True)]
    found = run({"components": [score, placed], "entities": entities})
    # Mean 3, deviation √3.5.
    assert found == {"a": Decimal("14.25"), "b": Decimal("29.65"), "c": 50, "d": Decimal("94.56")}


def test_the_index_of_air_is_that_of_the_worst_pollutant_and_the_last_hours_weigh_most():
    """The index of the air by the breakpoints of 2012 for fine dust (AQI), and of the hours its NowCast: each hour weighs a power
    of the least over the greatest, at least one half."""
    limits = [
        (0, 0),
        (12, 50),
        ("12.1", 51),
        ("35.4", 100),
        ("35.5", 101),
        ("55.4", 150),
        ("55.5", 151),
        ("150.4", 200),
    ]
    hours = {"types": ["inspection"]}
    least, most = (
        of("inspection", {"field": "dust"}, code=take, take=take, weight="0")
        for take in ("smallest", "largest")
    )
    ratio = {"largest": ["0.5", {"divide": [{"value": "smallest"}, {"value": "largest"}], "places": 9}]}
    power = {"multiply": [{"field": "ago"}, {"function": "natural-logarithm", "of": ratio, "places": 9}]}
    now = {
        "kind": "records",
        "code": "now",
        "records": hours,
        "each": {"field": "dust"},
        "take": "mean",
        "weight": "0",
        "rounding": "0.1",
        "weighed_by": {"function": "exponential", "of": power, "places": 9},
    }
    index = formula({"line": {"value": "now"}, "through": limits}, rounding=1)

    def of_hours(*dust) -> Decimal:
        rows = acts(
            *(("inspection", "2026-11-22", {"dust": one, "ago": ago}) for ago, one in enumerate(dust))
        )
        return run({"components": [least, most, now, index], "records": rows})["a"]

    assert of_hours("35.9") == 102
    assert of_hours(12) == 50
    # (40 + 20/2 + 10/4) over 1.75 is 30.0.
    assert of_hours(40, 20, 10) == round(51 + Decimal("17.9") * 49 / Decimal("23.3"))
    assert of_hours(20, 20, 20) == round(51 + Decimal("7.9") * 49 / Decimal("23.3"))  # fmt: skip
