"""Every list that may be taken away as a file: the rows of its page, as it is filtered there, in named columns.

An app describes its list once, with the very function by which its page finds the rows; so a file holds what the page
lists for this reader, no row more and none less. Each file is in the audit log, and what of it is not public
in the access log before it leaves.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise

from credit_platform.audit import access, services as audit
from credit_platform.common import exporting
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column
from entities import looks
from entities.models import CreditRecord
from entities.sharing.models import FileBeingMade

#: No file leaves for longer; a row that is older was left by a process that died.
LONGEST = timedelta(hours=2)


def _rows_as_they_are(rows: Iterable[Any], user, params: QueryDict) -> Iterable[Any]:
    return rows


def _no_records(row: Any) -> Sequence[CreditRecord]:
    return ()


@dataclass(frozen=True, slots=True)
class Export:
    """One list.

    Args:
        code: its name in the address and in the file's.
        title: what it is called, lazily translated.
        rows: from the user and the parameters of the page's address to its rows; raises `Missing` where the page
            is not for this user.
        columns: made anew for each file.
        shaped: from the rows to what the columns read, some at a time where that needs other reads.
        records: the records of which a shaped row tells, for the access log.
    """

    code: str
    title: str | Promise
    rows: Callable[[Any, QueryDict], QuerySet | Sequence]
    columns: Callable[[], Sequence[Column]]
    shaped: Callable[[Iterable[Any], Any, QueryDict], Iterable[Any]] = field(default=_rows_as_they_are)
    records: Callable[[Any], Iterable[CreditRecord]] = field(default=_no_records)


_exports: dict[str, Export] = {}


def register(export: Export) -> None:
    """Offer a list; called in `AppConfig.ready()`. The same code again replaces it."""
    _exports[export.code] = export


def all_codes() -> list[str]:
    return sorted(_exports)


def by_code(code: str) -> Export:
    """Raises `Missing` for a list that no app offers."""
    if code not in _exports:
        raise Missing
    return _exports[code]


@dataclass(frozen=True, slots=True)
class Taken:
    """A list as it is about to leave."""

    export: Export
    rows: QuerySet | Sequence
    count: int
    #: What finding the rows read already: lists that are put together of several reads are whole by then.
    noted: access.Noted

    @property
    def fits_a_sheet(self) -> bool:
        return self.count <= exporting.MOST_ROWS_OF_A_SHEET


def take(*, by, code: str, params: QueryDict) -> Taken:
    """The rows of the list for this reader, counted; `Missing` where there is no such list for them."""
    export = by_code(code)
    if "%00" in params.urlencode():
        # No text that the database holds has such a sign in it, and it refuses to look for one.
        raise Missing
    with access.collecting() as noted:
        rows = export.rows(by, params)
        count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return Taken(export, rows, count, noted)


def file_of(taken: Taken, *, by, file_format: str, params: QueryDict) -> Iterator[bytes]:
    """The file, piece by piece; that it was taken is in the audit log before the first."""
    with transaction.atomic():
        audit.record(
            actor=by,
            verb="sharing.list.exported",
            target=by,
            list=taken.export.code,
            format=file_format,
            rows=taken.count,
            asked=params.urlencode(),
        )
        making = FileBeingMade.objects.create(code=taken.export.code)
        _log(taken, by, taken.noted)
    pieces = exporting.written(file_format, taken.export.columns(), _leaving(taken, by, params))
    return _until_they_left(making, pieces)


def being_made_since_before(moment: datetime) -> bool:
    """Whether a file is still leaving whose rows may have been read before the moment."""
    longest = timezone.now() - LONGEST
    return FileBeingMade.objects.filter(begun_at__lte=moment, begun_at__gt=longest).exists()


def _until_they_left(making: FileBeingMade, pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        # Those of processes that died go with it.
        FileBeingMade.objects.filter(Q(pk=making.pk) | Q(begun_at__lte=timezone.now() - LONGEST)).delete()


def _leaving(taken: Taken, by, params: QueryDict) -> Iterator[Any]:
    export, rows = taken.export, taken.rows
    read: Iterable = rows.iterator(chunk_size=looks.CHUNK) if isinstance(rows, QuerySet) else rows
    rest = iter(export.shaped(read, by, params))
    while True:
        # What shaping reads on the way is shown in the file too, and is noted with its chunk.
        with access.collecting() as noted:
            some = list(islice(rest, looks.CHUNK))
            looks.note(record for row in some for record in export.records(row))
        _log(taken, by, noted)
        if not some:
            return
        yield from some


def _log(taken: Taken, by, noted: access.Noted) -> None:
    access.write(by=by, noted=noted, way=access.Way.EXPORT, place=f"export-{taken.export.code}")
