"""Ratings as the database keeps them, many at once: read as columns, compared as columns, written where they differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F, IntegerField, QuerySet, SmallIntegerField, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from evaluation.columns import Bools, Ints
from evaluation.frames import Column, copy_rows, place_in
from evaluation.kernel import NOT_RATED, RatingColumns
from evaluation.models import CurrentRating, RatingChange
from evaluation.schemes.in_force import SchemeInForce

#: Points of a rating that has none, as they stand in a column. No rating reaches them.
POINTLESS = -(2**31)
#: So many rows are written by one statement.
WRITE_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class StoredRatings:
    """What is stored of entities, in the order of `entities`; `is_there` says of which anything is.

    `place` is that of the row, `letter` the place of its letter on the scale of today: -2 where the scale has none.
    """

    entities: Ints
    is_there: Bools
    points: Ints
    place: Ints
    letter: Ints
    counted: Ints
    version: Ints


def rated_entities(first: int, last: int) -> Ints:
    """The keys in a range of the entities that have a rating under any scheme, ascending."""
    rows = (
        CurrentRating.objects.filter(entity_id__gte=first, entity_id__lte=last)
        .order_by("entity_id")
        .distinct()
    )
    return copy_rows(rows, {"entity": Column(F("entity_id"), "i8")})["entity"].astype(np.int64)


def stored_ratings(entities: Ints, scheme: SchemeInForce) -> StoredRatings:
    """What is stored of these entities, given ascending, under a scheme."""
    rows = copy_rows(
        _ratings_of(entities, scheme),
        {
            "entity": Column(F("entity_id"), "i8"),
            "points": Column(Coalesce("points", Value(POINTLESS), output_field=IntegerField()), "i4"),
            "place": Column(
                Cast(Coalesce("place", Value(NOT_RATED)), output_field=SmallIntegerField()), "i2"
            ),
            "letter": Column(place_in("grade", ("", *scheme.compiled.letters)), "i2"),
            "counted": Column(F("records_counted"), "i4"),
            "version": Column(F("version_id"), "i8"),
        },
    )
    keys = rows["entity"].astype(np.int64)
    rows = rows[np.isin(keys, entities)]
    at = np.searchsorted(entities, rows["entity"].astype(np.int64))

    def column(name: str, otherwise: int) -> Ints:
        whole: Ints = np.full(len(entities), otherwise, np.int64)
        whole[at] = rows[name]
        return whole

    is_there = np.zeros(len(entities), bool)
    is_there[at] = True
    return StoredRatings(
        entities=entities,
        is_there=is_there,
        points=column("points", POINTLESS),
        place=column("place", NOT_RATED),
        # The words count from 1, and the first of them is that of no grade.
        letter=column("letter", 1) - 2,
        counted=column("counted", 0),
        version=column("version", 0),
    )


def _ratings_of(entities: Ints, scheme: SchemeInForce) -> QuerySet[CurrentRating]:
    ratings = CurrentRating.objects.filter(scheme=scheme.scheme).order_by()
    if not len(entities):
        return ratings.none()
    if len(entities) > 1_000:
        return ratings.filter(entity_id__gte=int(entities[0]), entity_id__lte=int(entities[-1]))
    return ratings.filter(entity_id__in=entities.tolist())


def points_of(ratings: RatingColumns) -> Ints:
    """Points as they are stored: `POINTLESS` where there are none."""
    none = ratings.pointless | (ratings.place == NOT_RATED)
    return np.where(none, POINTLESS, ratings.points)


def moved(ratings: RatingColumns, stored: StoredRatings) -> Bools:
    """Of whom the grade or the points are not what is stored."""
    return (
        (points_of(ratings) != stored.points)
        | (ratings.place != stored.place)
        | (ratings.place != stored.letter)
    )


def save_ratings(ratings: RatingColumns, scheme: SchemeInForce, as_of: date) -> int:
    """Write what is new, and nothing else; returns how many grades or points became others."""
    stored = stored_ratings(ratings.entities, scheme)
    anew = moved(ratings, stored)
    touched = (
        ~anew
        & stored.is_there
        & ((ratings.counted != stored.counted) | (stored.version != scheme.version.pk))
    )
    now = timezone.now()
    facts: dict[str, Any] = {
        "scheme": scheme.scheme.pk,
        "version": scheme.version.pk,
        "as_of": as_of,
        "now": now,
        "letters": list(scheme.compiled.letters),
        "peers": scheme.tables,
    }
    with connection.cursor() as cursor:
        for rows in _batches(anew):
            given = facts | _given(ratings, rows)
            cursor.execute(_NOTE_CHANGES, given)
            cursor.execute(_WRITE_MOVED, given)
        for rows in _batches(touched):
            cursor.execute(_WRITE_TOUCHED, facts | _given(ratings, rows))
    return int(anew.sum())


def _batches(chosen: Bools) -> Iterable[Ints]:
    rows = np.flatnonzero(chosen)
    return (rows[start : start + WRITE_BATCH] for start in range(0, len(rows), WRITE_BATCH))


def _given(ratings: RatingColumns, rows: Ints) -> dict[str, list[int]]:
    return {
        "entities": ratings.entities[rows].tolist(),
        "points": points_of(ratings)[rows].tolist(),
        "places": ratings.place[rows].tolist(),
        "counted": ratings.counted[rows].tolist(),
    }


#: The new ratings as rows; a place counts from 0, the letters of SQL from 1.
_NEW = f"""
    SELECT entity, nullif(points, {POINTLESS}) AS points, nullif(place, {NOT_RATED}) AS place,
        coalesce((%(letters)s::text[])[place + 1], '') AS grade, counted
    FROM unnest(%(entities)s::bigint[], %(points)s::int[], %(places)s::smallint[], %(counted)s::int[])
        AS given (entity, points, place, counted)
"""
#: The place before is that of the letter on the scale of today, so that it may be held against the place now.
_NOTE_CHANGES = f"""
    INSERT INTO {RatingChange._meta.db_table} (entity_id, scheme_id, version_id, at, as_of, from_points, to_points,
        from_grade, to_grade, from_place, to_place, peers_id)
    SELECT new.entity, %(scheme)s, %(version)s, %(now)s, %(as_of)s, old.points, new.points,
        coalesce(old.grade, ''), new.grade, array_position(%(letters)s::text[], old.grade::text) - 1, new.place,
        %(peers)s
    FROM ({_NEW}) AS new
    LEFT JOIN {CurrentRating._meta.db_table} AS old ON old.entity_id = new.entity AND old.scheme_id = %(scheme)s
"""
_WRITE_MOVED = f"""
    INSERT INTO {CurrentRating._meta.db_table} (entity_id, scheme_id, version_id, as_of, points, grade, place,
        records_counted, peers_id, changed_at, rated_at)
    SELECT entity, %(scheme)s, %(version)s, %(as_of)s, points, grade, place, counted, %(peers)s, %(now)s, %(now)s
    FROM ({_NEW}) AS new
    ON CONFLICT (entity_id, scheme_id) DO UPDATE SET version_id = excluded.version_id, as_of = excluded.as_of,
        points = excluded.points, grade = excluded.grade, place = excluded.place,
        records_counted = excluded.records_counted, peers_id = excluded.peers_id,
        changed_at = excluded.changed_at, rated_at = excluded.rated_at
"""
_WRITE_TOUCHED = f"""
    UPDATE {CurrentRating._meta.db_table} AS rating
    SET version_id = %(version)s, records_counted = new.counted, rated_at = %(now)s
    FROM ({_NEW}) AS new
    WHERE rating.entity_id = new.entity AND rating.scheme_id = %(scheme)s
"""
