"""Keeping the rows of a file by the thousand: COPY in, one statement over all."""

import json
from collections.abc import Callable, Mapping, Sequence

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Case, F, When, Window
from django.db.models.functions import FirstValue

from entities.intake.verdicts import Verdict, problem
from entities.models import Submission, SubmissionRow

Outcome = SubmissionRow.Outcome
COLUMNS = (
    "submission_id", "number", "cells", "draft", "outcome", "problems", "key", "clue", "question", "entity_id",
    "candidates", "match", "register_entity", "is_saved",
)  # fmt: skip
REPEATS_AT_ONCE = 1_000


def copy_rows(submission_id: int, verdicts: Sequence[Verdict]) -> None:
    """Write what became of the rows of a batch; the table takes each row of a file once."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {SubmissionRow._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN") as copy,
    ):
        for one in verdicts:
            copy.write_row(
                (
                    submission_id, one.number, _json(one.cells), _json(one.draft), one.outcome, _json(one.problems),
                    one.key, one.clue, one.question, one.entity_id, one.candidates, one.match, False, False,
                )
            )  # fmt: skip


def _json(value) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def refuse_repeated(submission: Submission, sentence: Callable[[str, int], Mapping[str, str]]) -> int:
    """Of rows that speak of one thing take one and refuse the others; returns how many were refused.

    The one that says what is on file already stands, so that sending a file again changes nothing; otherwise
    the first.
    """
    on_file_first = Case(When(outcome=Outcome.UNCHANGED, then=0), default=1)
    first = Window(
        FirstValue("number"), partition_by=F("key"), order_by=[on_file_first.asc(), F("number").asc()]
    )
    repeats = (
        submission.rows.exclude(outcome=Outcome.REFUSED)
        .exclude(key="")
        .annotate(first=first)
        .exclude(number=F("first"))
        .order_by("number")
    )
    count, batch = 0, []
    for row in repeats.iterator(chunk_size=REPEATS_AT_ONCE):
        row.outcome, row.question = Outcome.REFUSED, ""
        row.problems = [*row.problems, problem(said=sentence(row.key, row.first))]
        batch.append(row)
        if len(batch) == REPEATS_AT_ONCE:
            count += _refuse(batch)
            batch = []
    return count + _refuse(batch)


def _refuse(rows: Sequence[SubmissionRow]) -> int:
    SubmissionRow.objects.bulk_update(rows, ("outcome", "question", "problems"))
    return len(rows)
