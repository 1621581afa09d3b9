"""Plain rows by the column and compressed: what a `SubmissionBlock` keeps, and what is read out of it again.

A table of Arrow with a column for each column of the file (named by its place) and one for each field of the record
that COPY can take as it is. Where a field says what a cell says, only the cell is kept.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from entities.document_numbers import as_kept, number_key
from entities.drafts import TEXTS, RecordDraft, filled_in, in_cents, kinds_in_order
from entities.intake.plain import PlainRow
from entities.words import visible

NUMBER, IS_NEW, ENTITY, VERSION, KEY = "number", "is_new", "entity_id", "type_version_id", "key"
#: The fields of a `CreditRecord` that its draft fills.
DRAFTED = (
    "document_number", "title", "facts", "legal_basis", "authority", "severity_class", "penalty_kinds", "amount",
    "decided_on", "details",
)  # fmt: skip
_write_json = json.JSONEncoder(ensure_ascii=False).encode
_HOW = pa.ipc.IpcWriteOptions(compression="zstd")


@dataclass(frozen=True, slots=True)
class Packed:
    """The content of a block, and what stands beside it."""

    content: bytes
    keys: bytes
    numbers: Sequence[int]
    new: int
    unchanged: int


def digest_of(key: str) -> bytes:
    """Eight bytes by which keys of one thing are equal; of unequal ones, hardly ever any."""
    return blake2b(number_key(key).encode(), digest_size=8).digest()


def digests(kept: bytes | memoryview) -> np.ndarray:
    """What a block keeps of its keys, as numbers."""
    return np.frombuffer(kept, dtype=np.int64)


def pack(rows: Sequence[PlainRow], is_new: Sequence[bool]) -> Packed:
    """Put rows together, in their order."""
    columns: dict[str, pa.Array] = {
        NUMBER: pa.array([row.number for row in rows], pa.int32()),
        IS_NEW: pa.array(is_new, pa.bool_()),
        ENTITY: pa.array([row.entity_id for row in rows], pa.int64()),
        VERSION: pa.array([row.version.id for row in rows], pa.int32()),
    }
    cells_only = {
        str(place): pa.array(cells, pa.string())
        for place, cells in enumerate(zip(*[row.cells for row in rows], strict=True))
    }
    columns |= cells_only
    keys = [row.key for row in rows]
    told = {KEY: pa.array(keys, pa.string()), **_as_copy_takes_them([row.draft for row in rows])}
    same = {}
    for name, column in told.items():
        twin = next((place for place, cell in cells_only.items() if cell.equals(column)), None)
        if twin is None:
            columns[name] = column
        else:
            same[name] = twin
    table = pa.table(columns).replace_schema_metadata({"same": json.dumps(same)})
    return _packed(table, keys)


def _as_copy_takes_them(drafts: Sequence[RecordDraft]) -> dict[str, pa.Array]:
    """What `RecordDraft.fields` says of each draft, by the field and as COPY reads it."""
    # Their names are of letters and hyphens, which an array of PostgreSQL takes without quotes.
    kinds = _OnceEach(lambda said: "{" + ",".join(kinds_in_order(said)) + "}")
    amounts = _OnceEach(lambda said: None if said is None else str(in_cents(said)))
    columns: dict[str, list[str | None]] = {
        name: [visible(getattr(one, name)) for one in drafts] for name in TEXTS
    }
    columns["document_number"] = [as_kept(one.document_number) for one in drafts]
    columns["severity_class"] = [one.severity_class for one in drafts]
    columns["penalty_kinds"] = [kinds[tuple(one.penalty_kinds)] for one in drafts]
    columns["amount"] = [amounts[one.amount] for one in drafts]
    columns["details"] = [_write_json(filled_in(one.details)) for one in drafts]
    return {
        **{name: pa.array(values, pa.string()) for name, values in columns.items()},
        "decided_on": pa.array([one.decided_on for one in drafts], pa.date32()),
    }


class _OnceEach(dict):
    """What a function makes of each value, asked once for each."""

    def __init__(self, function: Callable[[Any], str | None]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, value: Any) -> str | None:
        made = self[value] = self._function(value)
        return made


def _packed(table: pa.Table, keys: Sequence[str]) -> Packed:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_HOW) as writer:
        writer.write_table(table)
    new = pc.sum(table[IS_NEW]).as_py() or 0
    return Packed(
        content=sink.getvalue().to_pybytes(),
        keys=b"".join(map(digest_of, keys)),
        numbers=table[NUMBER].to_pylist(),
        new=new,
        unchanged=len(table) - new,
    )


def unpack(content: bytes | memoryview) -> pa.Table:
    """The table of a block."""
    with pa.ipc.open_stream(pa.py_buffer(content)) as reader:
        return reader.read_all()


def column_of(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column by its name, also where it is kept as a cell of the file."""
    same = json.loads(table.schema.metadata[b"same"])
    return table[same.get(name, name)]


def rows_of(table: pa.Table) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row."""
    places = sorted((name for name in table.column_names if name.isdecimal()), key=int)
    cells = zip(*(table[place].to_pylist() for place in places), strict=True)
    for number, row in zip(table[NUMBER].to_pylist(), cells, strict=True):
        yield number, list(row)


def fields_of(table: pa.Table) -> dict[str, Any]:
    """What the first row says, as the fields of a record."""
    said = {name: column_of(table, name)[0].as_py() for name in DRAFTED}
    kinds = said["penalty_kinds"].strip("{}")
    return said | {
        "penalty_kinds": kinds.split(",") if kinds else [],
        "amount": None if said["amount"] is None else Decimal(said["amount"]),
        "details": json.loads(said["details"]),
    }


def having(table: pa.Table, numbers: Sequence[int]) -> pa.Table:
    """The rows with these numbers."""
    return table.filter(pc.is_in(table[NUMBER], pa.array(numbers, pa.int32())))


def without(table: pa.Table, numbers: Sequence[int]) -> Packed:
    """The block without the rows with these numbers."""
    left = table.filter(pc.invert(pc.is_in(table[NUMBER], pa.array(numbers, pa.int32()))))
    return _packed(left, column_of(left, KEY).to_pylist())


def new_ones(table: pa.Table) -> pa.Table:
    """The rows that are to be saved."""
    return table.filter(table[IS_NEW])
