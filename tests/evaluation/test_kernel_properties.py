"""What holds of every rating, whatever the records: on the shipped schemes and on made-up columns."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from credit_platform.common.working_days import months_after
from entities.penalty_kinds import PenaltyKind
from evaluation.birthdays import decided_on_for
from evaluation.columns import CLASSES, FOREVER, STANDINGS, Columns, whole_months
from evaluation.kernel import NOT_RATED, Piece, explain, peer_tables, rate
from evaluation.schemes import SchemeDocument, compile_scheme
from evaluation.schemes.shipped import scheme_library, shipped_schemes
from tests.evaluation.columns import Row, columns as columns_of_rows, document

LIBRARY = {one.code: compile_scheme(one.document) for one in scheme_library()}
CITY, RISK, THOUSAND = (LIBRARY[code] for code in ("city-comprehensive", "risk-class", "comprehensive-1000"))
SCHEMES = {"city-comprehensive": CITY, "risk-class": RISK, "comprehensive-1000": THOUSAND}
FMCSA = LIBRARY["fmcsa-sms"]
#: Entities of every age, and one of which nothing is known.
FACTS = {number: {"registered_on": date(2014 + 2 * number, 5, 31)} for number in range(1, 6)}
TODAY = date(2026, 11, 22)
#: A busy machine is no failure.
calm = settings(deadline=None, max_examples=60, suppress_health_check=(HealthCheck.too_slow,))

days = st.dates(date(2020, 1, 1), date(2027, 12, 31))
kinds = st.lists(st.sampled_from(CITY.vocabulary.penalty_kinds), max_size=2, unique=True).map(tuple)
penalties = st.builds(
    Row,
    type=st.just("administrative-penalty"),
    severity=st.sampled_from(CLASSES),
    kinds=kinds,
    decided=days,
    values=st.fixed_dictionaries(
        {
            "amount": st.none() | st.decimals(0, 2_000_000, places=2),
            "document-number": st.sampled_from(["", "x-1", "x-2", "x-3"]),
        }
    ),
)
praise = st.builds(Row, type=st.just("commendation"), severity=st.just(""), decided=days)
listings = st.builds(
    Row,
    type=st.sampled_from(["abnormal-listing", "serious-violation-listing"]),
    severity=st.just(""),
    decided=days,
)
tax_grades = st.builds(
    Row,
    type=st.just("tax-credit-grade"),
    severity=st.just(""),
    decided=days,
    values=st.fixed_dictionaries({"grade": st.sampled_from("ABMCD")}),
)
inspections = st.builds(
    Row,
    type=st.just("inspection-result"),
    severity=st.just(""),
    decided=days,
    values=st.fixed_dictionaries({"finding": st.sampled_from(["none", "corrected", "refused"])}),
)
kept = st.one_of(penalties, praise, listings, tax_grades, inspections)


def _with_ends(row: Row) -> st.SearchStrategy[Row]:
    return st.builds(
        lambda standing, length, objected: replace(
            row,
            standing=standing,
            objected=objected,
            until=FOREVER if length is None else row.decided + timedelta(days=length),
        ),
        st.sampled_from(STANDINGS),
        st.none() | st.integers(0, 1500),
        st.booleans(),
    )


def _numbered(rows: list[Row], entities: list[int]) -> list[Row]:
    return [
        replace(row, record=n, entity=entity)
        for n, (row, entity) in enumerate(zip(rows, entities, strict=True), 1)
    ]


#: Records of a handful of entities, in every state.
registries = st.lists(kept.flatmap(_with_ends), min_size=1, max_size=25).flatmap(
    lambda rows: st.lists(st.integers(1, 6), min_size=len(rows), max_size=len(rows)).map(
        lambda entities: _numbered(rows, entities)
    )
)
schemes = st.sampled_from([CITY, RISK, THOUSAND])


def columns(rows, vocabulary, entities=()):
    """Columns of such records, with what is known of the entities."""
    return columns_of_rows(rows, vocabulary, entities, FACTS)


def same(one, other) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        and getattr(one, name).dtype == getattr(other, name).dtype
        for name in one.__slots__
    )


@calm
@given(registries, schemes, days, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(rows, scheme, day, chance: random.Random):
    shuffled = chance.sample(rows, len(rows))
    before = explain(columns(rows, scheme.vocabulary), scheme, day)
    after = explain(columns(shuffled, scheme.vocabulary), scheme, day)
    assert same(before.ratings, after.ratings)
    assert same(before.findings, after.findings)


@calm
@given(registries, schemes, days)
def test_a_record_that_does_not_count_changes_nothing(rows, scheme, day):
    everyone = tuple({row.entity for row in rows})
    whole = explain(columns(rows, scheme.vocabulary, everyone), scheme, day)
    skipped = dict(
        zip(
            (row.record for row in sorted(rows, key=lambda r: (r.entity, r.record))),
            whole.skipped,
            strict=True,
        )
    )
    counting = [row for row in rows if not skipped[row.record]]
    assert same(rate(columns(counting, scheme.vocabulary, everyone), scheme, day), whole.ratings)


@calm
@given(registries, schemes, days, st.integers(1, 6))
def test_shards_give_the_same_as_the_whole_bit_for_bit(rows, scheme, day, cut):
    everyone = range(1, 7)
    whole = rate(columns(rows, scheme.vocabulary, everyone), scheme, day)
    parts = [
        rate(
            columns([row for row in rows if row.entity in part], scheme.vocabulary, tuple(part)),
            scheme,
            day,
        )
        for part in (range(1, cut), range(cut, 7))
    ]
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in whole.__slots__]
    assert all(
        np.array_equal(column, getattr(whole, name))
        for column, name in zip(joined, whole.__slots__, strict=True)
    )


@calm
@given(registries, schemes, days)
def test_findings_add_up_to_the_points(rows, scheme, day):
    explained = explain(columns(rows, scheme.vocabulary), scheme, day)
    sums = np.bincount(
        explained.findings.entity, weights=explained.findings.points, minlength=len(explained.ratings.points)
    )
    assert sums.astype(int).tolist() == explained.ratings.points.tolist()


@calm
@given(registries, schemes, days)
def test_the_explanation_is_of_the_rating_itself(rows, scheme, day):
    made = columns(rows, scheme.vocabulary)
    assert same(rate(made, scheme, day), explain(made, scheme, day).ratings)


carriers = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from(["inspection", "violation", "crash"]),
        days,
        st.sampled_from(["i-1", "i-2", "i-3"]),
        st.none() | st.integers(-1, 20),
    ),
    max_size=60,
)
fleets = st.dictionaries(
    st.integers(1, 6),
    st.fixed_dictionaries(
        {
            "segment": st.sampled_from(["combination", "straight", ""]),
            "power_units": st.none() | st.integers(0, 50),
            "vmt": st.none() | st.integers(0, 9_000_000),
        }
    ),
)


def _carrier_rows(several) -> list[Row]:
    return [
        Row(
            entity=entity,
            record=number,
            type=kind,
            severity="",
            decided=decided,
            values={
                "severity": severity,
                "oos_weight": 0,
                "inspection": "" if kind == "inspection" else event,
                "document-number": event if kind == "inspection" else f"r-{number}",
            },
        )
        for number, (entity, kind, decided, event, severity) in enumerate(several, 1)
    ]


@calm
@given(carriers, fleets, days, st.lists(st.integers(0, 6), max_size=3), st.randoms(use_true_random=False))
def test_peers_are_the_same_however_the_city_is_cut(several, fleet, day, cuts, chance: random.Random):
    everyone = tuple(range(1, 7))
    whole = columns_of_rows(_carrier_rows(several), FMCSA.vocabulary, everyone, fleet)
    edges = sorted({0, 6, *cuts})
    shards = [whole.shard(first, last) for first, last in pairwise(edges)]
    tables = peer_tables(lambda: chance.sample(shards, len(shards)), FMCSA, day)
    parts = [rate(shard, FMCSA, day, tables) for shard in shards]
    at_once = rate(whole, FMCSA, day)
    for name in at_once.__slots__:
        joined = np.concatenate([getattr(part, name) for part in parts])
        assert np.array_equal(joined, getattr(at_once, name)), name


@calm
@given(st.lists(st.decimals(-50, 50, places=1), min_size=2, max_size=12))
def test_a_percentile_is_the_rank_of_the_smallest_equal_less_one_over_all_but_one(numbers):
    facts = {number: {"measure": value} for number, value in enumerate(numbers, 1)}
    scheme = compile_scheme(
        SchemeDocument.model_validate(
            document(
                {"kind": "peers", "of": {"fact": "measure"}, "rounding": "0.01"},
                start=None,
                floor=None,
                enough={"article": "2", "records": 0},
            )
        )
    )
    points = rate(columns_of_rows([], scheme.vocabulary, tuple(facts), facts), scheme, TODAY).points
    for value, point in zip(numbers, points.tolist(), strict=True):
        share = Fraction(100 * sum(other < value for other in numbers), len(numbers) - 1)
        assert abs(Fraction(point, 100) - share) <= Fraction(1, 200)


def _grade(rows, scheme, day):
    ratings = rate(columns(rows, scheme.vocabulary), scheme, day)
    return int(ratings.place[0]), int(ratings.points[0])


entity = st.lists(kept, max_size=12).map(lambda rows: _numbered(rows, [1] * len(rows)))
worse_records = penalties | listings


@calm
@given(entity, worse_records, schemes, days)
def test_one_more_violation_never_improves_a_grade(rows, violation, scheme, day):
    before = _grade(
        [*rows, replace(violation, record=98, severity="", type="administrative-penalty", decided=day)],
        scheme,
        day,
    )
    after = _grade(
        [
            *rows,
            replace(violation, record=98, severity="", type="administrative-penalty", decided=day),
            replace(violation, record=99),
        ],
        scheme,
        day,
    )
    assert after[0] >= before[0]
    assert after[1] <= before[1]


@calm
@given(entity, penalties, st.sampled_from(["minor", "general", "serious"]), schemes, days)
def test_a_more_serious_class_never_improves_a_grade(rows, penalty, severity, scheme, day):
    order = ["minor", "general", "serious"]
    lighter = replace(penalty, record=99, severity=order[max(order.index(severity) - 1, 0)])
    heavier = replace(penalty, record=99, severity=severity)
    before, after = _grade([*rows, lighter], scheme, day), _grade([*rows, heavier], scheme, day)
    assert after[0] >= before[0]
    assert after[1] <= before[1]


@calm
@given(entity, st.sampled_from(["AB", "BM", "MC", "CD"]), days)
def test_a_worse_tax_grade_never_improves_a_grade(rows, step, decided):
    def with_grade(letter):
        last = Row(
            record=99,
            type="tax-credit-grade",
            severity="",
            decided=date(2027, 12, 31),
            values={"grade": letter},
        )
        return _grade([*rows, last], CITY, date(2027, 12, 31))

    assert with_grade(step[1])[0] >= with_grade(step[0])[0]
    assert with_grade(step[1])[1] <= with_grade(step[0])[1]


@calm
@given(days, st.integers(0, 80))
def test_a_record_is_so_many_months_old_from_the_day_that_the_calendar_names(decided, months):
    birthday = months_after(decided, months)
    since = np.array([decided], "M8[D]")
    assert whole_months(since, birthday).tolist() == [months]
    assert whole_months(since, birthday - timedelta(days=1))[0] == (months - 1 if months else -1)


@calm
@given(st.dates(date(2023, 1, 1), date(2028, 12, 31)), st.integers(1, 40))
def test_the_days_that_grow_older_on_a_day_are_found_all_and_no_others(day, months):
    found = decided_on_for(day, months)
    first = day - timedelta(days=31 * (months + 2))
    every = [first + timedelta(days=n) for n in range((day - first).days + 1)]
    reach = [born for born in every if months_after(born, months) == day]
    assert reach == ([born for born in every if found[0] <= born <= found[1]] if found else [])


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
def test_an_entity_with_thousands_of_records_is_rated_like_any_other(scheme):
    rows = [
        Row(record=n, type="administrative-penalty", severity="minor", decided=TODAY) for n in range(1, 5001)
    ]
    made = columns(rows, scheme.vocabulary)
    assert isinstance(made, Columns)
    assert rate(made, scheme, TODAY).counted.tolist() == [5000]
    findings = explain(made, scheme, TODAY).findings
    assert len(np.unique(findings.record[findings.piece == Piece.RECORD])) == 5000


def test_shipped_schemes_name_only_kinds_of_penalty_that_the_law_knows():
    for scheme in SCHEMES.values():
        assert set(scheme.vocabulary.penalty_kinds) <= set(PenaltyKind.values)


def test_the_shipped_schemes_are_what_the_law_allows():
    shipped = {one.code: one for one in shipped_schemes()}
    city, risk = shipped["city-comprehensive"], shipped["risk-class"]
    assert (city.document.family, city.facts["is_public"], city.facts["shown_to_entity"]) == (
        "evaluation",
        False,
        True,
    )
    assert (risk.document.family, risk.facts["is_public"], risk.facts["shown_to_entity"]) == (
        "risk",
        False,
        False,
    )
    assert "国办发〔2019〕35号" in city.document.basis.zh
    assert "国办发〔2026〕8号" in city.document.basis.zh
    assert "国市监信发〔2022〕6号" in risk.document.basis.zh
    assert [grade.letter for grade in city.document.scale] == ["A", "B", "C", "D"]
    assert city.document.start.points == Decimal(84)
    assert NOT_RATED == -1
