"""The work of a simulation: the records of a range are read once, in the way in which everybody is rated, and rated
by both documents with the one kernel.

The work is cut into parts, each a row, so that it may be stopped, lost and taken up again, and done by several
workers at once. The city comes first. From each range come the keys of a sample, one entity of so many by a number
made of its key, which is the same whoever draws it; on the sample go the last twelve months and the
sensitivity, so that they cost the same in every city.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from django.db import OperationalError, transaction
from django.db.models import Count, DateField, F, Q, Value
from django.db.models.functions import Cast, Coalesce, Left
from django.utils import timezone

from entities.models import CreditRecord, Entity
from evaluation import bulk, frames, peer_store, replay, selectors
from evaluation.boards import locks
from evaluation.columns import Bools, Columns, Ints, Vocabulary
from evaluation.composing import tallies
from evaluation.composing.models import Simulation, SimulationPart
from evaluation.composing.parameters import parameters_of
from evaluation.composing.sides import document_before
from evaluation.composing.tallies import Groups, Tally
from evaluation.frames import NO_DATE, POSTGRES_EPOCH, Column, Kinds, copy_rows, place_in
from evaluation.indicators import NO_GRADE
from evaluation.industries import SECTIONS
from evaluation.kernel import FindingColumns, Piece, RatingColumns, explain, rate
from evaluation.peers import PeerTable
from evaluation.schemes import CompiledScheme, SchemeDocument, compile_scheme
from evaluation.schemes.in_force import in_force

State, Kind = Simulation.State, SimulationPart.Kind
#: About so many entities are in the sample on which the months and the sensitivity are worked out.
SAMPLE = 3_000
MONTHS = 12
#: The first of the locks under which simulations are prepared, one for each key.
PREPARING = 0x51D << 48
#: So many parameters are varied in one part of the work.
PARAMETERS_AT_ONCE = 20
#: Years since registration, each bound the first day of the next class.
AGES = ("under-1", "1-to-3", "3-to-10", "10-and-more")
AGE_BOUNDS = (1, 3, 10)
SIZES = tuple(value for value in Entity.Size.values if value)
#: So many reasons are kept of each entity that moves far.
REASONS = 4


@dataclass(slots=True)
class Reader:
    """What is read once for all parts that one worker takes."""

    base: CompiledScheme
    draft: CompiledScheme
    #: With the words of both documents.
    ranges: bulk.Reader
    districts: tuple[str, ...]
    #: The tables of peers of both, by code of the component; empty where none is compared.
    base_peers: Mapping[str, PeerTable]
    draft_peers: Mapping[str, PeerTable]
    #: The sample with its records in force, once it was asked for.
    sample: Columns | None = None

    @classmethod
    def of(cls, simulation: Simulation) -> "Reader":
        """With the documents of a simulation."""
        base, draft = _compiled(simulation)
        kinds = Kinds(Vocabulary.union((base.vocabulary, draft.vocabulary)))
        peers = _kept_peers(simulation)
        return cls(base, draft, bulk.Reader([], kinds), tuple(selectors.districts()), *peers)

    @property
    def scales(self) -> tuple[int, int]:
        return len(self.base.letters), len(self.draft.letters)

    @property
    def both(self) -> tuple[tuple[CompiledScheme, Mapping[str, PeerTable]], ...]:
        """The version and the draft, each with its tables of peers."""
        return (self.base, self.base_peers), (self.draft, self.draft_peers)

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.union((self.base.vocabulary, self.draft.vocabulary))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a simulation has come."""

    done: int
    parts: int
    state: str


def progress_of(simulation_id: int) -> Progress:
    """How far a simulation has come; two small queries."""
    parts = SimulationPart.objects.filter(simulation_id=simulation_id).aggregate(
        done=Count("pk", filter=Q(done_at__isnull=False)), parts=Count("pk")
    )
    state = Simulation.objects.values_list("state", flat=True).get(pk=simulation_id)
    return Progress(parts["done"], parts["parts"], state)


def work_on(simulation_id: int, progress: Callable[[int, int], None] = lambda done, parts: None) -> None:
    """Do parts of a simulation that nobody has until none is left, or it is stopped; then put the results together.

    Safe on many workers at once, and to run again after a worker was lost. What cannot be worked out lets the
    simulation fail, and the error out.
    """
    simulation = _prepared(simulation_id)
    if simulation is None:
        return
    try:
        reader = Reader.of(simulation)
        while _do_next_part(simulation, reader):
            said = progress_of(simulation_id)
            progress(said.done, said.parts)
        _finish(simulation, reader)
    except OperationalError:
        # The database is away or busy: the task comes again.
        raise
    except Exception:
        Simulation.objects.filter(pk=simulation_id, state__in=Simulation.AT_WORK).update(
            state=State.FAILED, ended_at=timezone.now()
        )
        raise


def work_on_all() -> None:
    """Take part in whatever is being simulated; also run by the schedule, as the net under a lost worker."""
    for key in (
        Simulation.objects.filter(state__in=Simulation.AT_WORK).order_by("pk").values_list("pk", flat=True)
    ):
        work_on(key)


def _prepared(simulation_id: int) -> Simulation | None:
    """The simulation with its work cut into parts; None where there is nothing to be done."""
    simulation = Simulation.objects.select_related("base__scheme").get(pk=simulation_id)
    if simulation.state == State.WAITING:
        return _cut(simulation_id)
    return simulation if simulation.state == State.RUNNING else None


class _Stopped(Exception):
    """It was stopped while the tables of peers were made."""


@transaction.atomic
def _cut(simulation_id: int) -> Simulation | None:
    """Make the tables of peers and cut the work into parts, by one worker; who comes second goes on with the parts.

    The row is locked only at the end, so that whoever stops it waits for nobody.
    """
    locks.wait_for(PREPARING + simulation_id)
    simulation = Simulation.objects.select_related("base__scheme").get(pk=simulation_id)
    # One that goes on keeps its parts, and the sample and the peers by which some of them are done.
    goes_on = simulation.parts.exists()
    ranges = bulk.cut_ranges() if not goes_on else []
    try:
        peers = simulation.peers if goes_on else _peers_of(simulation, ranges)
    except _Stopped:
        return None
    now = (
        Simulation.objects.select_for_update(of=("self",))
        .select_related("base__scheme")
        .get(pk=simulation_id)
    )
    if now.state != State.WAITING:
        return now if now.state == State.RUNNING else None
    now.state = State.RUNNING
    if not goes_on:
        now.one_in = max(1, -(-Entity.objects.count() // SAMPLE))
        now.peers = peers
        SimulationPart.objects.bulk_create(_parts_of(now, ranges))
    now.save(update_fields=("state", "one_in", "peers"))
    return now


def _peers_of(simulation: Simulation, ranges: Sequence[tuple[int, int]]) -> bytes | None:
    """The tables of peers of both documents, so that every worker holds entities against the same.

    Of the version those by which it rates, where there are any; what is missing is found in a first pass. Raises
    `_Stopped` between two ranges once nobody wants them any more.
    """
    base, draft = _compiled(simulation)
    if not base.peer_levels and not draft.peer_levels:
        return None
    kept = peer_store.last_keys([simulation.base_id], simulation.as_of) if simulation.base_id else {}

    def worked_out(scheme: CompiledScheme) -> Mapping[str, PeerTable]:
        reader = bulk.Reader([], Kinds(scheme.vocabulary))

        def shards() -> Iterable[Columns]:
            for first, last in ranges:
                if not Simulation.objects.filter(pk=simulation.pk, state=State.WAITING).exists():
                    raise _Stopped
                yield _range_on(simulation.as_of, first, last, reader)

        return peer_store.worked_out(scheme, simulation.as_of, shards)

    of_base = peer_store.read(kept[simulation.base_id]) if kept else worked_out(base)
    both = [peer_store.written(of_base).decode(), peer_store.written(worked_out(draft)).decode()]
    return zlib.compress(json.dumps(both).encode())


def _range_on(day: date, first: int, last: int, reader: bulk.Reader) -> Columns:
    """A range as it is read for rating everybody, also when midnight has come since: a simulation is of one day.

    What ended with the day is then read as it stood on it, more slowly.
    """
    columns = reader.columns(first, last)
    if timezone.localdate() == day:
        return columns
    keys = Entity.everything.filter(pk__range=(first, last)).values_list("pk", flat=True)
    then = replay.on_day(frames.columns_of(keys, reader.kinds.vocabulary), day)
    has = np.bincount(then.records.entity_index, minlength=len(then.entities)) > 0
    return then.only(np.flatnonzero(has | np.isin(then.entities, columns.entities)))


def _in_force_on(day: date, keys: Sequence[int], vocabulary: Vocabulary) -> Columns:
    """These entities with their records in force on the day of the simulation, as `_range_on`."""
    columns = frames.columns_in_force(keys, vocabulary)
    if timezone.localdate() == day:
        return columns
    return replay.on_day(frames.columns_of(keys, vocabulary), day)


def _compiled(simulation: Simulation) -> tuple[CompiledScheme, CompiledScheme]:
    """What the draft is held against, and the draft."""
    draft = compile_scheme(SchemeDocument.model_validate(simulation.document))
    if simulation.base is None:
        return compile_scheme(document_before(simulation)), draft
    return in_force(simulation.base).compiled, draft


def _kept_peers(simulation: Simulation) -> tuple[Mapping[str, PeerTable], Mapping[str, PeerTable]]:
    if simulation.peers is None:
        return {}, {}
    base, draft = json.loads(zlib.decompress(simulation.peers))
    return peer_store.understood(base.encode()), peer_store.understood(draft.encode())


def _parts_of(simulation: Simulation, ranges: Sequence[tuple[int, int]]) -> Iterable[SimulationPart]:
    for first, last in ranges:
        yield SimulationPart(simulation=simulation, kind=Kind.CITY, first=first, last=last)
    yield SimulationPart(simulation=simulation, kind=Kind.MONTHS, first=0, last=MONTHS)
    count = len(parameters_of(SchemeDocument.model_validate(simulation.document)))
    for first in range(0, count, PARAMETERS_AT_ONCE):
        yield SimulationPart(
            simulation=simulation,
            kind=Kind.SENSITIVITY,
            first=first,
            last=min(first + PARAMETERS_AT_ONCE, count),
        )


@transaction.atomic
def _do_next_part(simulation: Simulation, reader: Reader) -> bool:
    """Do one part; False where none is free. The sample is there once all ranges of the city are done."""
    free = SimulationPart.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        simulation_id=simulation.pk, done_at=None, simulation__state=State.RUNNING
    )
    part = free.filter(kind=Kind.CITY).order_by("pk").first()
    if part is None:
        if simulation.parts.filter(kind=Kind.CITY, done_at=None).exists():
            # Others have the last ranges. If they are lost, the sweep comes again.
            return False
        part = free.order_by("pk").first()
    if part is None:
        return False
    part.found = _WORK[Kind(part.kind)](simulation, reader, part)
    part.done_at = timezone.now()
    part.save(update_fields=("found", "done_at"))
    return True


@transaction.atomic
def _finish(simulation: Simulation, reader: Reader) -> None:
    """Put together what the parts found, once all are done; the parts are not needed any more."""
    now = Simulation.objects.select_for_update().get(pk=simulation.pk)
    if now.state != State.RUNNING or now.parts.filter(done_at=None).exists():
        return
    found = {
        kind: list(now.parts.filter(kind=kind).order_by("pk").values_list("found", flat=True))
        for kind in Kind
    }
    whole = tallies.together(found[Kind.CITY], reader.scales)
    results = whole.as_json()
    results |= {
        "fell": _with_reasons(whole.fell, reader, now.as_of),
        "rose": _with_reasons(whole.rose, reader, now.as_of),
        "sample": len(whole.sample),
        "months": found[Kind.MONTHS][0],
        "sensitivity": [line for part in found[Kind.SENSITIVITY] for line in part],
    }
    now.results, now.state, now.ended_at = results, State.DONE, timezone.now()
    now.save(update_fields=("results", "state", "ended_at"))
    now.parts.all().delete()


# The city


def _city(simulation: Simulation, reader: Reader, part: SimulationPart) -> dict[str, Any]:
    columns = _range_on(simulation.as_of, part.first, part.last, reader.ranges)
    return tally_of(columns, reader, simulation.as_of, simulation.one_in, (part.first, part.last)).as_json()


def tally_of(columns: Columns, reader: Reader, as_of: date, one_in: int, keys: tuple[int, int]) -> Tally:
    """The tally of the entities of the columns, whose keys lie between the two."""
    before, after = (rate(columns, scheme, as_of, peers) for scheme, peers in reader.both)
    groups = _groups(columns.entities, keys, reader.districts, as_of)
    tally = tallies.tally(before, after, reader.scales, groups, in_sample(columns.entities, one_in))
    tally.bodies = _bodies(columns, reader, as_of, before, after)
    return tally


def in_sample(entities: Ints, one_in: int) -> Bools:
    """Which of these keys are in the sample: one of so many, by a number that is made of the key alone."""
    mixed = entities.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(40)) % np.uint64(one_in) == 0


def _groups(
    entities: Ints, keys: tuple[int, int], districts: Sequence[str], as_of: date
) -> dict[str, Groups]:
    """How the city is parted: what the registry knows of the entities today."""
    words = {"district": tuple(districts), "section": tuple(SECTIONS), "size": SIZES}
    rows = copy_rows(
        Entity.objects.filter(pk__range=keys).order_by(),
        {
            "entity": Column(F("pk"), "i8"),
            "district": Column(place_in("district", words["district"]), "i2"),
            "section": Column(place_in(Left("industry_code", 1), words["section"]), "i2"),
            "size": Column(place_in("size", words["size"]), "i2"),
            "registered": Column(Coalesce("registered_on", Cast(Value(NO_DATE), DateField())), "i4"),
        },
    )
    known = rows["entity"].astype(np.int64)
    order = np.argsort(known)
    place = np.searchsorted(known, entities, sorter=order)
    within = np.flatnonzero(place < len(known))
    within = within[known[order[place[within]]] == entities[within]]
    row = order[place[within]]

    def of(column: Ints) -> Ints:
        numbers = np.zeros(len(entities), np.int64)
        numbers[within] = column[row]
        return numbers

    groups = {name: Groups(words[name], of(rows[name].astype(np.int64))) for name in words}
    return groups | {"age": Groups(AGES, of(_age_class(rows["registered"].astype(np.int64), as_of)))}


def _age_class(registered: Ints, as_of: date) -> Ints:
    """The number of the class of age from 1; 0 where the day of registration is not known."""
    days = POSTGRES_EPOCH + registered
    number = np.ones(len(days), np.int64)
    for years in AGE_BOUNDS:
        number += days <= np.datetime64(months_before(as_of, years * 12), "D")
    return np.where(days == np.datetime64(NO_DATE), 0, number)


def _bodies(
    columns: Columns, reader: Reader, as_of: date, before: RatingColumns, after: RatingColumns
) -> dict[str, list[int]]:
    """How many of those who fall, and who rise, have a record of each body that weighs under either document."""
    far = tallies.direction(before.place, after.place, *reader.scales)
    chosen = np.flatnonzero(far)
    if not len(chosen):
        return {}
    part = columns.only(chosen)
    owners, records = [], []
    for scheme, peers in reader.both:
        rows = _weighing(explain(part, scheme, as_of, peers).findings)
        owners.append(part.records.entity_index[rows])
        records.append(part.records.record[rows])
    owner, record = np.concatenate(owners), np.concatenate(records)
    body = _submitted_by(record)
    pairs = np.unique(np.stack([owner, body]), axis=1)
    found: dict[str, list[int]] = {}
    for entity, key in pairs.T.tolist():
        found.setdefault(str(key), [0, 0])[0 if far[chosen[entity]] > 0 else 1] += 1
    return found


def _weighing(findings: FindingColumns) -> Ints:
    """The places of the records that give or take something, or hold a grade."""
    weighs = (findings.piece == Piece.RECORD) & (
        (findings.points != 0) | (findings.direct != NO_GRADE) | (findings.ceiling != NO_GRADE)
    )
    return np.unique(findings.record[weighs])


def _submitted_by(records: Ints) -> Ints:
    keys = np.unique(records)
    rows = copy_rows(
        CreditRecord.objects.filter(pk__in=keys.tolist()).order_by(),
        {"record": Column(F("pk"), "i8"), "body": Column(F("submitted_by_id"), "i8")},
    )
    order = np.argsort(rows["record"].astype(np.int64))
    known, bodies = rows["record"].astype(np.int64)[order], rows["body"].astype(np.int64)[order]
    # A record that was deleted meanwhile is nobody's.
    place = np.minimum(np.searchsorted(known, records), max(len(known) - 1, 0))
    return (
        np.where(known[place] == records, bodies[place], 0)
        if len(known)
        else np.zeros(len(records), np.int64)
    )


# Why


def _with_reasons(movers: Sequence[Sequence], reader: Reader, as_of: date) -> list[dict[str, Any]]:
    """The movers with what moves them: (code of a component or rule, hundredths before, after).

    Of a rule the hundredths are None, or 1 where it acts. "" is the start, the limits of the whole and its rounding.
    """
    keys = sorted(int(one[0]) for one in movers)
    columns = _in_force_on(as_of, keys, reader.vocabulary)
    given = [_given(columns, *one, as_of) for one in reader.both]
    place = {key: number for number, key in enumerate(columns.entities.tolist())}
    return [
        {
            "entity": one[0],
            "places": list(one[1:3]),
            "points": list(one[3:5]),
            "because": _differing(*(scheme[place[one[0]]] for scheme in given)),
        }
        for one in movers
        if one[0] in place
    ]


def _given(
    columns: Columns, scheme: CompiledScheme, peers: Mapping[str, PeerTable], as_of: date
) -> list[dict[str, int]]:
    """For each entity what each component gives to it, in hundredths, and 1 for each rule that acts."""
    findings = explain(columns, scheme, as_of, peers).findings
    codes = [part.code for part in scheme.parts]
    components = len(scheme.components)
    found: list[dict[str, int]] = [{} for _entity in columns.entities]
    for entity, indicator, points in zip(
        findings.entity.tolist(), findings.indicator.tolist(), findings.points.tolist(), strict=True
    ):
        if indicator >= components:
            found[entity][codes[indicator]] = 1
        else:
            code = codes[indicator] if indicator >= 0 else ""
            found[entity][code] = found[entity].get(code, 0) + points
    return found


def _differing(before: dict[str, int], after: dict[str, int]) -> list[list[Any]]:
    codes = [code for code in {**before, **after} if before.get(code, 0) != after.get(code, 0)]
    codes.sort(key=lambda code: (-abs(after.get(code, 0) - before.get(code, 0)), code))
    return [[code, before.get(code), after.get(code)] for code in codes[:REASONS]]


# The sample


def _sample_of(simulation: Simulation) -> list[int]:
    found = simulation.parts.filter(kind=Kind.CITY).values_list("found__sample", flat=True)
    return sorted(key for keys in found for key in keys)


def _months(simulation: Simulation, reader: Reader, part: SimulationPart) -> list[dict[str, Any]]:
    """The grades of the sample on the same day of each of the last months, from what the registry knows today.

    Each month has its day, for both documents the number of each grade (the last: not rated), and who fell and
    rose since the month before. Peers are those of the day of the simulation.
    """
    columns = frames.columns_of(_sample_of(simulation), reader.vocabulary)
    schemes = dict(zip(("base", "draft"), reader.both, strict=True))
    last: dict[str, Ints] = {}
    found = []
    for months in range(part.last, part.first - 1, -1):
        day = months_before(simulation.as_of, months)
        then = replay.on_day(columns, day)
        line: dict[str, Any] = {"day": day.isoformat()}
        for name, (scheme, peers) in schemes.items():
            place = rate(then, scheme, day, peers).place
            size = len(scheme.letters)
            counts = np.bincount(np.where(place < 0, size, place), minlength=size + 1).tolist()
            far = tallies.direction(last[name], place, size, size) if name in last else np.zeros(0, np.int64)
            line[name] = {"grades": counts, "fell": int((far > 0).sum()), "rose": int((far < 0).sum())}
            last[name] = place
        found.append(line)
    return found


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def _sensitivity(simulation: Simulation, reader: Reader, part: SimulationPart) -> list[dict[str, Any]]:
    """For each parameter of the draft what one step down and one step up do to the sample, beside the draft itself.

    A step that the language does not allow is None. Peers are measured as the draft itself measures them.
    """
    if reader.sample is None:
        reader.sample = _in_force_on(simulation.as_of, _sample_of(simulation), reader.vocabulary)
    columns = reader.sample
    document = SchemeDocument.model_validate(simulation.document)
    drafted = rate(columns, reader.draft, simulation.as_of, reader.draft_peers)
    scale = len(reader.draft.letters)
    found = []
    for one in parameters_of(document)[part.first : part.last]:
        line: dict[str, Any] = {"path": list(one.path), "value": one.value}
        for name, varied in (("down", one.down), ("up", one.up)):
            changed = one.in_place(document, varied)
            if changed is None:
                line[name] = None
                continue
            place = rate(columns, _turned(reader.draft, changed), simulation.as_of, reader.draft_peers).place
            far = tallies.direction(drafted.place, place, scale, scale)
            rated = (drafted.place < 0) != (place < 0)
            line[name] = {
                "value": varied,
                "fell": int((far > 0).sum()),
                "rose": int((far < 0).sum()),
                "rated": int(rated.sum()),
            }
        found.append(line)
    return found


def _turned(scheme: CompiledScheme, document: SchemeDocument) -> CompiledScheme:
    """A compiled scheme with other numbers: the words that it looks at stay, so it need not be compiled again."""
    return replace(scheme, document=document, components=tuple(document.every_component))


_WORK: dict[str, Callable[[Simulation, Reader, SimulationPart], Any]] = {
    Kind.CITY: _city,
    Kind.MONTHS: _months,
    Kind.SENSITIVITY: _sensitivity,
}
