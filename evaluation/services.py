"""Everything that writes ratings.

Two workers never rate one entity at the same time, and whoever rates reads the records after they have
locked the entity. So the rating that is written last has seen the most, and none is lost.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput
from entities.models import Entity
from evaluation import birthdays, frames
from evaluation.columns import Columns, Ints, Vocabulary
from evaluation.kernel import NOT_RATED, RatingColumns, rate
from evaluation.models import CurrentRating, RatingChange, RatingDay, RatingRequest, Scheme, SchemeVersion
from evaluation.schemes import SchemeDocument, compile_scheme
from evaluation.schemes.document import LONGEST_BADGE
from evaluation.schemes.in_force import SchemeInForce, schemes_in_force

#: Bulk work goes by ranges of this many keys, each in a transaction of its own.
RANGE_BITS = 14
#: The first half of the advisory locks of ranges, so that they meet no other locks.
RANGE_LOCK = 0x0C4ED17
#: Days that the platform slept are followed one by one up to this many; beyond, everything is rated.
DAYS_FOLLOWED = 62
WRITE_BATCH = 5_000
#: Columns of a current rating that are written even where grade and points stay as they were.
ALWAYS_WRITTEN = ("version", "records_counted", "rated_at")


@transaction.atomic
def rate_waiting(*, limit: int, as_of: date) -> int:
    """Rate up to `limit` entities that asked for it. Safe to run twice, and at once on many workers.

    Returns how many requests were answered; zero when other workers hold the rest. A request that is
    written meanwhile is not answered by this rating, and stays.
    """
    claimed = list(
        RatingRequest.objects.select_for_update(skip_locked=True)
        .order_by("pk")
        .values_list("pk", "entity_id")[:limit]
    )
    locked = _lock_entities({entity for _pk, entity in claimed})
    answered = [pk for pk, entity in claimed if entity in locked]
    if not answered:
        return 0
    _lock_ranges(locked)
    schemes = schemes_in_force(as_of)
    columns = frames.columns_in_force(locked, _vocabulary(schemes))
    _rate_and_save(columns, schemes, as_of)
    RatingRequest.objects.filter(pk__in=answered).delete()
    return len(answered)


def rate_all(*, as_of: date, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Rate every entity of which the registry holds or held anything; returns how many ratings changed.

    Goes range by range, and may be stopped and begun again: each range is whole or not touched.
    """
    changed, ranges = 0, _last_range() + 1
    for place in range(ranges):
        changed += rate_range(place=place, as_of=as_of)
        progress(place + 1, ranges)
    return changed


@transaction.atomic
def rate_range(*, place: int, as_of: date) -> int:
    """Rate the entities of one range of keys; workers that rate single entities of it wait until it is done."""
    _lock_range(place)
    schemes = schemes_in_force(as_of)
    return _rate_and_save(range_columns(place, schemes), schemes, as_of)


def range_columns(place: int, schemes: Iterable[SchemeInForce]) -> Columns:
    """All that is needed to rate one range: records in force, and entities that have a rating to lose."""
    first = place << RANGE_BITS
    last = first + (1 << RANGE_BITS) - 1
    rated = CurrentRating.objects.filter(entity_id__gte=first, entity_id__lte=last)
    rated_ids = rated.order_by().values_list("entity_id", flat=True).distinct()
    return frames.columns_of_range(first, last, rated_ids, _vocabulary(schemes))


def request_ratings(entity_ids: Iterable[int]) -> int:
    """Note that these entities need rating, in the caller's transaction; returns how many."""
    now = timezone.now()
    requests = [RatingRequest(entity_id=pk, requested_at=now) for pk in sorted(set(entity_ids))]
    RatingRequest.objects.bulk_create(requests, batch_size=WRITE_BATCH)
    return len(requests)


def request_ratings_until(today: date) -> int:
    """Ask for ratings of the entities that the days since the last time touched, today included.

    Days on which the platform slept are followed one by one. Where a version of a scheme came into force,
    or where it slept for months, every entity is rated at once. Returns how many were asked for.
    """
    last = RatingDay.objects.aggregate(last=Max("day"))["last"]
    since = last + timedelta(days=1) if last else today
    days = [since + timedelta(days=n) for n in range((today - since).days + 1)]
    if not days:
        return 0
    if len(days) > DAYS_FOLLOWED or birthdays.a_scheme_began(days):
        rate_all(as_of=today)
        days = [today]
    with transaction.atomic():
        # None began since, so those of today are those of each day that still matter; reading them is dear.
        schemes = schemes_in_force(today)
        touched = {day: birthdays.entities_touched_by(day, schemes) for day in days}
        asked = request_ratings(set().union(*touched.values()))
        RatingDay.objects.bulk_create(
            (RatingDay(day=day, requested=len(entities)) for day, entities in touched.items()),
            ignore_conflicts=True,
        )
    return asked


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored rating that is not what the records give."""

    entity_id: int
    scheme: str
    stored: str
    worked_out: str

    def __str__(self) -> str:
        return f"entity {self.entity_id}, {self.scheme}: stored {self.stored}, worked out {self.worked_out}"


@dataclass(frozen=True, slots=True)
class Verification:
    compared: int
    #: Entities left out because a request for a new rating is still waiting.
    waiting: int
    differences: list[Difference]


def verify_ratings(*, as_of: date) -> Verification:
    """Work every rating out again and compare. Changes nothing, and may run while others work."""
    compared, waiting, differences = 0, 0, []
    for place in range(_last_range() + 1):
        with transaction.atomic():
            _lock_range(place)
            schemes = schemes_in_force(as_of)
            columns = range_columns(place, schemes)
            stored = [_stored(columns.entities, one) for one in schemes]
            # Read last: whoever changed a record that the columns hold has left a request by now.
            asked = set(
                RatingRequest.objects.filter(entity_id__in=columns.entities.tolist()).values_list(
                    "entity_id", flat=True
                )
            )
        waiting += len(asked)
        for one, rows in zip(schemes, stored, strict=True):
            for entity, said, _counted in _worked_out(rate(columns, one.compiled, as_of), one):
                if entity in asked:
                    continue
                compared += 1
                known = rows[entity].said if entity in rows else _Said()
                if known != said:
                    differences.append(Difference(entity, one.scheme.code, str(known), str(said)))
    return Verification(compared, waiting, differences)


@transaction.atomic
def install_scheme(
    *, by, code: str, facts: Mapping[str, Any], document: SchemeDocument, effective_from: date
):
    """Publish a scheme as a file of this project describes it; returns the new version, or None when nothing is new.

    A document that says something else than the last published one becomes the next version. `facts` are the
    fields of `Scheme`; a published version itself never changes. Raises `InvalidInput` for a scheme that
    compares peers: one entity's change would move the grades of others, and no request says so; and for
    one whose grades are longer than a badge.
    """
    if compile_scheme(document).peer_levels:
        raise InvalidInput({"": [_("A scheme that compares peers is run on files, not on the registry.")]})
    if any(len(grade.letter) > LONGEST_BADGE for grade in document.scale):
        raise InvalidInput({"": [_("A grade is no longer than eight letters.")]})
    scheme, created = Scheme.objects.select_for_update().get_or_create(code=code, defaults=dict(facts))
    if not created and any(getattr(scheme, name) != value for name, value in facts.items()):
        Scheme.objects.filter(pk=scheme.pk).update(**facts)
        scheme.refresh_from_db()
    last = scheme.versions.order_by("-number").first()
    content = document.model_dump(mode="json", by_alias=True)
    if last and last.document == content:
        return None
    version = SchemeVersion.objects.create(
        scheme=scheme,
        number=last.number + 1 if last else 1,
        document=content,
        legal_basis=document.basis.zh,
        state=SchemeVersion.State.PUBLISHED,
        effective_from=effective_from,
        published_at=timezone.now(),
    )
    audit.record(actor=by, verb="evaluation.scheme.published", target=version)
    return version


def _vocabulary(schemes: Iterable[SchemeInForce]) -> Vocabulary:
    return Vocabulary.union(one.compiled.vocabulary for one in schemes)


def _lock_entities(ids: set[int]) -> set[int]:
    """Those that no other worker is rating now. Whoever only refers to an entity is not held up by this lock."""
    free = Entity.objects.filter(pk__in=ids).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    return set(free.values_list("pk", flat=True))


def _last_range() -> int:
    return (Entity.objects.aggregate(last=Max("pk"))["last"] or 0) >> RANGE_BITS


def _lock_range(place: int) -> None:
    """Keep all others from rating in this range until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [RANGE_LOCK, place])


def _lock_ranges(entity_ids: set[int]) -> None:
    """Wait for bulk work on the ranges of these entities; single entities of a range do not hold each other up."""
    places = sorted({pk >> RANGE_BITS for pk in entity_ids})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, place) FROM unnest(%s::int[]) AS place",
            [RANGE_LOCK, places],
        )


def _rate_and_save(columns: Columns, schemes: Iterable[SchemeInForce], as_of: date) -> int:
    return sum(_save(rate(columns, one.compiled, as_of), one, as_of) for one in schemes)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a rating says of one entity, as it is stored."""

    points: int | None = None
    grade: str = ""
    place: int | None = None

    def __str__(self) -> str:
        return f"{self.grade} with {self.points} hundredths" if self.grade else "not rated"


@dataclass(frozen=True, slots=True)
class _Stored:
    said: _Said
    counted: int
    version_id: int


def _worked_out(ratings: RatingColumns, scheme: SchemeInForce) -> Iterator[tuple[int, _Said, int]]:
    letters = scheme.compiled.letters
    columns = (ratings.entities, ratings.points, ratings.pointless, ratings.place, ratings.counted)
    for entity, points, pointless, place, counted in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        said = _Said() if place == NOT_RATED else _Said(None if pointless else points, letters[place], place)
        yield entity, said, counted


def _save(ratings: RatingColumns, scheme: SchemeInForce, as_of: date) -> int:
    """Write what is new, and nothing else; returns how many grades or points became others."""
    stored, now = _stored(ratings.entities, scheme), timezone.now()
    moved, touched, changes = [], [], []
    for entity, new, counted in _worked_out(ratings, scheme):
        known = stored.get(entity)
        old = known.said if known else _Said()
        if known == _Stored(new, counted, scheme.version.pk) or (known is None and new == old):
            continue
        row = CurrentRating(
            entity_id=entity,
            scheme=scheme.scheme,
            version=scheme.version,
            as_of=as_of,
            points=new.points,
            grade=new.grade,
            place=new.place,
            records_counted=counted,
            changed_at=now,
            rated_at=now,
        )
        if new == old:
            touched.append(row)
            continue
        moved.append(row)
        changes.append(
            RatingChange(
                entity_id=entity,
                scheme=scheme.scheme,
                version=scheme.version,
                at=now,
                as_of=as_of,
                from_points=old.points,
                to_points=new.points,
                from_grade=old.grade,
                to_grade=new.grade,
                from_place=old.place,
                to_place=new.place,
            )
        )
    _upsert(moved, (*ALWAYS_WRITTEN, "as_of", "points", "grade", "place", "changed_at"))
    _upsert(touched, ALWAYS_WRITTEN)
    RatingChange.objects.bulk_create(changes, batch_size=WRITE_BATCH)
    return len(changes)


def _stored(entities: Ints, scheme: SchemeInForce) -> dict[int, _Stored]:
    rows = CurrentRating.objects.filter(scheme=scheme.scheme, entity_id__in=entities.tolist()).values_list(
        "entity_id", "points", "grade", "place", "records_counted", "version_id"
    )
    return {
        entity: _Stored(_Said(points, grade, place), counted, version)
        for entity, points, grade, place, counted, version in rows
    }


def _upsert(rows: list[CurrentRating], written: tuple[str, ...]) -> None:
    CurrentRating.objects.bulk_create(
        rows,
        batch_size=WRITE_BATCH,
        update_conflicts=True,
        unique_fields=("entity", "scheme"),
        update_fields=written,
    )
