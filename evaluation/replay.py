"""The grade of any day, as it was known on any later day, under any version of a scheme.

Two times are told apart. The day of the rating says which records were in force: decided by then, not yet over, not
ended before. The moment of knowledge says what the registry held: which records had come, what they said, whether
they were under objection, which had ended, and what was known of the entities.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from entities.models import CreditRecord, Entity
from evaluation import frames, peer_store
from evaluation.columns import Columns, Vocabulary
from evaluation.explanation import Explained, SeenRecords, explained_from
from evaluation.kernel import RatingColumns, rate
from evaluation.models import EntityPast, RatingChange, RecordPast, Scheme
from evaluation.peers import PeerTable
from evaluation.schemes.in_force import SchemeInForce, in_force
from evaluation.storing import POINTLESS, points_of

#: Changes are looked at by so many entities at a time.
AT_ONCE = 2_000


def end_of(day: date) -> datetime:
    """The last moment of a day of the city."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(
        microseconds=1
    )


def columns_known(entity_ids: Iterable[int], vocabulary: Vocabulary, at: datetime) -> Columns:
    """The columns of these entities as `frames.columns_of` would have given them at that moment."""
    ids = sorted(set(entity_ids))
    changed = RecordPast.objects.filter(record=OuterRef("pk"), until__gt=at)
    unchanged = _come_by(CreditRecord.objects.filter(entity_id__in=ids), at, "").exclude(Exists(changed))
    earlier = RecordPast.objects.filter(record=OuterRef("record"), until__gt=at, until__lt=OuterRef("until"))
    was = _come_by(RecordPast.objects.filter(entity_id__in=ids, until__gt=at), at, "record__")
    other = EntityPast.objects.filter(entity=OuterRef("pk"), until__gt=at)
    sooner = EntityPast.objects.filter(entity=OuterRef("entity"), until__gt=at, until__lt=OuterRef("until"))
    return frames.columns_of_rows(
        [(unchanged, "pk"), (was.exclude(Exists(earlier)), "record_id")],
        [
            (Entity.objects.filter(pk__in=ids).exclude(Exists(other)), "pk"),
            (EntityPast.objects.filter(entity_id__in=ids, until__gt=at).exclude(Exists(sooner)), "entity_id"),
        ],
        vocabulary,
        ids,
    )


def _come_by(records: QuerySet, at: datetime, of_record: str) -> QuerySet:
    """Those that had entered the registry by then, and are not the submitting body's own affair."""
    come = Coalesce(F(f"{of_record}reviewed_at"), F(f"{of_record}entered_at"))
    return frames.may_count(records.alias(come=come).filter(Q(come__lte=at)))


def on_day(columns: Columns, day: date) -> Columns:
    """What of the columns was in force on a day: what ended later stands, and of corrected records the correction."""
    return columns.in_force_on(day)


def ratings_on(
    *, entity_ids: Iterable[int], scheme: SchemeInForce, day: date, known_at: datetime | None = None
) -> RatingColumns:
    """The grades of these entities on a day under that version, as known at a moment: at the end of the day unless said.

    Peers are those of the tables that the scheme comes with, or else of those that held on the day; where none were
    kept then, they are worked out from what was known of the whole city, which takes its time.
    """
    moment = known_at or end_of(day)
    columns = columns_known(entity_ids, scheme.compiled.vocabulary, moment)
    return rate(on_day(columns, day), scheme.compiled, day, _peers(scheme, day, moment))


class NoPeersKept(Exception):
    """Of the day no tables of peers were kept; only whoever reads the whole city anew can rate by them."""


def explained_on(
    *, user, entity: Entity, scheme: SchemeInForce, day: date, known_at: datetime | None = None
) -> tuple[Explained, SeenRecords]:
    """The grade of `ratings_on` with its reasons, as far as this user may see the records today, and those records.

    Raises:
        NoPeersKept: the scheme compares peers, and no tables of theirs were known then.
    """
    moment = known_at or end_of(day)
    if scheme.compiled.peer_levels:
        kept = peer_store.last_keys([scheme.version.pk], day, moment)
        if not kept:
            raise NoPeersKept
        scheme = replace(scheme, tables=kept[scheme.version.pk])
    columns = on_day(columns_known([entity.pk], scheme.compiled.vocabulary, moment), day)
    records = SeenRecords.by(user, columns)
    return explained_from(columns, entity, scheme, day, records), records


def told_on(entity: Entity, scheme: Scheme, day: date) -> RatingChange | None:
    """The grade that held on a day as it was given then; None where none had been given yet."""
    changes = RatingChange.objects.filter(entity=entity, scheme=scheme, as_of__lte=day)
    return changes.select_related("version").order_by("-as_of", "-pk").first()


def _peers(scheme: SchemeInForce, day: date, moment: datetime) -> Mapping[str, PeerTable] | None:
    if scheme.tables is not None or not scheme.compiled.peer_levels:
        return scheme.peers
    kept = peer_store.last_keys([scheme.version.pk], day, moment)
    if kept:
        return peer_store.read(kept[scheme.version.pk])
    everybody = Entity.everything.order_by("pk").values_list("pk", flat=True)

    def shards() -> Iterable[Columns]:
        for batch in _batches(everybody.iterator()):
            yield on_day(columns_known(batch, scheme.compiled.vocabulary, moment), day)

    return peer_store.worked_out(scheme.compiled, day, shards)


def _batches(keys: Iterator[int]) -> Iterator[list[int]]:
    while batch := list(islice(keys, AT_ONCE)):
        yield batch


@dataclass(frozen=True, slots=True)
class PastDifference:
    """A grade that the path of an entity tells and its records do not give."""

    entity_id: int
    scheme: str
    day: date
    told: tuple[str, int | None]
    worked_out: tuple[str, int | None]

    def __str__(self) -> str:
        return f"entity {self.entity_id}, {self.scheme} on {self.day}: told {self.told}, worked out {self.worked_out}"


def verify_past(entity_ids: Iterable[int]) -> tuple[int, list[PastDifference]]:
    """Work out again the grade of each day on which one of these entities got another; how many, and which differ.

    A grade that was given on a day from what was known at its moment is right, and so is one from what was known at
    the end of that day.
    """
    ids, compared = sorted(set(entity_ids)), 0
    differences: list[PastDifference] = []
    for start in range(0, len(ids), AT_ONCE):
        last = (
            RatingChange.objects.filter(entity_id__in=ids[start : start + AT_ONCE])
            .select_related("version__scheme")
            .order_by("version_id", "as_of", "entity_id", "-pk")
        )
        for (version, day), group in groupby(last, key=lambda change: (change.version, change.as_of)):
            changes: dict[int, RatingChange] = {}
            for change in group:
                changes.setdefault(change.entity_id, change)
            compared += len(changes)
            for tables in {change.peers_id for change in changes.values()}:
                by_these = {key: change for key, change in changes.items() if change.peers_id == tables}
                differences += _differences(by_these, in_force(version, tables), day)
    return compared, differences


def _differences(
    changes: Mapping[int, RatingChange], scheme: SchemeInForce, day: date
) -> Iterable[PastDifference]:
    found = _worked_out(changes, scheme, day, None)
    for entity, change in changes.items():
        told = (change.to_grade, change.to_points)
        if told != found[entity] and told != _worked_out([entity], scheme, day, change.at)[entity]:
            yield PastDifference(entity, scheme.scheme.code, day, told, found[entity])


def _worked_out(
    entity_ids: Iterable[int], scheme: SchemeInForce, day: date, known_at: datetime | None
) -> dict[int, tuple[str, int | None]]:
    ratings = ratings_on(entity_ids=entity_ids, scheme=scheme, day=day, known_at=known_at)
    letters = (*scheme.compiled.letters, "")
    return {
        entity: (letters[place], None if points == POINTLESS else points)
        for entity, place, points in zip(
            ratings.entities.tolist(), ratings.place.tolist(), points_of(ratings).tolist(), strict=True
        )
    }
