"""Rating methods of very different make, each said in the language, with results worked out by hand from its formula.

Named are those whose formula stands in the test; they are proofs of what can be said, not sources of law.
"""

from decimal import Decimal

import pytest

from tests.evaluation.test_scheme_language import run

BALANCE, POINTS, RECORDS, QUIET = ({"event": name} for name in ("balance", "points", "records", "quiet"))


def of(kinds, each=1, **more) -> dict:
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return {"kind": "records", "records": {"types": kinds}, "each": each, **more}


def formula(node, **more) -> dict:
    return {"kind": "formula", "formula": node, **more}


def is_no(number) -> dict:
    return {"test": number, "equals": 0}


# Ladders and coefficients


def cut(number) -> dict:
    """To hundredths, the rest cut off."""
    return {"round": number, "to": "0.01", "mode": "down"}


#: A motor insurance coefficient: 1 at first; × 0.95 for a year without a claim and × 1.25 for each claim (× 1.125 where
#: half at fault), cut to hundredths each time, from 0.50 to 3.50; at most 1 after two years without; and the first claim
#: costs nothing after three whole years at 0.50.
LOWER, RAISE = (cut({"multiply": [BALANCE, factor]}) for factor in ("0.95", "1.25"))
HALF = {"event": {"types": ["penalty"], "values": {"fault": ["half"]}}}
COEFFICIENT = of(
    "penalty",
    take="running", rounding="0.01", floor="0.5", ceiling="3.5",
    running={
        "start": 1,
        "since": "entity.insured_on",
        "also": [{"name": "calm", "becomes": {"case": [
            {"when": {"all": [is_no(RECORDS), {"test": BALANCE, "at_most": "0.5"}]}, "gives": {"add": [{"event": "calm"}, 1]}}],
            "otherwise": 0}}],
        "becomes": {"case": [
            {"when": {"test": QUIET, "at_least": 2}, "gives": {"smallest": [1, LOWER]}},
            {"when": is_no(RECORDS), "gives": LOWER},
            {"when": {"all": [{"test": RECORDS, "equals": 1}, {"test": {"event": "calm"}, "at_least": 3}]}, "gives": BALANCE},
            {"when": {"all": [{"test": RECORDS, "equals": 1}, {"test": HALF, "equals": 1}]}, "gives": cut({"multiply": [BALANCE, "1.125"]})},
            {"when": {"test": RECORDS, "equals": 2}, "gives": cut({"multiply": [RAISE, "1.25"]})},
            {"when": {"test": RECORDS, "equals": 3}, "gives": cut({"multiply": [cut({"multiply": [RAISE, "1.25"]}), "1.25"]})}],
            "otherwise": RAISE},
    },
)  # fmt: skip


def coefficient(years: int, claims: dict[int, int | str]) -> Decimal:
    """After so many years; claims by the year of the contract, from 0."""
    begun = 2026 - years
    rows = [
        {
            "type": "penalty",
            "decided": f"{begun + year + 1}-03-01",
            "fault": "half" if number == "half" else "whole",
        }
        for year, number in claims.items()
        for _claim in range(1 if number == "half" else number)
    ]
    entities = [{"entity": "a", "insured_on": f"{begun}-10-01"}]
    return run({"component": COEFFICIENT, "records": rows, "entities": entities})["a"]


def test_a_coefficient_without_claims_falls_in_thirteen_years_to_the_half():
    series = [
        "1",
        "0.95",
        "0.90",
        "0.85",
        "0.80",
        "0.76",
        "0.72",
        "0.68",
        "0.64",
        "0.60",
        "0.57",
        "0.54",
        "0.51",
        "0.50",
        "0.50",
    ]
    assert [coefficient(years, {}) for years in range(15)] == [Decimal(one) for one in series]


@pytest.mark.parametrize(
    ("years", "claims", "comes_to"),
    [
        (1, {0: 1}, "1.25"),
        (1, {0: 2}, "1.56"),
        (1, {0: "half"}, "1.12"),
        (3, {0: 3, 1: 3}, "3.32"),
        (2, {0: 3, 1: 3}, "3.5"),
        (4, {0: 3, 1: 3}, "1"),
        (14, {13: 1}, "0.62"),
        (17, {16: 1}, "0.5"),
        (18, {16: 1, 17: 1}, "0.62"),
        (17, {16: 2}, "0.77"),
    ],
)
def test_a_coefficient_goes_up_with_claims_and_comes_back(years, claims, comes_to):
    assert coefficient(years, claims) == Decimal(comes_to)


#: A ladder of 23 steps: 11 at first, 14 in business; one down for each year and five up for each claim in it; after
#: four years without a claim in a row no higher than 14.
LADDER = of(
    "penalty",
    take="running", floor=0, ceiling=22,
    running={
        "start": {"by": "entity.used_for", "gives": {"business": 14}, "otherwise": 11},
        "since": "entity.insured_on",
        "becomes": {"case": [{"when": {"test": QUIET, "at_least": 4}, "gives": {"smallest": [14, {"subtract": [BALANCE, 1]}]}}],
                    "otherwise": {"add": [BALANCE, -1, {"multiply": [5, RECORDS]}]}},
    },
)  # fmt: skip


@pytest.mark.parametrize(
    ("years", "claims", "used_for", "step"),
    [
        (0, [], "private", 11),
        (0, [], "business", 14),
        (1, [0], "private", 15),
        (1, [0, 0], "private", 20),
        (1, [0, 0, 0], "private", 22),
        (11, [], "private", 0),
        (12, [], "private", 0),
        (4, [0, 0, 0], "private", 19),
        (5, [0, 0, 0], "private", 14),
    ],
)
def test_a_ladder_goes_down_by_years_and_up_by_claims(years, claims, used_for, step):
    begun = 2026 - years
    rows = [{"type": "penalty", "decided": f"{begun + year + 1}-03-01"} for year in claims]
    entities = [{"entity": "a", "insured_on": f"{begun}-10-01", "used_for": used_for}]
    assert run({"component": LADDER, "records": rows, "entities": entities}) == {"a": step}


def test_a_table_of_moves_from_class_to_class_by_number_of_claims():
    """Nobody comes from one class to another but as the table says: from 3 by one claim to 1, from 10 to 4."""
    moves = {
        0: {"add": [BALANCE, 1]},
        1: {
            "steps": BALANCE,
            "table": [{"at_most": 3, "gives": 1}, {"at_most": 10, "gives": 4}, {"gives": 8}],
        },
    }
    ladder = of(
        "penalty", take="running", floor=0, ceiling=35,
        running={"start": 2, "since": "2020-01-01", "becomes": {"case": [
            {"when": {"test": RECORDS, "equals": number}, "gives": gives} for number, gives in moves.items()], "otherwise": 0}},
    )  # fmt: skip
    rows = [{"entity": "a", "type": "penalty", "decided": "2021-05-01"}]
    rows += [{"entity": "b", "type": "penalty", "decided": f"2025-0{month}-01"} for month in (1, 2)]
    # a: 3, then 1, then 5 by the end of 2025; b: 7 by the end of 2024, then two claims.
    assert run({"component": ladder, "records": rows}) == {"a": 5, "b": 0}


def test_points_are_struck_when_two_years_pass_without_a_new_one():
    """A new offence in the meantime keeps the old ones."""
    register = of(
        "penalty", {"field": "amount"}, take="running",
        running={"start": 0, "unit": "months", "up_to_now": True, "becomes": {"case": [
            {"when": {"test": QUIET, "at_least": 24}, "gives": POINTS}], "otherwise": {"add": [BALANCE, POINTS]}}},
    )  # fmt: skip
    rows = {
        "a": [("2023-01-01", 3), ("2024-12-31", 2)],
        "b": [("2023-01-01", 3), ("2025-01-01", 2)],
        "c": [("2020-01-01", 6), ("2021-06-01", 1)],
    }
    records = [
        {"entity": name, "type": "penalty", "decided": day, "amount": points}
        for name, several in rows.items()
        for day, points in several
    ]
    assert run({"component": register, "records": records}) == {"a": 5, "b": 2, "c": 0}


def test_a_licence_has_twelve_points_in_each_cycle_of_twelve_months():
    """Cycles begin on the day of the licence; what was taken in the last one does not carry over."""
    licence = of(
        "penalty", {"field": "amount"}, take="running", floor=0,
        running={"start": 12, "since": "entity.licensed_on", "up_to_now": True, "becomes": {"subtract": [12, POINTS]}},
    )  # fmt: skip
    rows = [
        {"type": "penalty", "decided": day, "amount": points}
        for day, points in (("2026-02-09", 9), ("2026-02-10", 3), ("2026-11-01", 3))
    ]
    entities = [{"entity": "a", "licensed_on": "2020-02-10"}]
    assert run({"component": licence, "records": rows, "entities": entities}) == {"a": 6}


def test_a_rating_moves_by_result_less_what_was_expected():
    """20 · (result - 1 / (1 + 10^((other - own) / 400))), to whole points each time."""
    apart = {"divide": [{"subtract": [{"field": "other"}, BALANCE]}, 400], "places": 6}
    power = {"function": "exponential", "of": {"multiply": [apart, "2.302585"]}, "places": 9}
    expected = {"divide": [1, {"add": [1, power]}], "places": 6}
    moved = {"add": [BALANCE, {"multiply": [20, {"subtract": [POINTS, expected]}]}]}
    rating = of(
        "inspection",
        {"field": "score"},
        take="running",
        running={"start": 1500, "becomes": {"round": moved, "to": 1}},
    )
    rows = [
        {"type": "inspection", "decided": day, "score": score, "other": other}
        for day, score, other in (
            ("2026-01-01", 1, 1500),
            ("2026-02-01", 1, 1910),
            ("2026-03-01", "0.5", 1528),
        )
    ]
    # Equals: + 10. Against 400 more 1/11 is expected: + 18.18. Against an equal half is expected: 0.
    assert run({"component": rating, "records": rows}) == {"a": 1528}


def test_an_index_is_linked_by_the_product_of_its_factors():
    index = of("tax", {"field": "factor"}, take="running", rounding="0.000001",
               running={"start": 100, "becomes": {"multiply": [BALANCE, POINTS]}})  # fmt: skip
    rows = [
        {"type": "tax", "decided": f"{year}-01-01", "factor": factor}
        for year, factor in ((2023, "1.02"), (2024, "0.98"), (2025, "1.5"))
    ]
    assert run({"component": index, "records": rows}) == {"a": Decimal("149.94")}


def test_the_longest_streak_and_the_longest_gap_are_chains():
    good = {
        "case": [{"when": {"test": POINTS, "equals": 1}, "gives": {"add": [{"event": "run"}, 1]}}],
        "otherwise": 0,
    }
    streak = of(
        "tax", {"by": "grade", "gives": {"A": 1}}, take="running",
        running={"start": 0, "also": [{"name": "run", "becomes": good}], "becomes": {"largest": [BALANCE, good]}},
    )  # fmt: skip
    gap = of("tax", 0, take="running", weight="100",
             running={"start": 0, "becomes": {"largest": [BALANCE, QUIET]}, "up_to_now": True})  # fmt: skip
    grades = {2016: "A", 2017: "A", 2018: "A", 2019: "B", 2022: "A", 2023: "A", 2026: "C"}
    rows = [{"type": "tax", "decided": f"{year}-05-01", "grade": grade} for year, grade in grades.items()]
    assert run({"components": [streak, gap], "records": rows}) == {"a": 3603}


# Events, visits, branches


#: Transport undertakings: minor 1, serious 10, very serious 30, most serious 90 points over the vehicles of the check;
#: their mean over all checks of two years, the clean ones among them; × 0.9 where the whole fleet has the smart device.
CHECKS = {
    "components": [
        {
            **of(["violation", "inspection"], {"by": "gravity", "gives": {"MI": 1, "SI": 10, "VSI": 30, "MSI": 90}},
                 groups=[{"same": ["check"], "gives": {"divide": [POINTS, {"event": {"types": ["inspection"]}, "sum": {"field": "vehicles"}}]}}]),
            "take": "mean", "rounding": "0.01", "code": "checks", "weight": "0",
            "records": {"types": ["violation", "inspection"],
                        "where": [{"test": {"elapsed": ["decided", "as-of"], "unit": "months"}, "less_than": 24}]},
        },
        formula({"multiply": [{"value": "checks"}, {"by": "entity.smart", "gives": {"all": "0.9"}, "otherwise": 1}]}, rounding=1),
    ],
    "scale": [{"letter": "green", "at_most": 100}, {"letter": "amber", "at_most": 200}, {"letter": "red"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("checks", "smart", "band"),
    [
        ({"c1": (1, ["MSI", "SI"])}, "", "green"),
        ({"c1": (1, ["MSI", "SI", "MI"])}, "", "amber"),
        ({"c1": (1, ["MSI", "SI", "MI"])}, "all", "green"),
        ({"c1": (2, ["MSI", "MSI", "VSI"]), "c2": (1, [])}, "", "green"),
        ({"c1": (1, ["MSI"] * 3), "c2": (1, ["MSI", "VSI", "SI", "MI"])}, "", "red"),
        ({"c1": (1, ["MSI"] * 4), "c2": (3, [])}, "all", "amber"),
        ({}, "", ""),
    ],
)
def test_transport_checks_over_the_vehicles_of_each(checks, smart, band):
    rows = [
        {"entity": "a", "type": kind, "check": name, "gravity": gravity, "vehicles": vehicles}
        for name, (number, infringements) in checks.items()
        for kind, gravity, vehicles in [
            ("inspection", "", number),
            *(("violation", one, "") for one in infringements),
        ]
    ]
    # The undertaking stands among others; one without any check has no band.
    other = {"entity": "z", "type": "inspection", "check": "z", "gravity": "", "vehicles": 1}
    entities = [{"entity": "a", "smart": smart}, {"entity": "z", "smart": ""}]
    assert run({**CHECKS, "records": [*rows, other], "entities": entities})["a"] == band


#: Stars of homes: points of the deficiencies of a survey and a part of them more for every revisit after the first;
#: the last three surveys weigh 1/2, 1/3, 1/6; the best tenth of a state has five stars, the worst fifth one, and the
#: rest two, three or four in thirds; staffing of five stars gives one more, of one star takes one.
MORE = {"steps": {"event": {"types": ["inspection"]}}, "table": [
    {"at_most": 1, "gives": 1}, {"at_most": 2, "gives": "1.5"}, {"at_most": 3, "gives": "1.7"}, {"gives": "1.85"}]}  # fmt: skip
STARS = {
    "components": [
        of(["violation", "inspection"], {"by": "type", "gives": {"violation": 1}}, code="surveys", weight="0", rounding="0.001")
        | {"each": {"case": [{"when": {"record": {"types": ["violation"]}}, "gives": {"field": "points"}}], "otherwise": 0},
           "groups": [{"same": ["survey"], "gives": {"multiply": [POINTS, MORE]}}],
           "take": "mean", "by_recency": ["1/2", "1/3", "1/6"]},
        {"kind": "peers", "code": "standing", "of": {"value": "surveys"}, "among": [["state"]], "scale": "rank/n", "ties": "highest", "weight": "0"},
        formula({"steps": {"value": "standing"}, "table": [{"at_most": 10, "gives": 5}, {"at_most": "33.33", "gives": 4},
                 {"at_most": "56.67", "gives": 3}, {"at_most": 80, "gives": 2}, {"gives": 1}]}, code="health", weight="0"),
        formula({"add": [{"value": "health"}, {"steps": {"fact": "staffing"}, "table": [
            {"at_most": 1, "gives": -1}, {"less_than": 5, "gives": 0}, {"gives": 1}]}]}, floor=1, ceiling=5, code="overall"),
    ],
}  # fmt: skip


def test_stars_by_surveys_revisits_and_the_standing_in_the_state():
    rows, entities = [], []
    for number in range(10):
        name = "abcdefghij"[number]
        entities.append({"entity": name, "state": "S", "staffing": {"a": 1, "b": 5, "j": 5}.get(name, 3)})
        for year in (2024, 2025, 2026):
            survey = {"entity": name, "survey": f"{name}{year}", "decided": f"{year}-05-01"}
            rows.append(survey | {"type": "violation", "points": number * 10})
            # Home c needed three revisits in 2026: 20 points become 34, so that its mean is 27.
            rows += [survey | {"type": "inspection", "points": ""}] * (
                3 if (name, year) == ("c", 2026) else 1
            )
    points = run({**STARS, "records": rows, "entities": entities})
    assert [points[name] for name in "abcdefghij"] == [4, 5, 4, 3, 3, 2, 2, 2, 1, 2]


def test_revisits_add_their_part_to_a_survey():
    of_surveys = {"components": [STARS["components"][0] | {"weight": "1"}]}
    rows = [{"type": "violation", "survey": "s1", "points": 20}] + [
        {"type": "inspection", "survey": "s1", "points": ""}
    ] * 2
    rows += [{"type": "violation", "survey": "s2", "points": 60, "decided": "2025-01-01"}]
    # (20 · 1.5 / 2 + 60 / 3) over 5/6.
    assert run({**of_surveys, "records": rows}) == {"a": 42}


def test_branches_have_scores_of_their_own_and_weigh_by_their_size():
    """From 100 in each branch, never below 0; the whole is the mean by floor space, and no better than the worst allows."""
    branch = {"same": ["branch"], "start": 100, "floor": 0}
    example = {
        "components": [
            of(["violation", "inspection"], {"field": "points"}, groups=[branch], take="mean", weighed_by={"field": "space"}, rounding="0.01"),
            of(["violation", "inspection"], {"field": "points"}, groups=[branch], take="smallest", code="worst", weight="0"),
        ],
        "scale": [{"letter": "A", "from": 90}, {"letter": "B", "from": 70}, {"letter": "C"}],
        "rules": [{"when": {"test": {"value": "worst"}, "less_than": 60}, "then": {"ceiling": "B"}}],
        "records": [
            {"entity": name, "type": kind, "decided": f"2026-0{month}-01", "branch": branch, "points": points, "space": space}
            for name, kind, month, branch, points, space in (
                ("a", "inspection", 5, "x", 0, 900), ("a", "violation", 4, "y", -50, 100), ("a", "inspection", 5, "y", 0, 100),
                ("b", "inspection", 5, "x", 0, 500), ("b", "violation", 4, "y", -30, 100), ("b", "inspection", 5, "y", 0, 100),
                ("c", "violation", 5, "x", -50, 900), ("c", "inspection", 5, "y", 0, 100),
            )
        ],
    }  # fmt: skip
    # a: (90000 + 5000) / 1000 = 95, held by its branch of 50; b: 95; c: (45000 + 10000) / 1000 = 55.
    assert run(example) == {"a": "B", "b": "A", "c": "C"}


@pytest.mark.parametrize(
    ("found", "notice"),
    [
        ((), "pass"),
        (("minor", "minor"), "pass"),
        (("minor", "serious"), "conditional"),
        (("crucial", "minor"), "closed"),
    ],
)
def test_a_notice_by_the_gravest_infraction_of_the_last_visit(found, notice):
    worst = of(["inspection", "violation"], {"by": "gravity", "gives": {"minor": 1, "serious": 2, "crucial": 3}},
               groups=[{"same": ["visit"], "take": "largest"}], take="latest")  # fmt: skip
    rows = [{"type": "violation", "decided": "2025-01-01", "visit": "v0", "gravity": "crucial"}]
    rows += [{"type": "inspection", "visit": "v1", "gravity": ""}]
    rows += [{"type": "violation", "visit": "v1", "gravity": one} for one in found]
    scale = [{"letter": "pass", "at_most": 1}, {"letter": "conditional", "at_most": 2}, {"letter": "closed"}]
    assert run({"component": worst, "scale": scale, "records": rows}) == {"a": notice}


def test_three_within_any_two_years_are_remembered():
    """Also where the two years lie far back."""
    most = of("penalty", take="largest", rolling={"over": 24}, if_unknown=0)
    days = {
        "a": ["2015-01-01", "2015-06-01", "2016-12-31"],
        "b": ["2015-01-01", "2015-06-01", "2017-01-01"],
        "c": [],
    }
    rows = [
        {"entity": name, "type": "penalty", "decided": day}
        for name, several in days.items()
        for day in several
    ]
    scale = [{"letter": "free", "less_than": 3}, {"letter": "listed"}]
    entities = [{"entity": name} for name in days]
    found = run({"component": most, "scale": scale, "records": rows, "entities": entities})
    assert found == {"a": "listed", "b": "free", "c": "free"}


# Means and spreads


def test_payments_weigh_by_their_amount_and_fewer_than_three_say_nothing():
    """Ahead 90, prompt 80, up to 15 days late 70, up to 30 days 50, later 20, never 0."""
    table = [{"less_than": 0, "gives": 90}, {"equals": 0, "gives": 80}, {"at_most": 15, "gives": 70},
             {"at_most": 30, "gives": 50}, {"at_most": 120, "gives": 20}, {"gives": 0}]  # fmt: skip
    score = of(
        "tax",
        {"steps": {"field": "late"}, "table": table},
        take="mean",
        weighed_by={"field": "amount"},
        enough=3,
        rounding=1,
    )
    rows = [
        {"entity": name, "type": "tax", "late": late, "amount": amount}
        for name, several in {"a": ((0, 5000), (15, 3000), (45, 2000)), "b": ((0, 1), (0, 1))}.items()
        for late, amount in several
    ]
    # 80 for a half of the amount, 70 for three tenths, 20 for two.
    assert run({"component": score, "records": rows}) == {"a": 65, "b": None}


def test_a_handicap_is_the_mean_of_the_lowest_eight_of_the_last_twenty():
    """172.5 over 8 is 21.6."""
    lowest = ["19.1", "20.3", "20.8", "21.4", "22.0", "22.5", "23.1", "23.3"]
    others = [str(24 + number) for number in range(12)]
    rows = [
        {"type": "inspection", "decided": f"2026-01-{day:02}", "score": score}
        for day, score in enumerate(["5", *lowest, *others], 1)
    ]
    index = of("inspection", {"field": "score"}, take="mean", last=20, lowest=8, rounding="0.1")
    assert run({"component": index, "records": rows}) == {"a": Decimal("21.6")}


def test_the_highest_and_the_lowest_of_the_judges_are_left_out():
    score = {"field": "score"}
    example = {
        "components": [
            of("inspection", score, code="sum", weight="0"),
            of("inspection", score, code="most", weight="0", take="largest"),
            of("inspection", score, code="least", weight="0", take="smallest"),
            formula({"divide": [{"subtract": [{"subtract": [{"value": "sum"}, {"value": "most"}]}, {"value": "least"}]},
                                {"subtract": [{"count": {"types": ["inspection"]}}, 2]}], "places": 2}),
        ],
        "records": [{"type": "inspection", "score": score} for score in ("9.5", "8", "8.5", "9", "6")],
    }  # fmt: skip
    assert run(example) == {"a": Decimal("8.5")}


def test_the_deviation_of_its_own_records_follows_from_sums():
    """√(Σx²/n - (Σx/n)²): of 2, 4, 4, 4, 5, 5, 7, 9 it is 2."""
    x, n = {"field": "score"}, {"count": {"types": ["inspection"]}}
    mean = {"divide": [{"value": "sum"}, n], "places": 6}
    example = {
        "components": [
            of("inspection", x, code="sum", weight="0"),
            of("inspection", {"multiply": [x, x]}, code="squares", weight="0"),
            formula({"function": "square-root", "places": 4, "of": {"subtract": [
                {"divide": [{"value": "squares"}, n], "places": 6}, {"multiply": [mean, mean]}]}}),
        ],
        "records": [{"type": "inspection", "score": score} for score in (2, 4, 4, 4, 5, 5, 7, 9)],
    }  # fmt: skip
    assert run(example) == {"a": 2}


def test_an_index_of_three_dimensions_is_their_geometric_mean():
    """The cube root of 0.8 · 0.9 · 0.75 = 0.54."""
    product = {"multiply": [{"fact": "health"}, {"fact": "schooling"}, {"fact": "income"}]}
    index = formula({"function": "exponential", "places": 3, "of": {"divide": [
        {"function": "natural-logarithm", "of": product, "places": 9}, 3], "places": 9}})  # fmt: skip
    entities = [{"entity": "a", "health": "0.8", "schooling": "0.9", "income": "0.75"}]
    assert run({"component": index, "entities": entities}) == {"a": Decimal("0.814")}


@pytest.mark.parametrize(
    ("inspected", "detained", "flag"),
    [(200, 21, "black"), (200, 20, "grey"), (200, 7, "white"), (200, 8, "grey")],
)
def test_flags_lie_beyond_the_limits_of_chance(inspected, detained, flag):
    """N·p ± (0.5 + 1.645·√(N·p·(1 - p))) with p = 0.07: of 200 ships 20.4 and 7.6 detentions."""
    n = {"fact": "inspected"}
    chance = {
        "add": [
            "0.5",
            {"multiply": ["1.645", {"function": "square-root", "of": {"multiply": [n, "0.0651"]}}]},
        ]
    }
    expected = {"multiply": [n, "0.07"]}
    example = {
        "components": [
            formula({"subtract": [{"fact": "detained"}, expected]}, code="apart", weight="0"),
            formula(chance, code="chance", weight="0"),
        ],
        "scale": [
            {
                "letter": "white",
                "when": {"test": {"add": [{"value": "apart"}, {"value": "chance"}]}, "less_than": 0},
            },
            {
                "letter": "grey",
                "when": {"test": {"subtract": [{"value": "apart"}, {"value": "chance"}]}, "at_most": 0},
            },
            {"letter": "black"},
        ],
        "entities": [{"entity": "a", "inspected": inspected, "detained": detained}],
    }
    assert run(example) == {"a": flag}


def test_a_share_of_few_is_held_against_the_lower_limit_of_what_it_may_be():
    """(p + z²/2n - z·√(p(1 - p)/n + z²/4n²)) / (1 + z²/n) with z = 1.96: 90 of 100 come to 0.826, 9 of 10 to 0.596."""
    n, z2 = {"fact": "n"}, "3.8416"
    p = {"divide": [{"fact": "good"}, n], "places": 9}
    spread = {"add": [
        {"divide": [{"multiply": [p, {"subtract": [1, p]}]}, n], "places": 9},
        {"divide": [z2, {"multiply": [4, n, n]}], "places": 9}]}  # fmt: skip
    middle = {"add": [p, {"divide": [z2, {"multiply": [2, n]}], "places": 9}]}
    low = {
        "subtract": [middle, {"multiply": ["1.96", {"function": "square-root", "of": spread, "places": 9}]}]
    }
    limit = formula({"divide": [low, {"add": [1, {"divide": [z2, n], "places": 9}]}], "places": 3})
    entities = [
        {"entity": name, "n": n, "good": good}
        for name, n, good in (("a", 100, 90), ("b", 10, 9), ("c", 0, 0))
    ]
    assert run({"component": limit, "entities": entities}) == {
        "a": Decimal("0.826"),
        "b": Decimal("0.596"),
        "c": None,
    }


# Grades by rules


def test_honesty_of_employers_by_what_they_did_in_the_year():
    """A: nothing in the year before; B: something; C: three or more, or any of the grave ones."""
    in_year = {
        "types": ["penalty"],
        "where": [{"test": {"elapsed": ["decided", "as-of"], "unit": "calendar-years"}, "equals": 1}],
    }
    grave = in_year | {"values": {"act": ["wage-arrears", "child-labour"]}}
    example = {
        "component": of("penalty", take="count", weight="0"),
        "scale": [
            {"letter": "A", "when": {"records": in_year, "at_least": 0, "at_most": 0}},
            {
                "letter": "B",
                "when": {"all": [{"records": in_year, "at_most": 2}, {"not": {"records": grave}}]},
            },
            {"letter": "C"},
        ],
        "records": [
            {"entity": name, "type": "penalty", "decided": day, "act": act}
            for name, several in {
                "a": [("2024-12-31", "wage-arrears")],
                "b": [("2025-01-01", "hours"), ("2025-12-31", "hours")],
                "c": [("2025-01-01", "hours")] * 3,
                "d": [("2025-05-01", "child-labour")],
            }.items()
            for day, act in several
        ],
    }
    assert run(example) == {"a": "A", "b": "B", "c": "C", "d": "C"}


def test_a_risk_matrix_of_likelihood_and_severity():
    matrix = {"add": [{"multiply": [10, {"fact": "likelihood"}]}, {"fact": "severity"}]}
    level = {"case": [
        {"when": {"any": [{"test": matrix, "equals": cell} for cell in (33, 32, 23)]}, "gives": 3},
        {"when": {"any": [{"test": matrix, "equals": cell} for cell in (31, 22, 13)]}, "gives": 2}], "otherwise": 1}  # fmt: skip
    entities = [
        {"entity": name, "likelihood": one, "severity": other}
        for name, one, other in (("a", 3, 2), ("b", 1, 3), ("c", 2, 1))
    ]
    assert run({"component": formula(level), "entities": entities}) == {"a": 3, "b": 2, "c": 1}


def test_a_grade_rises_by_one_class_a_year_at_most():
    """From the grade of last year, which stands among the records."""
    example = {
        "component": formula({"fact": "score"}),
        "scale": [{"letter": "A", "from": 90}, {"letter": "B", "from": 75}, {"letter": "C", "from": 60}, {"letter": "D"}],
        "rules": [
            {"when": {"records": {"types": ["tax"], "latest": True, "values": {"grade": [before]}}}, "then": {"ceiling": best}}
            for before, best in (("D", "C"), ("C", "B"))
        ],
        "records": [
            {"entity": name, "type": "tax", "decided": f"{year}-12-31", "grade": grade}
            for name, year, grade in (("a", 2024, "A"), ("a", 2025, "D"), ("b", 2025, "C"), ("c", 2025, "B"))
        ],
        "entities": [{"entity": name, "score": score} for name, score in (("a", 95), ("b", 95), ("c", 95), ("d", 40))],
    }  # fmt: skip
    assert run(example) == {"a": "C", "b": "B", "c": "A", "d": "D"}


def test_a_class_is_moved_by_conditions_that_look_at_the_class_so_far():
    """Down one for each serious penalty, three at most; up one from C or D with a certificate, but never to A."""
    serious = {"types": ["penalty"], "classes": ["serious"]}
    example = {
        "component": formula({"fact": "score"}),
        "scale": [{"letter": "A", "at_most": 30}, {"letter": "B", "at_most": 45}, {"letter": "C", "at_most": 60}, {"letter": "D"}],
        "rules": [
            {"when": {"records": serious}, "then": {"moved_by": {"smallest": [3, {"count": serious}]}}},
            {"when": {"all": [{"graded": ["C", "D"]}, {"entity": "certified", "is": ["yes"]}]}, "then": {"better_by": 1}},
        ],
        "records": [{"entity": "a", "type": "penalty", "class": "serious"}] + [{"entity": "b", "type": "penalty", "class": "serious"}] * 5,
        "entities": [{"entity": name, "score": score, "certified": certified}
                     for name, score, certified in (("a", 20, ""), ("b", 20, "yes"), ("c", 50, "yes"), ("d", 40, "yes"))],
    }  # fmt: skip
    assert run(example) == {"a": "B", "b": "C", "c": "B", "d": "B"}


LETTERS = [f"{letters}{sign}" for letters in ("AA", "A", "BBB", "BB", "B", "CCC") for sign in ("+", "", "-")]


@pytest.mark.parametrize(
    ("score", "support", "letter"),
    [
        ("7.9", 0, "AAA"),
        ("7.1", 1, "AAA"),
        ("6.5", 0, "AA-"),
        ("6.5", -2, "A"),
        ("1.2", -1, "D"),
        ("", 0, ""),
    ],
)
def test_a_rating_of_twenty_letters_is_notched_up_and_down(score, support, letter):
    """A band of 0.35 for each letter from 7.4 down, and as many notches as support or weakness gives."""
    bands = [{"letter": "AAA", "from": "7.4"}]
    bands += [
        {"letter": one, "from": str(Decimal("7.4") - Decimal("0.35") * n)} for n, one in enumerate(LETTERS, 1)
    ]
    example = {
        "component": formula({"fact": "score"}),
        "scale": [*bands, {"letter": "D"}],
        "rules": [
            {
                "when": {"known": {"fact": "support"}},
                "then": {"moved_by": {"subtract": [0, {"fact": "support"}]}},
            }
        ],
        "entities": [{"entity": "a", "score": score, "support": support}],
    }
    assert run(example) == {"a": letter}


def test_an_experience_rate_splits_each_loss_at_a_limit():
    """(primary + w · excess + (1 - w) · expected excess + ballast) / (expected + ballast), a loss being primary up to 18500."""
    limit, loss = 18_500, {"field": "amount"}
    up_to = {"smallest": [loss, limit]}
    example = {
        "components": [
            of("penalty", up_to, code="primary", weight="0"),
            of("penalty", {"subtract": [loss, up_to]}, code="excess", weight="0"),
            formula({"divide": [
                {"add": [{"value": "primary"}, {"multiply": ["0.1", {"value": "excess"}]},
                         {"multiply": ["0.9", {"fact": "expected_excess"}]}, 30_000]},
                {"add": [{"fact": "expected"}, 30_000]}], "places": 2}),
        ],
        "records": [{"type": "penalty", "amount": amount} for amount in (1_500, 60_000)],
        "entities": [{"entity": "a", "expected": 100_000, "expected_excess": 60_000}],
    }  # fmt: skip
    # Of the losses 20,000 are primary and 41,500 excess: 108,150 over 130,000.
    assert run(example) == {"a": Decimal("0.83")}


def test_weights_may_follow_from_how_much_a_measure_tells_apart():
    """Entropy weights: 1 + Σ p·ln p / ln n of each measure over all entities; what tells nothing apart weighs nothing."""

    def share(name):
        return {"divide": [{"fact": name}, {"value": f"{name}-sum"}], "places": 9}

    def information(name):
        return {"multiply": [share(name), {"function": "natural-logarithm", "of": share(name), "places": 9}]}

    parts = []
    for name in ("x", "y"):
        parts.append(
            {
                "kind": "peers",
                "code": f"{name}-sum",
                "of": {"fact": name},
                "take": "sum",
                "weight": "0",
                "rounding": "0.001",
            }
        )
        parts.append(
            {
                "kind": "peers",
                "code": f"{name}-told",
                "of": information(name),
                "take": "sum",
                "weight": "0",
                "rounding": "0.000001",
            }
        )
    n = {"kind": "peers", "code": "n", "of": 1, "take": "count", "weight": "0"}

    def weight(name):
        log = {"function": "natural-logarithm", "of": {"value": "n"}, "places": 6}
        return {"add": [1, {"divide": [{"value": f"{name}-told"}, log], "places": 6}]}

    score = formula({"divide": [{"add": [{"multiply": [weight(name), {"fact": name}]} for name in ("x", "y")]},
                                {"add": [weight("x"), weight("y")]}], "places": 3})  # fmt: skip
    entities = [{"entity": name, "x": x, "y": 5} for name, x in (("a", 1), ("b", 2), ("c", 7))]
    assert run({"components": [*parts, n, score], "entities": entities}) == {"a": 1, "b": 2, "c": 7}


def test_the_same_violation_at_the_next_inspection_counts_double_and_a_year_begins_in_april():
    """At most eight points a year of office; a clean inspection in between ends the repetition."""
    office_year = {"elapsed": ["2000-04-01", "decided"], "unit": "years"}
    example = {
        "component": of(["violation", "inspection"], {"by": "type", "gives": {"violation": 3}},
                        repeat={"same": ["type", "rule"], "factors": ["1", "2"], "at_next": ["visit"]},
                        groups=[{"same": [office_year], "ceiling": 8}]),
        "records": [
            {"type": kind, "decided": day, "visit": day, "rule": rule}
            for day, rules in (("2025-02-01", ["a"]), ("2025-03-31", ["a"]), ("2025-04-01", []), ("2025-06-01", ["a", "b"]))
            for kind, rule in [("inspection", ""), *(("violation", rule) for rule in rules)]
        ],
    }  # fmt: skip
    # 3 + 6, held at 8, by the end of March; 3 + 3 afterwards.
    assert run(example) == {"a": 14}
