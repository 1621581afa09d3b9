"""What the grade would be with records gone and another one there: the same kernel on supposed columns. Nothing is saved.

Where peers are compared they stay as they stand in today's tables, the entity's own number of today among them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _

from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion, SeverityClass
from entities.publicity import publicity_dates, rule_for
from evaluation import frames
from evaluation.columns import (
    CLASSES,
    FOREVER,
    NO_DAY,
    NUMBER_PLACES,
    UNKNOWN,
    Columns,
    RecordColumns,
    Vocabulary,
)
from evaluation.explanation import Adjustment, Explained, Reason, SeenRecords, explained_from
from evaluation.schemes.in_force import SchemeInForce

#: The key of a record that there is not: no record of the registry has it.
SUPPOSED = 0


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record that is supposed to come. `details` hold words, numbers and days as people enter them."""

    record_type: RecordType
    decided_on: date
    severity_class: str = ""
    penalty_kinds: tuple[str, ...] = ()
    amount: Decimal | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def last_day(self) -> date:
        """The last day on which it would count, by the rule of publicity that holds for every body."""
        rule = rule_for(
            record_type=self.record_type,
            severity_class=self.severity_class,
            penalty_kinds=self.penalty_kinds,
            on=self.decided_on,
        )
        return publicity_dates(rule, self.decided_on, self.decided_on)[1] or FOREVER

    @property
    def title(self) -> str:
        """What it is called beside the records that there are."""
        kind = str(self.record_type)
        if self.severity_class:
            kind = _("%(type)s, %(class)s") % {
                "type": kind,
                "class": SeverityClass(self.severity_class).label,
            }
        return _("Supposed: %(record)s") % {"record": kind}


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is supposed: records that are gone, by key, and one that has come."""

    gone: frozenset[int] = frozenset()
    new: NewRecord | None = None

    def __bool__(self) -> bool:
        return bool(self.gone or self.new)


@dataclass(frozen=True, slots=True)
class Line:
    """What one record, limit or whole gives now and would give; None where it is not part of the sum."""

    part: Reason | Adjustment
    now: Decimal | None
    then: Decimal | None

    @property
    def differs(self) -> bool:
        return self.now != self.then


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The grade as it is, as it would be, and both build-ups side by side."""

    now: Explained
    then: Explained
    lines: tuple[Line, ...]

    @property
    def move(self) -> Decimal | None:
        """By how much the points would be others; None where there are none on either side."""
        if self.now.points is None or self.then.points is None:
            return None
        return self.then.points - self.now.points


def what_if(*, user, entity: Entity, scheme: SchemeInForce, day: date, supposition: Supposition) -> WhatIf:
    """Both grades, as far as this user may see the records behind them; three queries, and those of publicity.

    A record that the user may not see cannot be supposed away: what it moves would tell of it.
    """
    columns = frames.columns_of([entity.pk], scheme.compiled.vocabulary)
    records = SeenRecords.by(user, columns)
    now = explained_from(columns, entity, scheme, day, records)
    supposed = columns.without(supposition.gone & records.keys())
    if supposition.new:
        supposed = supposed.adding(columns_of_new(supposition.new, columns))
        records = records.with_one_more(SUPPOSED, _as_record(supposition.new, entity))
    then = explained_from(supposed, entity, scheme, day, records)
    return WhatIf(now, then, tuple(_lines(now, then)))


def columns_of_new(new: NewRecord, beside: Columns) -> Columns:
    """The record as `frames` would read it, of the one entity that the other columns hold."""
    vocabulary = beside.records.vocabulary
    decided = np.array([new.decided_on], "M8[D]")
    return Columns(
        beside.entities,
        RecordColumns(
            vocabulary=vocabulary,
            entities=len(beside.entities),
            entity_index=np.zeros(1, np.int64),
            record=np.array([SUPPOSED]),
            type=np.array([_place(new.record_type.code, vocabulary.types)]),
            market=np.array([new.record_type.family == RecordType.Family.MARKET]),
            severity=np.array([CLASSES.index(new.severity_class)]),
            penalty_kinds=np.array(
                [
                    sum(
                        1 << bit
                        for bit, kind in enumerate(vocabulary.penalty_kinds)
                        if kind in new.penalty_kinds
                    )
                ]
            ),
            decided=decided,
            published=decided,
            until=np.array([new.last_day], "M8[D]"),
            ended=np.array([FOREVER], "M8[D]"),
            standing=np.zeros(1, np.int64),
            objected=np.zeros(1, bool),
            values={
                name: np.array([_place(str(new.details.get(name, "")), words)])
                for name, words in vocabulary.fields.items()
            },
            numbers={name: np.array([_number(new, name)]) for name in vocabulary.numbers},
            dates={name: np.array([new.details.get(name) or NO_DAY], "M8[D]") for name in vocabulary.dates},
            # It is like no other record in what only sameness matters of.
            keys={name: np.zeros(1, np.int64) for name in vocabulary.keys},
        ),
        beside.facts,
    )


def _place(word: str, words: tuple[str, ...]) -> int:
    return words.index(word) + 1 if word in words else 0


def _number(new: NewRecord, name: str) -> int:
    value = new.amount if name == "amount" else new.details.get(name)
    if value in {None, ""}:
        return int(UNKNOWN)
    return int(Decimal(value).scaleb(NUMBER_PLACES).to_integral_value(ROUND_HALF_UP))


def _as_record(new: NewRecord, entity: Entity) -> CreditRecord:
    """The record as pages name it. It is never saved."""
    return CreditRecord(
        entity=entity,
        record_type=new.record_type,
        title=new.title,
        severity_class=new.severity_class,
        decided_on=new.decided_on,
        status=CreditRecord.Status.PUBLISHED,
    )


def _lines(now: Explained, then: Explained) -> Iterable[Line]:
    """What either sum is made of, in the order of what weighs most now and then of what is new."""
    before, after = _parts_of(now), _parts_of(then)
    for key in {**before, **after}:
        part = (after.get(key) or before.get(key))[0]
        yield Line(
            part,
            before[key][1] if key in before else None,
            after[key][1] if key in after else None,
        )


def _parts_of(explained: Explained) -> dict[tuple, tuple[Reason | Adjustment, Decimal]]:
    parts: dict[tuple, tuple[Reason | Adjustment, Decimal]] = {}
    for reason in explained.reasons:
        if reason.points or reason.ceiling or reason.direct:
            parts["record", reason.record_id, reason.indicator.code] = reason, reason.points
    for one in explained.adjustments:
        code = one.indicator.code if one.indicator else ""
        parts["adjustment", code, one.is_whole] = one, one.points
    return parts


# What may be supposed


@dataclass(frozen=True, slots=True)
class Fields:
    """What a scheme reads of records of its types, by the forms that are in force: what a supposed record may say.

    `words` are the values of each field of the details that the scheme names; a field is read only of types whose form
    has it.
    """

    types: tuple[RecordType, ...]
    penalty_kinds: tuple[str, ...]
    reads_amount: bool
    words: Mapping[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    dates: tuple[str, ...]
    of_type: Mapping[str, frozenset[str]]

    def said_of(self, code: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """Only what a record of that type may say."""
        return {name: value for name, value in details.items() if name in self.of_type.get(code, ())}


def fields_of(scheme: SchemeInForce, day: date) -> Fields:
    """What may be said of a supposed record under the scheme; two queries."""
    vocabulary: Vocabulary = scheme.compiled.vocabulary
    considered = scheme.document.considered
    types = tuple(
        RecordType.objects.filter(code__in={*considered.types, *considered.market_types}).order_by(
            "polarity", "code"
        )
    )
    versions = (
        RecordTypeVersion.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=day), record_type__in=types, valid_from__lte=day
        )
        .exclude(disclosure=RecordTypeVersion.Disclosure.OWN)
        .order_by("valid_from")
    )
    of_type: dict[str, frozenset[str]] = {
        code: frozenset(one["name"] for one in extra)
        for code, extra in versions.values_list("record_type__code", "extra_fields")
    }
    asked: Collection[str] = frozenset().union(*of_type.values())
    return Fields(
        types=tuple(one for one in types if one.code in of_type),
        penalty_kinds=vocabulary.penalty_kinds,
        reads_amount="amount" in vocabulary.numbers,
        words={name: words for name, words in vocabulary.fields.items() if name in asked},
        numbers=tuple(name for name in vocabulary.numbers if name in asked),
        dates=tuple(name for name in vocabulary.dates if name in asked),
        of_type=of_type,
    )
