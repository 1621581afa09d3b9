"""What an entity takes from others than its peers, parts among their like, so many in a row, and how far numbers lie apart.

Named are the methods whose figures the tests have; the others show the shape of a method with figures of their own.
"""

import statistics
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from pydantic import ValidationError

from evaluation.composing.outline import ADD, VALUE
from evaluation.composing.problems import problems_of
from evaluation.kernel import peer_tables, rate
from evaluation.methods import method_of
from evaluation.schemes import SchemeDocument
from evaluation.schemes.compiled import compile_scheme
from tests.evaluation.columns import Row, columns, document
from tests.evaluation.composing.test_outline import read
from tests.evaluation.test_methods_of_other_makes import formula, of
from tests.evaluation.test_more_published_methods import graded, steps
from tests.evaluation.test_scheme_language import named, run

TODAY = date(2026, 11, 22)
calm = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LOST = of("penalty", {"field": "points"}, code="lost", weight="0")
OF_HEAD_OFFICE = {
    "kind": "peers", "code": "of-head-office", "of": {"value": "lost"}, "among": [["entity"]], "found_by": [["head_office"]],
    "take": "sum", "at_least": 1, "if_unknown": 0,
}  # fmt: skip
BY_MONTH = {
    "kind": "parts", "same": ["month"], "take": "mean", "gives": {"value": "standing"}, "components": [
        of("penalty", {"field": "points"}, code="of-month", weight="0"),
        {"kind": "peers", "code": "standing", "of": {"value": "of-month"}, "among": [[{"part": "month"}]], "take": "rank", "at_least": 1,
         "rounding": "0.1"},
    ],
}  # fmt: skip


def scores(*numbers, kind="inspection") -> list[dict]:
    """Records of one entity with these scores, one a day."""
    first = date(2026, 1, 1)
    return [
        {"type": kind, "decided": (first + timedelta(days=n)).isoformat(), "score": number}
        for n, number in enumerate(numbers)
    ]


def of_scores(*numbers, **more):
    """What a component makes of records with these scores."""
    component = of("inspection", {"field": "score"}, **more)
    return run({"component": component, "records": scores(*numbers)})["a"]


# Looking at others


def test_a_company_takes_from_its_head_office_whose_own_head_office_it_does_not_see():
    entities = [
        {"entity": name, "head_office": head}
        for name, head in (("a", ""), ("b", "a"), ("c", "b"), ("d", "gone"))
    ]
    records = [
        {"entity": "a", "type": "penalty", "points": 3},
        {"entity": "b", "type": "penalty", "points": 5},
    ]
    example = {"components": [LOST, OF_HEAD_OFFICE], "entities": entities, "records": records}
    assert run(example) == {"a": 0, "b": 3, "c": 5, "d": 0}


def test_how_one_stands_among_others_needs_a_number_of_its_own_and_what_they_come_to_does_not():
    entities = [
        {"entity": "s1", "flag": "x", "of": "", "share": 2}, {"entity": "s2", "flag": "x", "of": "", "share": 6},
        {"entity": "fleet", "flag": "", "of": "x", "share": ""}, {"entity": "ship", "flag": "", "of": "x", "share": 6},
    ]  # fmt: skip

    def found(take):
        one = {
            "kind": "peers",
            "of": {"fact": "share"},
            "among": [["flag"]],
            "found_by": [["of"]],
            "take": take,
        }
        return run({"component": one, "entities": entities})

    assert found("mean") == {"s1": None, "s2": None, "fleet": 4, "ship": 4}
    assert found("rank") == {"s1": None, "s2": None, "fleet": None, "ship": 2}
    assert found("deviation") == {"s1": None, "s2": None, "fleet": 2, "ship": 2}


city = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.integers(0, 400).map(lambda days: TODAY - timedelta(days=days)),
        st.integers(-9, 9),
    ),
    max_size=20,
)


@calm
@given(city, st.lists(st.integers(1, 5), min_size=5, max_size=5), st.lists(st.integers(0, 5), max_size=3))
def test_others_are_the_same_however_the_city_is_cut(acts, heads, cuts):
    scheme = compile_scheme(
        SchemeDocument.model_validate(
            document(*(named(one, one["code"]) for one in (LOST, OF_HEAD_OFFICE, BY_MONTH | {"code": "by-month", "if_unknown": 0})))
            | {"enough": {"article": "2", "records": 0}, "floor": None, "ceiling": None}
        )
    )  # fmt: skip
    rows = [
        Row(entity=entity, record=n, decided=day, values={"points": points})
        for n, (entity, day, points) in enumerate(acts, 1)
    ]
    everyone = tuple(range(1, 6))
    facts = {
        one: {"entity": f"e{one}", "head_office": f"e{head}"}
        for one, head in zip(everyone, heads, strict=True)
    }
    whole = columns(rows, scheme.vocabulary, everyone, facts)
    shards = [whole.shard(*edges) for edges in pairwise(sorted({0, 5, *cuts}))]
    together = rate(whole, scheme, TODAY)
    tables = peer_tables(lambda: shards[::-1], scheme, TODAY)
    apart = [rate(one, scheme, TODAY, tables) for one in shards]
    for name in together.__slots__:
        joined = np.concatenate([getattr(one, name) for one in apart])
        assert np.array_equal(joined, getattr(together, name)), name
    lost = {one: sum(points for entity, _day, points in acts if entity == one) for one in everyone}
    months = {one: {} for one in everyone}
    for entity, day, points in acts:
        months[entity][day.year, day.month] = months[entity].get((day.year, day.month), 0) + points
    for place, one in enumerate(everyone):
        ranks = [
            1 + sum(other.get(month, points) < points for other in months.values()) for month, points in months[one].items()
        ]  # fmt: skip
        mean = Decimal(sum(ranks)) / len(ranks) if ranks else Decimal(0)
        wanted = 80 + lost[heads[place]] + mean.quantize(Decimal("0.1"), "ROUND_HALF_UP")
        assert Decimal(int(together.points[place])) / 100 == wanted


@pytest.mark.parametrize(
    ("component", "says"),
    [
        (OF_HEAD_OFFICE | {"found_by": [["head_office", "region"]]}, "has a list for each of theirs"),
        (OF_HEAD_OFFICE | {"found_by": [["head_office"], []]}, "has a list for each of theirs"),
        (OF_HEAD_OFFICE | {"among": [[{"part": "month"}]]}, "month is no word under which"),
        (BY_MONTH | {"same": ["site"]}, "month is no word under which"),
        (of("penalty", rolling={"over": 3, "whole": True}), "not of a time"),
        (of("penalty", take="running", running={"start": 0, "becomes": 0, "recent": {"over": 3, "unit": "records"}}), "days"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(component, says):
    content = document(named(LOST, "lost"), named(component, "part-1"))
    with pytest.raises(ValidationError, match=says):
        SchemeDocument.model_validate(content)
    assert problems_of(content, of_registry=False)


# So many in a row


@calm
@given(st.lists(st.integers(-20, 20), min_size=1, max_size=12), st.integers(1, 5), st.booleans())
def test_the_largest_mean_of_so_many_in_a_row(numbers, over, whole):
    windows = [numbers[max(0, end - over) : end] for end in range(1, len(numbers) + 1)]
    means = [Fraction(sum(window), len(window)) for window in windows if not whole or len(window) == over]
    rolling = {"over": over, "unit": "records", "take": "mean", "whole": whole}
    found = of_scores(*numbers, take="largest", rolling=rolling, rounding="0.001")
    if not means:
        assert found is None
    else:
        assert abs(Fraction(found) - max(means)) <= Fraction(1, 2000)


@pytest.mark.parametrize(
    ("counts", "grade"),
    [
        ([9, 9, 30, 9, 9], "free"),
        ([9, 30, 9, 9, 30], "warned"),
        ([30, 9, 9, 9, 30], "free"),
        ([30, 9, 30, 9, 30], "suspended"),
        ([30, 30, 30, 9, 9, 9], "free"),
        ([30, 30], "warned"),
    ],
)
def test_a_dairy_is_warned_by_two_of_its_last_four_samples_and_suspended_by_three_of_five(counts, grade):
    """Grade “A” Pasteurized Milk Ordinance, section 6: of the last samples, against a limit of 20 (thousand)."""
    above = steps({"field": "score"}, (20, 0), beyond=1)

    def last(number, code):
        return of("inspection", above, code=code, weight="0", take="latest", if_unknown=0,
                  rolling={"over": number, "unit": "records"})  # fmt: skip

    example = {
        "components": [last(4, "of-four"), last(5, "of-five"), formula(100)],
        "scale": [{"letter": "free", "when": {"all": [{"test": {"value": "of-four"}, "less_than": 2}, {"test": {"value": "of-five"}, "less_than": 3}]}},
                  {"letter": "warned", "when": {"test": {"value": "of-five"}, "less_than": 3}}, {"letter": "suspended"}],
        "records": scores(*counts),
    }  # fmt: skip
    assert graded(example) == grade


@pytest.mark.parametrize(
    ("values", "signals"),
    [
        ([0, 1, -1, 0, 1, 0], 0),
        ([0, 3.1, 0], 1),
        ([2.1, 0, 2.5, 0], 1),
        ([2.1, -2.1, 0, 0], 0),
        ([1.1, 1.2, 0.5, 1.5, 1.3], 1),
        ([0.1, 0.2, 0.1, 0.3, 0.2, 0.5, 0.4, 0.1], 1),
        ([2.1, 2.2, 3.5, 1.1, 1.2], 3),
    ],
)
def test_a_chart_gives_its_signals_by_runs_above_the_middle(values, signals):
    """The four rules of Western Electric (1956), of one side: 1 beyond 3, 2 of 3 beyond 2, 4 of 5 beyond 1, 8 in a row."""
    rules = []
    for number, (beyond, over, least) in enumerate(((3, 1, 1), (2, 3, 2), (1, 5, 4), (0, 8, 8))):
        beyond_it = {"steps": {"field": "score"}, "table": [{"more_than": beyond, "gives": 1}, {"gives": 0}]}
        run_of = of("inspection", beyond_it, code=f"run-{number}", weight="0", take="largest", if_unknown=0,
                    rolling={"over": over, "unit": "records"})  # fmt: skip
        rules.append((run_of, {"test": {"value": f"run-{number}"}, "at_least": least}))
    example = {
        "components": [*(one for one, _test in rules), formula({"how_many": [test for _one, test in rules]})]
    }
    assert run(example | {"records": scores(*values)}) == {"a": signals}


# How far numbers lie apart


BETWEEN = {"lower": "inverted_cdf", "mean": "averaged_inverted_cdf", "line": "linear",
           "line-by-n": "interpolated_inverted_cdf", "line-by-n+1": "weibull", "line-by-middles": "hazen",
           "line-by-thirds": "median_unbiased", "line-by-eighths": "normal_unbiased", "nearest": "closest_observation"}  # fmt: skip


@calm
@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=9),
    st.integers(0, 16),
    st.sampled_from(sorted(BETWEEN)),
)
def test_a_quantile_is_that_of_statisticians_whichever_they_mean(numbers, sixteenths, between):
    said = {"take": "quantile", "quantile": f"{sixteenths}/16", "between": between, "rounding": "0.0001"}
    # Sixteenths are exact in binary, so that the other side does not round either.
    wanted = np.quantile(np.array(numbers, float), sixteenths / 16, method=BETWEEN[between])
    assert float(of_scores(*numbers, **said)) == pytest.approx(float(wanted), abs=0.0001)
    entities = [{"entity": f"{n:02}", "measure": number} for n, number in enumerate(numbers)]
    peers = {"kind": "peers", "of": {"fact": "measure"}, "at_least": 1, **said}
    found = run({"component": peers, "entities": entities})
    assert [float(one) for one in found.values()] == pytest.approx([float(wanted)] * len(numbers), abs=0.0001)


@calm
@given(st.lists(st.decimals(-500, 500, places=2), min_size=1, max_size=9))
def test_a_deviation_is_the_root_of_the_mean_square_from_the_mean(numbers):
    exact = [Fraction(number) for number in numbers]
    for spread, of_all in (("population", statistics.pstdev), ("sample", statistics.stdev)):
        said = {"take": "deviation", "spread": spread, "rounding": "0.01"}
        entities = [{"entity": f"{n:02}", "measure": number} for n, number in enumerate(numbers)]
        peers = {"kind": "peers", "of": {"fact": "measure"}, "at_least": 1, **said}
        found = {of_scores(*numbers, **said), *run({"component": peers, "entities": entities}).values()}
        if spread == "sample" and len(numbers) == 1:
            assert found == {None}
        else:
            (one,) = found
            assert abs(one - Decimal(str(of_all(exact)))) <= Decimal("0.0050001")


def test_sites_lie_as_far_apart_as_their_numbers():
    lost = of("penalty", {"field": "score"}, code="lost")
    sites = {
        "kind": "parts",
        "same": ["site"],
        "components": [lost],
        "gives": {"value": "lost"},
        "take": "deviation",
    }
    records = [
        {"type": "penalty", "site": f"s{n}", "score": score}
        for n, score in enumerate((2, 4, 4, 4, 5, 5, 7, 9))
    ]
    assert run({"component": sites, "records": records}) == {"a": 2}


def test_water_for_bathing_is_held_against_a_percentile_of_logarithms():
    """Directive 2006/7/EC, annex II: the antilog of the mean of logarithms and 1.65 deviations; here 10 to the 3.65."""
    tens = {"function": "common-logarithm", "of": {"field": "score"}}
    log = {"rounding": "0.000001", "weight": "0"}
    example = {
        "components": [
            of("inspection", tens, code="mean", take="mean", **log),
            of("inspection", tens, code="apart", take="deviation", spread="sample", **log),
            formula({"function": "exponential", "places": 0, "of": {"multiply": [
                {"add": [{"value": "mean"}, {"multiply": ["1.65", {"value": "apart"}]}]}, "2.302585093"]}}),
        ],
        "records": scores(10, 100, 1000),
    }  # fmt: skip
    assert run(example) == {"a": 4467}


def test_a_rating_is_moved_by_all_games_of_a_period_together():
    """Glickman's example: 1500 ± 200 against 1400 ± 30 (won), 1550 ± 100 and 1700 ± 300 (lost) becomes 1464 ± 151.4."""
    q = "0.005756463"
    spread = {"divide": [{"multiply": [100723985, {"field": "rd"}, {"field": "rd"}]}, 10**13], "places": 9}
    g = {"power": {"add": [1, spread]}, "exponent": "-0.5", "places": 9}
    apart = {"subtract": [{"field": "rating"}, {"fact": "rating"}]}
    odds = {"function": "exponential", "of": {"multiply": [q, g, apart]}, "places": 9}
    expected = {"divide": [1, {"add": [1, odds]}], "places": 9}
    exact = {"weight": "0", "rounding": "0.000000001"}
    information = {"multiply": [g, g, expected, {"subtract": [1, expected]}]}
    # All in millionths, so that nothing small is rounded away.
    certain = {"add": [{"divide": [10**6, {"multiply": [{"fact": "rd"}, {"fact": "rd"}]}], "places": 9},
                       {"multiply": ["33.136863", {"value": "information"}]}]}  # fmt: skip
    moved = {"divide": [{"multiply": ["5756.462732", {"value": "surprise"}]}, certain], "places": 4}
    example = {
        "components": [
            of("inspection", information, code="information", **exact),
            of("inspection", {"multiply": [g, {"subtract": [{"field": "won"}, expected]}]}, code="surprise", **exact),
            formula({"add": [{"fact": "rating"}, moved]}, code="rating", weight="10", rounding=1),
            formula({"multiply": [1000, {"power": certain, "exponent": "-0.5"}]}, code="rd", weight="0.001", rounding="0.1"),
        ],
        "entities": [{"entity": "a", "rating": 1500, "rd": 200}],
        "records": [{"type": "inspection", "rating": rating, "rd": rd, "won": won}
                    for rating, rd, won in ((1400, 30, 1), (1550, 100, 0), (1700, 300, 0))],
    }  # fmt: skip
    assert run(example) == {"a": Decimal("14640.1514")}


# Parts among their like


def test_the_fourth_highest_of_each_year_is_averaged_over_three_years():
    """The shape of the design value for ozone, 40 CFR 50 appendix U, cut to three places."""
    highest = of(
        "inspection",
        {"field": "score"},
        code="fourth",
        highest=4,
        take="smallest",
        enough=4,
        rounding="0.001",
    )
    years = {"kind": "parts", "same": ["year"], "components": [highest], "gives": {"value": "fourth"}, "take": "mean",
             "enough": 3, "weight": "0", "code": "years", "rounding": "0.000001"}  # fmt: skip
    cut = formula({"round": {"value": "years"}, "to": "0.001", "mode": "down"})
    days = {2023: (80, 75, 74, 71, 90), 2024: (70, 69, 68, 66, 12), 2025: (77, 77, 76, 73, 50)}
    records = [
        {"type": "inspection", "decided": f"{year}-07-0{n}", "score": Decimal(ppb).scaleb(-3)}
        for year, all_days in days.items()
        for n, ppb in enumerate(all_days, 1)
    ]
    # 0.074, 0.066 and 0.073: 0.071 and no more.
    assert run({"components": [years, cut], "records": records}) == {"a": Decimal("0.071")}


@pytest.mark.parametrize(
    ("findings", "column"),
    [
        ([], "1"),
        ([("white", "mitigating", "safety")], "2"),
        ([("white", "mitigating", "safety"), ("white", "barriers", "safety")], "2"),
        ([("white", "mitigating", "safety")] * 2, "3"),
        ([("yellow", "barriers", "safety")], "3"),
        ([("white", one, "safety") for one in ("initiating", "mitigating", "barriers")], "3"),
        (
            [
                ("white", "mitigating", "safety"),
                ("white", "barriers", "safety"),
                ("white", "public", "radiation"),
            ],
            "2",
        ),
        (
            [
                ("yellow", "barriers", "safety"),
                ("white", "public", "radiation"),
                ("white", "public", "radiation"),
            ],
            "4",
        ),
        ([("yellow", "barriers", "safety")] * 2, "4"),
        ([("red", "barriers", "safety")], "4"),
    ],
)
def test_reactors_come_into_a_column_by_cornerstones_and_areas(findings, column):
    """The Action Matrix of the US Nuclear Regulatory Commission (IMC 0305), without what repeats over quarters."""
    white, yellow, red = (
        {"count": {"types": ["violation"], "values": {"colour": [one]}}} for one in ("white", "yellow", "red")
    )

    def having(word, number, least):
        inner = formula(number, code=f"in-{word}")
        return {"kind": "parts", "code": word, "same": [word], "components": [inner], "gives": 1, "weight": "0",
                "take": "count", "where": [{"test": {"value": f"in-{word}"}, "at_least": least}]}  # fmt: skip

    def at_least(number, least):
        return {"test": number, "at_least": least}

    degraded, crowded = {"value": "cornerstone"}, {"value": "area"}
    example = {
        "components": [
            having("cornerstone", {"add": [white, {"multiply": [2, yellow]}]}, 2),
            having("area", white, 3),
            formula({"case": [
                {"when": {"any": [at_least(red, 1), at_least(yellow, 2), at_least(degraded, 2)]}, "gives": 4},
                {"when": {"any": [at_least(degraded, 1), at_least(crowded, 1)]}, "gives": 3},
                {"when": at_least(white, 1), "gives": 2}], "otherwise": 1}),
        ],
        "scale": [*({"letter": str(n), "at_most": n} for n in (1, 2, 3)), {"letter": "4"}],
        "entities": [{"entity": "a"}],
        "records": [{"type": "violation", "colour": colour, "cornerstone": cornerstone, "area": area}
                    for colour, cornerstone, area in findings],
    }  # fmt: skip
    assert graded(example) == column


# Words


words_of = st.lists(st.tuples(st.sampled_from(["", "x", "y"]), st.sampled_from(["", "x", "y"])), max_size=6)


@calm
@given(words_of, st.sampled_from(["", "x", "y"]))
def test_words_are_the_same_where_both_are_known(pairs, home):
    match = {"kind": "records", "records": {"types": ["penalty"]}, "take": "count", "weight": "1"}

    def where(*names, holds=True):
        said = {"alike": list(names)}
        return match | {"records": match["records"] | {"where": [said if holds else {"not": said}]}}

    records = [{"type": "penalty", "place": place, "seat": seat} for place, seat in pairs]
    asked = {"entities": [{"entity": "a", "home": home}], "records": records}
    for names, each in (
        (("place", "seat"), pairs),
        (("place", "entity.home"), [(place, home) for place, _seat in pairs]),
    ):
        known = [one == other for one, other in each if one and other]
        assert run({"component": where(*names), **asked})["a"] == sum(known)
        assert run({"component": where(*names, holds=False), **asked})["a"] == len(known) - sum(known)


def test_words_of_records_are_asked_where_a_record_is_looked_at_and_those_of_the_entity_anywhere():
    rule = {"code": "same", "name": {"zh": "字", "en": "Words"}, "article": "7", "then": {"grade": "D"}}
    of_facts = document(
        LOST | named(LOST, "lost"), rules=[rule | {"when": {"alike": ["entity.seat", "entity.home"]}}]
    )
    assert compile_scheme(SchemeDocument.model_validate(of_facts)).vocabulary.fact_keys == ("home", "seat")
    of_record = of_facts | {"rules": [rule | {"when": {"alike": ["place", "entity.home"]}}]}
    assert [one.says for one in problems_of(of_record, of_registry=False)] == [
        "A field of a record is read where a record is looked at."
    ]


# In words and in the form


@pytest.mark.django_db
def test_the_published_method_says_whom_it_looks_at_and_how_far_numbers_lie_apart():
    several = (
        LOST,
        OF_HEAD_OFFICE | {"take": "quantile", "quantile": "1/4", "between": "mean"},
        BY_MONTH | {"take": "deviation", "spread": "sample"},
        of("penalty", rolling={"over": 5, "unit": "records", "take": "mean", "whole": True}, take="largest"),
        of("penalty", take="quantile", quantile="9/10", between="line-by-n+1"),
    )
    content = document(*(named(one, f"part-{n}") for n, one in enumerate(several)))
    rows = {
        one.part.code: dict(one.rows) for one in method_of(SchemeDocument.model_validate(content)).components
    }
    head_office = rows["of-head-office"]
    assert (head_office["Peers by"], head_office["Looks at those found by its own"]) == (
        "the entity itself",
        "head office",
    )
    assert head_office["Between two peers"] == "the mean of both where it ends between them"
    assert rows["standing"]["Peers by"] == "calendar month of the part"
    assert rows["part-2"]["What is taken"] == "The standard deviation; over their number less one"
    assert rows["part-3"]["Together with those before"] == (
        "5 records or events, itself the last; the mean; only where there are so many"
    )
    assert rows["part-4"]["What is taken"] == "A quantile 9/10; on straight lines, the k-th of n at k/(n + 1)"


def test_the_form_changes_what_is_looked_at_and_keeps_what_it_does_not_ask_for():
    content = document(named(LOST, "lost"), named(OF_HEAD_OFFICE, "x"), named(BY_MONTH, "by-month"))
    content = SchemeDocument.model_validate(content).model_dump(mode="json", by_alias=True)
    changed = read(
        content,
        **{
            VALUE + "/components/1/take": "deviation",
            VALUE + "/components/1/found_by/0": "parent",
            VALUE + "/components/2/components/1/take": "percentile",
            ADD + "/components": "peers",
        },
    )
    assert changed["components"][1]["found_by"] == [["parent"]]
    assert changed["components"][1]["take"] == "deviation"
    assert changed["components"][2]["components"][1]["among"] == [[{"part": "month"}]]
    assert problems_of(changed, of_registry=False) == []
