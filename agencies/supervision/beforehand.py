"""Whose inspections fall due, worked out beforehand by the workers who count for the boards, so that a list of a million opens at once.

The same mark of an entity asks for both, and both are done in one transaction. Each row is what
`selectors.inspections_due` gives by the terms that are kept with it. Where the rules of today say something else than
these terms, because one was put in force or ended, the page counts for itself until the workers have followed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from agencies.supervision.models import DueCell, DueInspection, DueTerms, LastInspection
from agencies.supervision.selectors import Plan, plans_of_all
from entities.models import Entity
from evaluation.boards import locks
from evaluation.boards.models import CountedBody, CountedRating, CountMark

_TERMS, _DUE, _CELLS = (model._meta.db_table for model in (DueTerms, DueInspection, DueCell))
_NAMES = "terms_id, entity_id, place, district, section, last_on, due_on"
_CELL = "terms_id, place, due_on, never"
#: Cells of so many rows more than they would need are put together.
ROWS_TO_SPARE = 20_000


@dataclass(frozen=True, slots=True)
class Said:
    """What the rules of a day say of one department by one scheme, as far as anything is due by it."""

    whole_city: bool
    #: For whose records the department answers; none where all the city is its own.
    bodies: list[int]
    terms: list[dict[str, Any]]

    @classmethod
    def by(cls, plan: Plan) -> "Said":
        """What a plan says."""
        terms = [
            {"place": place, "months": rule.every_months, "begins": rule.valid_from.isoformat()}
            for place, rule in sorted(plan.with_term.items())
        ]
        whole = plan.body.keeps_register
        return cls(whole, [] if whole else sorted({plan.body.pk, *plan.earlier}), terms)

    @classmethod
    def in_row(cls, row: DueTerms) -> "Said":
        """What rows that are kept were worked out by."""
        return cls(row.whole_city, row.bodies, row.terms)


def kept(plan: Plan) -> DueTerms | None:
    """The terms under which the plan's inspections are kept; None where nothing is kept by what it says today."""
    row = DueTerms.objects.filter(scheme=plan.scheme.scheme, body=plan.body).first()
    return row if row is not None and Said.in_row(row) == Said.by(plan) else None


def renew(today: date) -> bool:
    """Keep what the rules of today say of one department of which something else is kept, or forget what they say no longer.

    Returns whether there was one, and nobody else was at it.
    """
    wanted = _wanted(today)
    rows = {(row.scheme_id, row.body_id): Said.in_row(row) for row in DueTerms.objects.all()}
    for key in sorted(wanted.keys() | rows.keys()):
        if wanted.get(key) != rows.get(key):
            return _keep(key, wanted.get(key))
    return False


def _wanted(today: date) -> dict[tuple[int, int], Said]:
    """By scheme and department, what the rules of the day say."""
    plans = (plan for plan in plans_of_all(today) if plan.with_term)
    return {(plan.scheme.scheme.pk, plan.body.pk): Said.by(plan) for plan in plans}


@transaction.atomic
def _keep(key: tuple[int, int], said: Said | None) -> bool:
    """Work out one department's inspections by one scheme anew. False where somebody else is at it."""
    if not locks.take(locks.FOLLOWING):
        return False
    scheme, body = key
    row = DueTerms.objects.filter(scheme=scheme, body=body).first()
    if said == (row and Said.in_row(row)):
        return True
    if row is not None:
        with connection.cursor() as cursor:
            for table in (_DUE, _CELLS):
                cursor.execute(f"DELETE FROM {table} WHERE terms_id = %s", [row.pk])
    if said is None:
        DueTerms.objects.filter(scheme=scheme, body=body).delete()
        return True
    facts = {"whole_city": said.whole_city, "bodies": said.bodies, "terms": said.terms}
    row, _new = DueTerms.objects.update_or_create(scheme_id=scheme, body_id=body, defaults=facts)
    _work_out("terms.id = %(terms)s", {"terms": row.pk})
    return True


def _figures(which: str, entities: str = "IS NOT NULL") -> str:
    """By terms and entity when an inspection is due, as `selectors.inspections_due`: of terms, and of entities whose keys are so."""
    figures = f"""
        SELECT terms.id AS terms_id, rating.entity_id, rating.place, rating.district, rating.section, last.day AS last_on,
            greatest(
                (coalesce(last.day, entity.registered_on) + make_interval(months => term.months))::date, term.begins
            ) AS due_on
        FROM {_TERMS} AS terms
        CROSS JOIN LATERAL jsonb_to_recordset(terms.terms) AS term (place smallint, months integer, begins date)
        JOIN {CountedRating._meta.db_table} AS rating ON rating.scheme_id = terms.scheme_id
            AND rating.place = term.place AND rating.status = '{Entity.Status.ACTIVE}'
        JOIN {Entity._meta.db_table} AS entity ON entity.id = rating.entity_id
        LEFT JOIN {LastInspection._meta.db_table} AS last
            ON last.entity_id = rating.entity_id AND last.body_id = terms.body_id
        WHERE {which} AND rating.entity_id {entities}"""
    return f"""{figures} AND terms.whole_city
        UNION ALL
        {figures} AND NOT terms.whole_city AND EXISTS (
            SELECT FROM {CountedBody._meta.db_table} AS one WHERE one.entity_id = rating.entity_id
                AND one.body_id = ANY (terms.bodies) AND one.entity_id {entities})"""


def _work_out(which: str, given: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_DUE} ({_NAMES}) SELECT {_NAMES} FROM ({_figures(which)}) AS one", given
        )
        cursor.execute(f"INSERT INTO {_CELLS} ({_CELL}, count) {_cells(which)}", given)


def _cells(which: str = "true") -> str:
    """What the cells of some terms hold altogether, from the rows that are kept."""
    return f"""
        SELECT terms_id, place, due_on, last_on IS NULL AS never, count(*)
        FROM {_DUE} AS due JOIN {_TERMS} AS terms ON terms.id = due.terms_id WHERE {which} GROUP BY 1, 2, 3, 4"""


def follow(entities: Sequence[int]) -> None:
    """Bring what is due of these entities up to date. Rows that say the same already stay untouched."""
    of_them = "= ANY (%(entities)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH detail AS MATERIALIZED (SELECT {_NAMES} FROM ({_figures("true", of_them)}) AS one),
            before AS MATERIALIZED (SELECT {_NAMES} FROM {_DUE} WHERE entity_id {of_them}),
            gone AS MATERIALIZED (TABLE before EXCEPT TABLE detail),
            come AS MATERIALIZED (TABLE detail EXCEPT TABLE before),
            deleted AS (
                DELETE FROM {_DUE} AS due USING gone
                WHERE (due.terms_id, due.entity_id) = (gone.terms_id, gone.entity_id) AND NOT EXISTS (
                    SELECT FROM come WHERE (come.terms_id, come.entity_id) = (gone.terms_id, gone.entity_id))
            ),
            written AS (
                INSERT INTO {_DUE} ({_NAMES}) SELECT {_NAMES} FROM come
                ON CONFLICT (entity_id, terms_id) DO UPDATE SET place = excluded.place, district = excluded.district,
                    section = excluded.section, last_on = excluded.last_on, due_on = excluded.due_on
            )
            INSERT INTO {_CELLS} ({_CELL}, count)
            SELECT terms_id, place, due_on, last_on IS NULL, sum(more) FROM (
                SELECT come.*, 1 AS more FROM come UNION ALL SELECT gone.*, -1 FROM gone
            ) AS change GROUP BY 1, 2, 3, 4 HAVING sum(more) <> 0""",
            {"entities": list(entities)},
        )
        cursor.execute(f"SELECT count(*), count(DISTINCT ({_CELL})) FROM {_CELLS}")
        rows, cells = cursor.fetchone()
        if rows - cells > ROWS_TO_SPARE:
            cursor.execute(
                f"""WITH every AS (DELETE FROM {_CELLS} RETURNING *)
                INSERT INTO {_CELLS} ({_CELL}, count)
                SELECT {_CELL}, sum(count) FROM every GROUP BY {_CELL} HAVING sum(count) <> 0"""
            )


def rebuild() -> None:
    """Forget everything: what the rules of the day say is worked out anew when it is asked for next."""
    with connection.cursor() as cursor:
        for table in (_DUE, _CELLS, _TERMS):
            cursor.execute(f"DELETE FROM {table}")


def differences() -> list[str]:
    """Whose inspections are due otherwise than by the terms kept, and which sums are others, each in a line.

    Each statement is of one moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH detail AS (SELECT {_NAMES} FROM ({_figures("true")}) AS one),
            kept AS (SELECT {_NAMES} FROM {_DUE})
            SELECT DISTINCT entity_id FROM (
                (TABLE detail EXCEPT TABLE kept) UNION (TABLE kept EXCEPT TABLE detail)
            ) AS other
            WHERE NOT EXISTS (
                SELECT FROM {CountMark._meta.db_table} AS mark WHERE mark.entity_id = other.entity_id)
            ORDER BY 1"""
        )
        found = [f"entity {entity}: inspections due on other days" for (entity,) in cursor.fetchall()]
        cursor.execute(
            f"""WITH detail AS ({_cells()}),
            kept AS (SELECT {_CELL}, sum(count) FROM {_CELLS} GROUP BY {_CELL} HAVING sum(count) <> 0)
            (TABLE detail EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE detail)"""
        )
        return found + [f"{_CELLS}: {row} on one side only" for row in cursor.fetchall()]
