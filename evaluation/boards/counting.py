"""Ratings are counted as they change, counted anew altogether, and counted over to see that both agree.

One worker follows the marks at a time. Whoever rates only leaves marks and waits for nobody. An entity that is counted
twice is counted once: what was counted of it before is taken away in the same transaction.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from credit_platform.common.working_days import months_after
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion, SubmittingBody
from evaluation.boards import locks
from evaluation.boards.models import (
    CountDay,
    CountedBody,
    CountedRating,
    CountMark,
    EntityCell,
    GradeCell,
    MoveCell,
    Period,
)
from evaluation.models import CurrentRating, RatingChange, SchemeVersion

#: So many marks are followed in one transaction.
AT_ONCE = 10_000
#: Entities are verified and counted anew in ranges of so many keys.
RANGE = 50_000
#: Where weeks are counted from: a Monday.
FIRST_MONDAY = date(2000, 1, 3)
#: Cells of so many rows more than they would need are put together.
ROWS_TO_SPARE = 20_000


@dataclass(frozen=True, slots=True)
class Along:
    """What another app keeps current of the same entities, by the same marks and in the same transactions."""

    #: Of these entities, what has changed.
    follow: Callable[[Sequence[int]], None]
    #: Everything anew.
    rebuild: Callable[[], None]
    #: What differs from what it is read from, each in a line; entities that are marked are left out.
    differences: Callable[[], list[str]]
    #: A piece of what another day, or another rule, changes of all entities at once; whether there was one.
    renew: Callable[[date], bool] = lambda day: False


_along: dict[str, Along] = {}


def keep_along(name: str, one: Along) -> None:
    """Keep something current along with the counts; said once, when the apps are loaded."""
    _along[name] = one


def _table(model: Any) -> str:
    return model._meta.db_table


def begins(period: str, today: date) -> date:
    """The day whose grades the moves of a period are counted from."""
    return {
        Period.WEEK: today - timedelta(days=7),
        Period.MONTH: months_after(today, -1),
        Period.YEAR: months_after(today, -12),
    }[Period(period)]


def counted_day() -> date:
    """The day from which the periods of the boards are counted back; today where nothing was ever counted."""
    return CountDay.objects.values_list("day", flat=True).first() or timezone.localdate()


def marks_waiting() -> bool:
    """Whether any change is not counted yet."""
    return CountMark.objects.exists()


def nothing_counted() -> bool:
    """Whether there are ratings to be counted and none is, as just after an older platform was brought up to date."""
    return not CountedRating.objects.exists() and CurrentRating.objects.exists()


def mark(entity_ids: Iterable[int]) -> None:
    """Ask for these entities to be counted anew, in the transaction of whatever changed what departments hold of them."""
    CountMark.objects.bulk_create(CountMark(entity_id=key) for key in sorted(set(entity_ids)))


def follow(today: date | None = None) -> int:
    """Count all marked entities anew, so many at a time; how many marks were followed. Zero where another worker does."""
    done, day = 0, today or timezone.localdate()
    while True:
        while (some := _follow_some(day)) is not None:
            done += some
        # Piece by piece, so that marks do not wait for all of them.
        if not any(one.renew(day) for one in _along.values()):
            return done


@transaction.atomic
def _follow_some(today: date) -> int | None:
    """None where nothing is left to do, or somebody else does it."""
    if not locks.take(locks.FOLLOWING):
        return None
    day = _pass_to(today)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""DELETE FROM {_table(CountMark)} WHERE id IN (
                SELECT id FROM {_table(CountMark)} ORDER BY id LIMIT {AT_ONCE}) RETURNING entity_id"""
        )
        marked = [key for (key,) in cursor.fetchall()]
        if not marked:
            return None
        taken = _take_away(cursor, marked)
        added = _add(cursor, "= ANY(%(entities)s)", {"entities": marked}, day)
        _write_cells(added, taken)
        _put_together(cursor)
    for one in _along.values():
        one.follow(marked)
    return len(marked)


def rebuild(today: date | None = None) -> int:
    """Forget all counts and count everything anew; how many ratings are counted. Others follow no marks meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        locks.wait_for(locks.FOLLOWING)
        day = today or timezone.localdate()
        for model in (CountedRating, CountedBody, GradeCell, MoveCell, CountDay):
            cursor.execute(f"DELETE FROM {_table(model)}")
        cursor.execute(f"DELETE FROM {_table(EntityCell)} WHERE body_id IS NOT NULL")
        CountDay.objects.create(day=day)
        for first, last in _ranges():
            # Marks of what is read from here on are left by then or come later: whatever is newer is counted again.
            cursor.execute(
                f"DELETE FROM {_table(CountMark)} WHERE entity_id BETWEEN %s AND %s", [first, last]
            )
            within = {"first": first, "last": last}
            added = _add(cursor, "BETWEEN %(first)s AND %(last)s", within, day)
            _write_cells(added, Counts())
        _put_together(cursor, least=0)
        _count_entities(cursor)
        for one in _along.values():
            one.rebuild()
        while any(one.renew(day) for one in _along.values()):
            pass
        return CountedRating.objects.count()


@dataclass(frozen=True, slots=True)
class Verification:
    """How many ratings were compared, and what differs, each in a line. Marked entities are left out."""

    compared: int
    differences: list[str]


def verify() -> Verification:
    """Count everything over and compare with what the boards show. Changes nothing, and may run while others work."""
    compared, differences = 0, []
    for first, last in _ranges():
        day = counted_day()
        ratings, others = _compared(first, last, day)
        while day != (now := counted_day()):
            # A new day came between reading which it is and comparing.
            day = now
            ratings, others = _compared(first, last, day)
        compared += ratings
        differences += [f"entity {entity}, scheme {scheme}: counted otherwise" for entity, scheme in others]
        differences += [
            f"entity {entity}: counted for other departments" for entity in _other_bodies(first, last)
        ]
    differences += _other_cells(
        _GRADES_BY_HAND, _table(GradeCell), ("scheme_id", "period", "was", "now"), "count"
    )
    differences += _other_cells(_MOVES_BY_HAND, _table(MoveCell), ("scheme_id", "week"), "rose", "fell")
    differences += _other_cells(_ENTITIES_BY_HAND, _table(EntityCell), (), "count")
    for one in _along.values():
        differences += one.differences()
    return Verification(compared, differences)


def _compared(first: int, last: int, day: date) -> tuple[int, list[tuple[int, int]]]:
    """How many ratings a range of keys has, and the entity and scheme of each that is counted otherwise for that day."""
    with connection.cursor() as cursor:
        # One statement sees one moment, in which whatever is not counted yet has its mark.
        cursor.execute(
            f"""
            WITH detail AS ({_DETAIL} AND rating.entity_id BETWEEN %(first)s AND %(last)s AND {_UNMARKED}),
            counted AS (
                SELECT {_NAMES} FROM {_table(CountedRating)} AS rating
                WHERE rating.entity_id BETWEEN %(first)s AND %(last)s AND {_UNMARKED}
            )
            SELECT (SELECT count(*) FROM detail), entity_id, scheme_id FROM (
                (TABLE detail EXCEPT TABLE counted) UNION (TABLE counted EXCEPT TABLE detail)
            ) AS other
            UNION ALL SELECT (SELECT count(*) FROM detail), NULL, NULL
            """,
            _since(day) | {"first": first, "last": last},
        )
        rows = cursor.fetchall()
    return rows[-1][0], sorted({(entity, scheme) for _all, entity, scheme in rows if entity is not None})


def _other_bodies(first: int, last: int) -> list[int]:
    """The entities of a range of keys that are counted for other departments than those that have them on record."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH detail AS (
                SELECT * FROM ({_BODIES} AND record.entity_id BETWEEN %(first)s AND %(last)s) AS rating WHERE {_UNMARKED}
            ),
            counted AS (
                SELECT {_BODY_NAMES} FROM {_table(CountedBody)} AS rating
                WHERE rating.entity_id BETWEEN %(first)s AND %(last)s AND {_UNMARKED}
            )
            SELECT DISTINCT entity_id FROM (
                (TABLE detail EXCEPT TABLE counted) UNION (TABLE counted EXCEPT TABLE detail)
            ) AS other ORDER BY 1
            """,
            {"first": first, "last": last},
        )
        return [entity for (entity,) in cursor.fetchall()]


def _pass_to(today: date) -> date:
    """Let the periods begin later, and mark those whose grade moved on a day that thereby fell out of a period."""
    counted, _new = CountDay.objects.get_or_create(defaults={"day": today})
    if counted.day >= today:
        return counted.day
    for period in Period.values:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {_table(CountMark)} (entity_id) SELECT DISTINCT entity_id
                FROM {_table(RatingChange)} WHERE as_of > %s AND as_of <= %s""",
                [begins(period, counted.day), begins(period, today)],
            )
    CountDay.objects.update(day=today)
    return today


def _since(day: date) -> dict[str, date]:
    return {period: begins(period, day) for period in Period.values}


_NAMES = (
    "entity_id, scheme_id, name_key, district, section, status, place, points, as_of, records_counted, week_place, week_points, "
    "month_place, month_points, year_place, year_points, weeks"
)
#: Ratings with what they were, from the changes of the last year; ends in a condition. What they were is the place of
#: the letter on the scale by which the entity is rated now, since versions of a scheme may have other letters.
_DETAIL = f"""
    WITH scale AS MATERIALIZED (
        SELECT version.id AS version_id, one.grade ->> 'letter' AS letter, (one.number - 1)::smallint AS place
        FROM {_table(SchemeVersion)} AS version,
            jsonb_array_elements(version.document -> 'scale') WITH ORDINALITY AS one (grade, number)
    )
    SELECT rating.entity_id, rating.scheme_id, entity.name_key, entity.district, left(entity.industry_code, 1) AS section, entity.status,
        rating.place, rating.points, rating.as_of, rating.records_counted,
        {
    ", ".join(
        f'''CASE WHEN rating.as_of > %({period})s THEN {period}_scale.place ELSE rating.place END AS {period}_place,
        CASE WHEN rating.as_of > %({period})s THEN past.{period}_points ELSE rating.points END AS {period}_points'''
        for period in Period.values
    )
},
        coalesce(past.weeks, '{{}}') AS weeks
    FROM {_table(CurrentRating)} AS rating
    JOIN {_table(Entity)} AS entity ON entity.id = rating.entity_id AND entity.merged_into_id IS NULL
    LEFT JOIN LATERAL (
        SELECT
            {
    ", ".join(
        f"(array_agg(from_{what} ORDER BY as_of, id) FILTER (WHERE as_of > %({period})s))[1] AS {period}_{what}"
        for period in Period.values
        for what in ("grade", "points")
    )
},
            array_agg(
                (CASE WHEN to_place < from_place THEN 1 ELSE -1 END)
                * (as_of - extract(isodow FROM as_of)::int + 1 - date '{FIRST_MONDAY}') ORDER BY as_of, id
            ) FILTER (WHERE to_place <> from_place) AS weeks
        FROM {_table(RatingChange)}
        WHERE entity_id = rating.entity_id AND scheme_id = rating.scheme_id AND as_of > %(year)s
    ) AS past ON rating.as_of > %(year)s
    {
    " ".join(
        f'''LEFT JOIN scale AS {period}_scale
        ON {period}_scale.version_id = rating.version_id AND {period}_scale.letter = past.{period}_grade'''
        for period in Period.values
    )
}
    WHERE true"""
_UNMARKED = f"NOT EXISTS (SELECT FROM {_table(CountMark)} AS mark WHERE mark.entity_id = rating.entity_id)"
_PART = "scheme_id, body_id, district, section, status"
#: Which departments have something on record about which entity; ends in a condition. As `entities.policies` lets all
#: officials see it: what only its own body sees, or is suspended, tells nobody that the entity is that body's.
_BODIES = f"""
    SELECT DISTINCT record.entity_id, record.submitted_by_id AS body_id, entity.district,
        left(entity.industry_code, 1) AS section, entity.status
    FROM {_table(CreditRecord)} AS record
    JOIN {_table(Entity)} AS entity ON entity.id = record.entity_id AND entity.merged_into_id IS NULL
    JOIN {_table(SubmittingBody)} AS body
        ON body.id = record.submitted_by_id AND body.kind = '{SubmittingBody.Kind.DEPARTMENT}'
    JOIN {_table(RecordType)} AS kind ON kind.id = record.record_type_id AND kind.family = '{RecordType.Family.PUBLIC}'
    JOIN {_table(RecordTypeVersion)} AS version ON version.id = record.type_version_id
        AND version.disclosure <> '{RecordTypeVersion.Disclosure.OWN}'
    WHERE record.status = '{CreditRecord.Status.PUBLISHED}' AND NOT record.suspended"""
_BODY_NAMES = "entity_id, body_id, district, section, status"


def _each_of(ratings: str, bodies: str) -> str:
    """Counted ratings once for the whole city and once for each department to which their entity belongs."""
    return f"""
        SELECT rating.*, NULL::bigint AS body_id FROM {ratings} AS rating
        UNION ALL
        SELECT rating.*, one.body_id FROM {ratings} AS rating JOIN {bodies} AS one USING (entity_id)"""


def _cells_of(ratings: str, bodies: str) -> str:
    """What some counted ratings and departments add to the cells: of grades, of weeks, and of entities."""
    periods = ", ".join(f"('{period}', {period}_place)" for period in Period.values)
    return f"""
        , each AS ({_each_of(ratings, bodies)})
        SELECT {_PART}, period, coalesce(was, -1), coalesce(place, -1), count(*), NULL::int
        FROM each CROSS JOIN LATERAL (VALUES {periods}) AS since (period, was)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        UNION ALL
        SELECT {_PART}, NULL, NULL, NULL, count(*), moved
        FROM each CROSS JOIN LATERAL unnest(weeks) AS week (moved) GROUP BY {_PART}, moved
        UNION ALL
        SELECT NULL, body_id, district, section, status, NULL, NULL, NULL, count(*), NULL
        FROM {bodies} GROUP BY body_id, district, section, status
    """


@dataclass(frozen=True, slots=True)
class Counts:
    """What cells hold or are to hold, by their names and, of grades and weeks, by what is counted."""

    grades: Counter[tuple] = field(default_factory=Counter)
    weeks: Counter[tuple] = field(default_factory=Counter)
    entities: Counter[tuple] = field(default_factory=Counter)

    @classmethod
    def read(cls, rows: Iterable[tuple]) -> "Counts":
        """From the rows of `_cells_of`."""
        counts = cls()
        for scheme, *part, period, was, now, count, moved in rows:
            if period is not None:
                counts.grades[scheme, *part, period, was, now] += count
            elif moved is not None:
                counts.weeks[scheme, *part, moved] += count
            else:
                counts.entities[tuple(part)] += count
        return counts

    def less(self, taken: "Counts") -> "Counts":
        """What is to be added where this comes and that goes."""
        more = Counts(Counter(self.grades), Counter(self.weeks), Counter(self.entities))
        more.grades.subtract(taken.grades)
        more.weeks.subtract(taken.weeks)
        more.entities.subtract(taken.entities)
        return more


def _take_away(cursor, entities: list[int]) -> Counts:
    cursor.execute(
        f"""WITH gone AS (DELETE FROM {_table(CountedRating)} WHERE entity_id = ANY(%(entities)s) RETURNING *),
        gone_bodies AS (DELETE FROM {_table(CountedBody)} WHERE entity_id = ANY(%(entities)s) RETURNING *)
        {_cells_of("gone", "gone_bodies")}""",
        {"entities": entities},
    )
    return Counts.read(cursor.fetchall())


def _add(cursor, which: str, given: dict[str, Any], day: date) -> Counts:
    """Count the entities whose keys are `which`: their departments, and their ratings as of the day."""
    cursor.execute(
        f"""WITH come AS (
            INSERT INTO {_table(CountedRating)} ({_NAMES}) {_DETAIL} AND rating.entity_id {which} RETURNING *
        ),
        come_bodies AS (
            INSERT INTO {_table(CountedBody)} ({_BODY_NAMES}) {_BODIES} AND record.entity_id {which} RETURNING *
        )
        {_cells_of("come", "come_bodies")}""",
        _since(day) | given,
    )
    return Counts.read(cursor.fetchall())


def _write_cells(added: Counts, taken: Counts) -> None:
    """Note what became more and what less."""
    more = added.less(taken)
    GradeCell.objects.bulk_create(
        (
            GradeCell(**_part_of(*part), scheme_id=scheme, period=period, was=was, now=now, count=count)
            for (scheme, *part, period, was, now), count in more.grades.items()
            if count
        ),
        batch_size=5_000,
    )
    MoveCell.objects.bulk_create(
        (
            MoveCell(
                **_part_of(*part),
                scheme_id=scheme,
                week=FIRST_MONDAY + timedelta(days=abs(moved)),
                rose=count if moved > 0 else 0,
                fell=count if moved < 0 else 0,
            )
            for (scheme, *part, moved), count in more.weeks.items()
            if count
        ),
        batch_size=5_000,
    )
    EntityCell.objects.bulk_create(
        EntityCell(**_part_of(*part), count=count) for part, count in more.entities.items() if count
    )


def _part_of(body: int | None, district: str, section: str, status: str) -> dict[str, Any]:
    return {"body_id": body, "district": district, "section": section, "status": status}


_CELLS: dict[Any, tuple[str, tuple[str, ...]]] = {
    GradeCell: (f"{_PART}, period, was, now", ("count",)),
    MoveCell: (f"{_PART}, week", ("rose", "fell")),
    EntityCell: ("body_id, district, section, status", ("count",)),
}


def _put_together(cursor, least: int = ROWS_TO_SPARE) -> None:
    """One row for each cell, where there have come to be many more rows than cells."""
    for model, (names, counts) in _CELLS.items():
        cursor.execute(f"SELECT count(*), count(DISTINCT ({names})) FROM {_table(model)}")
        rows, cells = cursor.fetchone()
        if rows - cells > least:
            sums = ", ".join(f"sum({count})" for count in counts)
            none = " OR ".join(f"sum({count}) <> 0" for count in counts)
            cursor.execute(
                f"""WITH every AS (DELETE FROM {_table(model)} RETURNING *)
                INSERT INTO {_table(model)} ({names}, {", ".join(counts)})
                SELECT {names}, {sums} FROM every GROUP BY {names} HAVING {none}"""
            )


def _count_entities(cursor) -> None:
    """The entities anew. Nobody adds or changes one meanwhile, or it would be counted twice."""
    cursor.execute(f"LOCK TABLE {_table(Entity)} IN SHARE MODE")
    cursor.execute(f"DELETE FROM {_table(EntityCell)} WHERE body_id IS NULL")
    cursor.execute(
        f"INSERT INTO {_table(EntityCell)} (body_id, district, section, status, count) {_CITY_BY_HAND}"
    )


_EACH = f"({_each_of(_table(CountedRating), _table(CountedBody))}) AS each"
_GRADES_BY_HAND = f"""
    SELECT {_PART}, period, coalesce(was, -1) AS was, coalesce(place, -1) AS now, count(*) AS count
    FROM {_EACH} CROSS JOIN LATERAL (
        VALUES {", ".join(f"('{period}', {period}_place)" for period in Period.values)}
    ) AS since (period, was) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"""
_MOVES_BY_HAND = f"""
    SELECT {_PART}, date '{FIRST_MONDAY}' + abs(moved) AS week, count(*) FILTER (WHERE moved > 0) AS rose,
        count(*) FILTER (WHERE moved < 0) AS fell
    FROM {_EACH} CROSS JOIN LATERAL unnest(weeks) AS one (moved) GROUP BY 1, 2, 3, 4, 5, 6"""
_CITY_BY_HAND = f"""
    SELECT NULL::bigint AS body_id, district, left(industry_code, 1) AS section, status, count(*) AS count
    FROM {_table(Entity)} WHERE merged_into_id IS NULL GROUP BY 2, 3, 4"""
_ENTITIES_BY_HAND = f"""{_CITY_BY_HAND}
    UNION ALL SELECT body_id, district, section, status, count(*) FROM {_table(CountedBody)} GROUP BY 1, 2, 3, 4"""


def _other_cells(by_hand: str, table: str, more: tuple[str, ...], *counts: str) -> list[str]:
    """Cells that are not what the rows behind them give, in one statement and so of one moment."""
    names = ", ".join(("body_id", "district", "section", "status", *more))
    sums = ", ".join(f"sum({count})::bigint AS {count}" for count in counts)
    some = " OR ".join(f"sum({count}) <> 0" for count in counts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH detail AS (SELECT {names}, {", ".join(f"{count}::bigint" for count in counts)} FROM ({by_hand}) AS rows),
            cells AS (SELECT {names}, {sums} FROM {table} GROUP BY {names} HAVING {some})
            (TABLE detail EXCEPT TABLE cells) UNION ALL (TABLE cells EXCEPT TABLE detail)
            """
        )
        return [f"{table}: {row} on one side only" for row in cursor.fetchall()]


def _ranges() -> Iterable[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(id), max(id) FROM {_table(Entity)}")
        first, last = cursor.fetchone()
    if first is not None:
        yield from ((start, start + RANGE - 1) for start in range(first, last + 1, RANGE))
