"""The file itself: a ZIP with each part as JSON Lines and as CSV in both languages, the documents, and an index to read.

Written to a temporary file, row by row, so that an entity with very many records needs no more memory than one with few.
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from credit_platform.audit import access
from credit_platform.common import exporting
from credit_platform.common.exporting import Format
from credit_platform.portal.held_data.parts import LEFT_OUT, NOT_TOLD, PARTS, Part, explanations
from entities import looks
from entities.models import Document, Entity

LANGUAGES = {"en": "en", "zh-hans": "zh"}
PIECE = 256 * 1024


@dataclass(slots=True)
class Contents:
    """What came into the file: how many rows of each part, how many documents, and which were not in the store."""

    rows: dict[str, int] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def steps() -> int:
    """How many steps making a file has, for whoever shows its progress: the parts, the explanations and the index."""
    return len(PARTS) + 2


def pack(out: IO[bytes], entity: Entity, by, *, done: Callable[[int], object]) -> Contents:
    """Write everything that `by`, who acts for the entity, may have of it.

    Args:
        done: told after each step how many are done.
    """
    contents = Contents()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, part in enumerate(PARTS, start=1):
            _part(archive, part, entity, by, contents)
            done(number)
        lines = (json.dumps(one, ensure_ascii=False, default=str) for one in explanations(entity, by))
        archive.writestr("json/grades-explained.jsonl", "".join(f"{line}\n" for line in lines))
        done(len(PARTS) + 1)
        for code, tag in LANGUAGES.items():
            with translation.override(code):
                archive.writestr(f"index-{tag}.html", _index(entity, contents))
        done(len(PARTS) + 2)
    return contents


def _part(archive: zipfile.ZipFile, part: Part, entity: Entity, by, contents: Contents) -> None:
    rows = part.rows(entity, by)
    raw = part.columns(rows.model, raw=True)
    _write(archive, f"json/{part.code}.jsonl", exporting.written(Format.JSONL, raw, _noted(part, rows, by)))
    for code, tag in LANGUAGES.items():
        with translation.override(code):
            words = part.columns(rows.model, raw=False)
            pieces = exporting.written(Format.CSV, words, _read(rows))
            _write(archive, f"csv-{tag}/{part.code}.csv", pieces)
    contents.rows[part.code] = rows.count()
    for row in _read(rows):
        for document in part.documents(row):
            _add_document(archive, part, document, contents)


def _read(rows) -> Iterator[Any]:
    return rows.iterator(chunk_size=looks.CHUNK)


def _noted(part: Part, rows, by) -> Iterator[Any]:
    """The rows, each chunk in the access log as seen by whoever asked before it is written."""
    rest = _read(rows)
    while some := list(islice(rest, looks.CHUNK)):
        with access.collecting() as noted:
            looks.note(record for row in some for record in part.records(row))
        access.write(by=by, noted=noted, way=access.Way.EXPORT, place="held-data")
        yield from some


def _write(archive: zipfile.ZipFile, name: str, pieces: Iterator[bytes]) -> None:
    with archive.open(name, "w") as file:
        for piece in pieces:
            file.write(piece)


def _add_document(archive: zipfile.ZipFile, part: Part, document: Document, contents: Contents) -> None:
    """The document as it was handed in, under its key, so that two of one name do not meet."""
    name = f"documents/{part.code}/{document.key}-{PurePosixPath(document.name).name}"
    if name in contents.documents:  # Cases that are filed together share it.
        return
    try:
        with document.file.open("rb") as source, archive.open(name, "w") as file:
            while piece := source.read(PIECE):
                file.write(piece)
    except (FileNotFoundError, ValueError):
        # Its row says what it was; that the file itself is gone is said in the index.
        contents.lost.append(document.name)
    else:
        contents.documents.append(name)


def _index(entity: Entity, contents: Contents) -> str:
    tag = LANGUAGES[translation.get_language()]
    return render_to_string(
        "portal/held_data/index.html",
        {
            "entity": entity,
            "made_at": timezone.now(),
            "tag": tag,
            "parts": [(part, contents.rows[part.code]) for part in PARTS],
            "documents": contents.documents,
            "lost": contents.lost,
            "left_out": sorted({str(why) for why in (*LEFT_OUT.values(), *NOT_TOLD)}),
        },
    )
