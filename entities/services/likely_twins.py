"""Rows that probably tell of a decision which is there already under another number."""

from django.db import connection
from django.utils.translation import gettext_lazy

from entities.intake import formats
from entities.intake.sentences import said
from entities.intake.verdicts import problem
from entities.models import Submission, SubmissionRow

#: Beyond so many rows a file is a history and not the week's decisions: two alike are nothing strange in it.
MOST_ROWS = 1_000
#: So many are pointed out; more of them say that the numbers of the whole file are others.
MOST_TOLD = 500
IN_REGISTRY = """
    SELECT r.id, c.document_number
    FROM entities_submissionrow r JOIN entities_creditrecord c ON r.entity_id = c.entity_id
        AND (r.draft ->> 'decided_on')::date = c.decided_on AND r.draft ->> 'title' = c.title
        AND r.draft ->> 'facts' = c.facts AND (r.draft ->> 'amount')::numeric IS NOT DISTINCT FROM c.amount
    WHERE r.submission_id = %s AND r.outcome = 'new' AND r.key <> c.document_number
        AND c.submitted_by_id = %s
        AND c.record_type_id = (SELECT id FROM entities_recordtype WHERE code = %s)
        AND c.status IN ('draft', 'waiting', 'returned', 'published')
    ORDER BY r.number LIMIT %s
"""
IN_FILE = """
    SELECT id, first_key
    FROM (
        SELECT id, number, key, outcome, first_value(key) OVER (
            PARTITION BY entity_id, draft ->> 'decided_on', draft ->> 'title', draft ->> 'facts', draft ->> 'amount'
            ORDER BY number
        ) AS first_key
        FROM entities_submissionrow
        WHERE submission_id = %s AND outcome IN ('new', 'changed', 'unchanged') AND entity_id IS NOT NULL
    ) AS alike
    WHERE key <> first_key AND outcome = 'new'
    ORDER BY number LIMIT %s
"""


def no_likely_twin(submission: Submission) -> int:
    """In a file of at most 1,000 rows, neither it nor the registry has another record that says the same of the same
    entity under another number.

    Adds a warning to each such row of a checked file of at most `MOST_ROWS` rows; returns to how many.
    """
    fmt = formats.get(submission.format_code)
    if not fmt.record_type or submission.rows_worked > MOST_ROWS:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(IN_FILE, [submission.pk, MOST_TOLD])
        twins = [(key, number, IN_THE_FILE) for key, number in cursor.fetchall()]
        cursor.execute(IN_REGISTRY, [submission.pk, submission.body_id, fmt.record_type, MOST_TOLD])
        twins += [(key, number, IN_THE_REGISTRY) for key, number in cursor.fetchall()]
    if not twins:
        return 0
    rows = {
        row.pk: row for row in SubmissionRow.objects.filter(pk__in={key for key, _number, _text in twins})
    }
    for key, number, text in twins:
        row = rows[key]
        if not any(one.get("about") == "twin" for one in row.problems):
            told = problem(said=said(text, number=number), level="warning")
            row.problems = [*row.problems, told | {"about": "twin"}]
    SubmissionRow.objects.bulk_update(rows.values(), ("problems",))
    return len(rows)


IN_THE_FILE = gettext_lazy(
    "Another row of this file, number %(number)s, says the same of the same entity. Is it one decision or two?"
)
IN_THE_REGISTRY = gettext_lazy(
    "The registry has the same of this entity under the number %(number)s. Is it one decision or two?"
)
