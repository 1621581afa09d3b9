"""Schemes on given rows: records and entities from CSV files, without the registry.

For whoever has a published method and its data, and for tests against published results. The columns of the
files and what stands in them is written in `docs/scheme-language.md`.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np

from evaluation import exact, kernel
from evaluation.columns import (
    CLASSES,
    FOREVER,
    NO_DAY,
    NUMBER_PLACES,
    STANDINGS,
    UNKNOWN,
    Columns,
    Facts,
    Ints,
    Vocabulary,
)
from evaluation.kernel import NOT_RATED
from evaluation.schemes.compiled import CompiledScheme, compile_scheme
from evaluation.schemes.document import SchemeDocument
from evaluation.schemes.shipped import FOLDER, ShippedScheme

#: Columns of a file of records that are the record's own; all others are fields of its details.
OWN = frozenset(
    {
        "entity", "record", "type", "market", "class", "penalty_kinds", "decided", "published", "until", "ended",
        "status", "objected", "document_number",
    }
)  # fmt: skip
YES = frozenset({"1", "yes", "true", "y", "是"})
NO = frozenset({"", "0", "no", "false", "n", "否"})
#: Problems beyond so many are counted, not listed.
PROBLEMS_SHOWN = 50
LARGEST = Decimal(10) ** 14


class BadRows(ValueError):
    """The files do not say what the scheme needs; `problems` has a sentence for each place, with its line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        shown = problems[:PROBLEMS_SHOWN]
        if len(problems) > len(shown):
            shown = [*shown, f"and {len(problems) - len(shown)} more"]
        super().__init__("\n".join(shown))


@dataclass(frozen=True, slots=True)
class RatedRow:
    """What a scheme makes of one entity. `values` are those of all components by code; None where unknown."""

    entity: str
    grade: str
    points: Decimal | None
    counted: int
    values: dict[str, Decimal | None]
    #: The entity's own line of the file of entities, as text.
    given: dict[str, str]


def read_document(scheme: str) -> SchemeDocument:
    """A scheme by the code of one that comes with the platform, or from a file: with what stands around it, or bare."""
    path = FOLDER / f"{scheme}.json"
    content = json.loads((path if path.exists() else Path(scheme)).read_text(encoding="utf-8"))
    if "document" in content:
        return ShippedScheme.model_validate(content).document
    return SchemeDocument.model_validate(content)


def rate_rows(
    document: SchemeDocument,
    records: Iterable[dict[str, str]],
    entities: Iterable[dict[str, str]] | None,
    as_of: date,
) -> Iterator[RatedRow]:
    """Rate rows as `csv.DictReader` gives them; raises `BadRows` with all problems at once.

    Entities come out in the order of their names. Without rows of entities they are those of the records. An
    entity with a day of its own in the column `as_of` is rated for that day, among those of the same day.
    """
    scheme, records = compile_scheme(document), list(records)
    entities = None if entities is None else list(entities)
    whole = _Files(scheme, as_of).read(records, entities)
    by_day: dict[date, list[dict[str, str]]] = {}
    for row in entities or ():
        by_day.setdefault(_own_day(row, as_of), []).append(row)
    if set(by_day) <= {as_of}:
        return iter(_rated(scheme, *whole, as_of))
    rated: list[RatedRow] = []
    for day, several in by_day.items():
        names = {row["entity"] for row in several}
        theirs = [row for row in records if row["entity"] in names]
        rated += _rated(scheme, *_Files(scheme, day).read(theirs, several), day)
    return iter(sorted(rated, key=lambda row: row.entity))


def _own_day(row: dict[str, str], otherwise: date) -> date:
    return date.fromisoformat(row["as_of"]) if row.get("as_of") else otherwise


def _rated(
    scheme: CompiledScheme,
    columns: Columns,
    names: list[str],
    given: dict[str, dict[str, str]],
    as_of: date,
) -> Iterator[RatedRow]:
    result = kernel.explain(columns, scheme, as_of)
    values = {code: numbers.decimals() for code, numbers in result.values.items()}
    letters = (*scheme.letters, "")
    for place, name in enumerate(names):
        rated = int(result.ratings.place[place])
        yield RatedRow(
            entity=name,
            grade=letters[rated],
            points=None if rated == NOT_RATED else values["total"][place],
            counted=int(result.ratings.counted[place]),
            values={one.code: values[one.code][place] for one in scheme.components},
            given=given.get(name, {}),
        )


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a head, in UTF-8."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file)]


@dataclass
class _Files:
    """Files being read, with all that was found wrong in them."""

    scheme: CompiledScheme
    as_of: date
    problems: list[str] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=lambda: {"": 0})

    @property
    def words(self) -> Vocabulary:
        return self.scheme.vocabulary

    def read(
        self, records: list[dict[str, str]], entities: list[dict[str, str]] | None
    ) -> tuple[Columns, list[str], dict[str, dict[str, str]]]:
        given = self._entities(entities)
        self._columns_are_there(records, entities)
        self._records_are_told_apart(records)
        names = sorted(given) if entities is not None else sorted({row.get("entity", "") for row in records})
        place = {name: number for number, name in enumerate(names)}
        for line, row in enumerate(records, 2):
            if row.get("entity", "") not in place:
                self.problems.append(f"records, line {line}: no entity “{row.get('entity', '')}”")
        if self.problems:
            raise BadRows(self.problems)
        columns = self._columns(records, place, [given.get(name, {}) for name in names])
        if self.problems:
            raise BadRows(self.problems)
        return columns, names, given

    def _entities(self, entities: list[dict[str, str]] | None) -> dict[str, dict[str, str]]:
        given: dict[str, dict[str, str]] = {}
        for line, row in enumerate(entities or (), 2):
            name = row.get("entity", "")
            self._read("entities", line, "as_of", row.get("as_of", ""), _day)
            if not name or name in given:
                self.problems.append(f"entities, line {line}: “{name}” is empty or stands twice")
            given[name] = row
        return given

    def _columns_are_there(
        self, records: list[dict[str, str]], entities: list[dict[str, str]] | None
    ) -> None:
        """A column that the scheme reads and no file has is a mistake in its name, more often than nothing known."""
        fields = {*self.words.fields, *self.words.numbers, *self.words.dates}
        fields |= {name.replace("document-number", "document_number") for name in self.words.keys}
        if records:
            self._missing("records", {"entity", *fields} - {""}, records[0])
            if len(self.words.types) > 1:
                self._missing("records", {"type"}, records[0])
        facts = {*self.words.facts, *self.words.fact_numbers, *self.words.fact_dates, *self.words.fact_keys}
        facts -= {"section", "division"}
        if facts and entities is None:
            self.problems.append(
                f"The scheme asks for facts ({', '.join(sorted(facts))}) and no entities are given."
            )
        elif entities:
            self._missing("entities", {"entity", *facts}, entities[0])

    def _missing(self, which: str, needed: set[str], row: dict[str, str]) -> None:
        self.problems += [f"{which}: there is no column “{name}”" for name in sorted(needed - row.keys())]

    def _records_are_told_apart(self, records: list[dict[str, str]]) -> None:
        seen: set[str] = set()
        for line, row in enumerate(records, 2):
            key = row.get("record", "")
            if key and key in seen:
                self.problems.append(f"records, line {line}: record “{key}” stands twice")
            seen.add(key)

    def _columns(self, records: list[dict[str, str]], place: dict[str, int], facts: list[dict]) -> Columns:
        words = self.words
        only_type = words.types[0] if len(words.types) == 1 else ""

        def column(name: str, reader: Callable[[str], Any], otherwise: str = "") -> list:
            return [
                self._read("records", line, name, row.get(name) or otherwise, reader)
                for line, row in enumerate(records, 2)
            ]

        keys = {name: name.replace("document-number", "document_number") for name in words.keys}
        return Columns.of(
            range(len(place)),
            words,
            entity=np.array([place[row["entity"]] for row in records], np.int64),
            # Without keys of their own records are told apart by their lines.
            record=self._record_keys(records),
            type=_codes(column("type", str, only_type), words.types),
            market=np.array(column("market", _yes), bool),
            severity=np.array(column("class", CLASSES.index), np.int64),
            penalty_kinds=np.array(column("penalty_kinds", self._kinds), np.int64),
            decided=_dates(column("decided", date.fromisoformat, self.as_of.isoformat())),
            published=_dates(
                [
                    self._read("records", line, "published", said, date.fromisoformat)
                    for line, said in enumerate(
                        (row.get("published") or row.get("decided") or self.as_of.isoformat() for row in records), 2
                    )
                ]
            ),
            until=_dates(column("until", date.fromisoformat, FOREVER.isoformat())),
            ended=_dates(column("ended", date.fromisoformat, FOREVER.isoformat())),
            standing=np.array(column("status", STANDINGS.index, STANDINGS[0]), np.int64),
            objected=np.array(column("objected", _yes), bool),
            values={name: _codes(column(name, str), known) for name, known in words.fields.items()},
            **_numbered(words.numbers, column),
            dates={name: _dates(column(name, _day)) for name in words.dates},
            keys={name: np.array(column(own, self._text), np.int64) for name, own in keys.items()},
            facts=(np.arange(len(place)), self._facts(facts)),
        )  # fmt: skip

    def _facts(self, rows: list[dict[str, str]]) -> Facts:
        words = self.words

        def column(name: str, reader: Callable[[str], Any]) -> list:
            return [
                self._read("entities", line, name, _fact(row, name), reader)
                for line, row in enumerate(rows, 2)
            ]

        return Facts(
            words={name: _codes(column(name, str), known) for name, known in words.facts.items()},
            **_numbered(words.fact_numbers, column),
            dates={name: _dates(column(name, _day)) for name in words.fact_dates},
            keys={name: np.array(column(name, self._text), np.int64) for name in words.fact_keys},
        )

    def _record_keys(self, records: list[dict[str, str]]) -> Ints:
        """Numbers in the order of the records' own keys, where they have them, or else of their lines."""
        names = [row.get("record", "") for row in records]
        if not all(names):
            return np.arange(len(records))
        if all(name.isdecimal() and len(name) < 18 for name in names):
            return np.array([int(name) for name in names], np.int64)
        return np.unique(np.array(names, object), return_inverse=True)[1].astype(np.int64)

    def _read(self, which: str, line: int, name: str, said: str, reader: Callable[[str], Any]) -> Any:
        try:
            return reader(said.strip())
        except (ValueError, InvalidOperation):
            self.problems.append(f"{which}, line {line}, {name}: “{said}” cannot be read")
            return None if reader in {_day, date.fromisoformat} else 0

    def _kinds(self, said: str) -> int:
        named = {one.strip() for one in said.replace("|", ";").split(";")}
        return sum(1 << bit for bit, kind in enumerate(self.words.penalty_kinds) if kind in named)

    def _text(self, said: str) -> int:
        return self.texts.setdefault(said, len(self.texts))


def _fact(row: dict[str, str], name: str) -> str:
    if name in {"section", "division"} and name not in row:
        return row.get("industry", "")[: 1 if name == "section" else 3]
    return row.get(name, "")


def _codes(words: list[str], known: tuple[str, ...]) -> Ints:
    place = {word: number for number, word in enumerate(known, 1)}
    return np.array([place.get(word, 0) for word in words], np.int64)


def _dates(days: list[date | None]) -> np.ndarray:
    return np.array([NO_DAY if day is None else np.datetime64(day, "D") for day in days], "M8[D]")


def _day(said: str) -> date | None:
    return date.fromisoformat(said) if said else None


def _numbered(names: Iterable[str], column: Callable[[str, Callable[[str], Any]], list]) -> dict[str, Any]:
    """Columns of numbers in whole units, and of those that have more than `NUMBER_PLACES` decimal places how many."""
    numbers: dict[str, Ints] = {}
    places: dict[str, int] = {}
    for name in names:
        # In the place of what cannot be read, which is told, stands a 0 that is no decimal.
        found = [None if one is None else Decimal(one) for one in column(name, _number)]
        most = max((exact.decimal_places(one) for one in found if one), default=0)
        if most > NUMBER_PLACES:
            places[name] = most
        units = [int(UNKNOWN) if one is None else int(one.scaleb(max(most, NUMBER_PLACES))) for one in found]
        fits = all(UNKNOWN <= unit < -UNKNOWN for unit in units)
        numbers[name] = np.array(units, np.int64 if fits else object)
    return {"numbers": numbers, "places": places}


def _number(said: str) -> Decimal | None:
    """None where nothing is said. What would not be kept exactly is refused."""
    if not said:
        return None
    number = Decimal(said)
    if not number.is_finite() or abs(number) >= LARGEST or exact.decimal_places(number) > exact.MOST_PLACES:
        raise ValueError(said)
    return number


def _yes(said: str) -> bool:
    if said.lower() not in YES | NO:
        raise ValueError(said)
    return said.lower() in YES
