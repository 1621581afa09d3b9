"""Identity numbers of persons that stand in a file are kept nowhere in its rows, whatever becomes of them."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.double_publicity import PENALTY_COLUMNS
from credit_platform.common.errors import WrongState
from entities.file_rows import rows_between
from entities.intake import blocks, returning
from entities.models import Submission
from entities.retention.held import files_over, forget_files
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


def test_what_waits_is_kept_and_what_is_over_goes_with_its_file(
    penalties, entity, django_capture_on_commit_callbacks
):
    content = file_of(penalty(entity), penalty(entity, 2, facts=f"张三{NUMBER}"))
    submission = penalties.send(content)
    today = timezone.localdate()
    assert not files_over(today).exists()
    penalties.save(submission)
    assert not files_over(today - timedelta(days=1)).exists()
    place = Path(submission.document.file.path)
    assert NUMBER in place.read_text()
    with django_capture_on_commit_callbacks(execute=True):
        forget_files(files_over(today), today)
    assert not place.exists()
    saved, refused = submission.rows.order_by("number")
    assert saved.cells and not refused.cells and refused.problems
    assert not files_over(today).exists()


def test_of_a_file_that_is_gone_no_rest_is_offered_and_it_is_not_checked_again(client, penalties, entity):
    submission = penalties.save(penalties.send(file_of(penalty(entity), penalty(entity, 2, facts=NUMBER))))
    url = reverse("entities:submission-detail", args=(submission.pk,))
    rest = reverse("entities:submission-rest", args=(submission.pk,))
    client.force_login(penalties.clerk)
    assert rest in client.get(url).content.decode()
    forget_files([submission], timezone.localdate())
    page = client.get(url).content.decode()
    assert rest not in page and "what stood in them is no longer kept" in page
    assert client.get(rest).status_code == 404
    Submission.objects.filter(pk=submission.pk).update(state=Submission.State.REFUSED)
    submission.rows.all().delete()
    with pytest.raises(WrongState, match="no longer kept"):
        submissions.check_again(by=penalties.clerk, submission_id=submission.pk)
