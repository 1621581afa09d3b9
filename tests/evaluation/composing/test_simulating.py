"""Simulation before decision: the whole city by both documents with the one kernel, whatever is stopped or lost."""

import itertools
import random
from datetime import date, timedelta

import numpy as np
import pytest
import time_machine
from django.db import DataError, OperationalError
from django.utils import timezone
from hypothesis import given, settings, strategies as st

from entities.models import CreditRecord
from entities.services.publishing import end_publicity
from evaluation import bulk, frames
from evaluation.composing import services, simulating, tallies
from evaluation.composing.models import Simulation, SimulationPart
from evaluation.composing.parameters import parameters_of
from evaluation.composing.tallies import Groups, tally, together
from evaluation.kernel import RatingColumns, rate
from evaluation.models import CurrentRating
from evaluation.schemes import SchemeDocument, compile_scheme
from tests.factories import EntityFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def against_peers(document):
    document["components"].append(
        {
            "kind": "peers", "code": "among-peers", "name": {"zh": "同类比较", "en": "Among peers"}, "article": "9",
            "of": {"value": "penalties"}, "among": [[]], "at_least": 2, "weight": "1/4", "if_unknown": "0",
        }
    )  # fmt: skip


def cells(simulation, letters="ABCD"):
    """{(before, after): count} of the matrix, "" for not rated."""
    names, size = ("", *letters), len(letters) + 1
    return {
        (names[place // size], names[place % size]): count
        for place, count in enumerate(simulation.results["matrix"])
        if count
    }


def test_a_draft_that_changes_nothing_moves_nobody(draft, city, simulate):
    simulation = simulate(draft)

    found = cells(simulation)
    assert sum(found.values()) == 6
    assert all(before == after for before, after in found)
    assert len(found) == 3
    assert simulation.results["fell"] == simulation.results["rose"] == []
    assert simulation.results["bodies"] == {}
    assert simulation.results["points_only"] == 0


def test_the_side_of_the_current_scheme_is_what_the_current_ratings_are(harsher, city, rated, simulate):
    rated(*city)

    simulation = simulate(harsher)

    before: dict[str, int] = {}
    for (letter, _after), count in cells(simulation).items():
        before[letter] = before.get(letter, 0) + count
    stored = CurrentRating.objects.filter(scheme=harsher.scheme).values_list("grade", flat=True)
    assert before == {letter: list(stored).count(letter) for letter in set(stored)}


def test_after_publishing_everybody_gets_the_grade_that_the_simulation_told(
    harsher, city, rated, simulate, office
):
    simulation = simulate(harsher)
    services.send_draft(by=office[0], draft_id=harsher.pk)
    version = services.publish_draft(by=office[1], draft_id=harsher.pk)

    rated(*city, as_of=version.effective_from)

    told: dict[str, int] = {}
    for (_before, letter), count in cells(simulation).items():
        told[letter] = told.get(letter, 0) + count
    given = CurrentRating.objects.filter(version=version).values_list("grade", flat=True)
    # The penalties of the city are of classes of age that do not end before then.
    assert told == {letter: list(given).count(letter) for letter in set(given)}


def test_who_falls_is_told_with_the_component_that_makes_it(harsher, city, simulate):
    results = simulate(harsher).results

    fallen = {one["entity"]: one for one in results["fell"]}
    assert city[2].pk in fallen
    one = fallen[city[2].pk]
    # 84 + 4 - 10 gave B; 84 + 4 - 20 gives C.
    assert one["places"] == [1, 2]
    assert one["points"] == [7800, 6800]
    assert one["because"] == [["penalties", -1000, -2000]]
    assert results["rose"] == []


def test_who_falls_farthest_stands_first_and_of_those_whoever_loses_most(harsher, change, city, simulate):
    simulation = simulate(change(harsher, lambda document: document["start"].update(points="50")))
    results = simulation.results

    far = [
        (one["places"][0] - one["places"][1], one["points"][1] - one["points"][0]) for one in results["fell"]
    ]
    assert far == sorted(far)
    assert len(set(far)) > 2
    assert len(far) == sum(count for (was, is_), count in cells(simulation).items() if "" < was < is_)


def test_a_rule_that_acts_anew_is_a_reason(draft, change, city, simulate):
    def never_better(document):
        document["rules"].append(
            {
                "code": "held",
                "name": {"zh": "上限", "en": "Held"},
                "article": "9",
                "when": {"records": {"types": ["commendation"]}},
                "then": {"ceiling": "C"},
            }
        )

    results = simulate(change(draft, never_better)).results

    reasons = {one["entity"]: one["because"] for one in results["fell"]}
    assert reasons[city[0].pk] == [["held", None, 1]]


def test_the_city_is_parted_by_district_industry_size_and_age(harsher, city, simulate):
    by = simulate(harsher).results["by"]

    def sums(name):
        return {word: sum(matrix) for word, matrix in by[name].items()}

    assert sums("district") == {"汀东区": 3, "汀西区": 3}
    assert sums("section") == {"C": 6}
    assert sums("size") == {"large": 2, "small": 2, "micro": 1, "": 1}
    assert sums("age")["under-1"] == 1
    assert sums("age")["1-to-3"] == 1


def test_the_departments_are_those_whose_records_weigh(harsher, city, simulate):
    results = simulate(harsher).results

    by_hand: dict[str, list[int]] = {}
    for one in results["fell"]:
        records = CreditRecord.objects.filter(entity=one["entity"])
        # Of the city every commendation and penalty weighs; each was handed in by a body of its own.
        for body in set(records.values_list("submitted_by", flat=True)):
            by_hand.setdefault(str(body), [0, 0])[0] += 1
    assert results["bodies"] == by_hand
    assert len(by_hand) > len(results["fell"]) > 0


def in_the_sample(city) -> list[int]:
    return sorted(entity.pk for entity in city[:-1])


def test_each_month_has_the_grades_that_rating_on_its_day_gives(harsher, city, simulate, schemes):
    results = simulate(harsher).results

    assert results["sample"] == 6
    assert len(results["months"]) == simulating.MONTHS + 1
    assert results["months"][-1]["day"] == TODAY().isoformat()
    draft = compile_scheme(SchemeDocument.model_validate(harsher.document))
    for month in results["months"]:
        day = date.fromisoformat(month["day"])
        for name, scheme in (("base", schemes["city-comprehensive"].compiled), ("draft", draft)):
            held = frames.columns_of(in_the_sample(city), scheme.vocabulary).in_force_on(day)
            places = rate(held, scheme, day).place.tolist()
            # The last is for those who are not rated.
            by_hand = [places.count(place) for place in (*range(len(scheme.letters)), -1)]
            assert month[name]["grades"] == by_hand, (day, name)


def test_each_parameter_moves_as_many_as_rating_by_it_turned_moves(harsher, city, simulate):
    lines = {tuple(line["path"]): line for line in simulate(harsher).results["sensitivity"]}

    document = SchemeDocument.model_validate(harsher.document)
    scheme = compile_scheme(document)
    held = frames.columns_in_force(in_the_sample(city), scheme.vocabulary)
    before = rate(held, scheme, TODAY()).place
    parameters = parameters_of(document)
    assert set(lines) == {one.path for one in parameters}
    moved = 0
    for one in parameters:
        for side, value in (("down", one.down), ("up", one.up)):
            turned = one.in_place(document, value)
            if turned is None:
                assert lines[one.path][side] is None
                continue
            after = rate(held, compile_scheme(turned), TODAY()).place
            far = tallies.direction(before, after, len(scheme.letters), len(scheme.letters))
            told = lines[one.path][side]
            assert (told["value"], told["fell"], told["rose"]) == (value, (far > 0).sum(), (far < 0).sum())
            moved += told["fell"] + told["rose"]
    assert moved > 10


def test_cut_into_many_ranges_a_city_gives_the_same(harsher, city, simulate, monkeypatch):
    whole = simulate(harsher).results
    monkeypatch.setattr(bulk, "PLACE_BITS", 0)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 3)

    parts = simulate(harsher).results

    assert parts == whole


def test_a_simulation_that_is_stopped_goes_on_where_it_was(harsher, city, office, simulate, monkeypatch):
    expected = simulate(harsher).results
    monkeypatch.setattr(bulk, "PLACE_BITS", 0)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 3)
    simulation = services.start_simulation(by=office[0], draft_id=harsher.pk)

    def stop(done, parts):
        if done == 2:
            services.cancel_simulation(by=office[0], simulation_id=simulation.pk)

    simulating.work_on(simulation.pk, progress=stop)
    simulation.refresh_from_db()
    assert simulation.state == "cancelled"
    assert simulation.parts.exclude(done_at=None).count() == 2
    simulating.work_on(simulation.pk)
    assert simulation.parts.exclude(done_at=None).count() == 2

    services.resume_simulation(by=office[0], simulation_id=simulation.pk)
    simulating.work_on_all()

    simulation.refresh_from_db()
    assert simulation.state == "done"
    assert simulation.results == expected
    assert not SimulationPart.objects.exists()


def test_a_simulation_that_goes_on_keeps_its_sample_though_the_city_grew(harsher, city, office, monkeypatch):
    monkeypatch.setattr(simulating, "SAMPLE", len(city))
    simulation = services.start_simulation(by=office[0], draft_id=harsher.pk)
    simulating.work_on(
        simulation.pk,
        progress=lambda done, parts: (
            services.cancel_simulation(by=office[0], simulation_id=simulation.pk) if done == 1 else None
        ),
    )
    for _ in range(len(city)):
        EntityFactory()

    services.resume_simulation(by=office[0], simulation_id=simulation.pk)
    simulating.work_on(simulation.pk)

    simulation.refresh_from_db()
    assert (simulation.state, simulation.one_in) == ("done", 1)


def test_a_simulation_of_an_earlier_day_begins_anew(harsher, city, office, simulate, monkeypatch):
    expected = simulate(harsher).results
    monkeypatch.setattr(bulk, "PLACE_BITS", 0)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 3)
    simulation = services.start_simulation(by=office[0], draft_id=harsher.pk)
    simulating.work_on(
        simulation.pk,
        progress=lambda done, parts: (
            services.cancel_simulation(by=office[0], simulation_id=simulation.pk) if done == 1 else None
        ),
    )
    # What was found then was found of other records.
    simulation.parts.exclude(done_at=None).update(found=None)
    today = timezone.localdate()
    Simulation.objects.filter(pk=simulation.pk).update(as_of=today - timedelta(days=1))

    services.resume_simulation(by=office[0], simulation_id=simulation.pk)
    simulating.work_on(simulation.pk)

    simulation.refresh_from_db()
    assert (simulation.state, simulation.as_of) == ("done", today)
    assert simulation.results == expected


def test_a_simulation_that_runs_over_midnight_is_of_the_day_on_which_it_began(
    harsher, city, office, record, monkeypatch
):
    monkeypatch.setattr(bulk, "PLACE_BITS", 0)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 3)
    began, night = "2026-11-20 23:58:00+08:00", "2026-11-21 00:05:00+08:00"
    with time_machine.travel(began, tick=False):
        today = timezone.localdate()
        for one in city:
            record(one, severity_class="general", decided_on=today - timedelta(days=90), publish_until=today)
        whole = services.start_simulation(by=office[0], draft_id=harsher.pk)
        simulating.work_on(whole.pk)
        whole.refresh_from_db()
        Simulation.objects.filter(pk=whole.pk).update(digest="0" * 64)
        over = services.start_simulation(by=office[0], draft_id=harsher.pk)
        simulation = simulating._prepared(over.pk)
        assert simulating._do_next_part(simulation, simulating.Reader.of(simulation))
    with time_machine.travel(night, tick=False):
        assert end_publicity(as_of=timezone.localdate()) == len(city)
        simulating.work_on(over.pk)
    over.refresh_from_db()
    assert (over.state, over.as_of) == ("done", today)
    assert over.results == whole.results


def test_whoever_stops_a_simulation_does_not_wait_for_the_tables_of_peers(
    draft, change, city, office, monkeypatch
):
    monkeypatch.setattr(bulk, "PLACE_BITS", 0)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 1)
    compared = change(draft, against_peers)
    simulation = services.start_simulation(by=office[0], draft_id=compared.pk)
    read, range_on = [], simulating._range_on

    def stopped_after_two(*given):
        read.append(given)
        if len(read) == 2:
            services.cancel_simulation(by=office[1], simulation_id=simulation.pk)
        return range_on(*given)

    monkeypatch.setattr(simulating, "_range_on", stopped_after_two)
    simulating.work_on(simulation.pk)
    simulation.refresh_from_db()
    assert (simulation.state, simulation.parts.count(), len(read)) == ("cancelled", 0, 2)

    monkeypatch.setattr(simulating, "_range_on", range_on)
    services.resume_simulation(by=office[0], simulation_id=simulation.pk)
    simulating.work_on(simulation.pk)
    simulation.refresh_from_db()
    assert simulation.state == "done"


def test_while_the_database_is_away_a_simulation_only_waits(harsher, city, office, monkeypatch):
    simulation = services.start_simulation(by=office[0], draft_id=harsher.pk)
    with monkeypatch.context() as broken:
        broken.setattr(simulating, "rate", lambda *given: (_ for _ in ()).throw(OperationalError("away")))
        with pytest.raises(OperationalError):
            simulating.work_on(simulation.pk)
    simulating.work_on_all()

    simulation.refresh_from_db()
    assert simulation.state == "done"


@pytest.mark.parametrize("error", [ValueError, TypeError, DataError])
def test_what_cannot_be_worked_out_fails_and_may_be_tried_again(harsher, city, office, monkeypatch, error):
    simulation = services.start_simulation(by=office[0], draft_id=harsher.pk)
    with monkeypatch.context() as broken:
        broken.setattr(simulating, "rate", lambda *given: (_ for _ in ()).throw(error("broken")))
        with pytest.raises(error, match="broken"):
            simulating.work_on(simulation.pk)
    simulation.refresh_from_db()
    assert simulation.state == "failed"

    services.resume_simulation(by=office[0], simulation_id=simulation.pk)
    simulating.work_on(simulation.pk)

    simulation.refresh_from_db()
    assert simulation.state == "done"


def test_work_that_is_done_is_not_done_again(harsher, city, simulate):
    simulation = simulate(harsher)
    ended = simulation.ended_at

    simulating.work_on(simulation.pk)

    simulation.refresh_from_db()
    assert simulation.ended_at == ended


def test_the_same_is_simulated_once_at_a_time(harsher, city, office):
    first = services.start_simulation(by=office[0], draft_id=harsher.pk)

    assert services.start_simulation(by=office[1], draft_id=harsher.pk) == first
    assert Simulation.objects.count() == 1


def test_nothing_in_the_registry_is_written(harsher, city, rated, simulate):
    rated(*city)
    before = list(CurrentRating.objects.order_by("pk").values())

    simulate(harsher)

    assert list(CurrentRating.objects.order_by("pk").values()) == before


def test_the_sample_is_the_same_whoever_draws_it():
    keys = np.arange(1, 20_001)

    drawn = simulating.in_sample(keys, 10)

    assert (
        drawn.tolist()
        == [bool(simulating.in_sample(np.array([key]), 10)[0]) for key in keys[:100]] + drawn[100:].tolist()
    )
    assert 1_800 < drawn.sum() < 2_200
    assert simulating.in_sample(keys, 1).all()


def test_a_draft_that_compares_peers_holds_everybody_against_the_whole_city(
    draft, change, city, simulate, monkeypatch
):
    changed = change(draft, against_peers)
    whole = simulate(changed).results
    assert whole["rose"]
    monkeypatch.setattr(bulk, "PLACE_BITS", 0)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 3)

    simulation = simulate(changed)

    assert simulation.results == whole
    reasons = {code for one in whole["rose"] for code, _before, _after in one["because"]}
    assert "among-peers" in reasons


def test_an_entity_without_any_record_is_not_in_the_city_that_is_rated(draft, simulate):
    EntityFactory()

    assert sum(simulate(draft).results["matrix"]) == 0


# Tallies


def ratings(rows):
    entities, places, points = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return RatingColumns(
        entities=entities,
        points=points,
        pointless=np.zeros(len(rows), bool),
        place=places,
        counted=np.ones(len(rows), np.int64),
    )


CITY = st.lists(
    st.tuples(
        st.integers(-1, 3), st.integers(-1, 2), st.integers(0, 50), st.integers(0, 50), st.integers(0, 2)
    ),
    min_size=1,
    max_size=120,
)


@settings(deadline=None, max_examples=60)
@given(CITY, st.lists(st.integers(0, 119), max_size=4), st.randoms(use_true_random=False))
def test_tallies_of_ranges_add_up_to_that_of_the_city(entities, cuts, order: random.Random):
    scales = (4, 3)

    def of(first, last):
        rows = list(enumerate(entities))[first:last]
        before = ratings([(key, row[0], row[2]) for key, row in rows])
        after = ratings([(key, row[1], row[3]) for key, row in rows])
        groups = {"size": Groups(("a", "b"), np.array([row[4] for _key, row in rows]))}
        return tally(before, after, scales, groups, simulating.in_sample(before.entities, 3)).as_json()

    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(entities)}), len(entities)]
    parts = [of(first, last) for first, last in itertools.pairwise(edges)]
    order.shuffle(parts)

    whole = together([of(0, len(entities))], scales).as_json()
    assert together(parts, scales).as_json() == whole
    assert sum(whole["matrix"]) == len(entities)
    assert sum(map(sum, whole["by"]["size"].values())) == len(entities)


def test_on_scales_of_different_length_a_grade_is_held_by_its_share_of_the_scale():
    far = tallies.direction(np.array([0, 1, 1, 3, -1]), np.array([0, 0, 2, 2, 1]), 4, 3)

    assert [int(np.sign(one)) for one in far] == [0, -1, 1, 0, 0]
