"""Which column of a file is which: what its names look like, and what stands below them."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import product

from django.utils.translation import gettext_lazy

from entities.intake.formats import SubmissionFormat
from entities.intake.layout import Layout, Note, column_key, simplified
from entities.intake.rows import DAY, AmountField, ChoiceField, DayField, narrow
from entities.models import ColumnMapping, SubmittingBody

#: Below this a name says nothing; the sum of a fair likeness of the names and fitting cells is above.
LIKELY = 0.55
#: What it counts for that the cells below a name can be read as the field wants them.
FITTING = 0.3
#: And that they end in the same two characters.
SAME_END = 0.2
#: A unified code, or one of the numbers that came before it.
ENTITY_NUMBER = re.compile(r"[0-9A-HJ-NP-RTUW-Y]{18}|[0-9]{15}|[0-9]{13}|[0-9A-Z]{8}-?[0-9X]")
#: What the names of entities end in, and texts of other columns hardly ever.
ENTITY_NAME = re.compile(r"\w.*(?:公司|厂|店|社|行|部|中心|场|院|所|站|协会|合伙\))")
DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")


def proposal(fmt: SubmissionFormat, layout: Layout) -> dict[str, int]:
    """From each field to the column that is probably meant, one column for a field at most.

    What was found by its name stands; the others go to the likeliest pairs, the surest first.
    """
    chosen = dict(layout.columns)
    taken = set(chosen.values())
    fields = [column.field for column in fmt.columns if column.field not in chosen]
    places = [place for place, name in enumerate(layout.header) if name and place not in taken]
    pairs = sorted(
        ((_likeness(fmt, layout, field, place), field, place) for field, place in product(fields, places)),
        key=lambda pair: (-pair[0], pair[2]),
    )
    for likeness, field, place in pairs:
        if likeness >= LIKELY and field not in chosen and place not in taken:
            chosen[field] = place
            taken.add(place)
    return chosen


def _likeness(fmt: SubmissionFormat, layout: Layout, field: str, place: int) -> float:
    name = simplified(column_key(layout.header[place]))
    column = next(column for column in fmt.columns if column.field == field)
    known = (column.zh, str(column.en), *column.aliases, column.field)
    alike = max(_alike(name, column_key(one)) for one in known)
    cells = [row[place] for row in layout.sample if place < len(row) and row[place]]
    return alike + (FITTING if cells and all(_fits(fmt, field, cell) for cell in cells) else 0)


def _alike(name: str, known: str) -> float:
    """Chinese names say at their end what they are about: 法律依据 is rather 处罚依据 than 法律文书."""
    same_end = not name.isascii() and len(name) > 2 and name[-2:] == known[-2:]
    return SequenceMatcher(None, name, known).ratio() + (SAME_END if same_end else 0)


def _fits(fmt: SubmissionFormat, field_name: str, cell: str) -> bool:
    """Whether the cell is of a shape that only such a field has; free text says nothing."""
    field, text = fmt.row_form.base_fields[field_name], narrow(cell)
    match field:
        case DayField():
            return bool(DAY.fullmatch(text))
        case ChoiceField():
            return text.casefold() in field.words
        case AmountField():
            return bool(DIGITS.fullmatch(text)) and len(text) < 14
    if field_name == "entity_name":
        return bool(ENTITY_NAME.fullmatch(text))
    return field_name == "credit_code" and bool(ENTITY_NUMBER.fullmatch(text))


def names_said(fmt: SubmissionFormat, header: Sequence[str], places: dict[str, int]) -> dict[str, str]:
    """What must be remembered so that a file with this header is read in this way: names whose field differs
    from what the format itself finds."""
    known = fmt.known_columns()
    by_place = {place: field for field, place in places.items()}
    said = {}
    for place, name in enumerate(header):
        if not name:
            continue
        own = known.get(column_key(name), "")
        meant = by_place.get(place, "")
        if meant != own:
            said[name] = meant
    return said


def known_for(body: SubmittingBody, fmt: SubmissionFormat) -> dict[str, str]:
    """The names under which columns of this body's files may stand, as `open_table` wants them."""
    mapping = ColumnMapping.objects.filter(body=body, format_code=fmt.code).first()
    said = {column_key(name): field for name, field in mapping.names.items()} if mapping else {}
    return fmt.known_columns() | said


def notes_of_mapping(fmt: SubmissionFormat, layout: Layout) -> list[Note]:
    """The sentence that tells the sender which columns were read by what their body has said before."""
    own = fmt.known_columns()
    used = [
        f"{layout.header[place]} → {column.zh}"
        for column in fmt.columns
        if (place := layout.columns.get(column.field)) is not None
        and own.get(column_key(layout.header[place])) != column.field
        and own.get(simplified(column_key(layout.header[place]))) != column.field
    ]
    if not used:
        return []
    return [
        Note(
            gettext_lazy("These columns were read as your body has said before: %(columns)s."),
            {"columns": "、".join(used)},
        )
    ]
