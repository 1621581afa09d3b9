"""Why an entity has its grade, record by record, from the same run of the kernel that gives the grade.

Facts for pages and the REST interface: words are put together in `evaluation.sentences`. A record that the
reader may not see is not named, and one that ended out of their sight is not mentioned.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar, overload

import numpy as np
from django.db.models import F, QuerySet

from entities import looks, policies as registry
from entities.models import CreditRecord, Entity
from entities.statements.selectors import with_statement
from evaluation import frames
from evaluation.columns import Bools, Columns, Days, Ints
from evaluation.indicators import NO_GRADE
from evaluation.kernel import Explanation, FindingColumns, Piece, Skipped
from evaluation.schemes.document import AnyComponent, Parts, RecordsComponent, Rule
from evaluation.schemes.in_force import SchemeInForce

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Reason:
    """What one record does under one component or rule. `record` is None where the reader may not see it."""

    record_id: int
    record: CreditRecord | None
    indicator: AnyComponent | Rule
    points: Decimal
    #: Before age and repetition, and their weight: `numerator` of `denominator`.
    full: Decimal
    numerator: int
    denominator: int
    #: Another record, mostly a later one, speaks in its place.
    superseded: bool
    #: The best grade possible because of it, and the grade that it gives directly; "" where none.
    ceiling: str
    direct: str

    @property
    def is_weighted(self) -> bool:
        return self.numerator != self.denominator

    @property
    def is_of_sector(self) -> bool:
        """Whether it is the grade or status that another body gave last."""
        one = self.indicator
        return isinstance(one, RecordsComponent) and one.take == "latest" and not self.superseded


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points that are no record's: what a limit takes off the sum, or what a component gives as a whole."""

    points: Decimal
    #: None for the bounds of the scheme.
    indicator: AnyComponent | None
    #: What the component gives as a whole, rather than what its limits and rounding take off.
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class PartValue:
    """What a component came to, before its weight; None where it is not known."""

    component: AnyComponent
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class PartLine:
    """What one part of the entity came to. `record_id` is the last record that names it.

    `number` is None where it is not known; a part that does not count is looked at no further.
    """

    component: Parts
    record_id: int
    number: Decimal | None
    counts: bool


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A record that does not count, and the first reason why."""

    record: CreditRecord
    why: Skipped


@dataclass(frozen=True, slots=True)
class RecordSum:
    """A record that counts, with all that it does together; no reason where nothing of the scheme looks at it."""

    record: CreditRecord
    points: Decimal
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A grade with all that led to it. `grade` is "" where there was not enough to go by.

    `points` are None there too, and where a rule gives a grade without any, or the scheme has none.
    """

    entity: Entity
    scheme: SchemeInForce
    as_of: date
    grade: str
    #: The grade that the points and values alone would give.
    grade_by_points: str
    points: Decimal | None
    counted: int
    start: Decimal
    reasons: "Reasons"
    adjustments: tuple[Adjustment, ...]
    #: Rules that acted for no record's sake: because of a fact, a number, an earlier grade.
    rules: tuple[Rule, ...]
    not_counted: "Listed[NotCounted]"
    #: The records that count, those that move nothing under this scheme behind the others.
    counting: "Listed[RecordSum]"
    #: What each component came to, in the order of the scheme.
    values: tuple[PartValue, ...]
    #: What its parts came to, those of the smallest numbers first, by component.
    parts: tuple[PartLine, ...] = ()

    @property
    def scale(self) -> tuple[str, ...]:
        return self.scheme.compiled.letters

    @property
    def place(self) -> int | None:
        return self.scale.index(self.grade) if self.grade else None

    @property
    def held_by(self) -> "Listed[Reason]":
        """The records that hold or give the grade, where the points alone would give another."""
        if not self.grade or self.grade == self.grade_by_points:
            return self.reasons.some(np.zeros(len(self.reasons), bool))
        return self.reasons.that_name(self.scale.index(self.grade))


class Listed(Sequence[Line]):
    """Lines of records, of which there may be thousands and few are shown: a line is made when it is asked for, a slice
    of them at once. `keys` are those of their records.
    """

    def __init__(self, keys: Ints, make: Callable[[Ints], list[Line]]) -> None:
        self.keys, self._make = keys, make

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, at: int) -> Line: ...
    @overload
    def __getitem__(self, at: slice) -> list[Line]: ...
    def __getitem__(self, at: int | slice) -> Line | list[Line]:
        chosen = np.atleast_1d(np.arange(len(self))[at])
        made = self._make(chosen)
        return made if isinstance(at, slice) else made[0]

    def at(self, places: Ints) -> list[Line]:
        """The lines at these places."""
        return self._make(places)

    def __iter__(self) -> Iterator[Line]:
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(self.keys.tobytes())


class Reasons(Listed[Reason]):
    """What records did to one entity, the heaviest first: as columns, and as lines where they are read."""

    def __init__(
        self,
        columns: Columns,
        findings: FindingColumns,
        rows: Ints,
        scheme: SchemeInForce,
        seen: "SeenRecords",
    ) -> None:
        #: By line: its points in hundredths, the day of the record, and whether the reader may see it.
        keys, points = columns.records.record[findings.record[rows]], findings.points[rows].astype(np.int64)
        order = np.lexsort((findings.indicator[rows], -keys, -np.abs(points)))
        self._rows, self._findings, self._scheme, self._seen = rows[order], findings, scheme, seen
        self.points, self.decided = points[order], columns.records.decided[findings.record[self._rows]]
        super().__init__(keys[order], self._made)
        self.is_seen = seen.among(self.keys)

    def some(self, chosen: Bools) -> Listed[Reason]:
        """Only the chosen lines, in their order."""
        places = np.flatnonzero(chosen)
        return Listed(self.keys[places], lambda of_them: self._made(places[of_them]))

    def that_name(self, place: int) -> Listed[Reason]:
        """Those that hold at a grade or give it directly, by its place on the scale."""
        found = self._findings
        return self.some((found.ceiling[self._rows] == place) | (found.direct[self._rows] == place))

    @property
    def moving(self) -> Listed[Reason]:
        """Those that give points, hold the grade or give it."""
        found, rows = self._findings, self._rows
        says = (found.ceiling[rows] != NO_GRADE) | (found.direct[rows] != NO_GRADE)
        return self.some((self.points != 0) | says)

    @property
    def of_sectors(self) -> Listed[Reason]:
        """Those that are the grade or status that another body gave last, as far as the reader may see them."""
        takes_latest = np.array(
            [
                isinstance(one, RecordsComponent) and one.take == "latest"
                for one in self._scheme.compiled.parts
            ],
            bool,
        )
        found = self._findings
        speaks = takes_latest[found.indicator[self._rows]] & ~found.superseded[self._rows]
        return self.some(speaks & self.is_seen)

    def _made(self, places: Ints) -> list[Reason]:
        found, rows = self._findings, self._rows[places]
        keys = self.keys[places].tolist()
        records = self._seen.read(keys)
        letters, parts = (*self._scheme.compiled.letters, ""), self._scheme.compiled.parts
        named = ("indicator", "full", "numerator", "denominator", "points", "direct", "ceiling", "superseded")
        columns = (getattr(found, name)[rows].tolist() for name in named)
        return [
            Reason(
                record_id=key,
                record=records.get(key),
                indicator=parts[indicator],
                points=as_points(points),
                full=as_points(full),
                numerator=numerator,
                denominator=denominator,
                superseded=superseded,
                # `NO_GRADE` is -1, behind which the letters hold "".
                ceiling=letters[ceiling],
                direct=letters[direct],
            )
            for key, indicator, full, numerator, denominator, points, direct, ceiling, superseded in zip(
                keys, *columns, strict=True
            )
        ]


class SeenRecords(Mapping[int, CreditRecord]):
    """Records that a reader may see. Which they are is known at once; each is read when it is shown.

    Only those read go into the access log as seen.
    """

    def __init__(self, user, keys: Ints, read: Mapping[int, CreditRecord] | None = None) -> None:
        self._user, self._keys = user, np.sort(keys)
        self._known = frozenset(keys.tolist())
        self._read = dict(read or {})

    @classmethod
    def by(cls, user, columns: Columns) -> "SeenRecords":
        """Those of the columns that the user may see; one query."""
        spec = {"record": frames.Column(F("pk"), "i8")}
        of_these = _visible_to(user).filter(entity_id__in=columns.entities.tolist()).order_by()
        keys = frames.copy_rows(of_these, spec)["record"].astype(np.int64)
        return cls(user, keys[np.isin(keys, columns.records.record)])

    @classmethod
    def given(cls, records: Mapping[int, CreditRecord]) -> "SeenRecords":
        """These, by key, whoever reads."""
        return cls(None, np.fromiter(records, np.int64, len(records)), records)

    def with_one_more(self, key: int, record: CreditRecord) -> "SeenRecords":
        """The same and one that is only supposed."""
        return SeenRecords(self._user, np.append(self._keys, key), self._read | {key: record})

    def among(self, keys: Ints) -> Bools:
        """Which of these keys are of records that may be seen."""
        return np.isin(keys, self._keys)

    def read(self, keys: Iterable[int]) -> Mapping[int, CreditRecord]:
        """Those of these keys that may be seen; what was not read before in one query, and with it what belongs to it."""
        missing = sorted((self._known & set(keys)) - self._read.keys())
        if missing:
            self._read |= visible_records(user=self._user, record_ids=missing)
        return self._read

    def __getitem__(self, key: int) -> CreditRecord:
        return self.read([key])[key]

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys.tolist())

    def __len__(self) -> int:
        return len(self._keys)


def explain_entity(*, user, entity: Entity, scheme: SchemeInForce, as_of: date) -> Explained:
    """The entity's grade on the day with its reasons, as far as this user may see the records; a few queries."""
    columns = frames.columns_of([entity.pk], scheme.compiled.vocabulary)
    return explained_from(columns, entity, scheme, as_of, SeenRecords.by(user, columns))


def _visible_to(user) -> QuerySet[CreditRecord]:
    return CreditRecord.objects.filter(registry.records_visible_to(user) | registry.deletions_known_to(user))


def visible_records(*, user, record_ids: Iterable[int], shown_whole: bool = True) -> dict[int, CreditRecord]:
    """Those of the records that this user may see, by key, with their types and bodies and what the entity says of them;
    of deleted ones what is left.

    All of them go into the access log as seen, unless the page shows but a few, which it notes itself.
    """
    records = (
        with_statement(_visible_to(user))
        .filter(pk__in=list(record_ids))
        # Thousands of records are of few types: each is read once, not beside each record.
        .prefetch_related("record_type", "submitted_by", "type_version")
        .defer("details", "facts")
    )
    if shown_whole:
        looks.note(records)
    return {record.pk: record for record in records}


def explained_from(
    columns: Columns, entity: Entity, scheme: SchemeInForce, as_of: date, records: SeenRecords
) -> Explained:
    """The explanation of one entity of the columns, which may hold many."""
    result = scheme.explain(columns, as_of)
    place = int(np.searchsorted(columns.entities, entity.pk))
    known, findings = result.ratings, result.findings
    of_it = np.flatnonzero(findings.entity == place)
    reasons = Reasons(columns, findings, of_it[findings.piece[of_it] == Piece.RECORD], scheme, records)
    start, adjustments, rules = _of_no_record(findings, of_it, scheme)
    letters = (*scheme.compiled.letters, "")
    not_counted, counting = _the_rest(columns, place, result.skipped, reasons, records)
    grade = letters[known.place[place]]
    return Explained(
        entity=entity,
        scheme=scheme,
        as_of=as_of,
        grade=grade,
        grade_by_points=letters[result.by_bands[place]],
        points=None if known.pointless[place] or not grade else as_points(int(known.points[place])),
        counted=int(known.counted[place]),
        start=start,
        reasons=reasons,
        adjustments=adjustments,
        rules=rules,
        not_counted=not_counted,
        counting=counting,
        values=tuple(
            PartValue(one, result.values[one.code].take(np.array([place])).decimals()[0])
            for one in scheme.compiled.components
        ),
        parts=tuple(_parts_of(columns, place, result, scheme)),
    )


def _parts_of(columns: Columns, place: int, result: Explanation, scheme: SchemeInForce) -> Iterator[PartLine]:
    for one in scheme.compiled.components:
        if not isinstance(one, Parts):
            continue
        seen = result.parts[one.code]
        its = np.flatnonzero(seen.owner == place)
        keys = columns.records.record[seen.row[its]].tolist()
        lines = [
            PartLine(one, key, number, counts)
            for key, number, counts in zip(
                keys, seen.number.take(its).decimals(), seen.counts[its].tolist(), strict=True
            )
        ]
        yield from sorted(lines, key=lambda line: (line.number is None, line.number or 0, line.record_id))


def as_points(hundredths: int) -> Decimal:
    """Points as people read them."""
    return Decimal(hundredths) / 100


def _of_no_record(
    findings: FindingColumns, rows: Ints, scheme: SchemeInForce
) -> tuple[Decimal, tuple[Adjustment, ...], tuple[Rule, ...]]:
    """Where counting starts, the points that are no record's, and the rules that acted for no record's sake."""
    start, adjustments, rules = Decimal(0), [], []
    first_rule = len(scheme.compiled.components)
    for row in rows[findings.piece[rows] != Piece.RECORD].tolist():
        piece, points = findings.piece[row], as_points(int(findings.points[row]))
        if piece == Piece.START:
            start += points
            continue
        indicator = int(findings.indicator[row])
        if piece == Piece.RULE:
            rules.append(scheme.document.rules[indicator - first_rule])
            continue
        part = scheme.compiled.components[indicator] if indicator >= 0 else None
        adjustments.append(Adjustment(points, part, bool(piece == Piece.COMPONENT)))
    return start, tuple(adjustments), tuple(rules)


def _the_rest(
    columns: Columns, place: int, skipped: Ints, reasons: Reasons, seen: SeenRecords
) -> tuple[Listed[NotCounted], Listed[RecordSum]]:
    """Records that do not count, newest first, and those that do, the heaviest first."""
    records = columns.records
    rows = np.flatnonzero(records.entity_index == place)
    rows = rows[seen.among(records.record[rows])]
    rows = rows[np.lexsort((-records.record[rows], -records.decided[rows].astype(np.int64)))]
    out = rows[skipped[rows] != Skipped.COUNTED]
    counted = rows[skipped[rows] == Skipped.COUNTED]
    silent = counted[~np.isin(records.record[counted], reasons.keys)]

    def left_out(places: Ints) -> list[NotCounted]:
        keys = records.record[out[places]].tolist()
        read, why = seen.read(keys), skipped[out[places]].tolist()
        # One that was deleted between two reads is gone.
        return [
            NotCounted(read[key], Skipped(one)) for key, one in zip(keys, why, strict=True) if key in read
        ]

    return (
        Listed(records.record[out], left_out),
        _lines_of(reasons, records.record[silent], records.decided[silent], seen),
    )


def _lines_of(reasons: Reasons, silent: Ints, silent_days: Days, seen: SeenRecords) -> Listed[RecordSum]:
    """The records that count, with all that each of them gives together."""
    shown = np.flatnonzero(reasons.is_seen)
    keys, first, of = np.unique(reasons.keys[shown], return_index=True, return_inverse=True)
    points = np.zeros(len(keys), np.int64)
    np.add.at(points, of, reasons.points[shown])
    days = np.append(reasons.decided[shown][first], silent_days).astype(np.int64)
    keys, points = np.append(keys, silent), np.append(points, np.zeros_like(silent))
    order = np.lexsort((keys, -days, -np.abs(points)))
    keys, points = keys[order], points[order]

    def lines(places: Ints) -> list[RecordSum]:
        read = seen.read(keys[places].tolist())
        its: dict[int, list[Reason]] = {}
        for reason in reasons.some(np.isin(reasons.keys, keys[places])):
            its.setdefault(reason.record_id, []).append(reason)
        return [
            RecordSum(read[key], as_points(units), tuple(its.get(key, ())))
            for key, units in zip(keys[places].tolist(), points[places].tolist(), strict=True)
            if key in read
        ]

    return Listed(keys, lines)
