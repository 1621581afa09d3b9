"""The published scores of San Francisco's restaurants, from the published violations, by the shipped scheme.

What does not come out as published is explained by the data (their SOURCE.md) and reproduced by nobody.
"""

import csv
from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.real_data
FIELDS = ("entity", "type", "decided", "document_number", "inspection", "risk_category")


@pytest.fixture(scope="module")
def folder(real_data_dir):
    return real_data_dir / "sf_lives_restaurants"


def rows_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def iso(day):
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def write(path, fields, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def compared(folder, tmp_path_factory):
    """What `rate_file` says of every scored routine inspection: its summary, and the differences by inspection."""
    here = tmp_path_factory.mktemp("sf")
    published = rows_of(folder / "expected_scores.csv")
    # A business may have two inspections on one day; their violations are not told apart.
    scored, of_day = {}, {}
    for number, row in enumerate(published):
        key = f"{number}-{row['business_id']}-{row['date']}"
        scored[key] = row["published_score"]
        of_day.setdefault((row["business_id"], row["date"]), []).append(key)
    records = [
        dict.fromkeys(FIELDS, "")
        | {"entity": key, "type": "inspection", "decided": iso(key[-8:]), "document_number": key}
        for key in scored
    ]
    records += [
        {
            "entity": key,
            "type": "violation",
            "decided": iso(row["date"]),
            "document_number": f"violation-{number}",
            "inspection": key,
            "risk_category": row["risk_category"],
        }
        for number, row in enumerate(rows_of(folder / "violations_plus.csv"))
        for key in of_day.get((row["business_id"], row["date"]), ())
    ]
    write(here / "records.csv", FIELDS, records)
    write(
        here / "entities.csv",
        ("entity", "score"),
        [{"entity": key, "score": score} for key, score in scored.items()],
    )
    said = StringIO()
    call_command(
        "rate_file",
        *("--scheme", "sf-restaurants", "--as-of", "2017-11-07", "--compare", "points=score"),
        *("--records", str(here / "records.csv"), "--entities", str(here / "entities.csv")),
        *("--out", str(here / "out.csv")),
        stderr=said,
    )
    results = {row["entity"]: row["points"] for row in rows_of(here / "out.csv")}
    return said.getvalue(), scored, results, records


def test_of_the_published_scores_as_many_come_out_as_the_data_allow(compared):
    said, scored, _results, _records = compared
    assert len(scored) == 13_781
    assert said.strip().endswith("points: 13535 of 13781 as published")


def test_what_does_not_come_out_is_what_the_source_explains(compared):
    _said, scored, results, records = compared
    listed = {row["entity"] for row in records if row["type"] == "violation"}
    different = {key for key, score in scored.items() if results[key] != score}
    nothing_listed = {key for key in different if key not in listed}
    perfect = {key for key in different - nothing_listed if scored[key] == "100"}
    assert (len(different), len(nothing_listed), len(perfect)) == (246, 132, 22)


def test_a_single_violation_takes_the_points_of_its_risk(compared):
    _said, scored, results, records = compared
    violations: dict[str, list[str]] = {}
    for row in records:
        if row["type"] == "violation":
            violations.setdefault(row["entity"], []).append(row["risk_category"])
    single = {key: risks[0] for key, risks in violations.items() if len(risks) == 1}
    right = {
        risk: sum(results[key] == scored[key] for key, one in single.items() if one == risk)
        for risk in ("High Risk", "Moderate Risk", "Low Risk")
    }
    assert right == {"High Risk": 287, "Moderate Risk": 928, "Low Risk": 1010}
