"""A scheme run on files, as somebody with a published method and its data runs it."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation.schemes.shipped import FOLDER

RECORDS = """entity,type,decided,breach,corrected_on,tax_amount,months
甲,tax-breach,2026-03-01,late-filing,2026-03-03,500,
甲,tax-breach,2026-05-01,late-filing,2026-06-15,9000,
甲,tax-breach,2026-06-01,bank-accounts,2026-09-09,,
乙,serious-breach,2026-06-01,,,,
"""
ENTITIES = """entity,information,new_entity,revenue,operating_since,previous_grade,vat_zero_in_a_row,vat_zero_in_all,accounts_kept,clean_months,grade_published,points_published
甲,complete,no,1,2015-01-01,B,0,0,yes,0,A,91.40
乙,complete,no,1,2015-01-01,B,0,0,yes,0,C,
丙,payment,no,1,2015-01-01,D,0,0,yes,0,B,93
"""


@pytest.fixture
def run(tmp_path):
    """Run the command on the files as given; returns what it wrote and what it said."""

    def go(*extra, records=RECORDS, entities=ENTITIES, scheme="tax-credit-2025"):
        (tmp_path / "records.csv").write_text(records, encoding="utf-8")
        (tmp_path / "entities.csv").write_text(entities, encoding="utf-8")
        said = StringIO()
        call_command(
            "rate_file",
            *("--scheme", scheme, "--as-of", "2027-04-01", "--out", str(tmp_path / "out.csv")),
            *("--records", str(tmp_path / "records.csv"), "--entities", str(tmp_path / "entities.csv")),
            *extra,
            stderr=said,
        )
        with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
            return {row["entity"]: row for row in csv.DictReader(file)}, said.getvalue()

    return go


def test_every_entity_has_its_grade_its_points_and_what_each_component_came_to(run):
    rows, _said = run()
    assert list(rows) == ["丙", "乙", "甲"]
    assert rows["甲"] == {
        "entity": "甲",
        "grade": "A",
        "points": "91.4",
        "records_counted": "3",
        "breaches": "-21",
        "repair": "12.4",
        "clean-months": "0",
    }
    assert (rows["乙"]["grade"], rows["丙"]["grade"]) == ("D", "B")


def test_the_result_is_held_against_published_columns(run):
    _rows, said = run("--compare", "points=points_published", "--compare", "grade=grade_published")
    assert said.splitlines() == [
        "points: 2 of 2 as published",
        "乙: grade D, published C",
        "grade: 2 of 3 as published",
    ]


def test_all_problems_are_told_at_once_each_with_its_line(run):
    records = (
        RECORDS.replace("2026-03-03", "3 March").replace("9000", "much") + "丁,tax-breach,2026-01-01,,,,\n"
    )
    with pytest.raises(CommandError) as raised:
        run(records=records)
    assert str(raised.value) == "records, line 6: no entity “丁”"
    with pytest.raises(CommandError) as raised:
        run(records=RECORDS.replace("2026-03-03", "3 March").replace("9000", "much"))
    assert sorted(str(raised.value).splitlines()) == [
        "records, line 2, corrected_on: “3 March” cannot be read",
        "records, line 3, tax_amount: “much” cannot be read",
    ]


def test_a_column_that_the_scheme_reads_and_the_file_lacks_is_a_mistake(run):
    with pytest.raises(CommandError, match="records: there is no column “corrected_on”"):
        run(records=RECORDS.replace("corrected_on", "corrected"))
    with pytest.raises(CommandError, match="entities: there is no column “revenue”"):
        run(entities=ENTITIES.replace("revenue", "income"))


def test_a_scheme_may_come_bare_and_one_that_does_not_hold_together_is_refused(run, tmp_path):
    bare = json.loads((FOLDER / "tax-credit-2025.json").read_text(encoding="utf-8"))["document"]
    (tmp_path / "scheme.json").write_text(json.dumps(bare), encoding="utf-8")
    assert run(scheme=str(tmp_path / "scheme.json"))[0]["甲"]["grade"] == "A"
    (tmp_path / "scheme.json").write_text(json.dumps(bare | {"floor": "x"}), encoding="utf-8")
    with pytest.raises(CommandError, match="floor"):
        run(scheme=str(tmp_path / "scheme.json"))


def test_an_entity_twice_and_a_record_twice_are_refused(run):
    with pytest.raises(CommandError, match="entities, line 5: “甲” is empty or stands twice"):
        run(entities=ENTITIES + ENTITIES.splitlines()[1] + "\n")
    head, first, *rest = RECORDS.splitlines()
    twice = "\n".join([f"record,{head}", f"7,{first}", *(f"7,{row}" for row in rest[:1])])
    with pytest.raises(CommandError, match="records, line 3: record “7” stands twice"):
        run(records=twice)


def test_an_entity_may_have_a_day_of_its_own(run):
    head, *rest = ENTITIES.splitlines()
    days = ["as_of", "2026-06-10", "", "2026-01-01"]
    entities = "\n".join(f"{row},{day}" for row, day in zip((head, *rest), days, strict=True)) + "\n"
    rows, said = run("--compare", "points=points_published", entities=entities)
    # By 10 June the second correction was not yet made, nor that of the bank accounts.
    assert (rows["甲"]["points"], rows["乙"]["grade"], rows["丙"]["grade"]) == ("84", "D", "B")
    assert said.splitlines()[-1] == "points: 1 of 2 as published"
    with pytest.raises(CommandError, match="entities, line 2, as_of: “June” cannot be read"):
        run(entities=entities.replace("2026-06-10", "June"))


def test_a_published_number_is_met_to_its_own_places(run):
    entities = ENTITIES.replace("91.40", "91").replace(",B,93", ",B,93.04")
    _rows, said = run("--compare", "points=points_published", entities=entities)
    assert said.splitlines() == ["丙: points 93, published 93.04", "points: 1 of 2 as published"]
