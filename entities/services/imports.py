"""The import of a whole register of entities: checked by the column, copied in, and only what differs is written.

Every batch is a transaction, and a row that is already there as the file has it is left alone. So an import
that was broken off is simply run again, and a second run of the same file changes nothing.
"""

import csv
import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Self, TextIO, cast

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _, gettext_noop

from credit_platform.audit import services as audit
from credit_platform.common.spreadsheets import harmless
from credit_platform.ui.formats import listed
from entities import codes, naming, regions
from entities.intake.reading import Unreadable, column_key, open_table
from entities.intake.rows import BROKEN
from entities.models import Entity
from entities.services.entities import TELLING
from entities.signals import records_changed

BATCH = 25_000
#: Column names as the public registers have them, and plain English ones.
NAMES = {
    "credit_code": ("统一社会信用代码", "信用代码", "uscc", "code", "credit_code"),
    "name_zh": ("企业名称", "单位名称", "名称", "name", "name_zh"),
    "registered_on": ("注册日期", "成立日期", "registration_date", "registered_on"),
    "legal_form": ("企业类型", "enterprise_type", "legal_form"),
    "registered_capital": ("注册资金", "注册资本", "registered_capital"),
    "business_scope": ("经营范围", "business_scope"),
    "address": ("注册地址", "住所", "address"),
    "industry_code": ("行业代码", "industry_code"),
    "city": ("地区", "所在城市", "city"),
}
KNOWN = {column_key(name): field_name for field_name, names in NAMES.items() for name in names}
NEEDED = ("credit_code", "name_zh")
#: The columns of the table that an import may fill, with the longest text each keeps.
LONGEST = {
    name: Entity._meta.get_field(name).max_length  # type: ignore[union-attr]
    for name in ("legal_form", "registered_capital", "address", "industry_code")
}
UNKNOWN = frozenset({"N/A", "NA", "NULL", "无", "-"})
#: What waits in their lists for the next to search is put in its place at the end.
INDEXES_OF_NAMES = ("entity_name_trigrams", "entity_name_pairs", "entity_initials_trigrams")
#: What is worked out for each row, whatever the file has.
ALWAYS = ("credit_code", "name_zh", "name_key", "initials", "region_code", "district")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was left out (error) or taken with a remark (warning)."""

    number: int
    code: str
    name: str
    level: str
    message: str


@dataclass(slots=True)
class Outcome:
    """What an import did, in rows."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    warned: int = 0
    elsewhere: int = 0


@dataclass(slots=True)
class _Batch:
    """Rows that are ready to be copied, and what was found wrong on the way."""

    read: int
    elsewhere: int
    columns: Sequence[str]
    rows: list[tuple] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def import_entities(
    *,
    path: Path,
    city: str = "",
    problems: Callable[[Sequence[RowProblem]], None] = lambda found: None,
    progress: Callable[[Outcome, float], None] = lambda outcome, share: None,
) -> Outcome:
    """Bring the entities of a file into the registry: new ones are added, what the file tells otherwise is changed.

    A name that changes is kept as a former name. Columns that the file does not have stay as they are.

    Args:
        path: CSV (also gzipped) or XLSX, with a column for the code and one for the name.
        city: only entities of this city, by the file's own column or else by the region in the code.
        problems: gets the problems of each batch.
        progress: gets the counts so far and how much of the file has been read, from 0 to 1.
    Raises:
        Unreadable: the file as a whole cannot be taken.
    """
    outcome = Outcome()
    _prepare_session()
    with path.open("rb") as raw, ThreadPoolExecutor(max_workers=1) as ahead:
        size = path.stat().st_size or 1
        file = cast(BinaryIO, gzip.open(raw, "rb")) if path.suffix == ".gz" else raw
        # The next batch is checked while the database works on this one.
        batches = _read(file, city)
        waiting: Future = ahead.submit(next, batches, None)
        while (batch := waiting.result()) is not None:
            share = min(raw.tell() / size, 1.0)
            waiting = ahead.submit(next, batches, None)
            _save(batch, outcome)
            problems(batch.problems)
            progress(outcome, share)
    _finish(path.name, outcome)
    return outcome


def _prepare_session() -> None:
    with connection.cursor() as cursor:
        # A lost batch is only a batch to run again; and the index of name parts is fed in large pieces.
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET work_mem = '256MB'")


def _finish(name: str, outcome: Outcome) -> None:
    with transaction.atomic():
        audit.record(
            actor=None,
            verb="entities.entity.imported",
            target=Entity(name_zh=name),
            new=outcome.new,
            changed=outcome.changed,
            unchanged=outcome.unchanged,
            refused=outcome.refused,
        )
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")
        cursor.execute("RESET work_mem")
        if outcome.new or outcome.changed:
            for index in INDEXES_OF_NAMES:
                cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
            cursor.execute("ANALYZE entities_entity")


# Reading and checking: no database here, for it runs beside the thread that has the connection.


def _read(file: BinaryIO, city: str) -> Iterator[_Batch]:
    with open_table(file, KNOWN) as table:
        places = table.layout.columns
        if missing := [NAMES[name][0] for name in NEEDED if name not in places]:
            raise Unreadable(
                gettext_noop("The file has no column for %(columns)s. Its first row must name the columns."),
                columns=listed(missing),
            )
        earlier, rows = _Earlier(), table.rows()
        while batch := list(islice(rows, BATCH)):
            yield _check(batch, places, city, earlier)


class _Earlier:
    """The codes that the file has named so far, as numbers, because a million texts would take much memory."""

    def __init__(self) -> None:
        self._seen = np.empty(0, dtype=np.int64)

    def repeated(self, found_codes: Sequence[str]) -> list[bool]:
        """Which of the next codes have been named before, here or in an earlier batch."""
        numbers = np.fromiter(map(hash, found_codes), dtype=np.int64, count=len(found_codes))
        again = np.ones(len(numbers), dtype=bool)
        again[np.unique(numbers, return_index=True)[1]] = False
        again |= np.isin(numbers, self._seen)
        self._seen = np.concatenate((self._seen, numbers[~again]))
        return again.tolist()


def _check(
    batch: list[tuple[int, list[str]]], places: dict[str, int], city: str, earlier: _Earlier
) -> _Batch:
    cells = {name: [_at(row, place) for _number, row in batch] for name, place in places.items()}
    rows = _Rows.of([number for number, _row in batch], cells)
    wanted = _wanted(rows.credit_codes, cells.get("city"), city)
    optional = [name for name in places if name not in (*NEEDED, "city")]
    values = {name: _values(name, cells[name]) for name in optional}
    checked = _Batch(len(batch), wanted.count(False), (*ALWAYS, *optional))
    taken = []
    for place in (place for place, is_wanted in enumerate(wanted) if is_wanted):
        if refusal := rows.refusal(place):
            checked.problems.append(rows.problem(place, "error", refusal))
        else:
            taken.append(place)
    for place, repeated in zip(
        taken, earlier.repeated([rows.credit_codes[place] for place in taken]), strict=True
    ):
        if repeated:
            said = _("An earlier row of this file has this code; the first one stands.")
            checked.problems.append(rows.problem(place, "warning", said))
            continue
        unread = [name for name in optional if values[name][place] is _WRONG]
        remarks = [*rows.remarks(place), *(_unread(name, cells[name][place]) for name in unread)]
        checked.problems.extend(rows.problem(place, "warning", said) for said in remarks)
        told = [_blank(name) if name in unread else values[name][place] for name in optional]
        checked.rows.append((*rows.always(place), *told))
    return checked


@dataclass(frozen=True, slots=True)
class _Rows:
    """What every row has, column by column, with what follows from code and name."""

    numbers: list[int]
    credit_codes: list[str]
    names: list[str]
    keys: list[str]
    initials: list[str]
    fits: list[bool]
    fits_inside: list[bool]

    @classmethod
    def of(cls, numbers: list[int], cells: Mapping[str, list[str]]) -> Self:
        found, names = [codes.normalise(code) for code in cells["credit_code"]], cells["name_zh"]
        keys, checks = naming.name_keys(names), codes.check_many(found)
        initials = naming.initials_of_keys(keys)
        return cls(numbers, found, names, keys, initials, checks.outer.tolist(), checks.inner.tolist())

    def problem(self, place: int, level: str, said: str) -> RowProblem:
        """The number of a person is not even repeated."""
        is_person = codes.is_identity_number(self.credit_codes[place])
        code, name = ("", "") if is_person else (self.credit_codes[place], self.names[place])
        return RowProblem(self.numbers[place], code, name, level, said)

    def refusal(self, place: int) -> str:
        return _refusal(self.credit_codes[place], self.fits[place], self.names[place], self.keys[place])

    def remarks(self, place: int) -> list[str]:
        """What is strange about a code that is taken all the same."""
        code = self.credit_codes[place]
        if self.fits_inside[place] and regions.is_known(code[2:8]):
            return []
        return [str(problem) for problem in codes.problems_of(code)]

    def always(self, place: int) -> tuple:
        """The values of the columns `ALWAYS`."""
        code = self.credit_codes[place]
        initials = self.initials[place][: naming.MAX_LENGTH]
        return (code, self.names[place], self.keys[place], initials, code[2:8], regions.district(code[2:8]))


def _refusal(code: str, fits: bool, name: str, key: str) -> str:
    """Why a row cannot come in; "" when it can."""
    if codes.is_identity_number(code):
        return _("A person's identity number; people are not kept here.")
    if not fits:
        return str(codes.problems_of(code)[0])
    if not key or max(len(name), len(key)) > naming.MAX_LENGTH or BROKEN in name:
        return _("The name is missing, damaged or longer than 200 characters.")
    return ""


def _unread(name: str, cell: str) -> str:
    return _("“%(value)s” cannot be read as %(column)s and was left out.") % {
        "value": cell[:40],
        "column": name,
    }


def _blank(column: str) -> str | None:
    """What a column holds where nothing is known."""
    return None if column == "registered_on" else ""


class _Wrong:
    """Stands where a value could not be read."""


_WRONG = _Wrong()


def _at(row: list[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _wanted(found_codes: list[str], cities: list[str] | None, city: str) -> list[bool]:
    if not city:
        return [True] * len(found_codes)
    plain = city.removesuffix("市")
    if cities is not None:
        return [value.removesuffix("市") == plain for value in cities]
    prefixes = {code[:4] for code, name in regions.names().items() if name.removesuffix("市") == plain}
    return [code[2:6] in prefixes for code in found_codes]


def _values(name: str, cells: list[str]) -> list:
    """The cells of an optional column as the table keeps them; `_WRONG` where one cannot be."""
    plain = ["" if cell.upper() in UNKNOWN else cell for cell in cells]
    if name == "registered_on":
        return [_day(cell) for cell in plain]
    longest = LONGEST.get(name)
    return [_WRONG if longest and len(cell) > longest else cell for cell in plain]


def _day(text: str):
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10].replace("/", "-"))
    except ValueError:
        return _WRONG


# Saving


@transaction.atomic
def _save(batch: _Batch, outcome: Outcome) -> None:
    """Write the batch by one COPY and two statements that touch only what differs."""
    refused = {problem.number for problem in batch.problems if problem.level == "error"}
    outcome.read += batch.read
    outcome.elsewhere += batch.elsewhere
    outcome.refused += len(refused)
    outcome.warned += len({problem.number for problem in batch.problems} - refused)
    if not batch.rows:
        return
    with connection.cursor() as cursor:
        _stage(cursor, batch)
        cursor.execute(
            "INSERT INTO entities_formername (entity_id, name, name_key)"
            f" SELECT e.id, e.name_zh, e.name_key FROM entity_stage s CROSS JOIN {THERE}"
            " WHERE e.name_key <> s.name_key ON CONFLICT DO NOTHING"
        )
        cursor.execute(_writing_what_differs(batch.columns))
        new, changed, telling = cursor.fetchone()
    outcome.new += new
    outcome.changed += changed
    outcome.unchanged += len(batch.rows) - new - changed
    if telling:
        records_changed.send(sender=Entity, entity_ids=set(telling))


#: Each row is looked up by its index, whatever the statistics say: OFFSET 0 keeps the planner from reading the whole
#: table for each batch, as it does where it takes a table that was empty for one still so.
THERE = "LATERAL (SELECT * FROM entities_entity WHERE credit_code = s.credit_code OFFSET 0) e"


def _stage(cursor, batch: _Batch) -> None:
    # A column of text that the file leaves empty for an entity is empty in the registry; a day is unknown.
    kinds = ", ".join(f"{name} {'date' if name == 'registered_on' else 'text'}" for name in batch.columns)
    cursor.execute("DROP TABLE IF EXISTS entity_stage")
    cursor.execute(f"CREATE TEMP TABLE entity_stage ({kinds}) ON COMMIT DROP")
    with cursor.copy(f"COPY entity_stage ({', '.join(batch.columns)}) FROM STDIN") as copy:
        for row in batch.rows:
            copy.write_row(row)


def _writing_what_differs(columns: Sequence[str]) -> str:
    """The statement that writes what is staged.

    It answers how many rows are new, how many changed, and the keys of those of which something changed that tells.
    """
    told = [name for name in columns if name != "credit_code"]
    same, same_facts = _same(told), _same([name for name in told if name in TELLING])
    others = [f for f in Entity._meta.local_concrete_fields if not f.primary_key and not f.generated]
    defaults = {f.column: "''" for f in others if not f.null and f.column not in columns}
    defaults |= {"status": f"'{Entity.Status.ACTIVE}'", "created_at": "now()"}
    return (
        f"WITH differing AS MATERIALIZED ("
        f" SELECT s.*, e.id, NOT ({same_facts}) AS tells FROM entity_stage s LEFT JOIN {THERE} ON true"
        f" WHERE e.id IS NULL OR NOT ({same})), "
        f"written AS ("
        f" INSERT INTO entities_entity ({', '.join(columns)}, {', '.join(defaults)})"
        f" SELECT {', '.join(columns)}, {', '.join(defaults.values())} FROM differing ORDER BY credit_code"
        f" ON CONFLICT (credit_code) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in told)}"
        f" RETURNING id, (xmax = 0) AS is_new)"
        f" SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new),"
        f" coalesce(array_agg(id) FILTER (WHERE NOT is_new AND id NOT IN"
        f" (SELECT id FROM differing WHERE id IS NOT NULL AND NOT tells)), '{{}}') FROM written"
    )


def _same(names: Sequence[str]) -> str:
    """Whether the registry has in these columns what is staged."""
    there, staged = (", ".join(f"{table}.{name}" for name in names) for table in ("e", "s"))
    return f"({there}) IS NOT DISTINCT FROM ({staged})"


def write_problems(path: Path):
    """A function that appends problems to a CSV at `path`, opened at the first one; call its `close` at the end."""
    return _ProblemFile(path)


class _ProblemFile:
    """Rows that were refused or remarked on, in a file that spreadsheets open as it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO | None = None
        self._writer: Any = None

    def __call__(self, found: Sequence[RowProblem]) -> None:
        if found and self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow((_("Row"), _("Code"), _("Name"), _("Level"), _("Problem")))
        for problem in found:
            self._writer.writerow(
                (
                    problem.number,
                    harmless(problem.code),
                    harmless(problem.name),
                    problem.level,
                    problem.message,
                )
            )

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
