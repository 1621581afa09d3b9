"""Public records as files for everybody, whole kinds at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from credit_platform.common import exporting
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Format, Kind as Content
from credit_platform.portal import browsing
from credit_platform.portal.selectors import KINDS, Kind, city_figures
from entities.models import CreditRecord
from entities.sharing import feed

#: XLSX is left out: what is to be read on and on by programs is not cut off at a sheet's end.
FORMATS = (Format.CSV, Format.JSONL, Format.PARQUET)
CHUNK = 2_000


COLUMNS = (
    Column("id", _("Number here"), lambda record: record.pk, Content.WHOLE),
    Column("record_type", _("Record type"), lambda record: record.record_type.code),
    Column("credit_code", _("Unified social credit code"), lambda record: record.entity.credit_code),
    Column("name", _("Name"), lambda record: record.entity.name_zh),
    Column("document_number", _("Document number"), lambda record: record.document_number),
    Column("title", _("Title"), lambda record: record.title),
    Column("class", _("Class (minor, general, serious)"), lambda record: record.severity_class),
    Column("amount", _("Amount, yuan"), lambda record: record.amount, Content.AMOUNT),
    Column("authority", _("By"), lambda record: record.authority or str(record.submitted_by)),
    Column("decided_on", _("Decided on"), lambda record: record.decided_on, Content.DAY),
    Column("publish_until", _("Public until"), lambda record: record.publish_until, Content.DAY),
    Column("under_objection", _("Under objection"), lambda record: record.objected, Content.FLAG),
    Column("statement", _("The entity's statement"), lambda record: record.statement),
    Column("changed_at", _("Last changed"), lambda record: record.changed_at, Content.MOMENT),
)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A kind of public records, and how many there are; at most ten minutes old, households included."""

    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms the files may be used, and where they are written down."""

    name: str
    url: str


def terms() -> Terms | None:
    """None where the city has settled none: then nothing is promised."""
    if not settings.OPEN_DATA_LICENCE:
        return None
    return Terms(settings.OPEN_DATA_LICENCE, settings.OPEN_DATA_LICENCE_URL)


def datasets(day: date) -> list[Dataset]:
    """All kinds of which anything is public that day."""
    counts = {record_type.code: count for record_type, count in city_figures(day).by_type}
    sums = [Dataset(kind, sum(counts.get(code, 0) for code in kind.types)) for kind in KINDS]
    return [one for one in sums if one.count]


def file_of(day: date, code: str, file_format: str) -> Iterator[bytes]:
    """All public records of a kind, piece by piece, oldest first.

    Raises:
        Missing: no such kind, or no such format.
    """
    types = {kind.code: kind.types for kind in KINDS}.get(code)
    if types is None or file_format not in FORMATS:
        raise Missing
    # By key: no list of millions is sorted, and what arrives meanwhile comes last.
    records = browsing.leafed_through(day, types).order_by("pk")
    return exporting.written(file_format, COLUMNS, _with_last_changes(records))


def _with_last_changes(records: QuerySet[CreditRecord]) -> Iterator[CreditRecord]:
    """The same records with `changed_at`, so many asked for at a time."""
    rest = records.iterator(chunk_size=CHUNK)
    while some := feed.with_last_change(islice(rest, CHUNK)):
        yield from some
