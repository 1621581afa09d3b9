"""One number is one number, however it is written: in forms, files and interfaces alike, and in the database."""

import sys
import unicodedata
from dataclasses import replace
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction

from credit_platform.common.errors import InvalidInput
from entities.document_numbers import as_kept, number_key
from entities.models import CreditRecord
from entities.services import records
from tests.factories import RecordFactory, SubmissionFactory

pytestmark = pytest.mark.django_db
Status = CreditRecord.Status
NUMBER = "云市监罚〔2026〕0412-A号"
WRITTEN = {
    "a blank": "云市监罚〔2026〕 0412-A号",
    "the end of a line": "云市监罚〔2026〕\n0412-A号",
    "the end of a line of Windows": "云市监罚\r\n〔2026〕0412-A号",
    "a tab": "云市监罚\t〔2026〕0412-A号",
    "a full-width blank": "云市监罚〔2026〕\u30000412-A号",
    "a blank that does not break": "云市监罚〔2026〕\xa00412-A号",
    "a blank of no width": "云市监罚〔2026〕\u200b0412-A号",
    "round brackets": "云市监罚(2026)0412-A号",
    "full-width round brackets": "云市监罚（2026）0412-A号",
    "square brackets": "云市监罚[2026]0412-A号",
    "lenticular brackets": "云市监罚【2026】0412-A号",
    "full-width digits and letters": "云市监罚〔２０２６〕０４１２-Ａ号",
    "another dash": "云市监罚〔2026〕0412—A号",
    "a full-width dash": "云市监罚〔2026〕0412－A号",
    "small letters": "云市监罚〔2026〕0412-a号",
}
written = pytest.mark.parametrize("way", WRITTEN.values(), ids=WRITTEN)


@pytest.fixture
def save(body, clerk, penalty, entity, draft):
    def save_it(number, **more):
        return records.save_draft(
            by=clerk, body=body, entity=entity, record_type=penalty, draft=replace(draft, document_number=number),
            **more,
        )  # fmt: skip

    return save_it


@written
def test_a_form_sent_again_in_another_way_of_writing_makes_no_other_record(save, way):
    first = save(NUMBER)
    assert save(way) == first
    assert CreditRecord.objects.get().document_number == NUMBER


@written
def test_rows_sent_again_in_another_way_of_writing_say_nothing_new(body, clerk, penalty, entity, draft, way):
    submission = SubmissionFactory(body=body, uploaded_by=clerk)
    for number in (NUMBER, way):
        rows = [(2, entity.pk, penalty, replace(draft, document_number=number))]
        counts = records.submit_rows(by=clerk, submission=submission, rows=rows, status=Status.WAITING)
    assert (counts.new, counts.changed, counts.unchanged) == (0, 0, 1)
    assert CreditRecord.objects.get().document_number == NUMBER


@pytest.mark.parametrize(
    "other",
    [
        "云市监罚〔2026〕0412-B号",
        "云市监罚〔2026〕412-A号",
        "云市监罚〔2025〕0412-A号",
        "云市监罚〔2026〕0412A号",
    ],
)
def test_another_number_is_another_record(save, other):
    assert save(other) != save(NUMBER)


def test_what_was_written_is_kept_but_for_ends_of_lines(save):
    assert save("云市监罚（2026）\r\n 0412-a号 ").document_number == "云市监罚（2026） 0412-a号"


def test_a_draft_may_be_written_in_another_way(save):
    first = save("云市监罚（2026）0412-A号")
    assert save(NUMBER, record_id=first.pk).document_number == NUMBER
    first.refresh_from_db()
    assert (first.document_number, first.number_key) == (NUMBER, number_key(NUMBER))


def test_a_record_is_found_under_its_number_by_whoever_corrects_it(save, clerk, reviewer, draft):
    record = records.send_to_review(by=clerk, record_id=save(NUMBER).pk)
    records.approve_record(by=reviewer, record_id=record.pk)
    with pytest.raises(InvalidInput, match="Nothing differs"):
        correct(clerk, record, replace(draft, document_number=WRITTEN["a blank"]))
    newer = correct(clerk, record, replace(draft, document_number=WRITTEN["a blank"], title="罚款30000元"))
    assert (newer.document_number, newer.title) == (NUMBER, "罚款30000元")
    assert records.approve_record(by=reviewer, record_id=newer.pk).replaces_id == record.pk


def correct(clerk, record, draft):
    return records.correct_record(by=clerk, record_id=record.pk, draft=draft, because="金额有误")


def test_a_row_that_corrects_keeps_the_number_as_it_stands(body, clerk, penalty, entity, draft):
    record = RecordFactory(submitted_by=body, record_type=penalty, entity=entity, document_number=NUMBER)
    row = (2, entity.pk, penalty, replace(draft, document_number=WRITTEN["a full-width blank"]))
    submission = SubmissionFactory(body=body, uploaded_by=clerk)
    counts = records.submit_rows(by=clerk, submission=submission, rows=[row], status=Status.WAITING)
    assert counts.changed == 1
    newer = CreditRecord.objects.get(replaces=record)
    assert newer.document_number == NUMBER


def test_what_was_ended_does_not_come_back_under_another_way_of_writing(save, body, penalty, entity):
    RecordFactory(
        submitted_by=body, record_type=penalty, entity=entity, document_number=NUMBER, status="repaired"
    )
    with pytest.raises(InvalidInput) as refused:
        save(WRITTEN["small letters"])
    assert "was repaired on" in refused.value.problems["document_number"][0]


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.WAITING])
def test_the_database_holds_it_whoever_writes(body, penalty, status):
    same = {"submitted_by": body, "record_type": penalty, "status": status}
    RecordFactory(document_number=NUMBER, **same)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordFactory(document_number=WRITTEN["square brackets"], **same)


def test_the_migration_names_the_records_that_have_one_number_already_and_chooses_none(body, penalty):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_record_in_force_per_document_number")
    migration = import_module("entities.migrations.0023_one_number_however_it_is_written")
    RecordFactory(submitted_by=body, record_type=penalty, document_number=NUMBER)
    migration.refuse_numbers_that_stand_twice(apps, None)
    RecordFactory(submitted_by=body, record_type=penalty, document_number=WRITTEN["a blank"])
    with pytest.raises(CommandError) as refused:
        migration.refuse_numbers_that_stand_twice(apps, None)
    for said in (body.code, penalty.code, NUMBER, WRITTEN["a blank"]):
        assert said in str(refused.value)
    assert CreditRecord.objects.filter(status="published").count() == 2


def test_the_database_makes_the_same_key_of_every_sign():
    signs = [
        chr(code)
        for code in range(1, sys.maxunicode)
        if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")
    ]
    numbers = [number for sign in signs if (number := as_kept(f"A{sign}1b")) and len(number) > 2]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key_in_sql('n')} FROM unnest(%s::text[]) WITH ORDINALITY AS t(n, at) ORDER BY at",
            [numbers],
        )
        told = [key for (key,) in cursor.fetchall()]
    differing = [
        (number, told_key)
        for number, told_key in zip(numbers, told, strict=True)
        if number_key(number) != told_key
    ]
    assert differing == []


def test_a_number_of_signs_that_grow_fits_into_its_index(save):
    record = save("\ufdfa" * 128)
    record.refresh_from_db()
    assert record.number_key == number_key("\ufdfa" * 128)
    assert save("\ufdfa" * 128).pk == record.pk


def key_in_sql(column: str) -> str:
    """The expression as the table has it, for another column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum"
            " WHERE adrelid = 'entities_creditrecord'::regclass AND attname = 'number_key'"
        )
        (expression,) = cursor.fetchone()
    return expression.replace("%", "%%").replace("document_number", column)
