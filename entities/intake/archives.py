"""What is asked of an archive before Python's own reader takes in its table of contents."""

import io
import struct
from typing import Any

from django.utils.translation import gettext_lazy as _

from entities.intake.layout import Unreadable

CHUNK = 1 << 20
MAX_PARTS = 2_000
MAX_CONTENTS = 2 << 20
END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR = struct.Struct("<4sLQL")
LONGEST_COMMENT = 1 << 16


def check_directory(file: Any) -> None:
    """Refuse an archive of more parts than a spreadsheet has: their list alone could fill the memory.

    An archive without an end is left to the reader, which says that it is damaged.
    """
    size = file.seek(0, io.SEEK_END)
    start = max(size - END.size - LONGEST_COMMENT - LOCATOR.size, 0)
    file.seek(start)
    tail = file.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) < found + END.size:
        return
    _mark, _disk, _first, _here, parts, contents, _offset, _comment = END.unpack_from(tail, found)
    found -= LOCATOR.size
    if found >= 0 and tail[found : found + 4] == b"PK\x06\x07":
        _mark, _disk, place, _disks = LOCATOR.unpack_from(tail, found)
        file.seek(min(place, size))
        end = file.read(END_64.size)
        # Where it does not stand at its place the reader looks just before the locator.
        if not end.startswith(b"PK\x06\x06") or len(end) < END_64.size:
            end = tail[max(found - END_64.size, 0) : found]
        if end.startswith(b"PK\x06\x06") and len(end) == END_64.size:
            parts, contents = END_64.unpack(end)[7:9]
    if parts > MAX_PARTS or contents > MAX_CONTENTS:
        raise Unreadable(
            _("The spreadsheet has %(count)s parts; no honest one has so many."), count=f"{parts:,}"
        )
