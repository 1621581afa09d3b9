"""The rows of a file in its order, whether each is kept by itself or many of them in a block."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import overload

import pyarrow.compute as pc
from django.db import models
from django.db.models import Count, F, Func, Q, QuerySet

from entities.intake import blocks
from entities.intake.matching import How
from entities.models import Entity, Submission, SubmissionBlock, SubmissionRow

Outcome = SubmissionRow.Outcome


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some rows of the file that follow each other: those of one block with what stands between, or those outside."""

    first: int
    last: int
    rows: int
    block: int | None = None


class FileRows(Sequence[SubmissionRow]):
    """Rows of a file, for a paginator: it counts them by the stretch and reads only those that are shown.

    Rows out of a block are made as they are read; they have no key, and their draft holds what lists show of it.

    Args:
        rows: those kept by themselves.
        outcomes: which rows of blocks belong to them: of `Outcome.NEW` and `Outcome.UNCHANGED` any.
        saved: whether only those that are saved.
    """

    def __init__(
        self,
        submission: Submission,
        rows: QuerySet[SubmissionRow],
        outcomes: Sequence[str],
        *,
        saved: bool = False,
    ) -> None:
        self._submission, self._rows = submission, rows
        self._outcomes = tuple(one for one in (Outcome.NEW, Outcome.UNCHANGED) if one in outcomes)
        kept = submission.blocks.filter(is_saved=True) if saved else submission.blocks.all()
        self._stretches = self._measure(kept if self._outcomes else kept.none())
        self._ends = list(accumulate(one.rows for one in self._stretches))

    def _measure(self, kept: QuerySet[SubmissionBlock]) -> list[_Stretch]:
        named = list(kept.order_by("first").values_list("pk", "first", "last", *self._outcomes))
        if not named:
            return [_Stretch(0, _NO_END, self._rows.count())]
        bounds = [bound for _pk, first, last, *_counts in named for bound in (first, last + 1)]
        bucket = Func(
            F("number"), bounds, function="width_bucket",
            template="width_bucket(%(expressions)s::int[])", output_field=models.IntegerField(),
        )  # fmt: skip
        counted = self._rows.order_by().annotate(bucket=bucket).values_list("bucket").annotate(Count("pk"))
        alone = dict(counted)
        stretches, before = [], 0
        for place, (pk, first, last, *counts) in enumerate(named):
            stretches.append(_Stretch(before, first - 1, alone.get(2 * place, 0)))
            stretches.append(_Stretch(first, last, alone.get(2 * place + 1, 0) + sum(counts), pk))
            before = last + 1
        return [*stretches, _Stretch(before, _NO_END, alone.get(2 * len(named), 0))]

    def __len__(self) -> int:
        return self._ends[-1]

    @overload
    def __getitem__(self, place: int) -> SubmissionRow: ...
    @overload
    def __getitem__(self, place: slice) -> list[SubmissionRow]: ...
    def __getitem__(self, place):
        if isinstance(place, slice):
            start, stop, _step = place.indices(len(self))
            return with_entities(list(self._between(start, stop)))
        return self[place : place + 1][0]

    def _between(self, start: int, stop: int) -> Iterator[SubmissionRow]:
        at = bisect_right(self._ends, start)
        while start < stop:
            stretch = self._stretches[at]
            begin = self._ends[at] - stretch.rows
            end = min(stop, self._ends[at])
            if start < end:
                yield from self._of(stretch, start - begin, end - begin)
            start, at = end, at + 1

    def _of(self, stretch: _Stretch, start: int, stop: int) -> Sequence[SubmissionRow]:
        alone = self._rows.filter(number__range=(stretch.first, stretch.last)).order_by("number")
        if stretch.block is None:
            return list(alone[start:stop])
        block = SubmissionBlock.objects.get(pk=stretch.block)
        table = blocks.unpack(block.content)
        if len(self._outcomes) == 1:
            wanted = table[blocks.IS_NEW]
            table = table.filter(wanted if Outcome.NEW in self._outcomes else pc.invert(wanted))
        numbers = sorted([*alone.values_list("number", flat=True), *table[blocks.NUMBER].to_pylist()])
        shown = numbers[start:stop]
        found = {row.number: row for row in alone.filter(number__in=shown)}
        found |= {row.number: row for row in _made(self._submission, block, blocks.having(table, shown))}
        return [found[number] for number in shown]


#: Beyond the number of any row.
_NO_END = 2**31 - 1


def _made(submission: Submission, block: SubmissionBlock, table) -> Iterator[SubmissionRow]:
    columns = (
        table[blocks.IS_NEW],
        table[blocks.ENTITY],
        *(blocks.column_of(table, name) for name in (blocks.KEY, "title", "document_number")),
    )
    told = zip(*(column.to_pylist() for column in columns), strict=True)
    for (number, cells), (is_new, entity_id, key, title, document_number) in zip(
        blocks.rows_of(table), told, strict=True
    ):
        yield SubmissionRow(
            submission=submission,
            number=number,
            cells=cells,
            draft={"title": title, "document_number": document_number},
            outcome=Outcome.NEW if is_new else Outcome.UNCHANGED,
            key=key[:200],
            entity_id=entity_id,
            match=How.CODE,
            is_saved=block.is_saved and is_new,
        )


def with_entities(rows: list[SubmissionRow]) -> list[SubmissionRow]:
    """The rows, each with its entity read, in one query for all of them.

    What a block keeps does not move when an entity is merged into another: such a row names the one that stays.
    """
    read = Entity.everything.select_related("merged_into")
    entities = read.in_bulk({row.entity_id for row in rows if row.entity_id})
    for row in rows:
        if row.entity_id:
            entity = entities[row.entity_id]
            row.entity = entity.merged_into or entity
    return rows


def rows_between(submission: Submission, first: int, last: int) -> list[SubmissionRow]:
    """The rows with these numbers and all between them, a few."""
    rows = list(submission.rows.filter(number__range=(first, last)))
    for block in submission.blocks.filter(Q(first__lte=last) & Q(last__gte=first)):
        table = blocks.unpack(block.content)
        rows += _made(submission, block, blocks.having(table, list(range(first, last + 1))))
    return sorted(rows, key=lambda row: row.number)


def kept_in_blocks(submission: Submission) -> dict[str, int]:
    """How many rows of blocks are new, unchanged and saved."""
    counted = submission.blocks.aggregate(
        models.Sum("new", default=0),
        models.Sum("unchanged", default=0),
        saved=models.Sum("new", filter=Q(is_saved=True), default=0),
    )
    return {name.removesuffix("__sum"): rows for name, rows in counted.items()}


def is_partly_saved(submission: Submission) -> bool:
    """Whether any row of the file has become a record."""
    return submission.rows.filter(is_saved=True).exists() or submission.blocks.filter(is_saved=True).exists()
