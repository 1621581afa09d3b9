"""The parts of an entity on the page of its grade: each with the number that it came to, by the words of the records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _, ngettext

from credit_platform.ui import formats
from entities.models import CreditRecord
from evaluation.explanation import Explained, PartLine, SeenRecords
from evaluation.schemes.document import Parts
from evaluation.wording import Wording, number

#: So many parts of a component have a line; of more the number is said.
LINES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part: what it is called, its number, and the record that names it, as far as the reader may see that."""

    name: str
    number: str
    counts: bool
    record: CreditRecord | None


@dataclass(frozen=True, slots=True)
class PartsTable:
    """What the parts of an entity came to under one component."""

    title: str
    anchor: str
    rows: list[PartRow]
    #: How many there are beyond those that are shown; "" where none.
    more: str


def tables_of_parts(explained: Explained, records: SeenRecords) -> list[PartsTable]:
    """A table for each component that counts the parts of the entity by themselves; none where it has no parts."""
    if not explained.parts:
        return []
    by_component = [
        (one, list(lines)) for one, lines in groupby(explained.parts, lambda line: line.component)
    ]
    shown = [line.record_id for _one, lines in by_component for line in lines[:LINES_SHOWN]]
    seen = records.read(shown)
    naming = _naming(seen, shown)
    say = Wording.of(explained.scheme.document)
    return [_table(one, lines, say, seen, naming) for one, lines in by_component]


@dataclass(frozen=True, slots=True)
class NamedPart:
    """What one part came to, what it is called, and the record that names it, as far as the reader may see that."""

    line: PartLine
    name: str
    record: CreditRecord | None


def names_of_parts(explained: Explained, records: SeenRecords) -> list[NamedPart]:
    """Every part, in the order of the explanation."""
    if not explained.parts:
        return []
    keys = [line.record_id for line in explained.parts]
    seen, say = records.read(keys), Wording.of(explained.scheme.document)
    naming = _naming(seen, keys)
    return [
        NamedPart(
            line,
            _name(line.component, seen.get(line.record_id), naming.get(line.record_id), say),
            seen.get(line.record_id),
        )
        for line in explained.parts
    ]


def _naming(seen: Mapping[int, CreditRecord], shown: Iterable[int]) -> dict[int, CreditRecord]:
    # Which words name a part stands in what lists do not read.
    said = CreditRecord.objects.filter(pk__in=seen.keys() & set(shown))
    return {record.pk: record for record in said.only("details", "document_number", "decided_on")}


def _table(
    one: Parts,
    lines: Sequence[PartLine],
    say: Wording,
    seen: Mapping[int, CreditRecord],
    naming: Mapping[int, CreditRecord],
) -> PartsTable:
    beyond = len(lines) - LINES_SHOWN
    return PartsTable(
        title=str(one.name),
        anchor=f"parts-{one.code}",
        rows=[
            PartRow(
                name=_name(one, seen.get(line.record_id), naming.get(line.record_id), say),
                number=_("not known") if line.number is None else number(line.number),
                counts=line.counts,
                record=seen.get(line.record_id),
            )
            for line in lines[:LINES_SHOWN]
        ],
        more=ngettext("One more part", "%(count)s more parts", beyond) % {"count": beyond}
        if beyond > 0
        else "",
    )


def _name(one: Parts, record: CreditRecord | None, naming: CreditRecord | None, say: Wording) -> str:
    """The words of the record by which the part is told apart."""
    if record is None or naming is None:
        return _("A part of which you may not see the records")
    words = [word for same in one.same if (word := _word(same, record, naming, say))]
    return " · ".join(words) or _("The part of “%(record)s”") % {"record": record.heading}


def _word(same: object, record: CreditRecord, naming: CreditRecord, say: Wording) -> str:
    own = {
        "document-number": naming.document_number,
        "type": str(record.record_type.name),
        "class": record.get_severity_class_display(),
        "year": str(naming.decided_on.year),
        "quarter": f"{naming.decided_on.year} Q{(naming.decided_on.month + 2) // 3}",
        "month": f"{naming.decided_on:%Y-%m}",
        "day": formats.day(naming.decided_on),
    }
    names: Iterable[str] = (same,) if isinstance(same, str) else same if isinstance(same, tuple) else ()
    for name in names:
        said = own[name] if name in own else str(naming.details.get(name) or "")
        if said:
            return said if name in own else say.value(name, said)
    return ""
