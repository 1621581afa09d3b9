"""Methods of supervisors, builders' registers and classification bodies, held against the figures that they published.

Each test names where rule and figures stand; none is the law of this city.
"""

from decimal import Decimal
from itertools import product
from math import log2, sqrt

import pytest

from tests.evaluation.test_methods_of_other_makes import formula, of
from tests.evaluation.test_more_published_methods import fact, of_a, when
from tests.evaluation.test_scheme_language import run


def value(code: str) -> dict:
    return {"value": code}


# A table over two counts

#: Unannounced and announced audits of BRC Global Standard for Food Safety, issue 7: by the number of major and minor
#: non-conformities; one critical, or more than the table knows, is no certificate (nvolvegroup.com/blog/brc-audit-grading).
MINOR, MAJOR, CRITICAL = ({"count": {"types": ["violation"], "values": {"gravity": [one]}}} for one in ("minor", "major", "critical"))  # fmt: skip
LIMITS = {0: (5, 10, 16, 24, 30), 1: (None, None, 10, 16, 24), 2: (None, None, None, 10, 16)}


def least_grade(place: int) -> dict:
    """So few of both that the grade of this place may be had."""
    return {"any": [{"all": [when(MAJOR, {"equals": major}), when(MINOR, {"at_most": limits[place]})]}
                    for major, limits in LIMITS.items() if limits[place] is not None]}  # fmt: skip


AUDIT = {
    "component": formula(0, weight="0"),
    "scale": [*({"letter": letter, "when": least_grade(place)} for place, letter in enumerate(("AA", "A", "B", "C", "D"))),
              {"letter": "uncertified"}],
    "rules": [{"when": when(CRITICAL, {"at_least": 1}), "then": {"grade": "uncertified"}}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("critical", "major", "minor", "grade"),
    [
        (0, 0, 5, "AA"), (0, 0, 6, "A"), (0, 0, 16, "B"), (0, 1, 10, "B"), (0, 1, 11, "C"), (0, 2, 10, "C"), (0, 0, 25, "D"),
        (0, 1, 24, "D"), (0, 2, 16, "D"), (0, 0, 31, "uncertified"), (0, 1, 25, "uncertified"), (0, 2, 17, "uncertified"),
        (0, 3, 0, "uncertified"), (1, 0, 0, "uncertified"),
    ],
)  # fmt: skip
def test_an_audit_is_graded_by_a_table_over_major_and_minor_findings(critical, major, minor, grade):
    found = {"critical": critical, "major": major, "minor": minor}
    rows = [
        {"entity": "a", "type": "violation", "gravity": name}
        for name, number in found.items()
        for _n in range(number)
    ]
    assert run(AUDIT | {"records": rows}) == {"a": grade}  # fmt: skip


# Points that are capped by one of them

#: Community reinvestment of large banks (Interagency Questions and Answers, § __.28(a)-3, July 2016).
TESTS = {"lending": (12, 9, 6, 3, 0), "service": (6, 4, 3, 1, 0), "investment": (6, 4, 3, 1, 0)}
WORDS = ("O", "HS", "LS", "NI", "SN")
REINVESTMENT = {
    "components": [
        *(formula({"by": f"entity.{name}", "gives": dict(zip(WORDS, points, strict=True)), "otherwise": None}, code=name, weight="0")
          for name, points in TESTS.items()),
        formula({"smallest": [{"add": [value(name) for name in TESTS]}, {"multiply": [3, value("lending")]}]}),
    ],
    "scale": [{"letter": "O", "from": 20}, {"letter": "S", "from": 11}, {"letter": "NI", "from": 5}, {"letter": "SN"}],
}  # fmt: skip


def test_the_total_of_three_tests_is_capped_at_three_times_the_first():
    entities, expected = [], {}
    for given in product(WORDS, repeat=3):
        name = "-".join(given)
        entities.append({"entity": name, **dict(zip(TESTS, given, strict=True))})
        points = [TESTS[test][WORDS.index(word)] for test, word in zip(TESTS, given, strict=True)]
        total = min(sum(points), 3 * points[0])
        expected[name] = next(
            letter for letter, least in (("O", 20), ("S", 11), ("NI", 5), ("SN", 0)) if total >= least
        )
    assert run(REINVESTMENT | {"entities": entities}) == expected  # fmt: skip
    # What the exception is there for: no "satisfactory" without at least "low satisfactory" in lending.
    assert expected["NI-O-O"] == "NI"
    assert expected["LS-O-O"] == "S"


# Straight lines whose ends are cut, and a weighted sum rounded once

#: Construction businesses in Japan (経営事項審査): two steps of the table of X1 for the mean turnover of two or of three
#: years, in thousand yen, whichever is better, cut to whole points (hide-total.com/custom42.html).
TURNOVER = {"steps": value("turnover"), "table": [
    {"at_least": 800_000, "less_than": 1_000_000, "gives": {"round": {"add": [816, {"divide": [{"multiply": [38, value("turnover")]}, 200_000], "places": 9}]}, "to": 1, "mode": "down"}}]}  # fmt: skip


@pytest.mark.parametrize(("turnover", "points"), [(993_647, 1004), (969_957, 1000)])
def test_points_of_turnover_lie_on_a_line_and_are_cut(turnover, points):
    example = {
        "components": [formula(fact("turnover"), code="turnover", weight="0"), formula(TURNOVER)],
        "entities": of_a(turnover=turnover),
    }
    assert run(example) == {"a": points}


@pytest.mark.parametrize(
    ("points", "total"),
    [((605, 593, 1060, 655, 1026), 770), ((1270, 1323, 1120, 976, 1235), 1169)],
)
def test_five_points_by_their_weights_are_rounded_once(points, total):
    """P = 0.25 X1 + 0.15 X2 + 0.20 Y + 0.25 Z + 0.15 W (kensetu.ykakudou.com: 769.85 is 770; ekeisin.net/keisin_P.php: 1,169.2
    is 1,169)."""
    weights = ("0.25", "0.15", "0.20", "0.25", "0.15")
    example = {
        "components": [formula(fact(f"x{n}"), weight=weight) for n, weight in enumerate(weights)],
        "total_rounding": 1,
        "entities": of_a(**{f"x{n}": one for n, one in enumerate(points)}),
    }
    assert run(example) == {"a": total}


# A formula of distributions

#: Corporate exposures of Basel II, paragraph 272, with LGD 45 %, maturity 2.5 years, turnover above 50 million.
PD = fact("pd")
DECAY = {"divide": [{"subtract": [1, {"function": "exponential", "of": {"multiply": [-50, PD]}, "places": 9}]},
                    {"subtract": [1, {"function": "exponential", "of": -50, "places": 9}]}], "places": 9}  # fmt: skip
R, B = value("correlation"), value("maturity")
REST = {"subtract": [1, R]}
IRB = {
    "components": [
        formula({"add": [{"multiply": ["0.12", DECAY]}, {"multiply": ["0.24", {"subtract": [1, DECAY]}]}]}, code="correlation", weight="0"),
        formula({"power": {"subtract": ["0.11852", {"multiply": ["0.05478", {"function": "natural-logarithm", "of": PD, "places": 9}]}]},
                 "exponent": 2, "places": 9}, code="maturity", weight="0"),
        formula({"function": "normal", "places": 9, "of": {"add": [
            {"multiply": [{"power": REST, "exponent": "-0.5", "places": 9}, {"function": "normal-quantile", "of": PD, "places": 9}]},
            {"multiply": [{"power": {"divide": [R, REST], "places": 9}, "exponent": "0.5", "places": 9},
                          {"function": "normal-quantile", "of": "0.999", "places": 9}]}]}}, code="worst", weight="0"),
        formula({"multiply": [100, "12.5", "0.45", {"subtract": [value("worst"), PD]},
                              {"divide": [1, {"subtract": [1, {"multiply": ["1.5", B]}]}], "places": 9}]}, rounding="0.01"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("default", "weight"),
    [("0.0003", "14.44"), ("0.0005", "19.65"), ("0.001", "29.65"), ("0.0025", "49.47"), ("0.004", "62.72"), ("0.005", "69.61"),
     ("0.0075", "82.78"), ("0.01", "92.32"), ("0.013", "100.95"), ("0.015", "105.59"), ("0.02", "114.85"), ("0.025", "122.16"),
     ("0.03", "128.44")],
)  # fmt: skip
def test_risk_weights_are_those_of_the_illustrative_table(default, weight):
    """Basel II (June 2006), annex 5, first column. At 2 per cent the formula gives 114.8542, where 114.86 is printed."""
    assert run(IRB | {"entities": of_a(pd=default)}) == {"a": Decimal(weight)}


# A sum of shares, and what of it is known

#: Acute toxicity of a mixture by its ingredients (GHS 3.1.3.6): 100, less what is not known where that is more than a
#: tenth, over the sum of concentration over estimate; ingredients below one per cent are left out.
INGREDIENT = {"types": ["inspection"], "where": [when({"field": "part"}, {"at_least": 1})]}
MIXTURE = {
    "components": [
        of("inspection", {"divide": [{"field": "part"}, {"field": "estimate"}], "places": 9}, records=INGREDIENT, skip_unknown=True,
           rounding="0.000000001", code="shares", weight="0"),
        of("inspection", {"field": "part"}, records={"types": ["inspection"], "values": {"known": ["no"]}}, code="unknown", weight="0"),
        formula({"divide": [{"case": [{"when": when(value("unknown"), {"more_than": 10}), "gives": {"subtract": [100, value("unknown")]}}],
                             "otherwise": 100}, value("shares")], "places": 6}, code="estimate"),
    ],
    "scale": [{"letter": "none", "more_than": 5000}, {"letter": "5", "more_than": 2000}, {"letter": "4", "more_than": 300},
              {"letter": "3", "more_than": 50}, {"letter": "2", "more_than": 5}, {"letter": "1"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("ingredients", "estimate", "category"),
    [
        ([(26, 2737, ""), (23, 4500, ""), (40, 400, ""), (11, "", "")], 873, "4"),
        ([(4, 1737, ""), (5, "", ""), (5, "", ""), (86, "", "")], 43425, "none"),
        ([(26, 11, ""), (23, 19, ""), (40, 4, ""), (11, "", "no")], Decimal("6.6"), "2"),
    ],
)
def test_a_mixture_is_as_toxic_as_the_shares_of_its_ingredients(ingredients, estimate, category):
    """UN ST/SG/AC.10/C.4/2008/23, annex 2: example of oral and inhalation toxicity, and example 3. (6.6 mg/l is category 3 by
    the limits for inhalation, which are others than those of the scale here.)"""
    rows = [
        {"entity": "a", "type": "inspection", "part": part, "estimate": of_it, "known": known}
        for part, of_it, known in ingredients
    ]
    graded = MIXTURE | {"records": rows}  # fmt: skip
    step = 1 if estimate == int(estimate) else "0.1"
    points = {name: said for name, said in graded.items() if name != "scale"}
    points["components"] = [*graded["components"][:2], graded["components"][2] | {"rounding": step}]
    assert run(points) == {"a": estimate}
    assert run(graded) == {"a": category}


# Contracts, each with its own score, weighed by their price


#: Designers of roads (公路设计企业信用行为评价计算方法): a tender has 100 points less those of what was done badly, so has
#: the carrying out of each contract; tenders are averaged, contracts weighed by their price; 0.2 and 0.8, or the whole for
#: the one that there is; other acts are taken off at the end.
def of_contracts(code: str, kind: str, **more) -> dict:
    lost = of("violation", {"field": "points"}, code=f"lost-{code}")
    price = of("inspection", {"field": "price"}, code=f"price-{code}", take="largest", if_unknown=1)
    return {"kind": "parts", "code": code, "same": ["contract"], "records": {"values": {"stage": [kind]}}, "components": [lost, price],
            "gives": {"subtract": [100, value(f"lost-{code}")]}, "take": "mean", "weight": "0", "rounding": "0.01", **more}  # fmt: skip


T, L = value("tenders"), value("contracts")
DESIGNERS = {
    "components": [
        of_contracts("tenders", "tender"),
        of_contracts("contracts", "contract", weighed_by=value("price-contracts")),
        formula({"first_known": [{"add": [{"multiply": ["0.2", T]}, {"multiply": ["0.8", L]}]}, T, L]}, rounding="0.01"),
        of("violation", {"field": "points"}, records={"types": ["violation"], "values": {"stage": ["other"]}}, weight="-1"),
    ],
    "scale": [{"letter": "AA", "from": 95}, {"letter": "A", "from": 85}, {"letter": "B", "from": 75}, {"letter": "C", "from": 60}, {"letter": "D"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "points"),
    [
        # Tenders 100 and 90: 95; contracts 96 on 300 and 80 on 100: 92; 19 + 73.6.
        ("t1: tender 0; t2: tender 10; c1: contract 4 300; c2: contract 20 100", "92.6"),
        ("t1: tender 0; t2: tender 10; c1: contract 4 300; c2: contract 20 100; o: other 2.5", "90.1"),
        ("c1: contract 4 300; c2: contract 20 100", "92"),
        ("t2: tender 10", "90"),
        ("o: other 5", None),
    ],
)
def test_contracts_weigh_by_their_price_and_tenders_alike(rows, points):
    records = []
    for row in rows.split("; "):
        contract, said = row.split(": ")
        stage, lost, price = (*said.split(), "")[:3]
        head = {"entity": "a", "contract": contract if stage != "other" else "", "stage": stage}
        if stage != "other":
            records.append(head | {"type": "inspection", "points": "", "price": price})
        records.append(head | {"type": "violation", "points": lost, "price": ""})
    example = {name: said for name, said in DESIGNERS.items() if name != "scale"}
    assert run(example | {"records": records}) == {"a": points and Decimal(points)}


# Bins whose number follows from how skewed the values are

#: Contributions to the resolution fund (Delegated Regulation (EU) 2015/63, annex I, steps 2 and 3): as many bins as the
#: skewness asks for, as many institutions in each, the first ones one more, equals in the lowest; then from 1 to 1,000.
X, K, N = fact("x"), value("bins"), value("number")


def over_all(code: str, number, take: str = "sum") -> dict:
    return {"kind": "peers", "code": code, "of": number, "take": take, "weight": "0", "rounding": "0.000001"}


def part(above, below) -> dict:
    return {"divide": [above, below], "places": 9}


def root(number) -> dict:
    return {"function": "square-root", "of": number, "places": 9}


def two_log(number) -> dict:
    return part({"function": "natural-logarithm", "of": number, "places": 9}, "0.693147")


APART = {"subtract": [X, value("mean")]}
SKEW = part(part(value("cubes"), N), {"power": part(value("squares"), N), "exponent": "1.5", "places": 9})
SPREAD = root(part({"multiply": [6, {"subtract": [N, 2]}]}, {"multiply": [{"add": [N, 1]}, {"add": [N, 3]}]}))
WHOLE = {"round": part(N, K), "to": 1, "mode": "floor"}
OVER = {"subtract": [N, {"multiply": [K, WHOLE]}]}
FULLER = {"multiply": [OVER, {"add": [WHOLE, 1]}]}
BINS = {
    "components": [
        over_all("number", 1, "count"), over_all("mean", X, "mean"), over_all("squares", {"power": APART, "exponent": 2}),
        over_all("cubes", {"power": APART, "exponent": 3}), over_all("place", X, "rank"),
        formula({"round": {"add": [1, two_log(N), two_log({"add": [1, part({"absolute": SKEW}, SPREAD)]})]}, "to": 1}, code="bins", weight="0"),
        formula({"case": [{"when": when({"subtract": [value("place"), FULLER]}, {"at_most": 0}),
                           "gives": {"round": part(value("place"), {"add": [WHOLE, 1]}), "to": 1, "mode": "ceiling"}}],
                 "otherwise": {"add": [OVER, {"round": part({"subtract": [value("place"), FULLER]}, WHOLE), "to": 1, "mode": "ceiling"}]}},
                code="bin", weight="0"),
        over_all("least", value("bin"), "smallest"), over_all("most", value("bin"), "largest"),
        formula({"add": [1, {"multiply": [999, part({"subtract": [value("bin"), value("least")]}, {"subtract": [value("most"), value("least")]})]}]},
                rounding="0.01"),
    ],
}  # fmt: skip


def rescaled(values: list[float]) -> list[float]:
    """The same worked out directly."""
    number, mean = len(values), sum(values) / len(values)
    second, third = (sum((one - mean) ** power for one in values) / number for power in (2, 3))
    spread = sqrt(6 * (number - 2) / ((number + 1) * (number + 3)))
    bins = int(1 + log2(number) + log2(1 + abs(third / second**1.5) / spread) + 0.5)
    whole, over = divmod(number, bins)
    edges = [whole + (place < over) for place in range(bins)]
    ranks = [sorted(values).index(one) + 1 for one in values]
    places = [next(n for n in range(bins) if sum(edges[: n + 1]) >= rank) + 1 for rank in ranks]
    return [1 + 999 * (one - min(places)) / (max(places) - min(places)) for one in places]


@pytest.mark.parametrize(
    "values", [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [1, 1, 1, 2, 2, 3, 5, 8, 13, 21, 34, 55, 89], [5, 4, 4, 4, 3, 9, 40]]
)  # fmt: skip
def test_bins_are_as_many_as_the_skewness_of_all_asks_for(values):
    entities = [{"entity": f"e{n:02}", "x": one} for n, one in enumerate(values)]
    found = run(BINS | {"entities": entities})
    assert [float(found[row["entity"]]) for row in entities] == pytest.approx(rescaled(values), abs=0.006)
