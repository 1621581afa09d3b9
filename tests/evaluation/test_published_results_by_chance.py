"""Methods of public bodies that turn on chance, on rates and on percentiles, against results that these bodies published.

Each test names the source of its figures; none is the law of this city.
"""

from decimal import Decimal

import pytest

from tests.evaluation.test_methods_of_other_makes import formula, of
from tests.evaluation.test_more_published_methods import fact, graded, of_a, when
from tests.evaluation.test_scheme_language import run

# Flags of ships


def root_of(number) -> dict:
    return {"function": "square-root", "of": number, "places": 9}


SHIPS, HELD, Z = fact("inspected"), fact("detained"), "1.645"
SPREAD = {"multiply": [Z, root_of({"multiply": [SHIPS, "0.07", "0.93"]})]}
MEAN = {"multiply": [SHIPS, "0.07"]}
#: The share p at which N·p - ½ - z·√(N·p·(1 - p)) is the number of detentions: the larger root of a square equation.
Z2 = {"multiply": [Z, Z, SHIPS]}
ABOVE = {"add": [HELD, "0.5"]}
SQUARE = {"add": [{"multiply": [SHIPS, SHIPS]}, Z2]}
LINEAR = {"add": [{"multiply": [2, SHIPS, ABOVE]}, Z2]}
INNER = {
    "subtract": [{"multiply": [LINEAR, LINEAR]}, {"multiply": [4, {"multiply": [SQUARE, ABOVE, ABOVE]}]}]
}
SHARE = {
    "divide": [{"add": [LINEAR, root_of(INNER)]}, {"multiply": [2, SQUARE]}],
    "places": 9,
}
FLAGS = {
    "components": [
        formula({"add": [MEAN, "0.5", SPREAD]}, code="black-from", weight="0"),
        formula({"subtract": [MEAN, {"add": ["0.5", SPREAD]}]}, code="white-to", weight="0"),
        formula({"divide": [{"subtract": [SHARE, "0.07"]}, "0.03"], "places": 3}, code="excess"),
    ],
    "scale": [
        {"letter": "white", "when": when({"subtract": [HELD, {"value": "white-to"}]}, {"less_than": 0})},
        {"letter": "grey", "when": when({"subtract": [HELD, {"value": "black-from"}]}, {"at_most": 0})},
        {"letter": "black"},
    ],
}
#: Flag, inspections and detentions in three years, and the list on which the Paris Memorandum had it: the first three of the
#: white list of 2020, of 2022 and of 2023, the first three of the grey list of 2020, and Panama on that of 2022.
WHITE = [
    [("Denmark", 1199, 12), ("Norway", 1559, 18), ("Marshall Islands", 4280, 65)],
    [("Denmark", 1121, 9), ("Italy", 802, 7), ("Greece", 617, 5)],
    [("Denmark", 1250, 12), ("Netherlands", 2648, 35), ("Norway", 1758, 25)],
]
GREY = [("Estonia", 71, 1), ("Saudi Arabia", 54, 1), ("Korea", 68, 2), ("Panama", 5472, 366)]


def flags(several) -> list[dict]:
    return [
        {"entity": name, "inspected": inspected, "detained": detained}
        for name, inspected, detained in several
    ]


@pytest.mark.parametrize(("several", "colour"), [*((one, "white") for one in WHITE), (GREY, "grey")])
def test_flags_are_on_the_lists_on_which_the_paris_memorandum_had_them(several, colour):
    assert set(run(FLAGS | {"entities": flags(several)}).values()) == {colour}


@pytest.mark.parametrize("several", WHITE)
def test_the_white_list_is_in_the_order_of_the_excess_factor(several):
    found = run({"components": FLAGS["components"], "entities": flags(several)})
    assert sorted(found, key=lambda name: found[name]) == [name for name, _ships, _held in several]


# Salmonella: 9 CFR 310.25(b) and 381.94(b), Table 2, and the categories of the Food Safety and Inspection Service


@pytest.mark.parametrize(
    ("product", "standard", "samples", "most"),
    [
        ("steers and heifers", "0.01", 82, 1),
        ("cows and bulls", "0.027", 58, 2),
        ("ground beef", "0.075", 53, 5),
        ("hogs", "0.087", 55, 6),
        ("broilers", "0.2", 51, 12),
        ("ground chicken", "0.446", 53, 26),
        ("ground turkey", "0.499", 53, 29),
    ],
)
def test_a_plant_at_the_standard_passes_four_sets_of_five(product, standard, samples, most):
    """The most positives that are allowed are, of all numbers, the one that a plant at the standard meets most nearly with a
    chance of 80 %."""
    chances = {
        number: run(
            {"component": formula({"chance": "binomial", "of": samples, "each": standard, "at_most": number}), "entities": of_a()}
        )["a"]
        for number in (most - 1, most, most + 1)
    }  # fmt: skip
    assert min(chances, key=lambda number: abs(chances[number] - Decimal("0.8"))) == most, product


#: Broilers: at most 12 of 51 positives pass, at most 6 are half of that.
SETS = [
    of("inspection", {"field": "positives"}, take="latest", code="last", weight="0"),
    of("inspection", {"field": "positives"}, by_recency=["0", "1"], enough=2, code="before", weight="0"),
]
LAST, BEFORE = {"value": "last"}, {"value": "before"}
CATEGORY = {
    "components": SETS,
    "scale": [
        {"letter": "1", "when": {"all": [when(LAST, {"at_most": 6}), when(BEFORE, {"at_most": 6})]}},
        {"letter": "2T", "when": {"all": [when(LAST, {"at_most": 6}), when(BEFORE, {"at_most": 12})]}},
        {"letter": "2", "when": {"all": [when(LAST, {"at_most": 12})]}},
        {"letter": "3"},
    ],
}


@pytest.mark.parametrize(
    ("sets", "category"),
    [((13, 6, 6), "1"), ((12, 6), "2T"), ((7, 6), "2T"), ((6, 7), "2"), ((5, 12), "2"), ((5, 13), "3")],
)
def test_a_broiler_plant_is_in_the_category_of_its_last_two_sets(sets, category):
    rows = [
        {"type": "inspection", "decided": f"2026-0{n}-01", "positives": number}
        for n, number in enumerate(sets, 1)
    ]
    assert graded(CATEGORY | {"records": rows}) == category


# Rates of infections and deaths


def test_as_many_deaths_as_four_where_3_3_are_expected_come_with_a_mid_p_of_0_6571():
    """The example of OpenEpi's module for the standardised mortality ratio: 1.212, two-sided mid-P 0.6571. The National
    Healthcare Safety Network judges a hospital's ratio of infections by the same exact mid-P."""
    seen, expected = fact("seen"), fact("expected")
    as_few = {"chance": "poisson", "at_most": seen, "expected": expected, "half_of_last": True, "places": 9}
    twice = {"multiply": [2, {"smallest": [as_few, {"subtract": [1, as_few]}]}]}
    example = {
        "components": [
            formula({"round": twice, "to": "0.0001"}),
            formula({"divide": [seen, expected], "places": 3}, weight="1000"),
        ],
        "entities": of_a(seen=4, expected="3.3"),
    }
    assert run(example)["a"] == Decimal("1212.6571")


# Injuries


HOURS = of("inspection", {"field": "hours"}, code="hours", weight="0")


def rate_of(*columns: str) -> list[dict]:
    """Cases of these columns of the log for 200,000 hours worked, over all years that count."""
    cases = of("inspection", {"add": [{"field": name} for name in columns]}, code="cases", weight="0")
    above = {"multiply": [{"value": "cases"}, 200_000]}
    return [HOURS, cases, formula({"divide": [above, {"value": "hours"}], "places": 1})]


#: Year, hours, and the cases in columns H, I and J of the log: COMAR 09.12.24.09.
LOG = [(2005, 10_000, 0, 1, 0), (2004, 14_000, 0, 0, 0), (2003, 12_000, 0, 0, 1)]


def logged(log) -> list[dict]:
    return [
        {"type": "inspection", "decided": f"{year}-12-31", "hours": hours, "h": h, "i": i, "j": j}
        for year, hours, h, i, j in log
    ]


@pytest.mark.parametrize(
    ("log", "columns", "rate"),
    [
        (LOG[:1], "hi", "20.0"),
        (LOG[:1], "hij", "20.0"),
        (LOG, "hi", "5.6"),
        ([(2005, 645_089, 22, 0, 0)], "hi", "6.8"),
    ],
)
def test_rates_of_injuries_are_those_of_the_examples_of_maryland_and_osha(log, columns, rate):
    assert run({"components": rate_of(*columns), "records": logged(log)})["a"] == Decimal(rate)


# Operators of lorries in Great Britain


def test_an_operator_has_58_33_points_by_two_kinds_of_event():
    """The example of the Driver and Vehicle Standards Agency: 200 points from 4 events and 150 from 2."""
    events = [("vehicle", 50)] * 4 + [("traffic", 75)] * 2
    rows = [{"type": "inspection", "kind": kind, "points": points} for kind, points in events]
    assert run(
        {
            "component": of("inspection", {"field": "points"}, take="mean", rounding="0.01"),
            "records": rows,
        }
    ) == {"a": Decimal("58.33")}


def test_points_of_an_operator_fall_by_a_quarter_after_a_year_and_to_half_in_the_third():
    weights = [{"below": 12, "weight": "1"}, {"below": 24, "weight": "3/4"}, {"below": 36, "weight": "1/2"}, {"weight": "0"}]  # fmt: skip
    rows = [
        {"entity": name, "type": "inspection", "decided": day, "points": 100}
        for name, day in (("a", "2026-01-01"), ("b", "2025-01-01"), ("c", "2024-01-01"), ("d", "2023-01-01"))
    ]
    component = of("inspection", {"field": "points"}, age={"bands": weights})
    assert run({"component": component, "records": rows}) == {"a": 100, "b": 75, "c": 50, "d": 0}


# Lead in water: 40 CFR 141.80(c)(3)


@pytest.mark.parametrize(("number", "wanted"), [(60, "54"), (5, "4.5"), (10, "9"), (20, "18")])
def test_the_ninetieth_percentile_of_lead_is_the_54th_of_60_samples_and_between_the_4th_and_5th_of_5(
    number, wanted
):
    """Numbered upwards, the sample of the number times 0.9; of five samples the mean of the two highest."""
    rows = [{"type": "inspection", "lead": n} for n in range(number, 0, -1)]
    component = of(
        "inspection", {"field": "lead"}, take="quantile", quantile="9/10", between="line-by-n", rounding="0.1"
    )
    assert run({"component": component, "records": rows})["a"] == Decimal(wanted)


# Environmental credit of enterprises, 企业环境信用评价办法（试行）, 环发〔2013〕150号, as Guangzhou published its grades for 2015

ENVIRONMENT = {
    "components": [formula(fact("score"))],
    "scale": [
        {"letter": "green", "from": 100, "when": when(fact("green_marks"), {"at_least": 2})},
        {"letter": "blue", "from": 80},
        {"letter": "yellow", "from": 60},
        {"letter": "red"},
    ],
    "rules": [
        {"when": {"records": {"types": ["list"], "values": {"event": ["general"]}}}, "then": {"worse_by": 1}},
        {
            "when": {"records": {"types": ["list"], "values": {"event": ["larger", "crime", "unlicensed"]}}},
            "then": {"grade": "red"},
            "final": True,
        },
    ],
}


@pytest.mark.parametrize(
    ("score", "marks", "event", "grade"),
    [
        (100, 2, "", "green"),
        (100, 1, "", "blue"),
        (80, 9, "", "blue"),
        (79, 2, "", "yellow"),
        (60, 0, "", "yellow"),
        (59, 0, "", "red"),
        (100, 2, "general", "blue"),
        (100, 2, "crime", "red"),
    ],
)
def test_an_enterprise_gets_the_colour_of_its_points_one_less_after_an_accident_and_red_by_veto(
    score, marks, event, grade
):
    rows = [{"type": "list" if event else "inspection", "event": event}]
    example = ENVIRONMENT | {"records": rows, "entities": of_a(score=score, green_marks=marks)}
    assert graded(example) == grade
