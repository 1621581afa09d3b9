"""Everybody is rated: in ranges of keys, each a row with a state, so that work may be stopped, lost and taken up again.

Any worker on any host takes the next range that nobody has, rates it in one transaction and notes it as done. A
worker that dies takes only its own range back with it. A range that is rated twice is rated once: only what differs
is written.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, connections, transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from entities.models import CreditRecord, Entity
from evaluation import frames, peer_store
from evaluation.columns import Columns, Vocabulary
from evaluation.frames import Kinds
from evaluation.models import PeerTables, RatingRange, RatingRun
from evaluation.schemes.in_force import SchemeInForce, published_by, schemes_in_force, with_tables
from evaluation.storing import rated_entities, save_ratings

#: Ranges are cut between places of so many keys; a place is what is locked.
PLACE_BITS = 12
#: The first half of the advisory locks of places, so that they meet no other locks.
PLACE_LOCK = 0x0C4ED17
#: A range has about so many records, and an entity weighs as much as so many of them.
RECORDS_AT_ONCE = 150_000
ENTITY_WEIGHS = 2
#: Records are counted by place in a sample of about so many.
SAMPLED = 50_000
LOOKED_EVERY = 0.2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    done: int
    ranges: int
    changed: int
    state: str


@dataclass(slots=True)
class Reader:
    """What is read once for all ranges that one worker takes: the schemes of the day, and what records say."""

    schemes: list[SchemeInForce]
    kinds: Kinds

    @classmethod
    def of(cls, schemes: Sequence[SchemeInForce]) -> "Reader":
        return cls(list(schemes), Kinds(Vocabulary.union(one.compiled.vocabulary for one in schemes)))

    @classmethod
    def for_day(cls, as_of: date) -> "Reader":
        """With the schemes that are in force on a day."""
        return cls.of(schemes_in_force(as_of))

    def columns(self, first: int, last: int) -> Columns:
        """All that is needed to rate a range: records in force, and entities that have a rating to lose."""
        return frames.columns_of_range(first, last, rated_entities(first, last), self.kinds)


def _keys(schemes: Iterable[SchemeInForce]) -> list[int]:
    return sorted(one.version.pk for one in schemes)


def lock_places(first: int, last: int) -> None:
    """Keep all others from rating entities with these keys until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, place) FROM generate_series(%s::int, %s::int) AS place",
            [PLACE_LOCK, first >> PLACE_BITS, last >> PLACE_BITS],
        )


def share_places(entity_ids: Iterable[int]) -> None:
    """Wait for whoever rates the ranges of these entities; single entities of a range do not hold each other up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, place) FROM unnest(%s::int[]) AS place",
            [PLACE_LOCK, sorted({pk >> PLACE_BITS for pk in entity_ids})],
        )


def cut_ranges() -> list[tuple[int, int]]:
    """Ranges of keys, first and last, that hold about as many records each, and together every entity."""
    weight = {place: ENTITY_WEIGHS * entities for place, entities in _entities_by_place()}
    for place, records in _records_by_place():
        weight[place] = weight.get(place, 0) + records
    # Only from where there is somebody, to where there is: keys may begin late, and have gaps of millions.
    first, gathered, ranges = min(weight, default=0), 0, []
    for place in sorted(weight):
        if gathered and gathered + weight[place] > RECORDS_AT_ONCE:
            ranges.append((first << PLACE_BITS, (place << PLACE_BITS) - 1))
            first, gathered = place, 0
        gathered += weight[place]
    return [*ranges, (first << PLACE_BITS, (max(weight, default=0) + 1 << PLACE_BITS) - 1)]


def _entities_by_place() -> list[tuple[int, int]]:
    """How many entities there are in each place, those merged away among them."""
    places = Entity.everything.order_by().values(place=F("pk").bitrightshift(PLACE_BITS))
    counted = places.annotate(entities=Count("pk"))
    return list(counted.values_list("place", "entities"))


def _records_by_place() -> list[tuple[int, int]]:
    """About how many records there are in each place, from a sample of pages: counting them all would take as long
    as reading them."""
    table = CreditRecord._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        share = min(1.0, SAMPLED / max(cursor.fetchone()[0], 1))
        cursor.execute(
            f"SELECT entity_id >> {PLACE_BITS}, count(*) FROM {table} TABLESAMPLE SYSTEM (%s) GROUP BY 1",
            [100 * share],
        )
        return [(place, round(records / share)) for place, records in cursor.fetchall()]


def start_run(*, as_of: date) -> RatingRun:
    """A run that rates everybody for a day; the one that was begun for that day under the same schemes goes on.

    Before a new one begins, the tables of peers are made for it, where a scheme compares any.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # One at a time, so that two who start at once start one run.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLACE_LOCK])
        schemes = published_by(as_of)
        versions = _keys(schemes)
        running = RatingRun.objects.filter(state=RatingRun.State.RUNNING)
        for run in running.order_by("-pk"):
            if (run.as_of, run.versions) == (as_of, versions):
                return run
        cancel_runs()
        ranges = cut_ranges()
        tables = [_tables(one, as_of, ranges).pk for one in schemes if one.compiled.peer_levels]
        run = RatingRun.objects.create(as_of=as_of, versions=versions, tables=tables)
        RatingRange.objects.bulk_create(
            RatingRange(run=run, first=first, last=last) for first, last in ranges
        )
    return run


def _tables(scheme: SchemeInForce, as_of: date, ranges: Sequence[tuple[int, int]]) -> PeerTables:
    kinds = Kinds(scheme.compiled.vocabulary)

    def shards() -> Iterable[Columns]:
        return (frames.columns_of_range(first, last, (), kinds) for first, last in ranges)

    return peer_store.make(scheme.version, scheme.compiled, as_of, shards)


def cancel_runs() -> int:
    """Let no further range of any run be begun; returns how many runs that stopped. What is rated stays so."""
    running = RatingRun.objects.filter(state=RatingRun.State.RUNNING)
    return running.update(state=RatingRun.State.CANCELLED, ended_at=timezone.now())


def progress_of(run_id: int) -> Progress:
    """How far a run has come; two small queries."""
    ranges = RatingRange.objects.filter(run_id=run_id).aggregate(
        done=Count("pk", filter=Q(done_at__isnull=False)), ranges=Count("pk"), changed=Sum("changed")
    )
    state = RatingRun.objects.values_list("state", flat=True).get(pk=run_id)
    return Progress(ranges["done"], ranges["ranges"], ranges["changed"] or 0, state)


def work_on_run(*, run_id: int, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Rate ranges of a run that nobody has, one after the other, until none is left or the run is cancelled.

    Safe on many workers at once, and to run again after a worker was lost.
    """
    run = RatingRun.objects.get(pk=run_id)
    schemes = published_by(run.as_of)
    if _keys(schemes) != run.versions:
        # Under other schemes the ranges that are done would have to be rated again: whoever starts, starts anew.
        RatingRun.objects.filter(pk=run_id).update(state=RatingRun.State.CANCELLED, ended_at=timezone.now())
        return
    tables = PeerTables.objects.filter(pk__in=run.tables).values_list("version", "pk")
    reader = Reader.of(with_tables(schemes, dict(tables)))
    while _rate_next_range(run, reader):
        said = progress_of(run_id)
        progress(said.done, said.ranges)
    with transaction.atomic():
        RatingRun.objects.select_for_update().get(pk=run_id)
        if not RatingRange.objects.filter(run_id=run_id, done_at=None).exists():
            RatingRun.objects.filter(pk=run_id, state=RatingRun.State.RUNNING).update(
                state=RatingRun.State.DONE, ended_at=timezone.now()
            )


@transaction.atomic
def _rate_next_range(run: RatingRun, reader: Reader) -> bool:
    """Rate one range; False where none is free."""
    free = RatingRange.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        run_id=run.pk, done_at=None, run__state=RatingRun.State.RUNNING
    )
    found = free.order_by("pk").first()
    if found is None:
        return False
    lock_places(found.first, found.last)
    columns = reader.columns(found.first, found.last)
    found.changed = rate_and_save(columns, reader.schemes, run.as_of)
    found.done_at = timezone.now()
    found.save(update_fields=("changed", "done_at"))
    return True


def rate_and_save(columns: Columns, schemes: Iterable[SchemeInForce], as_of: date) -> int:
    """Rate these entities under each scheme and write what is new; returns how many ratings changed."""
    return sum(save_ratings(one.rate(columns, as_of), one, as_of) for one in schemes)


def rate_all(
    *, as_of: date, workers: int = 1, progress: Callable[[int, int], None] = lambda done, total: None
) -> int:
    """Rate every entity of which the registry holds or held anything; returns how many ratings changed.

    May be stopped and begun again: ranges that are done stay so. More than one worker are processes of this host,
    besides those that take part by themselves.
    """
    run = start_run(as_of=as_of)
    if workers > 1:
        _work_apart(run.pk, workers, progress)
    # Alone, or after a process that was lost.
    work_on_run(run_id=run.pk, progress=progress)
    while (said := progress_of(run.pk)).state == RatingRun.State.RUNNING:
        # Others have the last ranges; if they are lost, their ranges are free again.
        time.sleep(LOOKED_EVERY)
        work_on_run(run_id=run.pk, progress=progress)
    return said.changed


def work_on_runs() -> None:
    """Take part in whatever runs; also run by the schedule, as the net under a lost worker."""
    for run_id in RatingRun.objects.filter(state=RatingRun.State.RUNNING).values_list("pk", flat=True):
        work_on_run(run_id=run_id)


def _work_apart(run_id: int, workers: int, progress: Callable[[int, int], None]) -> None:
    # A connection must not be shared with a process that is forked off.
    connections.close_all()
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_work, args=(run_id,)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        while process.is_alive():
            process.join(LOOKED_EVERY)
            said = progress_of(run_id)
            progress(said.done, said.ranges)


def _work(run_id: int) -> None:
    """What a process that was forked off does. It leaves without what its parent would have done at the end."""
    work_on_run(run_id=run_id)
    connections.close_all()
    os._exit(0)
