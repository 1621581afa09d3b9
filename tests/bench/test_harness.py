"""The bench: measures by name, a report whether they went well or not, and an exit code that tells."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys

import pytest

import bench.__main__
import bench.measures
from bench import databases, harness
from bench.harness import CannotMeasure, Measure, Result, Run, Size

TINY = Size("tiny", 50, 200, rows=100, sample=50, searches=10, flat=(20, 60))


@pytest.fixture
def take(tmp_path, monkeypatch):
    """Take measures as functions, without a server to ask its version."""
    monkeypatch.setattr(harness.databases, "server_version", lambda: "18")

    def take_them(**measures):
        chosen = [Measure(name, "ratio", function) for name, function in measures.items()]
        return harness.take(chosen, TINY, tmp_path / "bench.log", say=lambda line: None)

    return take_them


def test_the_measures_are_found_by_the_beginning_of_their_names():
    names = [one.name for one in harness.measures()]

    assert {"intake.vs_copy", "intake.vs_import_export", "intake.flatness", "search.p95"} <= set(names)
    assert [one.name for one in harness.measures("search")] == ["search.p95"]
    assert not harness.measures("nothing")


def test_a_measure_that_cannot_be_taken_says_why_and_does_not_hinder_the_next(take, tmp_path):
    def fails(run: Run) -> Result:
        raise CannotMeasure("the server is on fire")

    broken, whole = take(broken=fails, whole=lambda run: Result(0.512345, 100.0, 0.512345))
    harness.write_report(tmp_path / "latest.json", TINY, [broken, whole])
    report = json.loads((tmp_path / "latest.json").read_text())

    assert broken.problem == "CannotMeasure: the server is on fire"
    assert report["size"] == "tiny"
    assert report["machine"]["postgresql"] == "18"
    first, second = report["measures"]
    assert first["value"] is None and "on fire" in first["problem"]
    assert second == {
        "name": "whole",
        "value": 0.5123,
        "unit": "ratio",
        "baseline": 100.0,
        "ratio": 0.5123,
        "peak_mb": None,
    }


def test_product_and_baseline_take_turns_and_the_median_counts(tmp_path):
    asked = []
    speeds = {"product": iter([10.0, 30.0, 20.0]), "baseline": iter([10.0, 10.0, 10.0])}

    def speed(name):
        asked.append(name)
        return next(speeds[name])

    run = Run(TINY, tmp_path / "bench.log", say=lambda line: None)
    found = harness.alternate(run, lambda: speed("product"), lambda: speed("baseline"), unit="rows/s")

    assert found == (20.0, 10.0, 2.0)
    assert asked == ["product", "baseline", "baseline", "product", "product", "baseline"]


def test_the_table_shows_every_figure_and_a_dash_for_none(take):
    lines = harness.table(take(whole=lambda run: Result(1234.5))).splitlines()

    assert lines[0].split() == ["measure", "value", "unit", "baseline", "ratio", "peak", "MB"]
    assert lines[1].split() == ["whole", "1,234", "ratio", "–", "–", "–"]


def fails(self, target, *arguments, database):
    raise CannotMeasure(f"{target} ended with code 1.")


@pytest.mark.parametrize("one", harness.measures(), ids=lambda one: one.name)
def test_every_measure_that_cannot_run_says_so_and_has_no_figure(one, monkeypatch, tmp_path):
    monkeypatch.setattr(Run, "apart", fails)
    monkeypatch.setattr(databases, "copy_of", contextlib.nullcontext)

    (taken,) = harness.take([one], TINY, tmp_path / "bench.log", say=lambda line: None)

    assert taken.result is None
    assert "ended with code 1" in taken.problem
    assert taken.as_json()["value"] is None


@pytest.mark.parametrize("broken", ["city", "measure", ""])
def test_the_bench_fails_when_a_measure_or_the_city_could_not_be_had(broken, monkeypatch, tmp_path, capsys):
    def ensure(size, log):
        if broken == "city":
            raise CannotMeasure("No room is left.")

    def take(run):
        if broken == "measure":
            raise CannotMeasure("No room is left.")
        return Result(1.0)

    monkeypatch.setattr(bench.__main__, "VAR", tmp_path)
    monkeypatch.setattr(bench.__main__.city, "ensure", ensure)
    monkeypatch.setattr(harness, "measures", lambda only="": [Measure("one", "ratio", take)])
    monkeypatch.setattr(harness.databases, "server_version", lambda: "18")
    monkeypatch.delenv("SIZE", raising=False)

    assert bench.__main__.main() == bool(broken)
    (kept,) = json.loads((tmp_path / "latest.json").read_text())["measures"]
    assert ("No room is left." in kept.get("problem", "")) == bool(broken)
    assert ("CANNOT BE MEASURED" in capsys.readouterr().out) == bool(broken)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"SIZE": "huge"}, "SIZE=huge is no size: give one of small, city."),
        ({"ONLY": "weather"}, "ONLY=weather begins no measure's name"),
    ],
)
def test_a_size_or_a_measure_that_does_not_exist_is_refused(environ, sentence):
    refused = subprocess.run(
        [sys.executable, "-m", "bench"],
        cwd=harness.ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 2
    assert sentence in refused.stderr


def test_a_process_apart_tells_its_peak_of_memory_and_a_failed_one_where_its_last_words_are(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(harness.databases, "sessions_in", lambda database: [])
    run = Run(TINY, tmp_path / "bench.log")
    database = os.environ["DATABASE_URL"].partition("?")[0].rpartition("/")[2]

    assert run.apart("math:hypot", 3, 4, database=database) == 5
    assert 20 < run.peak_mb < 1000
    with pytest.raises(CannotMeasure, match=r"math:sqrt ended with code 1.*bench\.log"):
        run.apart("math:sqrt", -1, database=database)
    assert "math domain error" in run.log.read_text()


def test_every_size_says_all_that_measures_ask_for():
    for size in harness.SIZES.values():
        assert all(getattr(size, field.name) for field in dataclasses.fields(size))
