"""What most likely moved entities: one reason each, for the lists of boards.

Picked from the columns of the kernel: behind a page of a list stand thousands of records, of which it names a few.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from django.utils.translation import gettext as _

from entities.models import CreditRecord, RecordType
from evaluation import frames
from evaluation.columns import FOREVER, Bools, Columns, Ints
from evaluation.explanation import visible_records
from evaluation.kernel import NOT_RATED, Explanation, Piece, Skipped
from evaluation.schemes.in_force import SchemeInForce


@dataclass(frozen=True, slots=True)
class MainReason:
    """What weighs most on a move: a record that the reader may see, or an indicator's name."""

    text: str
    record: CreditRecord | None

    @property
    def body(self) -> str:
        return str(self.record.submitted_by) if self.record else ""


def main_reasons(
    *, user, directions: Mapping[int, int], scheme: SchemeInForce, since: date, today: date
) -> dict[int, MainReason]:
    """The main reason of each entity, by key; none where nothing tells. Five queries and one run of the kernel.

    For one that fell: a new record against it, or one in its favour that ended or grew older, or else the heaviest
    against it. For one that rose: the other way round. For one that did not move: what weighs most.

    Args:
        directions: by entity 1 where its grade rose, -1 where it fell, 0 where it stayed or there was none.
        since: records published or ended after that day are new.
    """
    columns = frames.columns_of(directions, scheme.compiled.vocabulary)
    picks = _Picker.of(user, columns, scheme.explain(columns, today), since)
    chosen = {
        key: picked
        for place, key in enumerate(columns.entities.tolist())
        if key in directions and (picked := picks.pick(place, directions[key]))
    }
    named = [one.record for one in chosen.values() if one.record is not None]
    records = visible_records(user=user, record_ids=named, shown_whole=False)
    return {
        key: one.told(None if one.record is None else records.get(one.record), scheme)
        for key, one in chosen.items()
    }


class _How(StrEnum):
    """What the record does: it is there, it is there no more, or its weight went down with its age."""

    STANDS = "stands"
    ENDED = "ended"
    AGED = "aged"


@dataclass(frozen=True, slots=True)
class _Picked:
    """The key of a record that the reader may see, or None; the place of the indicator in `CompiledScheme.parts`."""

    record: int | None
    indicator: int | None
    how: _How = _How.STANDS

    def told(self, record: CreditRecord | None, scheme: SchemeInForce) -> MainReason:
        text = ""
        if record is not None:
            text = record.heading
        elif self.indicator is not None:
            text = str(scheme.compiled.parts[self.indicator].name)
        if self.how == _How.ENDED:
            text = _("Ended: %(record)s") % {"record": text}
        elif self.how == _How.AGED:
            text = _("Weighs less: %(record)s") % {"record": text}
        return MainReason(text, record)


@dataclass(frozen=True, slots=True)
class _Picker:
    """What is known of all entities at once. The arrays of reasons stand by entity and then the heaviest first."""

    columns: Columns
    #: By entity, the place on the scale, and that which points alone would give.
    place: Ints
    by_bands: Ints
    entity: Ints
    points: Ints
    #: Places in `columns.records` and in `CompiledScheme.parts`.
    record: Ints
    indicator: Ints
    ceiling: Ints
    direct: Ints
    is_aged: Bools
    #: By record: whether the reader may see it, whether it is new, and -1, 0 or 1 for what it says of its entity.
    is_seen: Bools
    is_new: Bools
    polarity: Ints
    #: By record: whether it ended lately and counts no more.
    has_left: Bools

    @classmethod
    def of(cls, user, columns: Columns, found: Explanation, since: date) -> "_Picker":
        findings, records = found.findings, columns.records
        chosen = np.flatnonzero(findings.piece == Piece.RECORD)
        key, weight = records.record[findings.record[chosen]], np.abs(findings.points[chosen])
        chosen = chosen[np.lexsort((-key, -weight, findings.entity[chosen]))]
        polarity, is_seen = _seen(user, columns)
        after = np.datetime64(since)
        return cls(
            columns=columns,
            place=found.ratings.place,
            by_bands=found.by_bands,
            entity=findings.entity[chosen],
            points=findings.points[chosen],
            record=findings.record[chosen],
            indicator=findings.indicator[chosen],
            ceiling=findings.ceiling[chosen],
            direct=findings.direct[chosen],
            is_aged=findings.numerator[chosen] != findings.denominator[chosen],
            is_seen=is_seen,
            is_new=is_seen & _lately(records.published, after),
            polarity=polarity,
            has_left=is_seen & _lately(records.ended, after) & (found.skipped != Skipped.COUNTED),
        )

    def pick(self, entity: int, direction: int) -> _Picked | None:
        """What is said of the entity at that place of the columns."""
        first, behind = np.searchsorted(self.entity, [entity, entity + 1])
        reasons = np.arange(first, behind)
        if direction == 0:
            return next(self._named(reasons), None)
        drive = self.points[reasons] * direction
        pushing = reasons[drive > 0]
        if direction < 0:
            pushing = np.concatenate([pushing, self._held(entity, reasons)])
        aged = reasons[(drive < 0) & self.is_aged[reasons]]
        return (
            next(self._named(pushing[self.is_new[self.record[pushing]]]), None)
            or self._left(entity, direction)
            or next(self._named(aged, _How.AGED), None)
            or next(self._named(pushing), None)
        )

    def _held(self, entity: int, reasons: Ints) -> Ints:
        """The reasons that hold or give the grade, where points alone would give another."""
        place = self.place[entity]
        if place in (NOT_RATED, self.by_bands[entity]):
            return reasons[:0]
        return reasons[(self.ceiling[reasons] == place) | (self.direct[reasons] == place)]

    def _left(self, entity: int, direction: int) -> _Picked | None:
        """The newest record that spoke the other way and ended lately."""
        records = self.columns.records
        first, behind = np.searchsorted(records.entity_index, [entity, entity + 1])
        left = first + np.flatnonzero(
            self.has_left[first:behind] & (self.polarity[first:behind] == -direction)
        )
        if not len(left):
            return None
        newest = left[np.lexsort((records.record[left], records.decided[left]))[-1]]
        return _Picked(int(records.record[newest]), None, _How.ENDED)

    def _named(self, reasons: Ints, how: _How = _How.STANDS) -> Iterator[_Picked]:
        for reason in reasons.tolist():
            record = self.record[reason]
            key = int(self.columns.records.record[record]) if self.is_seen[record] else None
            yield _Picked(key, int(self.indicator[reason]), how)


def _seen(user, columns: Columns) -> tuple[Ints, Bools]:
    """For each record what its type says of an entity, -1 against and 1 for it, and whether this user may see it."""
    seen = CreditRecord.objects.visible_to(user).filter(entity_id__in=columns.entities.tolist()).order_by()
    types = dict(seen.values_list("pk", "record_type_id"))
    speaks: dict[str, int] = {RecordType.Polarity.NEGATIVE: -1, RecordType.Polarity.POSITIVE: 1}
    says = {pk: speaks.get(polarity, 0) for pk, polarity in RecordType.objects.values_list("pk", "polarity")}
    keys = columns.records.record.tolist()
    polarity = np.fromiter((says[types[key]] if key in types else 0 for key in keys), np.int64, len(keys))
    return polarity, np.fromiter((key in types for key in keys), bool, len(keys))


def _lately(days: np.ndarray, after: np.datetime64) -> Bools:
    return (days > after) & (days < np.datetime64(FOREVER))
