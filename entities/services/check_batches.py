"""The rows of a file by the batch: read and sifted by their cells ahead of the database, which works on the batch before."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from entities.intake.layout import Table
from entities.intake.plain import CellSieve, PlainRow, RegistrySieve, Sifted
from entities.intake.verdicts import Job, status_of
from entities.services.record_batches import RowState, numbers_known, states_of_rows
from entities.words import MANY_DIGITS, with_numbers_masked

#: A batch grows to so many rows while nearly all of them are plain, and to so many characters whatever they are.
LARGEST_BATCH = 10_000
MOST_CHARACTERS = 6_000_000
#: It grows while no more than one row of so many has to be judged by itself.
GROWS_BELOW = 10

NumberedRow = tuple[int, list[str]]


class _Pace:
    """How many rows the next batch takes."""

    def __init__(self, size: int) -> None:
        self.least = self.rows = size

    def after(self, others: int, rows: int) -> None:
        """Go on faster or slower, when so many of a batch's rows had to be judged by themselves."""
        if others * GROWS_BELOW > rows:
            self.rows = self.least
        else:
            self.rows = min(self.rows * 4, LARGEST_BATCH)


@dataclass(slots=True)
class Batch:
    """Some rows of a file, in its order, told apart by their cells."""

    first: int
    last: int
    rows: int
    sifted: Sifted
    registry: RegistrySieve
    pace: _Pace

    def __len__(self) -> int:
        return self.rows

    def sift(self, job: Job) -> tuple[list[PlainRow], list[NumberedRow]]:
        """The plain rows, and the others in the order of the file."""
        plain, others = self.registry.sift(self.sifted.candidates, job.layout.columns)
        others = sorted([*others, *self.sifted.others])
        self.pace.after(len(others), self.rows)
        return plain, others


#: So many batches, after which everything is looked at once.
LOOK_AT_ALL_EVERY = 50


@contextmanager
def batches_of(table: Table, job: Job, *, after: int, size: int) -> Iterator[Iterator[Batch]]:
    """The batches of the rows below `after`. While one is worked on, a thread reads and sifts the next one.

    Args:
        size: how many rows a batch has at least, the last one excepted.
    """
    registry = RegistrySieve(job.context)
    made = _batches(table, job, after, _Pace(size), registry)
    with (
        collecting_by_hand(),
        ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading-ahead") as ahead,
    ):
        yield _one_ahead(made, ahead)


@contextmanager
def collecting_by_hand() -> Iterator[None]:
    """Python's collector stands still meanwhile: a batch is a hundred thousand objects, and none is in a circle.

    It would look at all of them again and again, which took a third of the whole check. `_one_ahead` has it look
    once for each batch, at what is new.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _one_ahead(made: Iterator[Batch], ahead: ThreadPoolExecutor) -> Iterator[Batch]:
    waiting: Future[Batch | None] = ahead.submit(next, made, None)
    looked = 0
    while (batch := waiting.result()) is not None:
        waiting = ahead.submit(next, made, None)
        yield batch
        looked += 1
        # What outlives two looks is looked at no more by those at what is new, and a long file leaves much of it.
        gc.collect(2 if looked % LOOK_AT_ALL_EVERY == 0 else 1)


def _batches(table: Table, job: Job, after: int, pace: _Pace, registry: RegistrySieve) -> Iterator[Batch]:
    cells = CellSieve(job.fmt, job.layout)
    unread = sorted(set(range(len(job.layout.header))) - set(job.layout.columns.values()))
    for portion in _portions(table, after, pace):
        rows = without_persons_in(unread, portion)
        sifted = cells.sift(rows) if registry.can_tell else Sifted(others=rows)
        yield Batch(rows[0][0], rows[-1][0], len(rows), sifted, registry, pace)


def without_persons_in(places: Sequence[int], rows: list[NumberedRow]) -> list[NumberedRow]:
    """The rows, the numbers of identity cards masked in the columns that nobody reads, which are kept to be given back.

    What stands in the others is asked about by the checks, and masked by `verdicts` once they have answered.
    """
    if not places:
        return rows
    said = "\n".join(cells[place] for _number, cells in rows for place in places if place < len(cells))
    if not MANY_DIGITS.search(said):
        return rows
    hidden = frozenset(places)
    return [
        (
            number,
            [with_numbers_masked(cell) if place in hidden else cell for place, cell in enumerate(cells)],
        )
        for number, cells in rows
    ]


def _portions(table: Table, after: int, pace: _Pace) -> Iterator[list[NumberedRow]]:
    portion: list[NumberedRow] = []
    characters = 0
    for row in table.rows(after=after):
        portion.append(row)
        characters += sum(map(len, row[1]))
        if len(portion) >= pace.rows or characters >= MOST_CHARACTERS:
            yield portion
            portion, characters = [], 0
    if portion:
        yield portion


def states_of_plain(rows: Sequence[PlainRow], job: Job) -> Mapping[int, RowState]:
    """By row number, what saving each would do to the registry."""
    record_type = job.context.record_type
    known = numbers_known(job.body, record_type, [row.key for row in rows]) if rows else set()
    there = [row for row in rows if row.key in known]
    found = states_of_rows(
        body=job.body,
        rows=[(row.number, row.entity_id, record_type, row.draft) for row in there],
        status=status_of(job.fmt),
    )
    states = dict.fromkeys((row.number for row in rows), RowState.NEW)
    return states | {row.number: state for row, state in zip(there, found, strict=True)}
