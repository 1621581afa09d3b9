"""Chains, events by formula, rolling sums, choices and rules by the grade so far: held against the same worked out one by one."""

from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import quantiles

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from credit_platform.common.working_days import months_after
from evaluation.kernel import Piece, explain, rate
from evaluation.schemes import SchemeDocument, compile_scheme
from tests.evaluation.columns import Row, columns, document, rules
from tests.evaluation.test_scheme_language import TODAY, run

calm = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
days = st.dates(date(2020, 1, 1), TODAY)
several = st.lists(st.tuples(st.sampled_from("abc"), days, st.integers(-12, 6)), max_size=14)
NAMES = [{"entity": name} for name in "abc"]
BALANCE, POINTS, RECORDS, QUIET = ({"event": name} for name in ("balance", "points", "records", "quiet"))


def penalties(rows) -> list[dict]:
    return [
        {"entity": entity, "type": "penalty", "decided": day.isoformat(), "amount": points}
        for entity, day, points in rows
    ]


def of_amounts(**said) -> dict:
    return {"kind": "records", "records": {"types": ["penalty"]}, "each": {"field": "amount"}, **said}


def theirs(rows, name) -> list[tuple[date, int]]:
    return sorted(((day, points) for entity, day, points in rows if entity == name), key=lambda row: row[0])


#: Half of what there was and what comes, more for having been quiet long; remembers the greatest that came.
RESTLESS = {
    "start": 3,
    "unit": "days",
    "also": [{"name": "most", "start": -99, "becomes": {"largest": [{"event": "most"}, POINTS]}}],
    "becomes": {
        "case": [
            {
                "when": {"test": QUIET, "at_least": 200},
                "gives": {"add": [{"multiply": [BALANCE, "0.5"]}, POINTS, RECORDS]},
            }
        ],
        "otherwise": {
            "add": [{"multiply": [BALANCE, "0.5"]}, POINTS, {"multiply": ["0.1", {"event": "most"}]}]
        },
    },
    "up_to_now": True,
}


def restless(rows) -> Decimal:
    """The balance of one entity, a record at a time."""
    balance, most, last = Decimal(3), Decimal(-99), None
    for day, points in [*rows, *([(TODAY, None)] if rows else [])]:
        quiet = 0 if last is None else (day - last).days
        came = Decimal(points or 0)
        records = 0 if points is None else 1
        more = records if quiet >= 200 else Decimal("0.1") * most
        balance = min(max(balance * Decimal("0.5") + came + more, Decimal(-40)), Decimal(20))
        balance = balance.quantize(Decimal("1e-9"), "ROUND_HALF_UP")
        most, last = max(most, came), day
    return balance.quantize(Decimal("0.001"), "ROUND_HALF_UP")


@calm
@given(several)
def test_a_chain_is_what_carrying_it_record_by_record_gives(rows):
    rows = sorted(rows, key=lambda row: row[1])
    component = of_amounts(take="running", running=RESTLESS, floor=-40, ceiling=20, rounding="0.001")
    found = run({"component": component, "records": penalties(rows), "entities": NAMES})
    for name in "abc":
        assert found[name] == restless(theirs(rows, name))


@calm
@given(several, st.integers(1, 30), st.dates(date(2019, 6, 1), date(2026, 6, 1)), st.booleans())
def test_a_chain_of_periods_is_what_going_through_them_gives(rows, every, since, up_to_now):
    becomes = {
        "case": [{"when": {"test": QUIET, "at_least": 2}, "gives": {"add": [BALANCE, 7]}}],
        "otherwise": {"add": [{"multiply": [BALANCE, "0.5"]}, POINTS, {"multiply": [10, RECORDS]}]},
    }
    running = {
        "start": 1,
        "since": since.isoformat(),
        "every": every,
        "becomes": becomes,
        "up_to_now": up_to_now,
    }
    component = of_amounts(take="running", running=running, rounding="0.001")
    found = run({"component": component, "records": penalties(rows), "entities": NAMES})
    edges = [since]
    while edges[-1] <= TODAY:
        edges.append(months_after(since, every * len(edges)))
    for name in "abc":
        balance, quiet = Decimal(1), 0
        for first, after in pairwise(edges):
            if after > TODAY and not up_to_now:
                break
            within = [points for day, points in theirs(rows, name) if first <= day < after]
            quiet = 0 if within else quiet + 1
            halved = balance * Decimal("0.5") + sum(within) + 10 * len(within)
            balance = (balance + 7 if quiet >= 2 else halved).quantize(Decimal("1e-9"), "ROUND_HALF_UP")
        assert found[name] == balance.quantize(Decimal("0.001"), "ROUND_HALF_UP")


RECENT = {"event": "recent"}


@calm
@given(several, st.integers(1, 1000), st.sampled_from(["days", "months"]), st.integers(-15, 9))
def test_what_is_recent_counts_anew_from_each_step_that_is_struck(rows, over, unit, limit):
    over = over if unit == "days" else 1 + over % 36
    rows = sorted(rows, key=lambda row: row[1])
    chain = {
        "start": 0,
        "recent": {"over": over, "unit": unit},
        "struck": {"test": RECENT, "at_most": limit},
        "becomes": {"add": [{"multiply": [BALANCE, 2]}, RECENT]},
        "up_to_now": True,
    }
    found = run(
        {
            "component": of_amounts(take="running", running=chain),
            "records": penalties(rows),
            "entities": NAMES,
        }
    )
    for name in "abc":
        balance, standing = 0, []
        own = theirs(rows, name)
        for day, points in [*own, *([(TODAY, 0)] if own else [])]:
            standing.append((day, points))
            recent = sum(
                came
                for then, came in standing
                if (months_after(then, over) > day if unit == "months" else (day - then).days <= over)
            )
            balance = balance * 2 + recent
            if recent <= limit:
                standing = []
        assert found[name] == balance


def test_what_is_recent_turns_on_the_day_on_which_it_is_so_no_longer():
    def turnings(**recent):
        chain = {"start": 0, "recent": recent, "becomes": RECENT, "up_to_now": True}
        scheme = SchemeDocument.model_validate(document(of_amounts(take="running", running=chain)))
        return {(one.unit, one.after, one.plus) for one in compile_scheme(scheme).turnings}

    assert ("months", 12, 0) in turnings(over=12)
    assert ("days", 90, 1) in turnings(over=90, unit="days")


@calm
@given(several, st.integers(1, 30))
def test_rolling_is_the_most_in_any_stretch_of_so_many_months(rows, over):
    component = of_amounts(take="largest", rolling={"over": over})
    found = run({"component": component, "records": penalties(rows), "entities": NAMES})
    for name in "abc":
        own = theirs(rows, name)
        sums = []
        for place, (day, _points) in enumerate(own):
            # Of one day those entered before.
            before = [points for then, points in own[: place + 1] if months_after(then, over) > day]
            sums.append(sum(before))
        assert found[name] == (max(sums) if sums else None)


@calm
@given(several, st.integers(0, 20))
def test_a_quantile_is_the_smallest_that_so_many_do_not_exceed(rows, twentieths):
    of = {
        "component": of_amounts(take="quantile", quantile=f"{twentieths}/20"),
        "records": penalties(rows),
        "entities": NAMES,
    }
    found = run(of)
    for name in "abc":
        own = sorted(points for _day, points in theirs(rows, name))
        place = max(int((Decimal(twentieths) / 20 * len(own)).to_integral_value(ROUND_CEILING)), 1) - 1
        assert found[name] == (own[place] if own else None)


@calm
@given(several)
def test_a_quartile_on_a_straight_line_is_that_of_statistics(rows):
    component = of_amounts(take="quantile", quantile="1/4", between="line", rounding="0.01")
    found = run({"component": component, "records": penalties(rows), "entities": NAMES})
    for name in "abc":
        own = [Fraction(points) for _day, points in theirs(rows, name)]
        if len(own) > 1:
            assert Fraction(found[name]) == quantiles(own, n=4, method="inclusive")[0]
        else:
            assert found[name] == (own[0] if own else None)


@calm
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 90), st.integers(0, 9)), max_size=12))
def test_a_mean_by_a_weight_of_each_is_the_weighted_sum_over_the_weights(rows):
    component = of_amounts(take="mean", weighed_by={"field": "size"}, rounding="0.001")
    records = [
        {"entity": name, "type": "penalty", "amount": value, "size": size} for name, value, size in rows
    ]
    found = run({"component": component, "records": records, "entities": NAMES})
    for name in "abc":
        own = [(value, size) for entity, value, size in rows if entity == name]
        below = sum(size for _value, size in own)
        wanted = Decimal(sum(value * size for value, size in own)) / below if below else None
        assert found[name] == (None if wanted is None else wanted.quantize(Decimal("0.001"), "ROUND_HALF_UP"))


@calm
@given(several, st.integers(1, 5), st.integers(1, 5))
def test_the_lowest_of_the_last_are_chosen_one_after_the_other(rows, last, lowest):
    rows = sorted(rows, key=lambda row: row[1])
    component = of_amounts(last=last, lowest=lowest)
    found = run({"component": component, "records": penalties(rows), "entities": NAMES})
    for name in "abc":
        own = [points for _day, points in theirs(rows, name)]
        assert found[name] == sum(sorted(own[-last:])[:lowest])


visits = st.lists(
    st.tuples(st.sampled_from("ab"), st.lists(st.sampled_from("xyz"), max_size=3, unique=True)), max_size=10
)


@calm
@given(visits)
def test_what_comes_again_at_the_very_next_visit_is_a_repetition(found):
    """Each visit lies on a day of its own; its violations count as often as they came in a row."""
    component = {
        "kind": "records", "records": {"types": ["violation", "inspection"]},
        "each": {"by": "type", "gives": {"violation": 1}},
        "repeat": {"same": ["type", "rule"], "factors": ["1", "10", "100", "1000"], "at_next": ["visit"]},
    }  # fmt: skip
    records, wanted, in_a_row = [], {"a": 0, "b": 0}, {"a": {}, "b": {}}
    for number, (name, rules_broken) in enumerate(found):
        visit = {
            "entity": name,
            "visit": f"v{number}",
            "decided": (TODAY - timedelta(days=90 - number)).isoformat(),
        }
        records.append(visit | {"type": "inspection", "rule": ""})
        records += [visit | {"type": "violation", "rule": rule} for rule in rules_broken]
        in_a_row[name] = {rule: in_a_row[name].get(rule, 0) + 1 for rule in rules_broken}
        wanted[name] += sum(10 ** min(times - 1, 3) for times in in_a_row[name].values())
    entities = [{"entity": name} for name in "ab"]
    assert run({"component": component, "records": records[::-1], "entities": entities}) == wanted


@calm
@given(several, st.sampled_from(["largest", "smallest"]))
def test_what_is_largest_by_another_number_speaks(rows, take):
    """Of several alike the one that was entered later."""
    component = of_amounts(take=take, ranked_by={"multiply": [{"field": "amount"}, {"field": "amount"}]})
    found = run({"component": component, "records": penalties(rows), "entities": NAMES})
    best = max if take == "largest" else min
    for name in "abc":
        own = [points for entity, _day, points in reversed(rows) if entity == name]
        assert found[name] == (best(own, key=lambda points: points * points) if own else None)


# What holds of every kernel

CHAINED = compile_scheme(
    SchemeDocument.model_validate(
        document(
            of_amounts(take="running", running=RESTLESS, floor=-40, ceiling=20, rounding="0.001"),
            of_amounts(
                take="running",
                running={"start": 1, "since": "entity.registered_on", "every": 5,
                         "becomes": {"add": [{"multiply": [BALANCE, "0.7"]}, POINTS]}},
                rounding="0.01",
            ),
            of_amounts(
                groups=[{"same": ["case"], "gives": {"multiply": [POINTS, {"event": {"classes": ["minor"]}}]}}],
                rolling={"over": 9}, take="largest", if_unknown=0,
            ),
            of_amounts(
                take="running",
                running={"start": 0, "recent": {"over": 9}, "struck": {"test": {"event": "recent"}, "at_least": 9},
                         "becomes": {"add": [BALANCE, {"event": "recent"}]}, "up_to_now": True},
            ),
            of_amounts(take="mean", weighed_by={"elapsed": ["decided", "as-of"]}, last=4, if_unknown=0),
            of_amounts(take="quantile", quantile="2/3", if_unknown=0),
            of_amounts(repeat={"same": ["class"], "factors": [1, 3], "at_next": ["month"]}),
            of_amounts(groups=[{"same": [{"elapsed": ["2019-04-01", "decided"], "unit": "years"}], "ceiling": 5}],
                       take="largest", ranked_by={"event": "records"}, if_unknown=0),
            of_amounts(each={"add": [{"field": "amount"}, {"before": {"classes": ["minor"]}, "within": 9, "same": ["class"]},
                                     {"after": {}, "within": 90, "unit": "days", "sum": {"field": "amount"}}]}),
            of_amounts(by_size=[1, "1/2", "1/4"]),
            of_amounts(take="running", running={"start": 0, "largest_first": True,
                       "becomes": {"add": [{"multiply": [BALANCE, "0.5"]}, POINTS]}}, rounding="0.01"),
            rules=rules(
                {"when": {"graded": ["A", "B"]}, "then": {"moved_by": {"count": {"classes": ["serious"]}}}},
                {"when": {"graded": ["D"]}, "then": {"better_by": 1}},
            ),
            enough={"article": "2", "records": 0},
        )
    )
)  # fmt: skip
FACTS = {number: {"registered_on": date(2016 + number, 5, 31)} for number in range(1, 6)}
rows_of_city = st.lists(
    st.builds(
        Row,
        entity=st.integers(1, 6),
        severity=st.sampled_from(["minor", "general", "serious"]),
        decided=days,
        standing=st.sampled_from(["published", "published", "repaired"]),
        values=st.fixed_dictionaries(
            {"amount": st.integers(-9, 9), "case": st.sampled_from(["", "c-1", "c-2"])}
        ),
    ),
    max_size=25,
).map(
    lambda rows: [
        Row(**{name: getattr(row, name) for name in row.__dataclass_fields__} | {"record": n})
        for n, row in enumerate(rows, 1)
    ]
)
EVERYONE = tuple(range(1, 7))


def same(one, other) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in one.__slots__)


@calm
@given(rows_of_city, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(rows, chance):
    before = explain(columns(rows, CHAINED.vocabulary, EVERYONE, FACTS), CHAINED, TODAY)
    shuffled = chance.sample(rows, len(rows))
    after = explain(columns(shuffled, CHAINED.vocabulary, EVERYONE, FACTS), CHAINED, TODAY)
    assert same(before.ratings, after.ratings)
    assert same(before.findings, after.findings)


@calm
@given(rows_of_city, st.lists(st.integers(0, 6), max_size=3))
def test_shards_give_the_same_as_the_whole(rows, cuts):
    whole = columns(rows, CHAINED.vocabulary, EVERYONE, FACTS)
    at_once = rate(whole, CHAINED, TODAY)
    parts = [rate(whole.shard(*edges), CHAINED, TODAY) for edges in pairwise(sorted({0, 6, *cuts}))]
    for name in at_once.__slots__:
        joined = np.concatenate([getattr(part, name) for part in parts])
        assert np.array_equal(joined, getattr(at_once, name)), name


@calm
@given(rows_of_city)
def test_a_record_that_does_not_count_changes_nothing(rows):
    counting = [row for row in rows if row.standing == "published"]
    one = rate(columns(rows, CHAINED.vocabulary, EVERYONE, FACTS), CHAINED, TODAY)
    assert same(one, rate(columns(counting, CHAINED.vocabulary, EVERYONE, FACTS), CHAINED, TODAY))


@calm
@given(rows_of_city)
def test_the_lines_of_the_explanation_add_up(rows):
    explained = explain(columns(rows, CHAINED.vocabulary, EVERYONE, FACTS), CHAINED, TODAY)
    known = ~explained.ratings.pointless
    sums = np.bincount(
        explained.findings.entity, weights=explained.findings.points, minlength=len(explained.ratings.points)
    )
    assert sums.astype(int)[known].tolist() == explained.ratings.points[known].tolist()


def test_each_record_of_a_balance_gives_what_it_moved():
    """15 points, 4 at once, and a third that the floor holds; the first two years give 1 back each."""
    one = compile_scheme(
        SchemeDocument.model_validate(
            document(
                of_amounts(take="running", running={"start": 12, "returns": 1, "every": 12}, floor=0, ceiling=12),
                start=None, floor=None, ceiling=None,
            )
        )
    )  # fmt: skip
    rows = [
        Row(record=n, decided=day, values={"amount": points})
        for n, (day, points) in enumerate(
            [(date(2023, 1, 1), -4), (date(2025, 1, 1), -8), (date(2026, 1, 1), -8)], 1
        )
    ]
    findings = explain(columns(rows, one.vocabulary), one, TODAY).findings
    given_by = {
        record: points
        for piece, record, points in zip(findings.piece, findings.record, findings.points, strict=True)
        if piece == Piece.RECORD
    }
    assert given_by == {0: -400, 1: -800, 2: -300}
    rest = findings.points[findings.piece == Piece.COMPONENT].tolist()
    assert rest == [1200 + 200 + 100]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"each": {"event": "points"}}, "An event is asked of where one is worked out"),
        ({"groups": [{"same": ["case"], "gives": {"event": "balance"}}]}, "nothing is known by the name balance"),
        ({"take": "running", "running": {"start": 1, "since": "entity.x"}}, "by a formula what each step makes"),
        ({"take": "running", "running": {"start": 1, "returns": 1, "becomes": 1}}, "it also says what comes back"),
        ({"take": "running", "running": {"start": 1, "since": "paid_on", "becomes": 1}}, "Periods begin on a day"),
        ({"take": "running", "running": {"start": 1, "becomes": 1, "also": [{"name": "quiet", "becomes": 1}]}}, "names of its own"),
        ({"take": "running", "running": {"start": 1, "since": "2020-01-01", "becomes": {"field": "amount"}}}, "is read where a record"),
        ({"take": "running", "running": {"start": {"field": "amount"}}}, "is read where a record"),
        ({"take": "running", "running": {"start": 1, "becomes": RECENT}}, "nothing is known by the name recent"),
        ({"take": "running", "running": {"start": 1, "becomes": 1, "struck": {"known": 1}}}, "Only what is recent can be struck"),
        ({"take": "running", "running": {"start": 1, "since": "2020-01-01", "recent": {"over": 1}, "becomes": 1}}, "not of periods"),
        ({"take": "running", "running": {"start": 1, "recent": {"over": 1}}}, "by a formula what each step makes"),
        ({"take": "running", "running": {"start": 1, "recent": {"over": 1}, "becomes": 1, "also": [{"name": "recent", "becomes": 1}]}}, "names of its own"),
        ({"ranked_by": 1}, "What makes one the largest"),
        ({"take": "running", "running": {"start": 1, "largest_first": True}}, "by a formula what each step makes"),
        ({"take": "running", "running": {"start": 1, "largest_first": True, "since": "2020-01-01", "becomes": 1}}, "know no time"),
        ({"take": "running", "running": {"start": 1, "largest_first": True, "becomes": QUIET}}, "nothing is known by the name quiet"),
        ({"kind": "formula", "formula": {"before": {}}}, "is asked where a record is looked at"),
        ({"take": "running", "running": {"start": {"after": {}}}}, "is asked where a record is looked at"),
        ({"groups": [{"same": ["case"], "gives": {"before": {}, "sum": POINTS}}]}, "An event is asked of where one is worked out"),
        ({"repeat": {"factors": [1, 2], "within": 3, "at_next": ["year"]}}, "one of the two"),
        ({"weighed_by": 1}, "Weights of their own are those of a mean"),
        ({"take": "quantile", "quantile": "3/2"}, "lies between 0 and 1"),
        ({"take": "quantile"}, "Which quantile is said where one is taken"),
        ({"groups": [{"same": ["case"], "gives": {"event": "points", "sum": 1}}]}, "says which of them"),
        ({"each": {"case": [{"when": {"graded": ["A"]}, "gives": 1}]}}, "in rules only"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(change, says):
    component = change if change.get("kind") == "formula" else of_amounts(**change)
    with pytest.raises(ValueError, match=says):
        SchemeDocument.model_validate(document(component))


def test_a_rule_asks_for_grades_of_the_scale_only():
    asks = rules({"when": {"graded": ["Z"]}, "then": {"better_by": 1}})
    with pytest.raises(ValueError, match="asks for the grade Z"):
        SchemeDocument.model_validate(document(of_amounts(), rules=asks))


def test_what_a_chain_needs_and_does_not_know_makes_it_unknown():
    component = of_amounts(
        take="running", dated="held_on",
        running={"start": {"fact": "first"}, "becomes": {"add": [BALANCE, POINTS]}},
    )  # fmt: skip
    known = {"type": "penalty", "amount": 1, "held_on": "2026-01-01"}
    found = run(
        {
            "component": component,
            "records": [
                known | {"entity": "a"},
                known | {"entity": "b", "held_on": ""},
                known | {"entity": "c"},
            ],
            "entities": [
                {"entity": "a", "first": 2},
                {"entity": "b", "first": 2},
                {"entity": "c", "first": ""},
            ],
        }
    )
    assert found == {"a": 3, "b": None, "c": None}


def test_an_event_that_gives_nothing_known_is_left_out_only_where_the_scheme_says_so():
    over = {"divide": [POINTS, {"event": {"classes": ["minor"]}}]}
    rows = [
        {"type": "penalty", "amount": 6, "case": "c1", "class": "minor"},
        {"type": "penalty", "amount": 4, "case": "c2", "class": "serious"},
    ]
    for lenient, wanted in ((False, None), (True, 6)):
        component = of_amounts(groups=[{"same": ["case"], "gives": over}], skip_unknown=lenient)
        assert run({"component": component, "records": rows}) == {"a": wanted}


def test_a_grade_is_moved_by_whole_steps_and_stays_on_the_scale():
    scale = [{"letter": letter, "from": 100 - 10 * n} for n, letter in enumerate("ABCD", 1)] + [
        {"letter": "E"}
    ]
    example = {
        "component": {"kind": "formula", "formula": 75},
        "scale": scale,
        "rules": [{"when": {"test": 1, "equals": 1}, "then": {"moved_by": {"fact": "by"}}}],
        "entities": [
            {"entity": name, "by": by}
            for name, by in zip("abcde", ("1.9", "-1.9", "-40", "999999999", ""), strict=True)
        ],
    }
    assert run(example) == {"a": "D", "b": "B", "c": "A", "d": "E", "e": "C"}


def test_a_day_of_a_chain_is_the_first_after_a_whole_period():
    """The day on which a year ends belongs to the next one."""
    begun = TODAY - timedelta(days=365)
    component = of_amounts(
        take="running", running={"start": 0, "since": begun.isoformat(), "becomes": POINTS}
    )
    rows = [("a", TODAY - timedelta(days=1), 3), ("a", TODAY, 5)]
    assert run({"component": component, "records": penalties(rows)}) == {"a": 3}
