"""Published methods of other countries and trades, said in the language and held against figures of their own rules.

Each test names the rule that it was worked out from; none is the law of this city.
"""

from decimal import Decimal

import pytest

from tests.evaluation.test_methods_of_other_makes import formula, of
from tests.evaluation.test_scheme_language import run

POINTS = {"event": "points"}


def fact(name: str) -> dict:
    return {"fact": name}


def steps(number, *bounds, beyond) -> dict:
    """At most so much gives so much, and beyond the last bound the rest."""
    return {
        "steps": number,
        "table": [*({"at_most": at, "gives": to} for at, to in bounds), {"gives": beyond}],
    }


def rising(name: str, *bounds) -> dict:
    """A point for each bound that a fact exceeds."""
    return steps(fact(name), *((bound, number) for number, bound in enumerate(bounds)), beyond=len(bounds))


def when(test, bound, **more) -> dict:
    return {"test": test, **bound, **more}


def graded(example: dict) -> str:
    return run(example)["a"]


def of_a(**facts) -> list[dict]:
    return [{"entity": "a"} | facts]


# Restaurants


NEW_YORK = {
    "component": of(
        ["violation", "inspection"], {"by": "type", "gives": {"inspection": 0}, "otherwise": None},
        groups=[{"same": ["visit"], "gives": {"case": [
            {"when": {"any": [when({"event": {"values": {"stage": ["again"]}}}, {"at_least": 1}), when(POINTS, {"at_most": 13})]}, "gives": POINTS}]}}],
        take="latest", skip_unknown=True,
    ) | {"each": {"case": [{"when": {"record": {"types": ["violation"]}}, "gives": {"field": "points"}}], "otherwise": 0}},
    "scale": [{"letter": "A", "at_most": 13}, {"letter": "B", "at_most": 27}, {"letter": "C"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("visits", "grade"),
    [
        ([("first", 13)], "A"),
        ([("first", 14)], ""),
        ([("first", 30), ("again", 14)], "B"),
        ([("first", 30), ("again", 28)], "C"),
        ([("first", 5), ("first", 40)], "A"),
        ([("first", 5), ("first", 40), ("again", 27)], "B"),
    ],
)
def test_new_york_a_first_visit_gives_an_a_or_waits_for_the_next(visits, grade):
    """0-13 A, 14-27 B, 28 and more C; a first visit above 13 gives none: the one after it does, and until then the last stays."""
    rows = []
    for number, (stage, points) in enumerate(visits):
        head = {"visit": f"v{number}", "decided": f"2026-0{number + 1}-05"}
        rows += [
            head | {"type": "inspection", "stage": stage, "points": ""},
            head | {"type": "violation", "stage": "", "points": points},
        ]
    assert graded(NEW_YORK | {"records": rows}) == grade


LOS_ANGELES = {
    "components": [
        of(["violation"], {"field": "points"}, groups=[{"same": ["visit"], "start": 100, "floor": 0}], take="latest"),
        of(["violation"], {"field": "points"}, code="low", weight="0", groups=[
            {"same": ["visit"], "start": 100, "table": [{"less_than": 70, "gives": 1}, {"gives": 0}]}],
           rolling={"over": 12, "unit": "months"}, take="latest"),
    ],
    "scale": [{"letter": "A", "from": 90}, {"letter": "B", "from": 80}, {"letter": "C", "from": 70}, {"letter": "score"},
              {"letter": "closed", "only_by_rule": True}],
    "rules": [{"when": when({"value": "low"}, {"at_least": 2}), "then": {"grade": "closed"}}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("lost", "grade"),
    [
        ([("2026-05-01", -10)], "A"),
        ([("2026-05-01", -11)], "B"),
        ([("2026-05-01", -31)], "score"),
        ([("2025-06-01", -31), ("2026-05-01", -35)], "closed"),
        ([("2025-04-01", -31), ("2026-05-01", -35)], "score"),
    ],
)
def test_los_angeles_a_score_card_below_seventy_and_twice_within_a_year_is_closed(lost, grade):
    rows = [{"type": "violation", "decided": day, "visit": day, "points": points} for day, points in lost]
    assert graded(LOS_ANGELES | {"records": rows}) == grade


def test_denmark_an_elite_smiley_takes_four_reports_without_a_remark_and_twelve_months():
    """The four last inspections and all of the last twelve months give the best result."""
    example = {
        "components": [
            of("inspection", {"field": "result"}, code="now", take="latest"),
            of("inspection", {"field": "result"}, code="four", take="largest", last=4, enough=4, weight="0"),
            of("inspection", {"field": "result"}, code="year", take="largest", if_unknown=0, weight="0",
               records={"types": ["inspection"], "where": [when({"elapsed": ["decided", "as-of"], "unit": "months"}, {"less_than": 12})]}),
        ],
        "scale": [{"letter": "elite", "at_most": 1, "when": {"all": [when({"value": name}, {"at_most": 1}) for name in ("four", "year")]}},
                  {"letter": "1", "at_most": 1}, {"letter": "2", "at_most": 2}, {"letter": "3", "at_most": 3}, {"letter": "4"}],
        "records": [
            {"entity": name, "type": "inspection", "decided": f"20{year}-06-01", "result": result}
            for name, results in (("a", (1, 1, 1, 1)), ("b", (3, 1, 1, 1, 1)), ("c", (1, 1, 1)), ("d", (1, 1, 1, 2)))
            for year, result in enumerate(results, 26 - len(results) + 1)
        ],
    }  # fmt: skip
    assert run(example) == {"a": "elite", "b": "elite", "c": "1", "d": "2"}


# Food and energy on a label

#: Nutri-Score of 2017: points for what is bad less points for what is good; protein counts only where the bad has less
#: than 11 points, where there is much fruit, or in cheese.
NUTRI_SCORE = {
    "components": [
        formula({"add": [
            rising("energy", *(335 * n for n in range(1, 11))),
            rising("sugars", "4.5", 9, "13.5", 18, "22.5", 27, 31, 36, 40, 45),
            rising("saturated", *range(1, 11)),
            rising("sodium", *(90 * n for n in range(1, 11))),
        ]}, code="bad"),
        formula(steps(fact("fruit"), (40, 0), (60, 1), (80, 2), beyond=5), code="fruit", weight="-1"),
        formula(rising("fibre", "0.9", "1.9", "2.8", "3.7", "4.7"), weight="-1"),
        formula({"case": [{"when": {"any": [when({"value": "bad"}, {"less_than": 11}), when({"value": "fruit"}, {"at_least": 5}),
                                            {"entity": "kind", "is": ["cheese"]}]},
                           "gives": rising("protein", "1.6", "3.2", "4.8", "6.4", 8)}], "otherwise": 0}, weight="-1"),
    ],
    "scale": [{"letter": "A", "at_most": -1}, {"letter": "B", "at_most": 2}, {"letter": "C", "at_most": 10},
              {"letter": "D", "at_most": 18}, {"letter": "E"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "values", "grade"),
    [
        # energy 4, sugars 0, fat 0, sodium 4; fruit 0, fibre 5, protein 5: 8 - 10.
        ("", (1500, 1, "0.5", 400, 0, 7, 9), "A"),
        # energy 6, sugars 10, fat 10, sodium 1, so that protein does not count: 27 - fibre 3.
        ("", (2252, 56, 11, 100, 0, "3.5", 6), "E"),
        # energy 4, fat 10, sodium 7: 21, less 5 for protein in cheese only.
        ("cheese", (1600, 0, 20, 700, 0, 0, 25), "D"),
        ("", (1600, 0, 20, 700, 0, 0, 25), "E"),
    ],
)
def test_nutri_score_leaves_protein_out_where_there_is_much_that_is_bad(kind, values, grade):
    names = ("energy", "sugars", "saturated", "sodium", "fruit", "fibre", "protein")
    assert graded(
        NUTRI_SCORE | {"entities": of_a(kind=kind, **dict(zip(names, values, strict=True)))}
    ) == grade  # fmt: skip


@pytest.mark.parametrize(
    ("score", "met", "grade"),
    [(86, "outstanding", "outstanding"), (86, "excellent", "excellent"), (70, "very-good", "very good"), ("69.99", "outstanding", "very good"), (29, "", "unclassified")],
)  # fmt: skip
def test_breeam_a_minimum_standard_that_is_not_met_holds_the_rating(score, met, grade):
    """30, 45, 55, 70 and 85 per cent; what minimum standards are met for is the best rating there is."""
    names = ("outstanding", "excellent", "very good", "good", "pass")
    reached = ("outstanding", "excellent", "very-good")
    example = {
        "component": formula(fact("score")),
        "scale": [*({"letter": name, "from": least} for name, least in zip(names, (85, 70, 55, 45, 30), strict=True)), {"letter": "unclassified"}],
        "rules": [{"when": {"not": {"entity": "met", "is": list(reached[: number + 1])}}, "then": {"ceiling": names[number + 1]}}
                  for number in range(3)],
        "entities": of_a(score=score, met=met),
    }  # fmt: skip
    assert graded(example) == grade


# The lowest of several, and counts of judgements


@pytest.mark.parametrize(
    ("boxes", "stars"),
    [((80, 75, 60, 70), 5), ((79, 90, 90, 90), 4), ((95, 90, 80, 49), 2), ((39, 90, 90, 90), 0)],
)
def test_euro_ncap_the_weakest_of_four_boxes_gives_the_stars(boxes, stars):
    """Thresholds of 2018 for adults, children, road users and safety assist, five stars to one."""
    thresholds = {"adult": (40, 50, 60, 70, 80), "child": (30, 45, 60, 70, 75), "road": (20, 30, 40, 50, 60), "assist": (30, 40, 50, 60, 70)}  # fmt: skip

    def of_box(name, least):
        return {"how_many": [when(fact(name), {"at_least": one}) for one in least]}

    example = {
        "component": formula({"smallest": [of_box(*box) for box in thresholds.items()]}),
        "entities": of_a(**dict(zip(thresholds, boxes, strict=True))),
    }
    assert run(example) == {"a": stars}


QUESTIONS = ("safe", "effective", "caring", "responsive", "led")


def how_many(letter: str) -> dict:
    return {"how_many": [{"entity": name, "is": [letter]} for name in QUESTIONS]}


@pytest.mark.parametrize(
    ("given", "rating"),
    [
        ("OOGGG", "O"),
        ("OGGGG", "G"),
        ("OOGGR", "G"),
        ("GGGRR", "R"),
        ("GGGGI", "R"),
        ("GGGII", "I"),
        ("OOGRR", "R"),
    ],
)
def test_care_quality_the_five_questions_together_make_the_rating(given, rating):
    """Two outstanding and the rest good: outstanding; two that require improvement, or one inadequate, hold it there; two
    inadequate are inadequate."""
    example = {
        "component": formula(0, weight="0"),
        "scale": [
            {"letter": "O", "when": {"all": [when(how_many("O"), {"at_least": 2}), when(how_many("R"), {"at_most": 0}), when(how_many("I"), {"at_most": 0})]}},
            {"letter": "G", "when": {"all": [when(how_many("R"), {"at_most": 1}), when(how_many("I"), {"at_most": 0})]}},
            {"letter": "R", "when": when(how_many("I"), {"at_most": 1})},
            {"letter": "I"},
        ],
        "entities": of_a(**dict(zip(QUESTIONS, given, strict=True))),
    }  # fmt: skip
    assert graded(example) == rating


@pytest.mark.parametrize(
    ("exceptions", "factor"),
    [(0, "3"), (4, "3"), (5, "3.4"), (6, "3.5"), (7, "3.65"), (9, "3.85"), (10, "4")],
)
def test_basel_exceptions_of_a_year_raise_the_multiplier(exceptions, factor):
    """3.00 in the green zone, plus 0.40 to 0.85 in the yellow one, plus 1.00 from ten on."""
    plus = ("0.40", "0.50", "0.65", "0.75", "0.85")
    table = steps({"count": {"types": ["violation"]}}, (4, 0), *enumerate(plus, 5), beyond=1)
    example = {
        "start": 3,
        "component": formula(table),
        "records": [{"entity": "a", "type": "inspection"}]
        + [{"entity": "a", "type": "violation"}] * exceptions,
    }
    assert run(example) == {"a": Decimal(factor)}


def test_piotroski_nine_signs_of_strength_are_counted():
    signs = [
        *(when(fact(name), {"more_than": 0}) for name in ("return", "cash")),
        when({"subtract": [fact("cash"), fact("return")]}, {"more_than": 0}),
        *(when({"subtract": [fact(name), fact(f"{name}_before")]}, {"more_than": 0}) for name in ("return", "liquidity", "margin", "turnover")),
        when({"subtract": [fact("debt"), fact("debt_before")]}, {"less_than": 0}),
        when(fact("issued"), {"equals": 0}),
    ]  # fmt: skip
    example = {
        "component": formula({"how_many": signs}),
        "scale": [{"letter": "strong", "from": 8}, {"letter": "middling", "from": 3}, {"letter": "weak"}],
        "entities": [
            {"entity": name, "return": now, "return_before": "0.05", "cash": "0.09", "liquidity": 2, "liquidity_before": "1.8", "margin": margin,
             "margin_before": "0.3", "turnover": "1.1", "turnover_before": 1, "debt": "0.2", "debt_before": debt, "issued": issued}
            for name, now, margin, debt, issued in (("a", "0.08", "0.35", "0.25", 0), ("b", "0.08", "0.3", "0.2", 5), ("c", "", "0.3", "0.2", 0))
        ],
    }  # fmt: skip
    assert run(example) == {"a": "strong", "b": "middling", "c": ""}


# Formulas

#: CVSS 3.1: how badly confidentiality, integrity and availability suffer, and how easily that is brought about.
LOSS = {"H": "0.56", "L": "0.22", "N": 0}
REST = {"multiply": [{"subtract": [1, {"by": f"entity.{name}", "gives": LOSS}]} for name in ("c", "i", "a_")]}
IS_CHANGED = {"entity": "scope", "is": ["C"]}
PRIVILEGES = {"case": [{"when": IS_CHANGED, "gives": {"by": "entity.pr", "gives": {"N": "0.85", "L": "0.68", "H": "0.5"}}}],
              "otherwise": {"by": "entity.pr", "gives": {"N": "0.85", "L": "0.62", "H": "0.27"}}}  # fmt: skip
ISS = {"value": "iss"}
BOTH = {"add": [{"value": "impact"}, {"value": "exploit"}]}
CVSS = {
    "components": [
        formula({"subtract": [1, REST]}, code="iss", weight="0"),
        formula({"case": [{"when": IS_CHANGED, "gives": {"subtract": [
            {"multiply": ["7.52", {"subtract": [ISS, "0.029"]}]},
            {"multiply": ["3.25", {"power": {"subtract": [ISS, "0.02"]}, "exponent": 15, "places": 9}]}]}}],
            "otherwise": {"multiply": ["6.42", ISS]}}, code="impact", weight="0"),
        formula({"multiply": ["8.22", {"by": "entity.av", "gives": {"N": "0.85", "A": "0.62", "L": "0.55", "P": "0.2"}},
                              {"by": "entity.ac", "gives": {"L": "0.77", "H": "0.44"}}, PRIVILEGES,
                              {"by": "entity.ui", "gives": {"N": "0.85", "R": "0.62"}}]}, code="exploit", weight="0"),
        formula({"case": [{"when": when({"value": "impact"}, {"at_most": 0}), "gives": 0},
                          {"when": IS_CHANGED, "gives": {"smallest": [10, {"multiply": ["1.08", BOTH]}]}}],
                 "otherwise": {"smallest": [10, BOTH]}}, rounding="0.1", mode="up"),
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    ("vector", "score"),
    [("NLNNUHHH", "9.8"), ("NLNNCHHH", 10), ("NLNRCLLN", "6.1"), ("LLLNUHHH", "7.8"), ("NLNNUNNN", 0), ("NHNNUHNN", "5.9")],
)  # fmt: skip
def test_cvss_base_scores_are_those_of_the_published_calculator(vector, score):
    facts = dict(zip(("av", "ac", "pr", "ui", "scope", "c", "i", "a_"), vector, strict=True))
    assert run(CVSS | {"entities": of_a(**facts)}) == {"a": Decimal(score)}


@pytest.mark.parametrize(
    ("bilirubin", "ratio", "creatinine", "score"),
    [(2, "1.5", "1.5", 17), ("0.5", "0.8", "0.6", 6), (10, 3, 9, 41 - 1), ("", 1, 1, None)],
)
def test_meld_takes_logarithms_of_values_that_are_kept_within_bounds(bilirubin, ratio, creatinine, score):
    """3.78 ln bilirubin + 11.2 ln INR + 9.57 ln creatinine + 6.43; nothing below 1, creatinine at most 4, the whole at most 40."""

    def log(number):
        return {"function": "natural-logarithm", "of": {"largest": [1, number]}, "places": 6}

    terms = (
        ("3.78", fact("bilirubin")),
        ("11.2", fact("ratio")),
        ("9.57", {"smallest": [4, fact("creatinine")]}),
    )
    example = {
        "component": formula(
            {"add": ["6.43", *({"multiply": [factor, log(of_what)]} for factor, of_what in terms)]}, rounding="1", ceiling=40
        ),
        "entities": of_a(bilirubin=bilirubin, ratio=ratio, creatinine=creatinine),
    }  # fmt: skip
    assert run(example) == {"a": score}


# Peers


def test_a_weighted_rating_leans_on_the_mean_of_all_where_there_are_few_votes():
    """v/(v+m) · R + m/(v+m) · C, with m of 100 and C the mean of all."""
    of_all = {"kind": "peers", "code": "all", "of": fact("r"), "take": "mean", "weight": "0", "at_least": 1}
    example = {
        "components": [of_all, formula({"divide": [
            {"add": [{"multiply": [fact("v"), fact("r")]}, {"multiply": [100, {"value": "all"}]}]}, {"add": [fact("v"), 100]}]}, rounding="0.01")],
        "entities": [{"entity": "a", "r": 9, "v": 100}, {"entity": "b", "r": 7, "v": 900}, {"entity": "c", "r": 5, "v": 0}],
    }  # fmt: skip
    # The mean of all is 7.
    assert run(example) == {"a": 8, "b": 7, "c": 7}


def test_hospitals_are_compared_by_scores_whose_extremes_are_drawn_in():
    """Each measure is cut at a quantile of all at either end, then standardised; the worst quarter pays."""
    limits = [
        {"kind": "peers", "code": f"limit-{name}", "of": fact("rate"), "take": "quantile", "quantile": part, "weight": "0"}
        for name, part in (("low", "1/8"), ("high", "7/8"))
    ]  # fmt: skip
    drawn_in = {"largest": [{"value": "limit-low"}, {"smallest": [{"value": "limit-high"}, fact("rate")]}]}
    score = {"kind": "peers", "code": "score", "of": drawn_in, "take": "standard-score", "spread": "population", "weight": "0"}  # fmt: skip
    standing = {"kind": "peers", "of": {"value": "score"}, "take": "percentile", "scale": "rank/n"}
    example = {
        "components": [*limits, score, standing],
        "scale": [{"letter": "none", "at_most": 75}, {"letter": "pays"}],
        "entities": [{"entity": f"h{n}", "rate": rate} for n, rate in enumerate([1, 2, 3, 4, 5, 6, 7, 900])],
    }
    assert [name for name, letter in run(example).items() if letter == "pays"] == ["h6", "h7"]


# Points that go with their own time


@pytest.mark.parametrize(
    ("acts", "level"), [([(1, 29)], "noted"), ([(1, 31)], "clear"), ([(2, 59), (2, 1)], "warned"), ([(3, 119), (3, 1), (2, 1)], "withdrawn"), ([(3, 121), (3, 1)], "noted")],
)  # fmt: skip
def test_points_of_a_licence_lapse_after_a_time_that_follows_from_their_number(acts, level):
    """One point lasts two and a half years, two last five, three last ten; 4 and 5 a caution, 6 and 7 a warning, 8 the licence."""
    age = {"elapsed": ["decided", "as-of"], "unit": "months"}
    lasts = {"steps": {"field": "points"}, "table": [{"at_most": 1, "gives": 30}, {"at_most": 2, "gives": 60}, {"gives": 120}]}  # fmt: skip
    still = when({"subtract": [age, lasts]}, {"less_than": 0})
    example = {
        "component": of("violation", {"field": "points"}, records={"types": ["violation"], "where": [still]}),
        "scale": [{"letter": "withdrawn", "from": 8}, {"letter": "admonished", "from": 6}, {"letter": "warned", "from": 4},
                  {"letter": "noted", "from": 1}, {"letter": "clear"}],
        "records": [{"entity": "a", "type": "violation", "points": points, "decided": months_before(months)} for points, months in acts],
    }  # fmt: skip
    assert graded(example) == level


REACHED = when({"event": "recent"}, {"at_least": 12})
DEMERIT = {"start": 0, "recent": {"over": 12}, "struck": REACHED}


@pytest.mark.parametrize(
    ("points", "suspended", "stand"),
    [
        ([(20, 6), (9, 6)], 1, 0),
        ([(20, 6), (8, 6)], 0, 6),
        ([(20, 6), (14, 6), (12, 6), (1, 4)], 1, 4),
        ([(30, 12), (20, 6), (19, 6), (3, 4), (2, 9)], 3, 0),
        ([(13, 11)], 0, 0),
    ],
)
def test_demerit_points_of_a_stall_suspend_are_struck_and_count_anew(points, suspended, stand):
    """Twelve points within twelve months suspend the licence, first for two weeks, then for four, then for good; what led to
    it is struck."""
    counted = {
        "case": [{"when": REACHED, "gives": {"add": [{"event": "balance"}, 1]}}],
        "otherwise": {"event": "balance"},
    }
    example = {
        "components": [
            of("violation", {"field": "points"}, code="times", take="running", running=DEMERIT | {"becomes": counted}, weight="0"),
            of("violation", {"field": "points"}, code="now", take="running", running=DEMERIT | {"becomes": {"event": "recent"}, "up_to_now": True}),
        ],
        "records": [{"entity": "a", "type": "violation", "points": number, "decided": months_before(months)} for months, number in points],
    }  # fmt: skip
    assert run(example) == {"a": stand}
    letters = ("clear", "two weeks", "four weeks", "withdrawn")
    times = {
        "scale": [{"letter": "clear"}, *({"letter": one, "only_by_rule": True} for one in letters[1:])],
        "rules": [{"when": when({"value": "times"}, {"at_least": number}), "then": {"grade": letters[number]}}
                  for number in (1, 2, 3)],
    }  # fmt: skip
    assert graded(example | times) == letters[suspended]


def months_before(months: int) -> str:
    """The day so many months before 22 November 2026."""
    year, month = divmod(2026 * 12 + 10 - months, 12)
    return f"{year}-{month + 1:02}-22"
