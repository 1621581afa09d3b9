"""Parts of an entity, each by itself: its sites, branches, vehicles, as the records name them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from pydantic import ValidationError

from evaluation.composing.outline import ADD
from evaluation.composing.problems import problems_of
from evaluation.kernel import explain, peer_tables, rate
from evaluation.methods import method_of
from evaluation.schemes import SchemeDocument
from evaluation.schemes.compiled import compile_scheme
from tests.evaluation.columns import Row, columns, document
from tests.evaluation.composing.test_outline import read
from tests.evaluation.test_scheme_language import named, run

TODAY = date(2026, 11, 22)
calm = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: Twelve points that go with each penalty and come back by four for each year without one; and the days since the last.
BALANCE = {
    "kind": "records", "code": "balance", "records": {"types": ["penalty"]}, "take": "running", "weight": "0",
    "each": {"by": "class", "gives": {"minor": -2, "general": -4, "serious": -9}},
    "running": {"start": 12, "returns": 4, "every": 12}, "floor": 0, "ceiling": 12,
}  # fmt: skip
LAST = {
    "kind": "records", "code": "last", "records": {"types": ["inspection"]}, "take": "latest", "weight": "0",
    "each": {"field": "amount"}, "if_unknown": 0,
}  # fmt: skip
SITES = {"kind": "parts", "same": ["site"], "components": [BALANCE, LAST], "gives": {"add": [{"value": "balance"}, {"value": "last"}]}}  # fmt: skip


def scheme(*components, **changes):
    return compile_scheme(
        SchemeDocument.model_validate(
            document(*(named(one, f"part-{n}") for n, one in enumerate(components)))
            | {"enough": {"article": "2", "records": 0}}
            | changes
        )
    )


rows_of_city = st.lists(
    st.builds(
        Row,
        entity=st.integers(1, 5),
        type=st.sampled_from(["penalty", "penalty", "inspection"]),
        severity=st.sampled_from(["minor", "general", "serious"]),
        decided=st.integers(0, 1500).map(lambda days: TODAY - timedelta(days=days)),
        standing=st.sampled_from(["published", "published", "repaired"]),
        values=st.fixed_dictionaries(
            {"amount": st.integers(-9, 9), "site": st.sampled_from(["", "x", "y", "z"])}
        ),
    ),
    max_size=25,
).map(
    lambda rows: [
        Row(**{name: getattr(row, name) for name in row.__dataclass_fields__} | {"record": n})
        for n, row in enumerate(rows, 1)
    ]
)
EVERYONE = tuple(range(1, 6))
TAKES = scheme(
    *(SITES | {"components": [BALANCE | {"code": f"balance-{n}"}, LAST | {"code": f"last-{n}"}],
               "gives": {"add": [{"value": f"balance-{n}"}, {"value": f"last-{n}"}]}, "if_unknown": 0, **said}
      for n, said in enumerate((
          {"take": "sum", "floor": -5}, {"take": "largest"}, {"take": "smallest"}, {"take": "mean", "weighed_by": {"value": "balance-3"}},
          {"take": "median"}, {"take": "count", "where": [{"test": {"value": "balance-5"}, "less_than": 8}]},
          {"take": "sum", "enough": 2}, {"highest": 2}, {"lowest": 1, "ranked_by": {"value": "last-8"}},
          {"take": "quantile", "quantile": "3/4"}, {"take": "quantile", "quantile": "1/2", "between": "line"},
          {"by_size": ["1", "0.5"]}, {"take": "mean", "by_size": ["2", "1"]},
      )))
)  # fmt: skip


def same(one, other) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in one.__slots__)


def explained(rows):
    return explain(columns(rows, TAKES.vocabulary, EVERYONE), TAKES, TODAY)


@calm
@given(rows_of_city)
def test_a_part_is_what_an_entity_of_its_records_alone_comes_to(rows):
    alone = scheme(BALANCE | {"weight": "1"}, LAST | {"weight": "1"}, start=None, floor=None, ceiling=None)
    sites = sorted(
        {
            (row.entity, row.values["site"])
            for row in rows
            if row.values["site"] and row.standing == "published"
        }
    )
    theirs = [
        Row(**{name: getattr(row, name) for name in row.__dataclass_fields__}
            | {"entity": sites.index((row.entity, row.values["site"]))})
        for row in rows if (row.entity, row.values["site"]) in sites
    ]  # fmt: skip
    of_sites = rate(columns(theirs, alone.vocabulary, tuple(range(len(sites)))), alone, TODAY).points
    found = explained(rows).values
    for place, entity in enumerate(EVERYONE):
        points = [int(one) for one, (owner, _site) in zip(of_sites, sites, strict=True) if owner == entity]
        assert found["part-0"].at(2).units[place] == max(sum(points), -500)
        assert found["part-1"].at(2).units[place] == max(points, default=0)
        assert found["part-2"].at(2).units[place] == min(points, default=0)
        assert found["part-6"].at(2).units[place] == (sum(points) if len(points) > 1 else 0)
        gravest = sorted(points, key=abs, reverse=True)
        # Of two that weigh the same but for their sign the record entered last decides.
        told_apart = len({abs(one) for one in points}) == len(set(points))
        if told_apart:
            assert found["part-7"].at(2).units[place] == sum(gravest[:2])
            first, second = (*gravest[:2], 0, 0)[:2]
            assert found["part-11"].at(2).units[place] == first + second / 2
        assert found["part-9"].at(2).units[place] == (
            sorted(points)[-(-len(points) * 3 // 4) - 1] if points else 0
        )
        assert found["part-10"].at(2).units[place] == found["part-4"].at(2).units[place]


@calm
@given(rows_of_city, st.randoms(use_true_random=False), st.lists(st.integers(0, 5), max_size=3))
def test_neither_the_order_of_records_nor_the_shard_changes_anything(rows, chance, cuts):
    before, after = explained(rows), explained(chance.sample(rows, len(rows)))
    assert same(before.ratings, after.ratings)
    assert same(before.findings, after.findings)
    whole = columns(rows, TAKES.vocabulary, EVERYONE)
    shards = [rate(whole.shard(*edges), TAKES, TODAY) for edges in pairwise(sorted({0, 5, *cuts}))]
    for name in before.ratings.__slots__:
        joined = np.concatenate([getattr(one, name) for one in shards])
        assert np.array_equal(joined, getattr(before.ratings, name)), name


@calm
@given(rows_of_city)
def test_a_record_that_does_not_count_or_names_no_part_changes_nothing(rows):
    named_ones = [row for row in rows if row.standing == "published" and row.values["site"]]
    one, other = explained(rows), explained(named_ones)
    assert np.array_equal(one.ratings.points, other.ratings.points)
    assert np.array_equal(one.ratings.place, other.ratings.place)


@calm
@given(rows_of_city)
def test_the_lines_of_the_explanation_add_up(rows):
    result = explained(rows)
    sums = np.bincount(result.findings.entity, weights=result.findings.points, minlength=len(EVERYONE))
    assert np.array_equal(sums.astype(np.int64), result.ratings.points)


def test_a_part_turns_on_the_days_on_which_an_entity_would():
    assert scheme(SITES).turnings == scheme(BALANCE, LAST).turnings != ()


def rec(site, kind="penalty", **said):
    return {"entity": "a", "type": kind, "site": site, "class": "general"} | said


def test_the_mean_by_size_the_worst_and_how_many_lie_below_a_limit():
    space = {"kind": "records", "code": "space", "records": {"types": ["inspection"]}, "each": {"field": "space"}, "take": "latest", "weight": "0"}  # fmt: skip
    parts = {"kind": "parts", "same": ["site"], "gives": {"value": "balance"}, "weight": "0"}
    example = {
        "components": [
            parts | {"code": "mean", "components": [BALANCE, space], "take": "mean", "weighed_by": {"value": "space"}},
            *(parts | said | {"components": [BALANCE | {"code": code}], "gives": {"value": code}}
              for code, said in (("balance-2", {"code": "worst", "take": "smallest"}),
                                 ("balance-3", {"code": "low", "take": "count", "where": [{"test": {"value": "balance-3"}, "less_than": 8}]}))),
            {"kind": "formula", "formula": {"add": [{"multiply": [{"value": "mean"}, 100]}, {"value": "worst"}, {"multiply": [{"value": "low"}, 10000]}]}},
        ],
        "records": [
            rec("x", decided="2026-01-10", space=""), rec("x", decided="2026-02-10", space=""), rec("y", decided="2026-02-10", space=""),
            rec("x", "inspection", space=300), rec("y", "inspection", space=100),
        ],
    }  # fmt: skip
    # x: 12 - 4 - 4 = 4 on 300; y: 8 on 100; (1200 + 800) / 400 = 5.
    assert run(example) == {"a": Decimal(10504)}


def test_a_part_whose_number_is_not_known_makes_the_whole_unknown_or_is_left_out():
    example = {
        "component": SITES | {"components": [LAST | {"if_unknown": None}], "gives": {"value": "last"}},
        "records": [rec("x", "inspection", amount=5), rec("y", amount="")],
    }
    assert run(example) == {"a": None}
    assert run(example | {"component": example["component"] | {"skip_unknown": True}}) == {"a": 5}


def test_what_makes_a_part_the_largest_may_be_another_number_and_must_be_known():
    example = {
        "component": SITES | {"components": [BALANCE, LAST | {"if_unknown": None}], "gives": {"value": "balance"},
                              "highest": 1, "ranked_by": {"value": "last"}},
        "records": [rec("x", amount=""), rec("x", "inspection", amount=2), rec("y", "inspection", amount=1), rec("z", amount="")],
    }  # fmt: skip
    assert run(example) == {"a": None}
    assert run(example | {"component": example["component"] | {"skip_unknown": True}}) == {"a": 8}


def test_a_part_that_is_not_among_the_largest_does_not_count_in_its_line():
    two = scheme(SITES | {"highest": 1})
    rows = [
        Row(severity="serious", values={"site": "x", "amount": 0}, record=1),
        Row(severity="minor", values={"site": "y", "amount": 0}, record=2),
    ]
    seen = explain(columns(rows, two.vocabulary, (1,)), two, TODAY).parts["part-0"]
    assert dict(zip(seen.number.at(0).units.tolist(), seen.counts.tolist(), strict=True)) == {
        3: False,
        10: True,
    }


def test_parts_of_parts_see_the_entity_and_what_stands_before():
    cars = {"kind": "parts", "code": "cars", "same": ["car"], "components": [BALANCE], "take": "smallest",
            "gives": {"subtract": [{"value": "balance"}, {"value": "due"}]}}  # fmt: skip
    example = {
        "components": [
            {"kind": "formula", "code": "due", "formula": {"fact": "due"}, "weight": "0"},
            {"kind": "parts", "same": ["site"], "components": [cars], "gives": {"value": "cars"}},
        ],
        "entities": [{"entity": "a", "due": 3}],
        "records": [rec("x", car="1"), rec("x", car="2", **{"class": "minor"}), rec("y", car="1", **{"class": "minor"})],
    }  # fmt: skip
    assert run(example) == {"a": (8 - 3) + (10 - 3)}


@pytest.mark.parametrize(
    ("components", "says"),
    [
        ([SITES | {"gives": {"value": "gone"}}], "gone, which does not stand before it"),
        ([SITES, {"kind": "formula", "formula": {"value": "balance"}}], "balance, which does not stand before"),
        ([SITES, BALANCE], "Two components or rules have the same code"),
        ([SITES | {"gives": {"field": "amount"}}], "A field of a record is read where a record is looked at."),
        ([SITES | {"take": "quantile"}], "Which quantile is said"),
        ([SITES | {"quantile": "1/2"}], "Which quantile is said"),
        ([SITES | {"take": "quantile", "quantile": "3/2"}], "between 0 and 1"),
        ([SITES | {"ranked_by": {"value": "last"}}], "What makes one the largest"),
        ([SITES | {"ranked_by": {"value": "gone"}, "highest": 1}], "gone, which does not stand before it"),
        ([SITES | {"weighed_by": 1}], "Weights of their own are those of a mean."),
        ([SITES | {"components": [{"kind": "peers", "code": "last", "of": {"value": "balance"}}, BALANCE]}],
         "balance, which does not stand before it"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(components, says):
    with pytest.raises(ValidationError, match=says):
        scheme(*components)
    assert problems_of(
        document(*(named(one, f"part-{n}") for n, one in enumerate(components))), of_registry=False
    )


def test_peers_are_compared_by_what_their_parts_come_to():
    example = {
        "components": [
            SITES | {"code": "worst", "take": "smallest", "weight": "0"},
            {"kind": "peers", "of": {"value": "worst"}, "take": "rank"},
        ],
        "records": [rec("x") | {"entity": name, "class": kind, "amount": ""}
                    for name, kind in (("a", "minor"), ("b", "serious"), ("c", "general"))],
    }  # fmt: skip
    assert run(example) == {"a": 3, "b": 1, "c": 2}


#: Each site by its standing among all sites of the city, those of one kind and one region first.
COMPARED = {
    "kind": "parts", "same": ["site"], "take": "mean", "gives": {"value": "standing"}, "components": [
        BALANCE | {"code": "lost"},
        {"kind": "records", "code": "kind", "records": {"types": ["inspection"]}, "each": {"by": "kind", "gives": {"shop": 1, "mill": 2}},
         "take": "latest", "weight": "0", "if_unknown": 0},
        {"kind": "peers", "code": "standing", "of": {"value": "lost"}, "among": [["region", {"value": "kind"}], []], "take": "rank",
         "at_least": 2, "rounding": "0.1"},
    ],
}  # fmt: skip


def test_a_site_stands_among_the_sites_of_all_entities():
    def visit(entity, site, kind):
        return {"entity": entity, "type": "inspection", "site": site, "kind": kind, "class": ""}

    example = {
        "components": [COMPARED],
        "entities": [{"entity": name, "region": region} for name, region in (("a", "1"), ("b", "1"), ("c", "2"))],
        "records": [
            visit("a", "x", "shop"), visit("a", "y", "mill"), visit("b", "x", "shop"), visit("b", "z", "shop"), visit("c", "x", "shop"),
            *({"entity": name, "type": "penalty", "site": site, "class": kind, "kind": "", "decided": "2026-05-05"}
              for name, site, kind in (("a", "x", "serious"), ("b", "x", "minor"), ("c", "x", "general"))),
        ],
    }  # fmt: skip
    # Shops of region 1: a's 3, b's 10 and 12. Alone of its kind in its region is a's mill, and c's shop in region 2: they
    # stand among all five, with 3, 8, 10, 12 and 12.
    assert run(example) == {"a": Decimal("2.5"), "b": Decimal("2.5"), "c": 2}


@calm
@given(rows_of_city, st.lists(st.integers(0, 5), max_size=3))
def test_sites_are_compared_alike_however_the_city_is_cut(rows, cuts):
    two = scheme(
        COMPARED | {"if_unknown": 0},
        {"kind": "peers", "of": {"value": "part-0"}, "take": "rank", "at_least": 1},
        considered={"article": "2", "types": ["penalty", "inspection"]},
        rules=[],
    )
    assert two.peer_levels == (("standing",), ("part-1",))
    rows = [replace(row, values=row.values | {"kind": "shop"}) for row in rows]
    whole = columns(rows, two.vocabulary, EVERYONE)
    shards = [whole.shard(*edges) for edges in pairwise(sorted({0, 5, *cuts}))]
    together = rate(whole, two, TODAY)
    tables = peer_tables(lambda: shards[::-1], two, TODAY)
    apart = [rate(one, two, TODAY, tables) for one in shards]
    for name in together.__slots__:
        joined = np.concatenate([getattr(one, name) for one in apart])
        assert np.array_equal(joined, getattr(together, name)), name


@pytest.mark.django_db
def test_the_published_method_names_the_part_and_all_that_is_worked_out_for_it():
    one = SITES | {"take": "mean", "weighed_by": {"value": "last"}, "enough": 2,
                   "where": [{"test": {"value": "last"}, "more_than": 0}]}  # fmt: skip
    method = method_of(scheme(one).document)
    whole, *within = method.components
    assert dict(whole.rows) == {
        "One part: the same site": "all records that count",
        "A part gives": "“Words” + “Words”",
        "Only parts of which this holds": "“Words” is more than 0",
        "Weight of each": "“Words”",
        "What is taken": "the mean",
        "From so many parts on": "2",
    }
    assert [(part.part.code, part.depth) for part in within] == [("balance", 1), ("last", 1)]
    assert {"Each part by itself", "A running balance"} <= {kind.title for kind in method.kinds}


@pytest.mark.django_db
def test_the_published_method_says_which_parts_speak_and_which_quantile_is_taken():
    said = {"lowest": 3, "ranked_by": {"value": "last"}, "by_size": ["1", "1/2"],
            "take": "quantile", "quantile": "9/10", "between": "line"}  # fmt: skip
    method = method_of(scheme(SITES | said).document)
    rows = dict(method.components[0].rows)
    assert {name: rows[name] for name in rows if name not in {"One part: the same site", "A part gives"}} == {
        "Only those of the smallest numbers": "3",
        "Largest and smallest by": "“Words”",
        "Weights from the largest down": "100%, 50%",
        "What is taken": "A quantile 9/10; on a straight line",
    }
    assert "Which records speak" in {kind.title for kind in method.kinds}


def test_parts_are_put_in_by_the_form_and_copied_under_codes_of_their_own():
    content = document(BALANCE)
    for chosen in ("parts", "copy"):
        content = SchemeDocument.model_validate(content).model_dump(mode="json", by_alias=True)
        content = read(content, **{ADD + "/components": chosen})
    assert [one["gives"] for one in content["components"][1:]] == [
        {"value": "new-records"},
        {"value": "new-records-2"},
    ]
    assert problems_of(content) == []
