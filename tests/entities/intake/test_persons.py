"""Identity numbers of persons that stand in a file are kept nowhere in its rows, whatever becomes of them."""

import csv
import io

import pytest

from agencies.double_publicity import PENALTY_COLUMNS
from entities.file_rows import rows_between
from entities.intake import blocks, returning
from entities.services import submissions
from tests.entities.intake.conftest import outcomes, row_of, sentences
from tests.factories import EntityFactory

pytestmark = pytest.mark.django_db
NUMBER = "11010519491231002X"
MASKED = "11" + "*" * 16
GOOD = {column.field: column.example for column in PENALTY_COLUMNS}


@pytest.fixture
def penalties(desk):
    return desk("market-supervision", "market-penalties")


@pytest.fixture
def entity():
    return EntityFactory(name_zh="云汀禾谷公司")


def file_of(*rows: dict[str, str], more: dict[str, str] | None = None) -> str:
    """Penalties, with further columns that the format does not know."""
    text, more = io.StringIO(), more or {}
    writer = csv.writer(text)
    writer.writerow([*(column.zh for column in PENALTY_COLUMNS), *more])
    writer.writerows([*(row[column.field] for column in PENALTY_COLUMNS), *more.values()] for row in rows)
    return text.getvalue()


def penalty(entity, number: int = 1, **changes) -> dict[str, str]:
    who = {"credit_code": entity.credit_code, "entity_name": entity.name_zh}
    return {**GOOD, **who, "document_number": f"云{number}号", **changes}


def kept_of(submission) -> str:
    """All that is kept of the rows of a file, and of how it was read."""
    rows = [str([row.cells, row.draft, row.problems, row.key]) for row in submission.rows.all()]
    tables = [str(blocks.unpack(block.content).to_pydict()) for block in submission.blocks.all()]
    return " ".join([*rows, *tables, str(submission.layout)])


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": f"经营者张三（{NUMBER}）未记录进货"},
        {"permit": f"健康证{NUMBER}"},
        {"document_number": NUMBER},
        {"severity_class": NUMBER},
        {"entity_name": f"张三{NUMBER}"},
        {"credit_code": NUMBER},
    ],
)
def test_a_row_that_names_a_person_is_refused_and_goes_back_without_the_number(penalties, entity, changes):
    submission = penalties.send(file_of(penalty(entity), penalty(entity, 2, **changes)))
    assert outcomes(submission) == {2: "new", 3: "refused"}
    assert row_of(submission, 3).problems
    assert NUMBER not in kept_of(submission)
    returned = b"".join(returning.as_csv(submission)).decode("utf-8-sig")
    assert NUMBER not in returned
    assert MASKED in returned


def test_a_name_that_holds_an_identity_number_registers_nobody(penalties, entity):
    other = EntityFactory.build()
    named = penalty(other, entity_name=f"张三{NUMBER}的商店")
    submission = penalties.send(file_of(named))
    assert outcomes(submission) == {2: "refused"}
    assert "take it out before saving" in sentences(row_of(submission))
    assert not row_of(submission).question


@pytest.mark.parametrize("is_large", [False, True])
def test_a_column_that_nobody_reads_and_a_number_beside_the_code_are_masked_in_good_rows(
    penalties, entity, monkeypatch, is_large
):
    if is_large:
        monkeypatch.setattr(submissions, "SMALL_FILE", 0)
        monkeypatch.setattr(submissions, "COMPACT_FROM", 2)
    rows = [penalty(entity, n) for n in range(4)] + [penalty(entity, 4, tax_number=NUMBER)]
    submission = penalties.send(file_of(*rows, more={"法定代表人身份证号": NUMBER}))
    assert submission.blocks.exists() == is_large
    assert NUMBER not in kept_of(submission)
    assert {row.outcome for row in rows_between(submission, 2, 6)} == {"new"}
    assert all(row.cells[-1] == MASKED for row in rows_between(submission, 2, 6))
    penalties.save(submission)
    assert submission.records.count() == 5


def test_signs_that_nobody_sees_in_a_cell_make_no_other_record(penalties, entity):
    row = penalty(entity)
    penalties.save(penalties.send(file_of(row)))
    strange = row | {"document_number": "\x07云1号\x1b", "title": f"{row['title'][:2]}\x01{row['title'][2:]}"}
    assert outcomes(penalties.send(file_of(strange))) == {2: "unchanged"}
