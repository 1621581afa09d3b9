"""How many cells of a workbook of Excel 97 to 2003 are formulas, of which its reader gives the results only.

Such a file is a compound file ([MS-CFB]): sectors in chains, one of which holds the records of the workbook ([MS-XLS]).
"""

import struct
from collections.abc import Iterator

#: Names that the stream of records has, from Excel 97 and before.
STREAMS = ("Workbook", "Book")
#: A cell with a formula, as each version of the format writes it.
FORMULAS = frozenset({0x0006, 0x0206, 0x0406})
STREAM, ROOT = 2, 5
ENTRY = struct.Struct("<64sHB49xII")
FIRST_PLACES = 109


def formulas_in(content: bytes) -> int:
    """The number of cells with a formula; 0 for a file whose chains lead nowhere, of which its reader says what is wrong."""
    try:
        return sum(kind in FORMULAS for kind in _records(_Compound(content).workbook()))
    except (struct.error, ValueError, StopIteration):
        return 0


def _records(stream: memoryview) -> Iterator[int]:
    """The kinds of the records, one after the other."""
    place, end = 0, len(stream) - 4
    while place <= end:
        kind, size = struct.unpack_from("<HH", stream, place)
        yield kind
        place += 4 + size


class _Compound:
    """The streams of a compound file. No chain is followed further than the file has sectors."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        if not (7 <= shift <= 16 and 4 <= small_shift < shift):
            raise ValueError("These are no sizes of sectors.")
        self._size, self._small_size = 1 << shift, 1 << small_shift
        self._directory_at, self._least, self._small_at = struct.unpack_from("<I4xII", content, 48)
        self._next = self._table(content)

    def _table(self, content: bytes) -> list[int]:
        """Which sector follows each sector."""
        count, after, more = struct.unpack_from("<I20xII", content, 44)
        if count * self._size > len(content):
            raise ValueError("The file is shorter than its table of sectors.")
        places = list(struct.unpack_from(f"<{FIRST_PLACES}I", content, 76))
        each = self._size // 4
        while more and len(places) < count:
            *found, after = struct.unpack(f"<{each}I", self._sector(after))
            places += found
            more -= 1
        table: list[int] = []
        for place in places[:count]:
            table += struct.unpack(f"<{each}I", self._sector(place))
        return table

    def _sector(self, place: int) -> memoryview:
        start = (place + 1) * self._size
        return self._content[start : start + self._size]

    def _chain(self, place: int, table: list[int]) -> Iterator[int]:
        for _once in range(len(table)):
            if place >= len(table):
                return
            yield place
            place = table[place]

    def _whole(self, place: int) -> bytes:
        return b"".join(self._sector(one) for one in self._chain(place, self._next))

    def workbook(self) -> memoryview:
        """The stream with the records; empty where there is none."""
        directory = self._whole(self._directory_at)
        entries = [ENTRY.unpack_from(directory, at) for at in range(0, len(directory) - 127, 128)]
        named = {
            name[: max(length - 2, 0)].decode("utf-16-le"): (kind, start, size)
            for name, length, kind, start, size in entries
            if kind in (STREAM, ROOT)
        }
        kind, start, size = next((named[name] for name in STREAMS if name in named), (0, 0, 0))
        if kind != STREAM:
            return memoryview(b"")
        if size >= self._least:
            return memoryview(self._whole(start))[:size]
        root = next(start for kind, start, _size in named.values() if kind == ROOT)
        return memoryview(self._small(self._whole(root), start))[:size]

    def _small(self, container: bytes, start: int) -> bytes:
        """A short stream, which lies in pieces in a stream of its own."""
        packed = self._whole(self._small_at)
        table = list(struct.unpack(f"<{len(packed) // 4}I", packed))
        size = self._small_size
        return b"".join(container[one * size : (one + 1) * size] for one in self._chain(start, table))
