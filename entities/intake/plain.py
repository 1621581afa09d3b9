"""Plain rows, found by the thousand: nothing is wrong with them, nothing is asked, and their entity is certain.

Nearly every row of a good file is plain, and to check each by its form and to word what is wrong with it costs a
hundred times what reading it costs. So the rules of `entities.intake.checks` are asked once for each value of a column
instead of once for each row, and by the very same functions: the fields of the row form, its `clean_…`, `clean()`,
`clues()` and `to_draft()`. A row is plain only where every rule is known to find nothing. Any other row, and every row
about which that is not certain, goes on to `entities.intake.verdicts`, which has the last word and the sentences.
So this way can never take what the other one would not; `tests/entities/intake/test_plain.py` compares them.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import connection
from django.forms.utils import ErrorDict

from credit_platform.common.arrays import array_of
from entities import codes, naming
from entities.drafts import RecordDraft, SoundDrafts
from entities.intake import checks, plausibility
from entities.intake.checks import Context, Row
from entities.intake.formats import SubmissionFormat
from entities.intake.layout import Layout
from entities.intake.matching import Found, How, Match, remembered
from entities.intake.rows import BROKEN, CodeField, EntityClues, RowForm, TextField
from entities.models import Entity, FormerName, RecordTypeVersion

#: The checks that this module asks in its own way. It runs any other on every row that is plain by these.
ASKED_HERE = frozenset(
    {
        checks.row_is_whole,
        checks.no_broken_characters,
        checks.no_formulas,
        checks.form_accepts,
        checks.no_persons,
        checks.entity_is_known,
        checks.draft_is_sound,
        plausibility.is_plausible,
    }
)
#: What a form does when it reads a row. A row form that does any of it otherwise is not hurried.
FORM_STEPS = (
    "read", "full_clean", "_clean_fields", "_clean_form", "_post_clean", "is_valid", "add_error", "has_error",
    "add_prefix", "_widget_data_value", "errors", "warn",
)  # fmt: skip
#: Of a column with more values than this, the earlier ones are forgotten.
MOST_REMEMBERED = 50_000
#: A column in which more than this part of the cells is new each time is not worth remembering.
MOSTLY_NEW = 0.3
FORMULA = ("=", "@")
#: None of these in texts that stand one below the other, and none of the texts is broken or begins as a formula does.
NOT_IN_TEXTS = (BROKEN, "\0", *(f"\n{sign}" for sign in FORMULA))


class _Unsure:
    """Stands where nobody can tell without looking closer."""


UNSURE = _Unsure()


@dataclass(slots=True)
class Candidate:
    """A row whose cells are all right by themselves."""

    number: int
    cells: list[str]
    cleaned: dict[str, Any]
    clues: EntityClues


@dataclass(slots=True)
class PlainRow:
    """A row about which there is nothing to say.

    Args:
        draft: as the row form made it.
        version: of the record type, on the day of the decision.
    """

    number: int
    cells: list[str]
    clues: EntityClues
    key: str
    entity_id: int
    draft: RecordDraft
    version: RecordTypeVersion


@dataclass(slots=True)
class Sifted:
    """A batch of rows, told apart by their cells alone."""

    candidates: list[Candidate] = field(default_factory=list)
    others: list[tuple[int, list[str]]] = field(default_factory=list)


class CellSieve:
    """Tells rows apart by their cells. Asks no database, so that it can work ahead in a thread of its own."""

    def __init__(self, fmt: SubmissionFormat, layout: Layout) -> None:
        self._form = fmt.row_form()
        self._width = len(layout.header)
        self._names = list(layout.columns)
        self._columns = [_Column(self._form, name) for name in layout.columns if name in self._form.fields]
        self._places = [place for name, place in layout.columns.items() if name in self._form.fields]
        self._read_names = [column.name for column in self._columns]
        self._where = dict(layout.columns)
        missing = [_Column(self._form, name) for name in self._form.fields if name not in layout.columns]
        self._absent = {column.name: column.of_nothing() for column in missing}
        self._asks_more = type(self._form).clean is not forms.Form.clean
        self.is_sure = (
            _reads_as_forms_do(self._form)
            and UNSURE not in self._absent.values()
            and all(column.is_sure for column in (*self._columns, *missing))
            # A column that the form does not take is looked at by the checks of cells alone.
            and len(self._columns) == len(layout.columns)
        )

    def sift(self, rows: Iterable[tuple[int, Sequence[str]]]) -> Sifted:
        """The rows whose cells the form takes without a word, and the others."""
        found = Sifted()
        batch = []
        for number, cells in rows:
            if len(cells) > self._width and any(cells[self._width :]):
                found.others.append((number, list(cells)))
            else:
                batch.append((number, _fitted(cells, self._width)))
        if not batch:
            return found
        if not self.is_sure:
            found.others += batch
            return found
        columns = list(zip(*(cells for _number, cells in batch), strict=True))
        values = [
            column.clean(columns[place]) for column, place in zip(self._columns, self._places, strict=True)
        ]
        lists = [column.name for column in self._columns if column.has_lists]
        lists += [name for name, value in self._absent.items() if isinstance(value, list)]
        unsure = {
            at for column in values if UNSURE in column for at, one in enumerate(column) if one is UNSURE
        }
        names, raw = self._read_names, _Raw((), self._where)
        for at, (row, told) in enumerate(zip(batch, zip(*values, strict=True), strict=True)):
            if at in unsure:
                found.others.append(row)
                continue
            cleaned = dict(zip(names, told, strict=True))
            if self._absent:
                cleaned |= self._absent
            for name in lists:
                cleaned[name] = list(cleaned[name])
            raw.cells = row[1]
            candidate = self._candidate(row, cleaned, raw)
            if candidate is None:
                found.others.append(row)
            else:
                found.candidates.append(candidate)
        return found

    def _candidate(
        self, row: tuple[int, list[str]], cleaned: dict[str, Any], raw: "_Raw"
    ) -> Candidate | None:
        form, (number, cells) = self._form, row
        form.data, form.cleaned_data = raw, cleaned
        if self._asks_more:
            form.entity_code = ""
            try:
                changed = form.clean()
            except ValidationError:
                return None
            if form._errors or form.problems:
                _wipe(form)
                return None
            cleaned = form.cleaned_data if changed is None else changed
            form.cleaned_data = cleaned
        return Candidate(number, cells, cleaned, form.clues())


def _fitted(cells: Sequence[str], width: int) -> list[str]:
    if len(cells) == width:
        return list(cells)
    return [*cells[:width], *[""] * (width - len(cells))]


def _wipe(form: RowForm) -> None:
    form.is_bound = True
    form.problems, form._errors = [], ErrorDict()  # type: ignore[assignment]


def _reads_as_forms_do(form: RowForm) -> bool:
    _wipe(form)
    return all(getattr(type(form), step, None) is getattr(RowForm, step, None) for step in FORM_STEPS)


class _Raw(Mapping):
    """The cells of one row after the other by the names of their fields, for a form or a check that looks at them."""

    __slots__ = ("_where", "cells")

    def __init__(self, cells: Sequence[str], where: Mapping[str, int]) -> None:
        self.cells, self._where = cells, where

    def __getitem__(self, name: str) -> str:
        return self.cells[self._where[name]]

    def get(self, name: str, default: Any = None) -> Any:
        place = self._where.get(name)
        return default if place is None else self.cells[place]

    def __iter__(self) -> Iterator[str]:
        return iter(self._where)

    def __len__(self) -> int:
        return len(self._where)


class _Peeked(Exception):
    """A check of one field looked at another one, so that its answer cannot be remembered by its own value."""


class _Only(dict):
    """The one value that the check of a field may look at."""

    def __getitem__(self, name):
        if name not in self.keys():
            raise _Peeked
        return super().__getitem__(name)

    def get(self, name, default=None):
        return self[name]

    def __contains__(self, name) -> bool:
        raise _Peeked

    def __iter__(self):
        raise _Peeked

    def items(self):
        raise _Peeked

    def values(self):
        raise _Peeked


class _Remembered(dict):
    """What cells clean to, each worked out when it first occurs."""

    def __init__(self, clean: Callable[[str], Any]) -> None:
        super().__init__()
        self._clean, self.new = clean, 0

    def __missing__(self, cell: str) -> Any:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self.new += 1
        value = self[cell] = self._clean(cell)
        return value


class _Column:
    """One field of the form, asked cell by cell."""

    def __init__(self, form: RowForm, name: str) -> None:
        self.name, self._form, self._field = name, form, form.fields[name]
        self._own = getattr(form, f"clean_{name}", None)
        self._remembered = _Remembered(self._clean)
        self._quick, self._whole = self._quick_ways()
        self._many = False
        self.has_lists = False
        way = "_clean_bound_field"
        same_way = getattr(type(self._field), way, None) is getattr(forms.Field, way, None)
        self.is_sure = same_way and not self._field.disabled

    def clean(self, cells: Sequence[str]) -> list[Any]:
        """What each cell cleans to; `UNSURE` where it may be wrong."""
        if self._many:
            return (self._whole and self._whole(cells)) or list(map(self._quick or self._clean, cells))
        self._remembered.new = 0
        values = list(map(self._remembered.__getitem__, cells))
        if self._remembered.new > len(cells) * MOSTLY_NEW and len(cells) > 100:
            self._many = True
            self._remembered.clear()
        return values

    def of_nothing(self) -> Any:
        """What the field makes of a column that the file does not have."""
        return self._clean(None)

    def _clean(self, cell: str | None) -> Any:
        """What the form makes of this cell, if the field and its own check say nothing about it."""
        data = {} if cell is None else {self.name: cell}
        if cell and (BROKEN in cell or cell[:1] in FORMULA):
            return UNSURE
        try:
            value = self._field.clean(self._field.widget.value_from_datadict(data, {}, self.name))
            if self._own:
                value = self._checked(value, data)
        except (ValidationError, _Peeked):
            return UNSURE
        self.has_lists |= isinstance(value, list)
        # Anything else that can be changed would be shared by all rows with this cell.
        return value if isinstance(value, list) or _is_fixed(value) else UNSURE

    def _checked(self, value: Any, data: dict[str, str]) -> Any:
        form = self._form
        form.data, form.cleaned_data, form.entity_code = _Only(data), _Only({self.name: value}), ""
        _wipe(form)
        try:
            checked = self._own()
        finally:
            said = form._errors or form.problems
            _wipe(form)
        return UNSURE if said else checked

    def _quick_ways(self) -> "_Ways":
        """For texts and codes without further checks: what can be seen to be all right is taken as it is."""
        field = self._field
        kinds = [type(validator) for validator in field.validators]
        if self._own or kinds != [MaxLengthValidator, ProhibitNullCharactersValidator]:
            return None, None
        made_for = _WAYS.get(type(field))
        if made_for is None or not isinstance(field, TextField) or not field.strip or not field.max_length:
            return None, None
        return made_for(field.max_length, self._clean)


#: The first way takes a cell; the second one all cells of a batch, or gives None where not all of them are all right.
_Ways = tuple[Callable[[str], Any] | None, Callable[[Sequence[str]], list | None] | None]


def _ways_of_texts(longest: int, one_by_one: Callable[[str], Any]) -> _Ways:
    def text(cell: str) -> Any:
        if (
            0 < len(cell) <= longest
            and cell[0] not in FORMULA
            and BROKEN not in cell
            and "\0" not in cell
            and cell == cell.strip()
        ):
            return cell
        return one_by_one(cell)

    def texts(cells: Sequence[str]) -> list | None:
        together = "\n" + "\n".join(cells)
        if (
            all(cells)
            and max(map(len, cells)) <= longest
            and not any(sign in together for sign in NOT_IN_TEXTS)
            and list(cells) == (stripped := list(map(str.strip, cells)))
        ):
            return stripped
        return None

    return text, texts


def _ways_of_codes(longest: int, one_by_one: Callable[[str], Any]) -> _Ways:
    def code(cell: str) -> Any:
        if 0 < len(cell) <= longest and cell.isascii() and cell.isalnum():
            return cell.upper()
        return one_by_one(cell)

    def codes_(cells: Sequence[str]) -> list | None:
        together = "".join(cells)
        if all(cells) and together.isascii() and together.isalnum() and max(map(len, cells)) <= longest:
            return list(map(str.upper, cells))
        return None

    return code, codes_


_WAYS: dict[type, Callable[..., _Ways]] = {TextField: _ways_of_texts, CodeField: _ways_of_codes}


def _is_fixed(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


class RegistrySieve:
    """Tells candidates apart by what the registry and the catalogue say."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._form = context.fmt.row_form()
        _wipe(self._form)
        self._sound: SoundDrafts | None = None
        if context.record_type:
            self._sound = SoundDrafts(
                record_type=context.record_type,
                versions=context.versions,
                needs_class=context.needs_class,
                today=context.today,
            )
        named = (*checks.CELL_CHECKS, *checks.RECORD_CHECKS, *context.fmt.checks)
        self._further = [check for check in named if check not in ASKED_HERE]
        self._is_ordinary = plausibility.glance(context)

    @property
    def can_tell(self) -> bool:
        """Whether rows of this format can be plain at all: those that are no records are for their format to judge."""
        return bool(self._sound)

    def sift(
        self, candidates: Sequence[Candidate], where: Mapping[str, int]
    ) -> tuple[list[PlainRow], list[tuple[int, list[str]]]]:
        """The plain rows and the others. Asks the registry a fixed number of questions.

        Args:
            where: the place of each field's column.
        """
        plain: list[PlainRow] = []
        others: list[tuple[int, list[str]]] = []
        if not candidates:
            return plain, others
        written: list[tuple[Candidate, Found, str, RecordDraft]] = []
        raw = _Raw((), where)
        for one, entity in zip(candidates, self._entities(candidates), strict=True):
            told = entity and self._written(one, entity, raw)
            if told:
                written.append(told)
            else:
                others.append((one.number, one.cells))
        versions = self._sound.versions([draft for *_row, draft in written])
        for (one, entity, key, draft), version in zip(written, versions, strict=True):
            if version is None or self._more_is_said(one, entity, key, draft, raw):
                others.append((one.number, one.cells))
            else:
                plain.append(PlainRow(one.number, one.cells, one.clues, key, entity.pk, draft, version))
        return plain, others

    def _entities(self, candidates: Sequence[Candidate]) -> list[Found | None]:
        """The entity of each row, where its code is the registry's and its name does not contradict it."""
        keys = naming.name_keys([one.clues.name for one in candidates])
        known = _entities_by_code({one.clues.code for one in candidates if one.clues.code})
        decided = remembered([one.clues for one in candidates], self._context.body, self._context.fmt.code)
        return [
            entity
            if (entity := known.get(one.clues.code))
            and entity.is_called(key)
            and place not in decided
            and not codes.is_identity_number(one.clues.code)
            and not any(map(codes.is_identity_number, one.clues.numbers))
            else None
            for place, (one, key) in enumerate(zip(candidates, keys, strict=True))
        ]

    def _written(
        self, one: Candidate, entity: Found, raw: "_Raw"
    ) -> tuple[Candidate, Found, str, RecordDraft] | None:
        """The row with its key and its draft."""
        form = self._form
        raw.cells = one.cells
        form.cleaned_data, form.data, form.entity_code = one.cleaned, raw, entity.code
        key, draft = form.key(), form.to_draft()
        # Rows are told to repeat by their key, records by their number: a row of which the two differ is not hurried.
        if not key or not isinstance(draft, RecordDraft) or key != draft.document_number.strip():
            return None
        return one, entity, key, draft

    def _more_is_said(self, one: Candidate, entity: Found, key: str, draft: RecordDraft, raw: "_Raw") -> bool:
        raw.cells = one.cells
        strange = not self._is_ordinary(raw.get("entity_name", ""), one.cleaned)
        if not (strange or self._further):
            return False
        row = Row(
            number=one.number,
            cells=one.cells,
            values=raw,
            cleaned=one.cleaned,
            is_read=True,
            clues=one.clues,
            match=Match(entity, How.CODE),
            draft=draft,
            key=key,
        )
        asked = (*plausibility.CHECKS, *self._further) if strange else self._further
        return any(True for check in asked for _finding in check(row, self._context))


def _entities_by_code(wanted: set[str]) -> dict[str, Found]:
    # One array each, because a statement with a place for each of thousands takes longer to read than to answer.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, credit_code, name_zh, name_key FROM {Entity._meta.db_table}"
            " WHERE credit_code = ANY(%s::text[]) AND merged_into_id IS NULL",
            [array_of(sorted(wanted))],
        )
        rows = cursor.fetchall()
        cursor.execute(
            f"SELECT entity_id, name_key FROM {FormerName._meta.db_table} WHERE entity_id = ANY(%s::bigint[])",
            [array_of(row[0] for row in rows)],
        )
        former: dict[int, set[str]] = {}
        for pk, key in cursor.fetchall():
            former.setdefault(pk, set()).add(key)
    return {
        code: Found(pk, code, name, frozenset({key, *former.get(pk, ())})) for pk, code, name, key in rows
    }


def terms_of(context: Context) -> str:
    """A short mark of all that the catalogue said when rows were found sound: the same mark, and they still are.

    The day of the check is not part of it: what was decided before one day was decided before a later one.
    """
    said = [
        context.record_type.pk,
        context.record_type.polarity,
        context.needs_class,
        [
            (
                version.pk,
                version.valid_from,
                version.valid_to,
                version.extra_fields,
                version.severity_classes,
            )
            for version in context.versions
        ],
    ]
    return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()[:32]
