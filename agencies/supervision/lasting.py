"""The day of each entity's last inspection by a department, kept current by the workers who count for the boards.

The same mark of an entity asks for both, left in the transaction of whatever changed its records, and both are done in
one transaction. What a body that is gone inspected counts for the one that answers for its records now.
"""

from collections.abc import Sequence

from django.db import connection

from agencies.supervision.models import LastInspection
from evaluation.boards.models import CountMark

_TABLE = LastInspection._meta.db_table
#: Each body with the one that answers for it now; itself, unless it is gone.
_ANSWERS = """
    WITH RECURSIVE chain (made_by, body_id) AS (
        SELECT id, id FROM entities_submittingbody
        UNION
        SELECT chain.made_by, gone.successor_id FROM chain
        JOIN entities_submittingbody AS gone ON gone.id = chain.body_id AND NOT gone.is_active
    ), answers AS (
        SELECT made_by, body_id FROM chain JOIN entities_submittingbody AS body ON body.id = body_id AND body.is_active
    )"""


def _days(condition: str) -> str:
    """By entity and body the day of the last inspection; as `selectors.took_place`."""
    return f"""
        SELECT record.entity_id, answers.body_id, max(record.decided_on) AS day
        FROM entities_creditrecord AS record JOIN answers ON answers.made_by = record.submitted_by_id
        WHERE record.record_type_id = (SELECT id FROM entities_recordtype WHERE code = 'inspection-result')
            AND record.status IN ('published', 'expired', 'repaired') AND record.archived_on IS NULL
            AND {condition}
        GROUP BY record.entity_id, answers.body_id"""


def follow(entities: Sequence[int]) -> None:
    """Bring the days of these entities up to date. Rows that say the same already stay untouched."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_ANSWERS}, days AS MATERIALIZED ({_days("record.entity_id = ANY(%(entities)s)")}),
            gone AS (
                DELETE FROM {_TABLE} AS last WHERE last.entity_id = ANY(%(entities)s) AND NOT EXISTS (
                    SELECT FROM days WHERE (days.entity_id, days.body_id) = (last.entity_id, last.body_id))
            )
            INSERT INTO {_TABLE} AS last (entity_id, body_id, day) SELECT entity_id, body_id, day FROM days
            ON CONFLICT (entity_id, body_id) DO UPDATE SET day = excluded.day
            WHERE last.day <> excluded.day""",
            {"entities": list(entities)},
        )


def rebuild() -> None:
    """Forget all days and read them from the records anew."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_TABLE}")
        cursor.execute(f"INSERT INTO {_TABLE} (entity_id, body_id, day) {_ANSWERS} {_days('true')}")


def differences() -> list[str]:
    """Whose days are others than the records say, each in a line; in one statement and so of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_ANSWERS}, days AS ({_days("true")}), kept AS (SELECT entity_id, body_id, day FROM {_TABLE})
            SELECT DISTINCT entity_id FROM (
                (TABLE days EXCEPT TABLE kept) UNION (TABLE kept EXCEPT TABLE days)
            ) AS other
            WHERE NOT EXISTS (
                SELECT FROM {CountMark._meta.db_table} AS mark WHERE mark.entity_id = other.entity_id)
            ORDER BY 1"""
        )
        return [f"entity {entity}: last inspected on other days" for (entity,) in cursor.fetchall()]
