"""Checking a list: read by the one reader of files, matched as rows of files are, answered batch by batch."""

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

from celery import signature
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credit_platform.audit import access, services as audit
from credit_platform.common.queueing import enqueue_on_commit
from credit_platform.portal.credit_checks import policies
from credit_platform.portal.credit_checks.facts import facts_about
from credit_platform.portal.credit_checks.models import CheckedRow, CreditCheck
from entities import looks
from entities.intake.layout import Table, column_key
from entities.intake.matching import Match, match_rows
from entities.intake.reading import Unreadable, open_table
from entities.intake.rows import EntityClues
from entities.intake.sentences import said
from entities.models import SubmittingBody
from entities.services import documents
from entities.services.submissions import ACCEPTED

#: For so long what was found is kept; then only that there was a check, and what for.
KEPT = timedelta(days=30)
#: Whoever took one up and has not come to its end after this is taken for lost.
LEASE = timedelta(minutes=10)
MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
BATCH = 5_000
MOST_CANDIDATES = 5
NAME, CODE = "name", "code"
#: Column names as they are in use, by the field that they mean.
COLUMNS = {
    NAME: (
        "名称", "主体名称", "企业名称", "单位名称", "公司名称", "市场主体名称", "经营主体名称", "行政相对人名称", "name", "entity",
        "entity name", "company",
    ),
    CODE: (
        "统一社会信用代码", "社会信用代码", "信用代码", "统一代码", "组织机构代码", "注册号", "行政相对人代码", "code", "credit code",
        "unified social credit code", "uscc",
    ),
}  # fmt: skip
KNOWN = {column_key(name): field for field, names in COLUMNS.items() for name in names}
Outcome = CheckedRow.Outcome


@transaction.atomic
def ask_for_check(*, by, purpose: str, upload: UploadedFile) -> CreditCheck:
    """Keep the list and have it checked.

    Raises:
        InvalidInput: the file is none that is read here; sentences for the field `file`.
    """
    policies.may_check(by).require()
    body = SubmittingBody.objects.get(pk=looks.on_behalf(by).body_id)
    document = documents.store_document(by=by, upload=upload, accept=ACCEPTED, max_bytes=MOST_BYTES)
    check = CreditCheck.objects.create(
        asked_by=by, body=body, purpose=purpose.strip(), document=document, name=document.name
    )
    audit.record(
        actor=by,
        verb="credit_checks.check.asked",
        target=check,
        purpose=check.purpose,
        sha256=document.sha256,
    )
    enqueue_on_commit(signature("credit_platform.portal.credit_checks.tasks.check_waiting"))
    return check


def check_waiting() -> int:
    """Check the lists that wait; returns how many are done. Safe on many workers, and after one that was killed."""
    done = 0
    while claimed := _claim_next():
        done += _check(claimed)
    return done


@transaction.atomic
def _claim_next() -> CreditCheck | None:
    now = timezone.now()
    waiting = (
        CreditCheck.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("asked_by", "document", "body")
        .filter(next_attempt_at__lte=now)
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if waiting is not None:
        waiting.next_attempt_at = now + LEASE
        waiting.attempts += 1
        waiting.save(update_fields=("next_attempt_at", "attempts"))
    return waiting


def _check(check: CreditCheck) -> bool:
    if not policies.may_check(check.asked_by):
        return _refuse(check, said(_("Whoever handed it in is no longer in office.")))
    try:
        with check.document.file.open("rb") as file, open_table(file.file, KNOWN) as table:
            return _check_rows(check, table)
    except Unreadable as refused:
        return _refuse(check, said(refused.message, **refused.params))


def _check_rows(check: CreditCheck, table: Table) -> bool:
    places = table.layout.columns
    if not places:
        return _refuse(
            check, said(_("No column of names or codes was found; give it the name “name” or “code”."))
        )
    CreditCheck.objects.filter(pk=check.pk).update(rows_expected=table.layout.rows_expected)
    rows = table.rows(after=check.last_row)
    done = check.rows_done
    while batch := list(islice(rows, BATCH)):
        done += len(batch)
        if done > MOST_ROWS:
            return _refuse(check, said(_("A list has at most %(most)s rows."), most=MOST_ROWS))
        if not _batch(check, [_clues(number, cells, places) for number, cells in batch]):
            return False  # Another worker goes on with it.
    now = timezone.now()
    finished = CreditCheck.objects.filter(pk=check.pk, finished_at=None)
    return bool(finished.update(finished_at=now, expires_at=now + KEPT, next_attempt_at=None))


def _clues(number: int, cells: Sequence[str], places: dict[str, int]) -> tuple[int, EntityClues]:
    def cell(field: str) -> str:
        place = places.get(field)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    return number, EntityClues(code=cell(CODE)[:60], name=cell(NAME)[:200])


@transaction.atomic
def _batch(check: CreditCheck, rows: Sequence[tuple[int, EntityClues]]) -> bool:
    """Answer a stretch of rows; False where another worker has answered it already."""
    locked = CreditCheck.objects.select_for_update().get(pk=check.pk)
    if locked.last_row >= rows[-1][0] or locked.next_attempt_at is None:
        return False
    matches = match_rows(
        [(clues, str(number)) for number, clues in rows], body=check.body, format_code="credit-check"
    )
    keys = {match.entity.pk for match in matches if match.entity}
    with access.collecting() as noted:
        facts = facts_about(keys, user=check.asked_by, today=timezone.localdate())
    access.write(by=check.asked_by, noted=noted, way=access.Way.EXPORT, place="credit-check")
    answers = [_answer(match, facts) for match in matches]
    _copy_rows(check.pk, rows, answers)
    counts = {one: sum(outcome == one for outcome, _found in answers) for one in Outcome}
    CreditCheck.objects.filter(pk=check.pk).update(
        rows_done=F("rows_done") + len(rows),
        last_row=rows[-1][0],
        matched=F("matched") + counts[Outcome.MATCHED],
        ambiguous=F("ambiguous") + counts[Outcome.AMBIGUOUS],
        unknown=F("unknown") + counts[Outcome.UNKNOWN],
        next_attempt_at=timezone.now() + LEASE,
    )
    return True


def _answer(match: Match, facts: dict[int, dict]) -> tuple[str, dict]:
    if match.entity and match.entity.pk in facts:
        return Outcome.MATCHED, facts[match.entity.pk]
    if match.candidates:
        candidates = [[one.code, one.name] for one in match.candidates[:MOST_CANDIDATES]]
        return Outcome.AMBIGUOUS, {"candidates": candidates}
    return Outcome.UNKNOWN, {}


def _copy_rows(
    check: int, rows: Sequence[tuple[int, EntityClues]], answers: Sequence[tuple[str, dict]]
) -> None:
    columns = "check_list_id, number, typed_name, typed_code, outcome, found"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {CheckedRow._meta.db_table} ({columns}) FROM STDIN") as copy,
    ):
        for (number, clues), (outcome, found) in zip(rows, answers, strict=True):
            told = json.dumps(found, ensure_ascii=False)
            copy.write_row((check, number, clues.name, clues.code, str(outcome), told))


@transaction.atomic
def _refuse(check: CreditCheck, problem: dict[str, str]) -> bool:
    CheckedRow.objects.filter(check_list=check.pk).delete()
    CreditCheck.objects.filter(pk=check.pk).update(
        problem=problem, next_attempt_at=None, rows_done=0, matched=0, ambiguous=0, unknown=0,
        expires_at=timezone.now() + KEPT,
    )  # fmt: skip
    return True


def throw_away_old() -> int:
    """Throw away lists and answers whose days are over; returns how many. That there was a check stays."""
    old = CreditCheck.objects.filter(document__isnull=False, expires_at__lte=timezone.now())
    return sum(_throw_away(key) for key in old.values_list("pk", flat=True))


@transaction.atomic
def _throw_away(key: int) -> bool:
    check = CreditCheck.objects.select_for_update().filter(pk=key, document__isnull=False).first()
    if check is None:
        return False
    CheckedRow.objects.filter(check_list=check).delete()
    document, check.document = check.document, None
    check.save(update_fields=("document",))
    documents.discard_document(document)
    return True
