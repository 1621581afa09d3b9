"""Keeping the rows of a file by the thousand: COPY in, one statement over all."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Case, F, When, Window
from django.db.models.functions import FirstValue, Length

from entities.document_numbers import number_key, number_key_in_sql
from entities.intake import blocks
from entities.intake.plain import PlainRow
from entities.intake.verdicts import Job, Verdict, judge, problem
from entities.models import Submission, SubmissionBlock, SubmissionRow

Outcome = SubmissionRow.Outcome
COLUMNS = (
    "submission_id", "number", "cells", "draft", "outcome", "problems", "key", "clue", "question", "entity_id",
    "candidates", "match", "register_entity", "is_saved",
)  # fmt: skip
#: So many keys are held against each other at once; of a longer file one part after the other.
KEYS_AT_ONCE = 500_000
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


def add_block(
    submission_id: int, *, first: int, last: int, rows: Sequence[PlainRow], is_new: Sequence[bool], terms: str
) -> None:
    """Keep plain rows of the stretch from `first` to `last` together."""
    packed = blocks.pack(rows, is_new)
    SubmissionBlock.objects.create(
        submission_id=submission_id,
        first=first,
        last=last,
        new=packed.new,
        unchanged=packed.unchanged,
        keys=packed.keys,
        content=packed.content,
        terms=terms,
    )


def unfold(block: SubmissionBlock, numbers: Sequence[int], job: Job) -> None:
    """Turn rows of a block into rows of their own, judged anew, for what has to be said of them now."""
    table = blocks.unpack(block.content)
    rows = list(blocks.rows_of(blocks.having(table, numbers)))
    for start in range(0, len(rows), REPEATS_AT_ONCE):
        copy_rows(block.submission_id, judge(rows[start : start + REPEATS_AT_ONCE], job))
    left = blocks.without(table, numbers)
    if not left.keys:
        block.delete()
        return
    block.new, block.unchanged, block.keys, block.content = (
        left.new, left.unchanged, left.keys, left.content
    )  # fmt: skip
    block.save(update_fields=("new", "unchanged", "keys", "content"))


def repeats_in_blocks(submission: Submission) -> Iterator[tuple[int, list[int]]]:
    """The blocks that hold rows whose key another row of the file has too: key of the block, numbers of the rows.

    A key of eight bytes may be taken for another one's once in a very long while; then two rows more are judged
    one by one.
    """
    kept = submission.blocks.order_by("first")
    sizes = dict(kept.values_list("pk", Length("keys")))
    if not sizes:
        return
    repeated = _repeated_keys(submission, sum(sizes.values()))
    if not len(repeated):
        return
    for pk in sizes:
        keys = kept.values_list("keys", flat=True).get(pk=pk)
        places = np.flatnonzero(np.isin(blocks.digests(keys), repeated))
        if len(places):
            block = SubmissionBlock.objects.get(pk=pk)
            numbers = blocks.unpack(block.content)[blocks.NUMBER].to_pylist()
            yield pk, [numbers[place] for place in places.tolist()]


def _repeated_keys(submission: Submission, bytes_kept: int) -> np.ndarray:
    """The keys that more than one row of the file has. However long the file is, so many are held at once."""
    others = submission.rows.exclude(outcome=Outcome.REFUSED).exclude(key="").values_list("key", flat=True)
    of_rows = blocks.digests(b"".join(blocks.digest_of(key) for key in others.iterator(chunk_size=10_000)))
    parts = 1 + bytes_kept // (KEYS_AT_ONCE * of_rows.itemsize)
    repeated = []
    for part in range(parts):
        every = [of_rows[of_rows % parts == part]]
        for keys in submission.blocks.values_list("keys", flat=True).iterator(chunk_size=100):
            of_block = blocks.digests(keys)
            every.append(of_block[of_block % parts == part])
        together = np.concatenate(every)
        together.sort()
        repeated.append(np.unique(together[1:][together[1:] == together[:-1]]))
    return np.concatenate(repeated)


def numbers_in_blocks(submission: Submission, keys: Iterable[str]) -> dict[str, int]:
    """By `number_key` the row of a block that has it, for those of the keys that a block has."""
    wanted = {number_key(key): blocks.digest_of(key) for key in keys}
    if not wanted:
        return {}
    asked = blocks.digests(b"".join(wanted.values()))
    found: dict[str, int] = {}
    for pk, kept in submission.blocks.order_by("first").values_list("pk", "keys"):
        if not np.isin(blocks.digests(kept), asked).any():
            continue
        table = blocks.unpack(SubmissionBlock.objects.get(pk=pk).content)
        pairs = zip(
            blocks.column_of(table, blocks.KEY).to_pylist(), table[blocks.NUMBER].to_pylist(), strict=True
        )
        found |= {same: number for key, number in pairs if (same := number_key(key)) in wanted}
    return found


def _json(value) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def refuse_repeated(submission: Submission, sentence: Callable[[str, int], Mapping[str, str]]) -> int:
    """Of rows that speak of one thing take one and refuse the others; returns how many were refused.

    The one that says what is on file already stands, so that sending a file again changes nothing; otherwise
    the first.
    """
    on_file_first = Case(When(outcome=Outcome.UNCHANGED, then=0), default=1)
    first = Window(
        FirstValue("number"),
        partition_by=number_key_in_sql(F("key")),
        order_by=[on_file_first.asc(), F("number").asc()],
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
