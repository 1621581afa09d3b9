"""Everybody is rated in ranges: the same ratings, whoever does it, however often, and whatever is lost meanwhile."""

import itertools
import multiprocessing
import os
import signal
from datetime import date

import numpy as np
import pytest
from django.db import connections
from django.utils import timezone

from entities.models import CreditRecord
from evaluation import bulk, frames, services
from evaluation.columns import NAMED_COLUMNS, ROW_COLUMNS, Vocabulary
from evaluation.models import CurrentRating, RatingChange, RatingRange, RatingRun
from tests.factories import EntityFactory, RecordTypeVersionFactory

WORDS = Vocabulary(
    types=("administrative-penalty", "tax-credit-grade"),
    penalty_kinds=("closed", "fine"),
    fields={"grade": ("A", "D"), "finding": ("none",)},
    numbers=("amount",),
    keys=("document-number",),
)
TODAY = timezone.localdate


def same(one, other):
    assert one.entities.tolist() == other.entities.tolist()
    pairs = [(name, getattr(one.records, name), getattr(other.records, name)) for name in ROW_COLUMNS]
    for group in NAMED_COLUMNS:
        first, second = getattr(one.records, group), getattr(other.records, group)
        pairs += [(name, first[name], second[name]) for name in first]
    assert [name for name, left, right in pairs if not np.array_equal(left, right)] == []


def variety(record):
    """Entities whose records differ in all that a rating may look at."""
    first, second = EntityFactory(), EntityFactory()
    record(second, severity_class="serious", penalty_kinds=["fine", "warning"], amount=12)
    record(first, "tax-credit-grade", details={"grade": "D", "year": 2025})
    record(second, "tax-credit-grade", details={"grade": "A", "long": "字" * 300})
    record(first, "tax-credit-grade", details={"grade": "D", "long": "字" * 300}, objected=True)
    record(first, "commendation", publish_until=date(2030, 2, 28))
    record(first, status="repaired")
    record(second, status="waiting")
    return first, second


@pytest.mark.django_db
def test_a_range_reads_from_its_index_what_the_records_themselves_say(record):
    first, second = variety(record)
    known = frames.columns_in_force([first.pk, second.pk], WORDS)
    assert len(known.records) == 5
    kinds = frames.Kinds(WORDS)
    same(frames.columns_of_range(first.pk, second.pk, [], kinds), known)
    # Again, with all sayings known beforehand; then after one came that is new.
    same(frames.columns_of_range(first.pk, second.pk, [], kinds), known)
    record(first, penalty_kinds=["closed"], severity_class="minor")
    same(
        frames.columns_of_range(first.pk, second.pk, [], kinds),
        frames.columns_in_force([first.pk, second.pk], WORDS),
    )


@pytest.mark.django_db
def test_a_range_leaves_out_what_only_the_submitting_body_may_see(types, record):
    version = RecordTypeVersionFactory(
        record_type=types["administrative-penalty"], valid_from=date(2025, 1, 1), disclosure="own"
    )
    entity = EntityFactory()
    record(entity, type_version=version)
    assert len(frames.columns_of_range(entity.pk, entity.pk, [], frames.Kinds(WORDS)).records) == 0


@pytest.mark.django_db
def test_a_record_that_is_changed_between_two_questions_is_read_anew(record, monkeypatch):
    entity = EntityFactory()
    penalty = record(entity, severity_class="minor")
    record(entity, severity_class="minor")
    kinds = frames.Kinds(WORDS)
    ask, asked = frames.copy_rows, []

    def meanwhile(rows, spec):
        asked.append(spec)
        if len(asked) == 2:
            CreditRecord.objects.filter(entity=entity).update(severity_class="serious")
        return ask(rows, spec)

    monkeypatch.setattr(frames, "copy_rows", meanwhile)
    columns = frames.columns_of_range(entity.pk, entity.pk, [], kinds)
    assert columns.records.severity.tolist() == [3, 3]
    assert columns.records.record[0] == penalty.pk
    assert len(asked) == 3


@pytest.mark.django_db
def test_ranges_hold_every_key_once_and_about_as_many_records_each(record, monkeypatch):
    entities = [EntityFactory() for _ in range(30)]
    for entity in entities[:3]:
        for _ in range(20):
            record(entity)
    monkeypatch.setattr(bulk, "PLACE_BITS", 1)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 25)
    ranges = bulk.cut_ranges()
    assert ranges[0][0] <= entities[0].pk
    assert ranges[-1][1] >= entities[-1].pk
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(ranges))
    records = [
        CreditRecord.objects.filter(entity_id__gte=first, entity_id__lte=last).count()
        for first, last in ranges
    ]
    # One entity alone may have more than a range should.
    assert sum(records) == 60
    assert max(records) <= 40


@pytest.mark.django_db
def test_keys_that_nobody_has_make_no_ranges(monkeypatch):
    monkeypatch.setattr(bulk, "PLACE_BITS", 1)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 1)
    far = EntityFactory(pk=EntityFactory().pk + 10_000_000)
    first, last = bulk.cut_ranges()
    assert first[0] < far.pk - 1 <= last[0] <= far.pk <= last[1]


@pytest.mark.django_db
def test_a_run_that_was_cancelled_stops_and_one_that_was_stopped_goes_on(schemes, record, monkeypatch):
    monkeypatch.setattr(bulk, "PLACE_BITS", 1)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 1)
    entities = [EntityFactory() for _ in range(8)]
    for entity in entities:
        record(entity)
    run = bulk.start_run(as_of=TODAY())
    ranges = run.ranges.count()
    assert ranges > 3

    def stop(done, total):
        if done == ranges - 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bulk.work_on_run(run_id=run.pk, progress=stop)
    assert run.ranges.filter(done_at=None).count() == 3
    assert bulk.start_run(as_of=TODAY()) == run, "it goes on where it was"
    assert bulk.cancel_runs() == 1
    bulk.work_on_run(run_id=run.pk)
    assert run.ranges.filter(done_at=None).count() == 3, "what was cancelled does not go on"
    assert bulk.start_run(as_of=TODAY()) != run
    assert bulk.rate_all(as_of=TODAY()) > 0
    assert CurrentRating.objects.filter(entity__in=entities).count() == 2 * len(entities)
    assert RatingRun.objects.latest("pk").state == "done"
    assert services.verify_ratings(as_of=TODAY()).differences == []


@pytest.mark.django_db
def test_a_run_under_other_schemes_is_begun_anew(schemes, record):
    record(EntityFactory())
    run = bulk.start_run(as_of=TODAY())
    RatingRun.objects.filter(pk=run.pk).update(versions=[0])
    bulk.work_on_run(run_id=run.pk)
    assert not run.ranges.filter(done_at__isnull=False).exists()
    assert RatingRun.objects.get(pk=run.pk).state == "cancelled"
    assert bulk.start_run(as_of=TODAY()) != run


@pytest.mark.django_db(transaction=True)
def test_processes_share_the_ranges_and_none_is_done_twice(schemes, record, monkeypatch):
    monkeypatch.setattr(bulk, "PLACE_BITS", 1)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 1)
    entities = [EntityFactory() for _ in range(12)]
    for entity in entities:
        record(entity)
    assert bulk.rate_all(as_of=TODAY(), workers=2) == 24
    assert CurrentRating.objects.filter(entity__in=entities).count() == 24
    assert RatingChange.objects.count() == 24
    assert bulk.rate_all(as_of=TODAY(), workers=2) == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_in_the_middle_costs_only_its_range(schemes, record, monkeypatch):
    monkeypatch.setattr(bulk, "PLACE_BITS", 1)
    monkeypatch.setattr(bulk, "RECORDS_AT_ONCE", 1)
    entities = [EntityFactory() for _ in range(6)]
    for entity in entities:
        record(entity)
    run = bulk.start_run(as_of=TODAY())
    save, saved = bulk.save_ratings, []

    def die_after_some(*args):
        changed = save(*args)
        saved.append(changed)
        if sum(saved) >= 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return changed

    monkeypatch.setattr(bulk, "save_ratings", die_after_some)
    connections.close_all()
    worker = multiprocessing.get_context("fork").Process(target=bulk._work, args=(run.pk,))
    worker.start()
    worker.join(200)
    assert worker.exitcode == -signal.SIGKILL
    monkeypatch.setattr(bulk, "save_ratings", save)
    rated = CurrentRating.objects.filter(entity__in=entities).count()
    done = list(run.ranges.filter(done_at__isnull=False).values_list("changed", flat=True))
    assert 0 < rated == sum(done) < 5, (
        "what ranges wrote that are done stays, what the last wrote is taken back"
    )
    bulk.work_on_runs()
    assert CurrentRating.objects.filter(entity__in=entities).count() == 2 * len(entities)
    assert RatingChange.objects.count() == 12
    assert not RatingRange.objects.filter(run=run, done_at=None).exists()
    assert RatingRun.objects.get(pk=run.pk).state == "done"


@pytest.mark.django_db
def test_a_grade_that_was_touched_by_hand_is_found_whatever_was_touched(schemes, record):
    entities = [EntityFactory() for _ in range(4)]
    for entity in entities:
        record(entity)
    bulk.rate_all(as_of=TODAY())
    ratings = CurrentRating.objects.filter(scheme__code="city-comprehensive")
    ratings.filter(entity=entities[0]).update(grade="A")
    ratings.filter(entity=entities[1]).update(place=0)
    ratings.filter(entity=entities[2]).update(points=None)
    found = services.verify_ratings(as_of=TODAY()).differences
    assert [one.entity_id for one in found] == [entity.pk for entity in entities[:3]]
    assert bulk.rate_all(as_of=TODAY()) == 3
    assert services.verify_ratings(as_of=TODAY()).differences == []
