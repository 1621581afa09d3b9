"""What is likely by chance, groups of peers that lie near to each other, what weighs, and peers of earlier periods."""

import itertools
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import comb, factorial

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings, strategies as st
from pydantic import ValidationError

from entities.models import Entity
from evaluation import chances, clusters, replay, services, tasks
from evaluation.columns import period_before
from evaluation.composing.problems import problems_of
from evaluation.kernel import peer_tables, rate
from evaluation.methods import method_of
from evaluation.models import CurrentRating
from evaluation.peer_store import understood, written
from evaluation.schemes import SchemeDocument
from evaluation.schemes.compiled import compile_scheme
from evaluation.schemes.in_force import schemes_in_force
from tests.evaluation.columns import Row, columns, document
from tests.evaluation.test_looking_at_others import scores
from tests.evaluation.test_methods_of_other_makes import formula, of
from tests.evaluation.test_peers_in_the_registry import compares, install
from tests.evaluation.test_scheme_language import named, run
from tests.factories import EntityFactory

TODAY = date(2026, 11, 22)
calm = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MEASURE = {"fact": "measure"}


def of_measures(component: dict, *measures, **more) -> list:
    """What entities with these measures come to, in their order; of further facts by name."""
    entities = [
        {"entity": f"{n:02}", "measure": measure, **{name: values[n] for name, values in more.items()}}
        for n, measure in enumerate(measures)
    ]
    return list(run({"component": component, "entities": entities}).values())


# Chances


def chance(kind: str, **said) -> Decimal | None:
    return run({"component": formula({"chance": kind, "places": 9, **said}), "entities": [{"entity": "a"}]})[
        "a"
    ]


@calm
@given(st.integers(0, 12), st.integers(-1, 13), st.integers(0, 100))
def test_a_chance_of_trials_is_the_sum_of_all_ways_in_which_so_few_hit(trials, most, percent):
    p = Fraction(percent, 100)
    ways = sum(comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(min(most, trials) + 1))
    found = chance("binomial", of=trials, each=str(Decimal(percent) / 100), at_most=most)
    assert abs(Fraction(found) - ways) <= Fraction(1, 10**9)


@calm
@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 13))
def test_a_chance_of_what_is_drawn_is_the_share_of_all_draws(lot, marked, drawn, most):
    found = chance("hypergeometric", lot=lot, marked=marked, of=drawn, at_most=most)
    if max(marked, drawn) > lot:
        assert found is None
        return
    ways = sum(comb(marked, k) * comb(lot - marked, drawn - k) for k in range(min(most, drawn) + 1))
    assert abs(Fraction(found) - Fraction(ways, comb(lot, drawn))) <= Fraction(1, 10**9)


@calm
@given(st.integers(1, 80), st.integers(0, 20))
def test_a_chance_of_what_is_expected_follows_poisson(tenths, most):
    expected = Decimal(tenths) / 10
    ways = (-expected).exp() * sum(expected**k / factorial(k) for k in range(most + 1))
    assert chance("poisson", expected=str(expected), at_most=most) == pytest.approx(ways, abs=Decimal("1e-9"))


@calm
@given(st.integers(1, 40), st.integers(1, 98), st.integers(1, 99))
def test_the_number_that_is_not_exceeded_is_the_first_with_such_a_chance(trials, percent, level):
    said = {"of": trials, "each": str(Decimal(percent) / 100)}
    found = chance("binomial", level=str(Decimal(level) / 100), **said)
    assert chance("binomial", at_most=str(found), **said) >= Decimal(level) / 100 - Decimal("1e-9")
    assert chance("binomial", at_most=str(found - 1), **said) < Decimal(level) / 100 + Decimal("1e-9")


@pytest.mark.parametrize(
    ("seen", "low", "high"), [(1, "0.025", "5.572"), (5, "1.623", "11.668"), (10, "4.795", "18.390")]
)
def test_exact_limits_of_a_number_that_was_seen_are_those_of_published_tables(seen, low, high):
    """95 % limits of a Poisson expectation, as Garwood's tables have them."""
    limits = [
        chance("poisson", at_most=seen - 1, level="0.975", places=3),
        chance("poisson", at_most=seen, level="0.025", places=3),
    ]
    assert limits == [Decimal(low), Decimal(high)]


@calm
@given(st.integers(2, 60), st.integers(1, 59), st.integers(1, 99), st.booleans())
def test_a_rate_that_is_asked_for_gives_the_chance_back(trials, most, level, half):
    most = min(most, trials - 1)
    wanted = Decimal(level) / 100
    rate_found = chances.rate_at(Decimal(trials), Decimal(most), wanted, 9, half_of_last=half)
    around = [
        chances.tail(chances.binomial(Decimal(trials), min(max(rate_found + by, Decimal(0)), Decimal(1))), Decimal(most), half_of_last=half)
        for by in (Decimal("1e-9"), Decimal("-1e-9"))
    ]  # fmt: skip
    assert around[0] <= wanted <= around[1]


def test_what_no_chance_is_known_of_is_not_known():
    assert chance("binomial", of=3, each="1.5", at_most=1) is None
    assert chance("binomial", of="2.5", each="0.5", at_most=1) is None
    assert chance("binomial", of=10_001, each="0.5", at_most=1) is None
    assert chance("binomial", of=10_000, each="0.5", at_most=1) == 0
    assert chance("poisson", expected=3, level="1.2") is None
    assert chance("binomial", of=3, each=1, at_most=2) == 0
    assert chance("binomial", of=0, each="0.5", at_most=0) == 1
    assert chance("poisson", expected=0, at_most=0) == 1


def test_a_number_that_is_to_be_expected_beyond_all_that_is_worked_out_is_not_known():
    level, most = Decimal("0.5"), Decimal(chances.MOST)
    assert chances.rate_at(None, most, level, 0, half_of_last=False) is None
    assert chances.rate_at(None, most - 9, level, 0, half_of_last=False) == most - 8


OF_SEEN = formula(
    {"chance": "binomial", "of": {"fact": "inspected"}, "each": "0.07", "at_most": {"fact": "seen"}}
)


@calm
@given(st.lists(st.tuples(st.sampled_from([10, ""]), st.sampled_from([0, 1, ""])), min_size=1, max_size=5))
@example([(10, ""), (10, 0)])
@example([(10, 0), (10, "")])
@example([("", 0), (10, 0)])
def test_a_chance_of_what_is_known_does_not_depend_on_who_stands_beside_it(several):
    entities = [{"entity": f"{n}", "inspected": of, "seen": seen} for n, (of, seen) in enumerate(several)]
    together = run({"component": OF_SEEN, "entities": entities})
    alone = [run({"component": OF_SEEN, "entities": [one]})[one["entity"]] for one in entities]
    assert list(together.values()) == alone
    assert [one is None for one in alone] == ["" in pair for pair in several]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"of": 3, "each": "0.5"}, "one thing is left out"),
        ({"of": 3, "each": "0.5", "at_most": 1, "level": "0.5"}, "one thing is left out"),
        ({"each": "0.5", "at_most": 1, "level": "0.5"}, "one thing is left out"),
        ({"of": 3, "each": "0.5", "at_most": 1, "lot": 9}, "what belongs to it"),
        ({"of": 3, "each": "0.5", "level": "0.9", "half_of_last": True}, "Half of the last chance"),
    ],
)
def test_of_a_chance_one_thing_is_asked(said, says):
    content = document(formula({"chance": "binomial", **said}))
    with pytest.raises(ValidationError, match=says):
        SchemeDocument.model_validate(content)
    assert any(says in one.says for one in problems_of(content, of_registry=False))


# Groups


def apart(numbers: Iterable[int]) -> Fraction:
    several = list(numbers)
    mean = Fraction(sum(several), len(several))
    return sum(((number - mean) ** 2 for number in several), Fraction(0))


@calm
@given(st.lists(st.integers(-20, 20), min_size=2, max_size=10), st.integers(2, 4), st.randoms())
def test_natural_breaks_are_the_best_of_all_ways_of_cutting(measures, into, chance_of_order):
    different = sorted(set(measures))
    chance_of_order.shuffle(measures)
    found = of_measures({"kind": "peers", "of": MEASURE, "take": "group", "into": into}, *measures)
    if len(different) < into:
        assert found == [None] * len(measures)
        return
    groups = [
        [measure for measure, group in zip(measures, found, strict=True) if group == n]
        for n in range(1, into + 1)
    ]
    least = min(
        sum(apart(m for m in measures if low <= different.index(m) < high) for low, high in pairwise((0, *cut, len(different))))
        for cut in itertools.combinations(range(1, len(different)), into - 1)
    )  # fmt: skip
    assert sum(map(apart, groups)) == least
    assert all(max(low) < min(high) for low, high in pairwise(groups))


@calm
@given(st.lists(st.integers(-20, 20), min_size=4, max_size=14), st.integers(2, 4))
def test_by_means_every_number_is_with_the_mean_that_is_nearest(measures, into):
    peers = {"kind": "peers", "of": MEASURE, "take": "group", "into": into, "clustered": "k-means"}
    found = of_measures(peers, *measures)
    if found[0] is None:
        assert found == [None] * len(measures)
        return
    means = [
        np.mean([m for m, group in zip(measures, found, strict=True) if group == n])
        for n in range(1, into + 1)
    ]
    for measure, group in zip(measures, found, strict=True):
        assert abs(measure - means[int(group) - 1]) <= min(abs(measure - mean) for mean in means) + 1e-9


def test_four_numbers_fall_into_two_groups_and_the_best_may_be_the_first():
    """4, 5, 9 and 10 are the example of Jenks's method in many handbooks: {4, 5} and {9, 10}."""
    two = {"kind": "peers", "of": MEASURE, "take": "group", "into": 2}
    assert of_measures(two, 4, 5, 9, 10) == [1, 1, 2, 2]
    assert of_measures(two | {"order": "falling"}, 4, 5, 9, 10) == [2, 2, 1, 1]
    assert of_measures(two | {"clustered": "k-means"}, 4, 5, 9, 10) == [1, 1, 2, 2]


def test_a_number_between_groups_belongs_to_the_next_and_one_beyond_all_to_the_last():
    groups = clusters.nearest([4, 5, 9, 10], [1, 1, 1, 1], 2)
    assert groups.place_of([Fraction(1), Fraction(5), Fraction(51, 10), Fraction(99)]) == [0, 0, 1, 1]
    assert clusters.nearest(range(501), [1] * 501, 2) is None
    assert clusters.by_means(range(501), [1] * 501, 2) is None


# Weights


def test_a_weighed_percentile_is_the_share_of_those_who_live_below():
    peers = {"kind": "peers", "of": MEASURE, "weighed_by": {"fact": "people"}, "rounding": "0.1"}
    people = [500, 300, 200, 0, 300]
    for ties, wanted in (
        ("lowest", [0, "38.5", "84.6", None, "38.5"]),
        ("highest", ["38.5", "84.6", 100, None, "84.6"]),
        ("middle", ["19.2", "61.5", "92.3", None, "61.5"]),
    ):
        found = of_measures(peers | {"ties": ties}, 1, 2, 3, 9, 2, people=people)
        assert found == [None if one is None else Decimal(str(one)) for one in wanted]


@calm
@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 5)), min_size=1, max_size=9),
    st.integers(0, 12),
    st.sampled_from(["lower", "mean"]),
)
def test_to_weigh_three_is_to_be_there_three_times(several, twelfths, between):
    """A weighed quantile is that of as many as each weighs, of records and of peers; and so is the median."""
    said = {"take": "quantile", "quantile": f"{twelfths}/12", "between": between, "rounding": "0.1"}
    each_once = [number for number, weight in several for _time in range(weight)]
    plain = of("inspection", {"field": "score"}, **said)
    wanted = run({"component": plain, "records": scores(*each_once)})["a"]
    rows = [{"type": "inspection", "score": number, "weight": weight} for number, weight in several]
    assert run({"component": plain | {"weighed_by": {"field": "weight"}}, "records": rows})["a"] == wanted
    numbers, weights = zip(*several, strict=True)
    peers = {"kind": "peers", "of": MEASURE, "at_least": 1, "weighed_by": {"fact": "people"}, **said}
    assert of_measures(peers, *numbers, people=weights) == [wanted] * len(several)
    median = of("inspection", {"field": "score"}, take="median", rounding="0.1")
    assert (
        run({"component": median | {"weighed_by": {"field": "weight"}}, "records": rows})["a"]
        == run({"component": median, "records": scores(*each_once)})["a"]
    )


def test_a_weight_below_zero_makes_no_median():
    rows = [{"type": "inspection", "score": 1, "weight": -1}, {"type": "inspection", "score": 2, "weight": 3}]
    median = of("inspection", {"field": "score"}, take="median", weighed_by={"field": "weight"})
    assert run({"component": median, "records": rows})["a"] is None


@pytest.mark.parametrize(
    ("component", "says"),
    [
        (of("penalty", take="largest", weighed_by={"field": "x"}), "a mean, a median or a quantile"),
        (of("penalty", take="quantile", quantile="1/2", between="line", weighed_by={"field": "x"}), "lies on no line"),
        ({"kind": "peers", "of": MEASURE, "take": "rank", "weighed_by": {"fact": "x"}}, "Weights of peers"),
        ({"kind": "peers", "of": MEASURE, "take": "quantile", "between": "line", "weighed_by": {"fact": "x"}}, "lies on no line"),
        ({"kind": "peers", "of": MEASURE, "take": "group"}, "How groups are found"),
        ({"kind": "peers", "of": MEASURE, "into": 3}, "How groups are found"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(component, says):
    content = document(component)
    with pytest.raises(ValidationError, match=says):
        SchemeDocument.model_validate(content)
    assert any(says in one.says for one in problems_of(content, of_registry=False))


# Shards, and earlier periods

ACTS = st.lists(
    st.builds(
        lambda number, entity, decided, lasts, points: Row(
            record=number, entity=entity, decided=decided, until=decided + timedelta(days=lasts), values={"points": points}
        ),
        st.integers(1, 10**6), st.integers(1, 5), st.dates(date(2024, 6, 1), date(2026, 11, 1)), st.integers(30, 900), st.integers(-9, 9),
    ),
    max_size=12,
    unique_by=lambda row: row.record,
)  # fmt: skip
LOST = of("penalty", {"field": "points"}, code="lost", weight="0")
SHARE = {"kind": "peers", "code": "share", "of": {"value": "lost"}, "weighed_by": {"add": [1, {"count": {"types": ["penalty"]}}]}, "weight": "0"}  # fmt: skip
GROUP = {"kind": "peers", "code": "group", "of": {"value": "lost"}, "take": "group", "into": 2, "weight": "0", "if_unknown": 1}  # fmt: skip
EVERYONE = (1, 2, 3, 4, 5)


def among_peers(*rules: dict, **changes) -> SchemeDocument:
    total = formula({"add": [{"value": "share"}, {"value": "group"}]}, code="both")
    return SchemeDocument.model_validate(
        document(*(named(one, one["code"]) for one in (LOST, SHARE, GROUP, total)))
        | {"enough": {"article": "2", "records": 0}, "start": None, "floor": None, "ceiling": None}
        | {"rules": [named(one, f"rule-{n}") for n, one in enumerate(rules)]}
        | changes
    )


BACK = {"article": "5", "period": "calendar-quarters", "back": 2}
WAS = {"when": {"was_graded": ["D"], "running": 2}, "then": {"worse_by": 1}}


@calm
@given(ACTS, st.lists(st.integers(0, 5), max_size=3))
def test_weights_groups_and_earlier_peers_are_the_same_however_the_city_is_cut(rows, cuts):
    scheme = compile_scheme(among_peers(WAS, looks_back=BACK))
    whole = columns(rows, scheme.vocabulary, EVERYONE)
    together = rate(whole, scheme, TODAY)
    shards = [whole.shard(*edges) for edges in pairwise(sorted({0, 5, *cuts}))]
    tables = peer_tables(lambda: shards[::-1], scheme, TODAY)
    assert understood(written(tables)).keys() == tables.keys()
    kept = understood(written(tables))
    for one in (tables, kept):
        apart_ = [rate(shard, scheme, TODAY, one) for shard in shards]
        for name in together.__slots__:
            joined = np.concatenate([getattr(part, name) for part in apart_])
            assert np.array_equal(joined, getattr(together, name)), name


def test_of_nobody_on_days_of_their_own_nothing_is_found_and_nothing_breaks():
    scheme = compile_scheme(among_peers(WAS, looks_back=BACK))
    held = columns([], scheme.vocabulary, EVERYONE)
    tables = peer_tables(lambda: [held], scheme, TODAY)
    for nobody in (held.only(np.zeros(0, np.int64)), columns([], scheme.vocabulary)):
        assert not len(rate(nobody, scheme, np.zeros(0, "M8[D]"), tables).entities)


@calm
@given(ACTS)
def test_the_standing_of_a_period_before_is_that_of_its_last_day_among_those_of_that_day(rows):
    """Whoever looks back at peers finds what rating the whole city on that day would have found."""
    earlier = formula({"earlier": "share", "ago": 1}, code="was", if_unknown=-1)
    back = among_peers(looks_back={"article": "5", "period": "calendar-years"})
    content = back.model_dump(mode="json", by_alias=True)
    content["components"] = [*content["components"][:-1], named(earlier, "was")]
    scheme, plain = compile_scheme(SchemeDocument.model_validate(content)), compile_scheme(among_peers())
    last = period_before(TODAY, 12, 1)
    held = columns(rows, scheme.vocabulary, EVERYONE)
    then = columns([row for row in rows if row.decided <= last], plain.vocabulary, EVERYONE)
    shares = _shares(then, plain, last)
    assert rate(held, scheme, TODAY).points.tolist() == shares


def _shares(held, scheme, day) -> list[int]:
    """The share alone, in hundredths."""
    content = scheme.document.model_dump(mode="json", by_alias=True)
    content["components"] = [*content["components"][:-1], named(formula({"value": "share"}), "alone")]
    return rate(held, compile_scheme(SchemeDocument.model_validate(content)), day).points.tolist()


@calm
@given(ACTS)
def test_days_of_their_own_look_back_among_the_tables_that_hold_on_them(rows):
    """Rated on several days at once, as a forecast is, each day finds what it finds alone with the same tables."""
    scheme = compile_scheme(among_peers(WAS, looks_back=BACK))
    whole = columns(rows, scheme.vocabulary, EVERYONE)
    tables = peer_tables(lambda: [whole], scheme, TODAY)
    days = [date(2026, 6, 1), TODAY, date(2026, 12, 31), date(2027, 1, 1), date(2027, 4, 2)]
    one = whole.shard(0, 1)
    many = rate(one.repeated(len(days)), scheme, np.array(days, "M8[D]"), tables)
    alone = [rate(one, scheme, day, tables) for day in days]
    assert many.place.tolist() == [int(single.place[0]) for single in alone]
    assert many.points.tolist() == [int(single.points[0]) for single in alone]


# In the registry


def grades() -> dict[int, str]:
    return dict(CurrentRating.objects.filter(scheme__code="among-peers").values_list("entity_id", "grade"))


@pytest.mark.django_db
def test_the_registry_keeps_the_peers_of_the_period_before_and_replays_by_them(record):
    """A year ago one of three was alone in having been fined; whoever was worst then is held at best at the middle grade."""
    today = timezone.localdate()
    said = compares().model_dump(mode="json", by_alias=True)
    said["looks_back"] = {"article": "5", "period": "calendar-years", "back": 1}
    said["rules"] = [{"code": "was-worst", "name": {"zh": "曾", "en": "Was worst"}, "article": "6",
                      "when": {"was_graded": ["high"]}, "then": {"ceiling": "mid"}}]  # fmt: skip
    install(SchemeDocument.model_validate(said))
    before, since = date(today.year - 1, 6, 1), max(today - timedelta(days=1), date(today.year, 1, 1))
    a, b, c = (EntityFactory(industry_code="H6210", size="micro", region_code="339702") for _each in range(3))
    for entity, then, now in ((a, 900, 0), (b, 200, 500), (c, 100, 900)):
        record(entity, amount=then, decided_on=before, published_on=before,
               publish_until=date(today.year - 1, 12, 31))  # fmt: skip
        record(entity, amount=now, decided_on=since, published_on=since)
    services.rate_all(as_of=today)
    assert grades() == {a.pk: "mid", b.pk: "low", c.pk: "high"}
    services.request_ratings([a.pk, b.pk, c.pk])
    tasks.rate_waiting()
    assert grades() == {a.pk: "mid", b.pk: "low", c.pk: "high"}
    found = services.verify_ratings(as_of=today)
    assert (found.compared, found.waiting, found.differences) == (3, 0, [])
    (scheme,) = (one for one in schemes_in_force(today) if one.scheme.code == "among-peers")
    ratings = replay.ratings_on(entity_ids=[a.pk], scheme=scheme, day=today, known_at=timezone.now())
    assert [scheme.compiled.letters[place] for place in ratings.place.tolist()] == ["mid"]


OF_HEAD_OFFICE = {
    "kind": "peers", "code": "of-head-office", "name": {"zh": "总", "en": "Of the head office"}, "article": "3", "of": {"value": "fines"},
    "among": [["entity"]], "found_by": [["head_office"]], "take": "sum", "at_least": 1, "if_unknown": 0,
}  # fmt: skip


@pytest.mark.django_db
def test_a_branch_looks_at_the_head_office_that_the_registry_names_and_a_past_day_at_that_of_then(record):
    today = timezone.localdate()
    said = compares(components=[compares().components[0], OF_HEAD_OFFICE])
    install(
        SchemeDocument.model_validate(
            said.model_dump(mode="json", by_alias=True)
            | {"scale": [{"letter": "low", "less_than": 300, "meaning": {"zh": "低", "en": "low"}}, {"letter": "high", "meaning": {"zh": "高", "en": "high"}}]}
        )
    )  # fmt: skip
    head, other = EntityFactory(), EntityFactory()
    branch = EntityFactory(head_office=head)
    for entity, amount in ((head, 500), (other, 100), (branch, 1)):
        record(entity, amount=amount, decided_on=today - timedelta(days=3))
    services.rate_all(as_of=today)
    assert grades() == {head.pk: "low", other.pk: "low", branch.pk: "high"}
    as_known = timezone.now()
    Entity.objects.filter(pk=branch.pk).update(head_office=other)
    services.request_ratings([branch.pk])
    tasks.rate_waiting()
    assert grades()[branch.pk] == "low"
    assert services.verify_ratings(as_of=today).differences == []
    (scheme,) = (one for one in schemes_in_force(today) if one.scheme.code == "among-peers")
    for moment, letter in ((as_known, "high"), (timezone.now(), "low")):
        ratings = replay.ratings_on(entity_ids=[branch.pk], scheme=scheme, day=today, known_at=moment)
        assert scheme.compiled.letters[int(ratings.place[0])] == letter


@pytest.mark.django_db
def test_the_published_method_says_what_is_likely_what_weighs_and_how_groups_are_found():
    several = (
        formula({"chance": "binomial", "of": MEASURE, "each": "0.07", "at_most": 3}),
        formula({"chance": "poisson", "at_most": 4, "level": "0.025", "half_of_last": True}),
        formula({"chance": "hypergeometric", "of": 13, "lot": 50, "marked": 5, "level": "0.95"}),
        LOST | {"weight": "1"},
        SHARE,
        GROUP,
        of("inspection", {"field": "score"}, take="median", weighed_by={"field": "guests"}),
    )
    content = document(*(named(one, f"part-{n}") for n, one in enumerate(several)))
    rows = {
        one.part.code: dict(one.rows) for one in method_of(SchemeDocument.model_validate(content)).components
    }
    assert rows["part-0"]["How"] == "chance of at most 3 in measure trials of the chance 0.07 each"
    assert rows["part-1"]["How"] == (
        "number expected at which at most 4 come with the chance 0.025; of exactly so many half the chance"
    )
    assert rows["part-2"]["How"] == (
        "number of marked that is not exceeded with the chance 0.95 among 13 drawn from 50, of which 5 are marked"
    )
    assert rows["share"]["What is taken"] == "percentile among peers, by weight"
    assert rows["share"]["Weight of each"].startswith("1 + (number of")
    assert rows["group"]["What is taken"] == "group among the peers, of 2"
    assert rows["group"]["How groups are found"].startswith("cut so that numbers lie nearest")
    assert rows["part-6"]["Weight of each"] == "guests"
    back = method_of(SchemeDocument.model_validate(content | {"looks_back": BACK}))
    assert back.looks_back.endswith("in force then. Its peers of then are those of that day.")
