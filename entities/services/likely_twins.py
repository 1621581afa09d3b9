"""Rows that probably tell of a decision which is there already under another number.

All rows of a file are looked at together, by the database: those that are kept by themselves it has already, those of
blocks are written into a table of their own for the length of a transaction. What a record says is compared by its
digest, so that the table stays small and no text is sent twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5
from itertools import islice

import pyarrow as pa
import pyarrow.csv
from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from entities.intake import blocks, formats
from entities.intake.sentences import said
from entities.intake.verdicts import problem
from entities.models import Submission, SubmissionRow

#: So many are pointed out; more of them say that the numbers of the whole file are others.
MOST_TOLD = 500
#: So many are read at once, which is some hundred thousand rows; whatever the length of the file, no more are held.
BLOCKS_AT_ONCE = 10
ABOUT = "twin"
SOUGHT = """
    CREATE TEMPORARY TABLE sought (
        number int, block bigint, is_new boolean, entity_id bigint, decided_on date, says uuid, key text
    )
"""
#: What a record says, told by title, facts and amount; `_lines` says the same of the rows of blocks.
SAYS = "md5({title} || E'\\n' || {facts} || E'\\n' || coalesce({amount}::numeric(20, 2)::text, ''))::uuid"
ROW_SAYS = SAYS.format(
    title="({0}draft ->> 'title')", facts="({0}draft ->> 'facts')", amount="({0}draft ->> 'amount')"
).format
RECORD_SAYS = SAYS.format(title="title", facts="facts", amount="amount")
#: What is in the registry and can be the same decision: of this body and type, being prepared or in force.
OF_THE_BODY = """
    submitted_by_id = %s AND record_type_id = (SELECT id FROM entities_recordtype WHERE code = %s)
    AND record.status IN ('draft', 'waiting', 'returned', 'announced', 'published')
"""
FROM_ROWS = f"""
    INSERT INTO sought
    SELECT number, NULL, outcome = 'new', entity_id, (draft ->> 'decided_on')::date,
        {ROW_SAYS("")}, key
    FROM entities_submissionrow
    WHERE submission_id = %s AND outcome IN ('new', 'changed', 'unchanged') AND entity_id IS NOT NULL
"""
#: Each row is looked up by the index of its entity: OFFSET 0 keeps the planner from reading ten million records, as it
#: would from some ten thousand rows on. In the order of entities, neighbours lie on pages that were just read.
REGISTERED = f"""
    (SELECT * FROM sought WHERE is_new ORDER BY entity_id) AS new CROSS JOIN LATERAL (
        SELECT document_number, {RECORD_SAYS} AS says FROM entities_creditrecord AS record
        WHERE record.entity_id = new.entity_id AND record.decided_on = new.decided_on AND {OF_THE_BODY} OFFSET 0
    ) AS there
"""
ALIKE = f"""
    WITH several AS (
        SELECT entity_id, decided_on, says, min(number) AS first
        FROM sought GROUP BY entity_id, decided_on, says HAVING count(*) > 1
    ), alike AS (
        SELECT later.number, later.block, earlier.key AS other, true AS in_file
        FROM several
        JOIN sought AS later USING (entity_id, decided_on, says)
        JOIN sought AS earlier ON earlier.number = several.first
        WHERE later.is_new AND later.number <> several.first
        UNION ALL
        SELECT number, block, document_number, false
        FROM {REGISTERED} WHERE key <> document_number AND new.says = there.says
    )
    SELECT number, block, other, in_file, count(*) OVER ()
    FROM (
        SELECT DISTINCT ON (number) number, block, other, in_file FROM alike ORDER BY number, in_file DESC, other
    ) AS each
    ORDER BY number LIMIT %s
"""
AMONG = f"""
    WITH chosen AS (
        SELECT number, key, entity_id, (draft ->> 'decided_on')::date AS decided_on, {ROW_SAYS("")} AS says
        FROM entities_submissionrow
        WHERE submission_id = %s AND number = ANY(%s) AND outcome = 'new' AND entity_id IS NOT NULL
    ), alike AS (
        SELECT chosen.number, other.key AS other, true AS in_file
        FROM chosen JOIN entities_submissionrow AS other USING (entity_id)
        WHERE other.submission_id = %s AND other.outcome IN ('new', 'changed', 'unchanged')
            AND (other.number < chosen.number OR other.number <> ALL(%s))
            AND (other.draft ->> 'decided_on')::date = chosen.decided_on AND {ROW_SAYS("other.")} = chosen.says
        UNION ALL
        SELECT number, document_number, false
        FROM chosen JOIN entities_creditrecord AS record USING (entity_id, decided_on)
        WHERE key <> document_number AND says = {RECORD_SAYS} AND {OF_THE_BODY}
    )
    SELECT DISTINCT ON (number) number, NULL, other, in_file FROM alike ORDER BY number, in_file DESC, other
"""
IN_THE_FILE = gettext_lazy(
    "Another row of this file, number %(number)s, says the same of the same entity. Is it one decision or two?"
)
IN_THE_REGISTRY = gettext_lazy(
    "The registry has the same of this entity under the number %(number)s. Is it one decision or two?"
)
MORE = gettext_lazy(
    "%(count)s rows say the same of an entity as another row or record under another number; the first %(told)s are "
    "pointed out."
)


@dataclass(frozen=True, slots=True)
class Twin:
    """A new row, the block in which it lies (None: it is kept by itself), and the sentence about it."""

    number: int
    block: int | None
    sentence: dict[str, str]


@dataclass(frozen=True, slots=True)
class Twins:
    """The first rows of a file of which there is something to say, a row once, and how many there are in all."""

    told: Sequence[Twin] = ()
    count: int = 0

    @property
    def note(self) -> dict[str, str] | None:
        """What is to be known of the file where not all of them are pointed out."""
        told = len(self.told)
        return said(MORE, count=f"{self.count:,}", told=told) if self.count > told else None


@transaction.atomic
def no_likely_twin(submission: Submission) -> Twins:
    """Neither the file nor the registry has another record that says the same of the same entity under another number.

    Asked of a file whose rows have all been checked; `point_out` writes what is found.
    """
    fmt = formats.get(submission.format_code)
    if not fmt.record_type:
        return Twins()
    with connection.cursor() as cursor:
        cursor.execute(SOUGHT)
        cursor.execute(FROM_ROWS, [submission.pk])
        kept = submission.blocks.order_by("first").values_list("pk", "content")
        rest = kept.iterator(chunk_size=BLOCKS_AT_ONCE)
        while some := list(islice(rest, BLOCKS_AT_ONCE)):
            with cursor.copy("COPY sought FROM STDIN (FORMAT csv)") as copy:
                for pk, content in some:
                    copy.write(_lines(pk, blocks.unpack(content)))
        cursor.execute("ANALYZE sought")
        cursor.execute(ALIKE, [submission.body_id, fmt.record_type, MOST_TOLD])
        found = cursor.fetchall()
        cursor.execute("DROP TABLE sought")
    return Twins([_twin(*row) for *row, _count in found], found[0][-1] if found else 0)


def likely_twins_among(submission: Submission, numbers: Sequence[int]) -> Twins:
    """The same of rows whose entity a person has just chosen.

    They are held against the registry and the rows that are kept by themselves; blocks are not opened for a click.
    """
    fmt = formats.get(submission.format_code)
    if not fmt.record_type:
        return Twins()
    asked = list(numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            AMONG, [submission.pk, asked, submission.pk, asked, submission.body_id, fmt.record_type]
        )
        told = [_twin(*row) for row in cursor.fetchall()]
    return Twins(told, len(told))


def _twin(number: int, block: int | None, other: str, in_file: bool) -> Twin:
    return Twin(number, block, said(IN_THE_FILE if in_file else IN_THE_REGISTRY, number=other))


def _lines(block: int, table: pa.Table) -> memoryview:
    """The rows of a block as COPY reads them."""
    texts = (blocks.column_of(table, name).to_pylist() for name in ("title", "facts", "amount"))
    says = [
        md5(f"{title}\n{facts}\n{amount or ''}".encode(), usedforsecurity=False).hexdigest()
        for title, facts, amount in zip(*texts, strict=True)
    ]
    lines = pa.BufferOutputStream()
    columns = {
        "number": table[blocks.NUMBER],
        "block": pa.repeat(block, len(table)),
        "is_new": table[blocks.IS_NEW],
        "entity_id": table[blocks.ENTITY],
        "decided_on": blocks.column_of(table, "decided_on"),
        "says": pa.array(says, pa.string()),
        "key": blocks.column_of(table, blocks.KEY),
    }
    pa.csv.write_csv(pa.table(columns), lines, pa.csv.WriteOptions(include_header=False))
    return memoryview(lines.getvalue())


def point_out(submission: Submission, twins: Twins) -> None:
    """Add a warning to each of the rows, which are kept by themselves by now, and a note to the file for the others."""
    sentences = {twin.number: twin.sentence for twin in twins.told}
    rows = list(submission.rows.filter(number__in=sentences, outcome=SubmissionRow.Outcome.NEW))
    for row in rows:
        told = problem(said=sentences[row.number], level="warning")
        row.problems = [*row.problems, told | {"about": ABOUT}]
    SubmissionRow.objects.bulk_update(rows, ("problems",))
    if twins.note:
        submission.notes = [*submission.notes, twins.note]
        submission.save(update_fields=("notes",))
