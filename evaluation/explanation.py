"""Why an entity has its grade, record by record, from the same run of the kernel that gives the grade.

Facts for pages and the REST interface: words are put together in `evaluation.sentences`. A record that the
reader may not see is not named, and one that ended out of their sight is not mentioned.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from entities import looks, policies as registry
from entities.models import CreditRecord, Entity
from evaluation import frames
from evaluation.columns import Columns
from evaluation.kernel import NOT_RATED, FindingColumns, Piece, RatingColumns, Skipped
from evaluation.schemes.document import AnyComponent, RecordsComponent, Rule
from evaluation.schemes.in_force import SchemeInForce


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
class NotCounted:
    """A record that does not count, and the first reason why."""

    record: CreditRecord
    why: Skipped


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
    reasons: tuple[Reason, ...]
    adjustments: tuple[Adjustment, ...]
    not_counted: tuple[NotCounted, ...]
    #: Counted records that move nothing under this scheme.
    silent: tuple[CreditRecord, ...]
    #: What each component came to, in the order of the scheme.
    values: tuple[PartValue, ...]

    @property
    def scale(self) -> tuple[str, ...]:
        return self.scheme.compiled.letters

    @property
    def place(self) -> int | None:
        return self.scale.index(self.grade) if self.grade else None

    @property
    def held_by(self) -> tuple[Reason, ...]:
        """The records that hold or give the grade, where the points alone would give another."""
        if not self.grade or self.grade == self.grade_by_points:
            return ()
        return tuple(reason for reason in self.reasons if self.grade in {reason.ceiling, reason.direct})


def explain_entity(*, user, entity: Entity, scheme: SchemeInForce, as_of: date) -> Explained:
    """The entity's grade on the day with its reasons, as far as this user may see the records; three queries."""
    columns = frames.columns_of([entity.pk], scheme.compiled.vocabulary)
    records = visible_records(user=user, record_ids=columns.records.record.tolist())
    return explained_from(columns, entity, scheme, as_of, records)


def visible_records(*, user, record_ids: Iterable[int], shown_whole: bool = True) -> dict[int, CreditRecord]:
    """Those of the records that this user may see, by key, with their types and bodies; of deleted ones what is left.

    All of them go into the access log as seen, unless the page shows but a few, which it notes itself.
    """
    records = (
        CreditRecord.objects.filter(
            registry.records_visible_to(user) | registry.deletions_known_to(user), pk__in=list(record_ids)
        )
        # Thousands of records are of few types: each is read once, not beside each record.
        .prefetch_related("record_type", "submitted_by", "type_version")
        .defer("details", "facts")
    )
    if shown_whole:
        looks.note(records)
    return {record.pk: record for record in records}


def explained_from(
    columns: Columns, entity: Entity, scheme: SchemeInForce, as_of: date, records: dict[int, CreditRecord]
) -> Explained:
    """The explanation of one entity of the columns, which may hold many."""
    return explained_all(columns, {entity.pk: entity}, scheme, as_of, records)[entity.pk]


def explained_all(
    columns: Columns,
    entities: dict[int, Entity],
    scheme: SchemeInForce,
    as_of: date,
    records: dict[int, CreditRecord],
) -> dict[int, Explained]:
    """The explanations of several entities from one run of the kernel, by key."""
    result = scheme.explain(columns, as_of)
    parts = [_Parts() for _entity in columns.entities]
    _gather_findings(parts, columns, result.findings, scheme, records)
    _gather_the_rest(parts, columns, result.skipped.tolist(), records)
    known = result.ratings
    points = _points_of(known)
    values = {one.code: result.values[one.code].decimals() for one in scheme.compiled.components}
    letters = (*scheme.compiled.letters, "")
    ratings = (known.place.tolist(), result.by_bands.tolist(), known.counted.tolist())
    return {
        key: Explained(
            entity=entities[key],
            scheme=scheme,
            as_of=as_of,
            grade=letters[place],
            grade_by_points=letters[by_bands],
            points=points[number],
            counted=counted,
            start=part.start,
            reasons=tuple(sorted(part.reasons, key=lambda one: (-abs(one.points), -one.record_id))),
            adjustments=tuple(part.adjustments),
            not_counted=tuple(part.not_counted),
            silent=tuple(part.silent),
            values=tuple(PartValue(one, values[one.code][number]) for one in scheme.compiled.components),
        )
        for number, (key, part, place, by_bands, counted) in enumerate(
            zip(columns.entities.tolist(), parts, *ratings, strict=True)
        )
        if key in entities
    }


def _points_of(ratings: RatingColumns) -> list[Decimal | None]:
    return [
        None if pointless or place == NOT_RATED else as_points(units)
        for units, pointless, place in zip(
            ratings.points.tolist(), ratings.pointless.tolist(), ratings.place.tolist(), strict=True
        )
    ]


def as_points(hundredths: int) -> Decimal:
    """Points as people read them."""
    return Decimal(hundredths) / 100


@dataclass(slots=True)
class _Parts:
    """What is gathered for one entity."""

    start: Decimal = Decimal(0)
    reasons: list[Reason] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    not_counted: list[NotCounted] = field(default_factory=list)
    silent: list[CreditRecord] = field(default_factory=list)


def _gather_findings(
    parts: list[_Parts],
    columns: Columns,
    findings: FindingColumns,
    scheme: SchemeInForce,
    records: dict[int, CreditRecord],
) -> None:
    letters, indicators = (*scheme.compiled.letters, ""), scheme.compiled.parts
    names = FindingColumns.__slots__
    for values in zip(*(getattr(findings, name).tolist() for name in names), strict=True):
        row = dict(zip(names, values, strict=True))
        part, points = parts[row["entity"]], as_points(row["points"])
        indicator = indicators[row["indicator"]] if row["indicator"] >= 0 else None
        if row["piece"] == Piece.START:
            part.start += points
        elif row["piece"] == Piece.RECORD:
            key = int(columns.records.record[row["record"]])
            part.reasons.append(
                Reason(
                    record_id=key,
                    record=records.get(key),
                    indicator=indicator,
                    points=points,
                    full=as_points(row["full"]),
                    numerator=row["numerator"],
                    denominator=row["denominator"],
                    superseded=row["superseded"],
                    # `NO_GRADE` is -1, behind which the letters hold "".
                    ceiling=letters[row["ceiling"]],
                    direct=letters[row["direct"]],
                )
            )
        else:
            part.adjustments.append(Adjustment(points, indicator, row["piece"] == Piece.COMPONENT))


def _gather_the_rest(
    parts: list[_Parts], columns: Columns, skipped: list[int], records: dict[int, CreditRecord]
) -> None:
    """Records that do not count, and those that count but that no indicator looks at; newest first."""
    said = {reason.record_id for part in parts for reason in part.reasons}
    owners = dict(zip(columns.records.record.tolist(), columns.records.entity_index.tolist(), strict=True))
    why = dict(zip(columns.records.record.tolist(), skipped, strict=True))
    for record in sorted(records.values(), key=lambda one: (one.decided_on, one.pk), reverse=True):
        if record.pk not in owners:
            continue
        part = parts[owners[record.pk]]
        if why[record.pk] != Skipped.COUNTED:
            part.not_counted.append(NotCounted(record, Skipped(why[record.pk])))
        elif record.pk not in said:
            part.silent.append(record)
