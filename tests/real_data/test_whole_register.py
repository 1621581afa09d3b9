"""The whole register of 1,088,281 enterprises: imported, searched, and files matched against it."""

import gzip
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
from django.db import connection

from entities.models import Entity
from entities.search import find_entities
from entities.services import submissions
from entities.services.imports import import_entities
from tests.entities.intake.conftest import catalogue, desk, tax  # noqa: F401  (fixtures)
from tests.real_data.test_files import JIANGXI, PENALTIES, outcomes, send

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.integration,
    pytest.mark.django_db,
    pytest.mark.timeout(1_200),
    pytest.mark.usefixtures("room_given_back"),
]
#: So many rows of it come in twice: more than are read at a time.
BEGINNING = 30_000
REGISTER = "cn_enterprise_registration/all_name_uscc.csv.gz"
#: What becomes of the 4,937 rows of the tax list, and of the 100 penalties, with the whole register behind them.
TAX_LIST = {
    ("new", ""): 666,
    ("asked", "unregistered"): 3_362,
    ("asked", "code_other_name"): 7,
    ("asked", "organisation_code"): 6,
    ("asked", "name"): 7,
    ("asked", "head_office"): 7,
    ("refused", "unknown"): 820,
    ("refused", ""): 62,
}
TAX_LIST_BY_ORGANISATION_CODE = 151
PENALTY_LIST = {("asked", "name"): 26, ("asked", "head_office"): 24, ("refused", "unknown"): 50}


@pytest.fixture(scope="module")
def room_given_back(django_db_setup, django_db_blocker):
    """A million rows that were taken back still fill their table, through which every test after this would look."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"VACUUM FULL {Entity._meta.db_table}")


def test_a_million_enterprises_come_in_are_found_and_are_matched(real_data_dir, tmp_path, tax, desk):  # noqa: F811
    found = Counter()
    first = import_entities(
        path=real_data_dir / REGISTER,
        problems=lambda problems: found.update((problem.level, problem.message[:20]) for problem in problems),
    )
    # One row is torn, 16,078 codes are of regions that no list has, 4 codes stand twice.
    assert (first.read, first.new, first.refused) == (1_088_281, 1_088_276, 1)
    assert sum(count for (level, _said), count in found.items() if level == "warning") == 16_082
    again = import_entities(path=_beginning_of(real_data_dir / REGISTER, tmp_path))
    assert (again.read, again.new, again.changed) == (BEGINNING, 0, 0)

    _search(tax.clerk)
    _match_tax_list(real_data_dir, tax)
    _match_penalties(real_data_dir, desk("financial-supervision", "financial-penalties"))


def _beginning_of(path: Path, folder: Path) -> Path:
    """A file with the first rows of another."""
    with gzip.open(path, "rb") as whole, gzip.open(folder / path.name, "wb") as part:
        part.writelines(islice(whole, BEGINNING + 1))
    return folder / path.name


def _search(user) -> None:
    """A sample of all is found by code, by organisation code and by name; a whole code or name before all others."""
    sample = Entity.objects.filter(pk__in=_spread(60))
    for entity in sample:
        for query in (entity.credit_code, entity.organisation_code, entity.name_zh):
            found = [match.entity for match in find_entities(user=user, query=query)]
            assert entity in found, query
            assert query == entity.organisation_code or found[0].name_key == entity.name_key, query


def _spread(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM entities_entity")
        low, high = cursor.fetchone()
    return [low + (high - low) * place // count for place in range(count)]


def _match_tax_list(real_data_dir, tax) -> None:  # noqa: F811
    submission = send(tax, real_data_dir / JIANGXI)
    assert outcomes(submission) == TAX_LIST
    # Old numbers whose organisation code and name fit one entity are certain and asked of nobody.
    assert (
        submission.rows.filter(match="organisation_code", outcome="new").count()
        == TAX_LIST_BY_ORGANISATION_CODE
    )
    for question in ("code_other_name", "organisation_code"):
        together = submissions.proposals(submission, question).count()
        assert (
            submissions.confirm_proposals(by=tax.clerk, submission_id=submission.pk, question=question)
            == together
        )


def _match_penalties(real_data_dir, finance) -> None:
    submission = send(finance, real_data_dir / PENALTIES)
    assert outcomes(submission) == PENALTY_LIST
    assert not submission.rows.filter(outcome__in=("new", "changed")).exists()
