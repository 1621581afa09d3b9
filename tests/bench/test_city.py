"""The city of the bench, very small: its codes are right, its records hold the registry's own rules, its files are read."""

import contextlib
import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection

from bench import city
from bench.harness import CannotMeasure, Run, Size
from bench.measures import intake, search
from entities import codes
from entities.models import CreditRecord, Entity, SubmissionRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def tiny(db, media):
    call_command("seed_catalogue", verbosity=0)
    city.add_people()
    city.fill(60, 1_000)


@pytest.fixture
def file(tiny, tmp_path):
    path = tmp_path / "penalties.csv"
    city.write_penalties(str(path), 600)
    return path


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'entities_creditrecord'")
        return {name for (name,) in cursor.fetchall()}


def test_codes_have_both_check_characters_right_and_none_comes_twice():
    made = city.codes_of(np.arange(5_000))
    checked = codes.check_many(made)

    assert len(set(made)) == 5_000
    assert checked.outer.all() and checked.inner.all()


def test_a_few_entities_have_very_many_records():
    drawn = Counter(city.skewed(np.random.default_rng(1), 1_000, 100_000).tolist())

    assert sum(count for _place, count in drawn.most_common(100)) > 40_000
    assert max(drawn) < 1_000


def test_the_city_is_filled_and_its_table_has_its_indexes_again(db):
    before = indexes()
    call_command("seed_catalogue", verbosity=0)
    city.add_people()
    city.fill(60, 1_000)

    assert Entity.objects.count() == 60
    assert CreditRecord.objects.count() == 1_000
    assert CreditRecord.objects.filter(status="published").count() > 700
    assert indexes() == before


def test_a_file_has_one_row_of_500_that_is_not_as_it_should_be(file):
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))

    assert len(rows) == 600
    assert [number for number, row in enumerate(rows) if row["行政相对人名称"].startswith("查无")] == [499]


def test_the_product_takes_the_file_in_and_its_records_can_be_copied_again(file, tmp_path):
    told = intake.submit_file(str(file))

    assert (told["rows"], told["saved"]) == (600, 599)
    assert told["own"] > 0 and told["server"] >= 0
    assert SubmissionRow.objects.filter(outcome="refused").count() == 1
    intake.dump_records(str(tmp_path / "records.copy"))
    CreditRecord.objects.exclude(submission=None).delete()
    assert intake.copy_records(str(tmp_path / "records.copy"))["rows"] == 599


def test_flatness_is_what_a_row_of_the_largest_file_costs_beside_one_of_the_smallest(monkeypatch, tmp_path):
    sent = []

    def apart(self, target, *arguments, database):
        if target.endswith("write_penalties"):
            Path(arguments[0]).touch()
            return None
        rows = int(Path(arguments[0]).stem)
        sent.append(rows)
        seconds = rows * (3e-4 if rows == 60 else 2e-4)
        return {"rows": rows, "saved": rows, "seconds": seconds, "steps": {}, "own": 0.1, "server": 0.1}

    monkeypatch.setattr(Run, "apart", apart)
    monkeypatch.setattr(intake.databases, "copy_of", contextlib.nullcontext)
    size = Size("tiny", 50, 200, rows=100, sample=50, searches=10, flat=(20, 60), rounds=3)

    found = intake.flatness(Run(size, tmp_path / "bench.log", say=lambda line: None))

    assert (round(found.value, 6), round(found.baseline, 6)) == (1.5, 200)
    assert sent == [60, 20, 20, 60, 60, 20]


def test_records_that_were_not_all_copied_are_no_measure(monkeypatch, tmp_path):
    def apart(self, target, *arguments, database):
        rows = 19 if target.endswith("copy_records") else 20
        return {"rows": rows, "saved": rows, "seconds": 1.0, "steps": {}, "own": 0.1, "server": 0.1}

    monkeypatch.setattr(Run, "apart", apart)
    monkeypatch.setattr(intake.databases, "copy_of", contextlib.nullcontext)
    size = Size("tiny", 50, 200, rows=20, sample=50, searches=10, flat=(20, 60))

    with pytest.raises(CannotMeasure, match="COPY put 19 records in, the product 20"):
        intake.vs_copy(Run(size, tmp_path / "bench.log", say=lambda line: None))


def test_a_search_that_does_not_find_what_is_there_is_no_measure(tiny, monkeypatch):
    monkeypatch.setattr("entities.search.find_entities", lambda user, query: [])
    with pytest.raises(CannotMeasure, match="was not found"):
        search.ask(16)


def test_import_export_takes_the_same_file(file):
    assert intake.import_export(str(file))["rows"] == 600
    record = CreditRecord.objects.filter(document_number__startswith="云市监罚").first()
    assert record.entity_id and record.amount and record.status == CreditRecord.Status.WAITING


def test_searches_of_every_kind_are_asked(tiny):
    found = search.ask(16)

    assert set(found["by_kind"]) == {kind for kind, _text in search.questions(16)}
    assert found["product"] > 0 and found["baseline"] > 0
    assert (found["entities"], found["queries"] >= 1, found["server"] >= 0) == (60, True, True)
