"""Columns for tests of the kernel, written by hand: no database."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np

from evaluation.columns import (
    CLASSES,
    FOREVER,
    NO_DAY,
    NUMBER_PLACES,
    STANDINGS,
    UNKNOWN,
    Columns,
    Facts,
    Vocabulary,
)


@dataclass(frozen=True)
class Row:
    """A record as a test writes it; by default one that counts on every day since 2000."""

    entity: int = 1
    record: int = 1
    type: str = "penalty"
    market: bool = False
    severity: str = "general"
    kinds: tuple[str, ...] = ()
    decided: date = date(2026, 11, 1)
    until: date = FOREVER
    published: date | None = None
    ended: date = FOREVER
    standing: str = "published"
    objected: bool = False
    #: Words, numbers, days and keys by field, as the details hold them.
    values: dict[str, object] = field(default_factory=dict)


def number(value: object) -> int:
    """A number as columns hold it."""
    return int(UNKNOWN) if value is None else int(Decimal(str(value)).scaleb(NUMBER_PLACES))


def columns(
    rows: list[Row],
    vocabulary: Vocabulary,
    entities: tuple[int, ...] = (),
    facts: dict[int, dict[str, object]] | None = None,
) -> Columns:
    """The columns that `frames` would make of such records, and of such facts by entity."""
    texts: dict[str, int] = {"": 0}

    def key(value: object) -> int:
        return texts.setdefault("" if value is None else str(value), len(texts))

    def place(word: str, words: tuple[str, ...]) -> int:
        return words.index(word) + 1 if word in words else 0

    return Columns.of(
        {*entities, *(row.entity for row in rows)},
        vocabulary,
        entity=np.array([row.entity for row in rows], np.int64),
        values={
            name: np.array([place(row.values.get(name, ""), words) for row in rows], np.int64)
            for name, words in vocabulary.fields.items()
        },
        numbers={
            name: np.array([number(row.values.get(name)) for row in rows], np.int64)
            for name in vocabulary.numbers
        },
        dates={
            name: np.array([row.values.get(name) or NO_DAY for row in rows], "M8[D]")
            for name in vocabulary.dates
        },
        keys={
            name: np.array([key(row.values.get(name)) for row in rows], np.int64) for name in vocabulary.keys
        },
        facts=_facts(facts, vocabulary, key) if facts is not None else None,
        record=np.array([row.record for row in rows], np.int64),
        type=np.array([place(row.type, vocabulary.types) for row in rows], np.int64),
        market=np.array([row.market for row in rows], bool),
        severity=np.array([CLASSES.index(row.severity) for row in rows], np.int64),
        penalty_kinds=np.array(
            [
                sum(1 << bit for bit, kind in enumerate(vocabulary.penalty_kinds) if kind in row.kinds)
                for row in rows
            ],
            np.int64,
        ),
        decided=np.array([row.decided for row in rows], "M8[D]"),
        published=np.array([row.published or row.decided for row in rows], "M8[D]"),
        until=np.array([row.until for row in rows], "M8[D]"),
        ended=np.array([row.ended for row in rows], "M8[D]"),
        standing=np.array([STANDINGS.index(row.standing) for row in rows], np.int64),
        objected=np.array([row.objected for row in rows], bool),
    )


def _facts(facts, vocabulary, key) -> tuple[np.ndarray, Facts]:
    known = list(facts.values())
    return np.array(list(facts), np.int64), Facts(
        words={
            name: np.array(
                [words.index(one[name]) + 1 if one.get(name) in words else 0 for one in known], np.int64
            )
            for name, words in vocabulary.facts.items()
        },
        numbers={
            name: np.array([number(one.get(name)) for one in known], np.int64)
            for name in vocabulary.fact_numbers
        },
        dates={
            name: np.array([one.get(name) or NO_DAY for one in known], "M8[D]")
            for name in vocabulary.fact_dates
        },
        keys={
            name: np.array([key(one.get(name)) for one in known], np.int64) for name in vocabulary.fact_keys
        },
    )


def document(*components: dict, **changes) -> dict:
    """A small scheme: starts at 80, A from 90, B from 75, C from 55, looks at penalties, a list, tax grades, talk."""
    words = {"zh": "字", "en": "Words"}
    return {
        "language": 2,
        "family": "evaluation",
        "seen_by": {"basis": words},
        "purpose": words,
        "basis": words,
        "figures": words,
        "scale_article": "4",
        "scale": [
            {"letter": "A", "from": 90, "meaning": words},
            {"letter": "B", "from": 75, "meaning": words},
            {"letter": "C", "from": 55, "meaning": words},
            {"letter": "D", "meaning": words},
        ],
        "floor": 0,
        "ceiling": 100,
        "rounding": "0.1",
        "considered": {"article": "1", "types": ["penalty", "list", "tax", "inspection"]},
        "enough": {"article": "2", "records": 1},
        "start": {"article": "3", "points": 80},
        "components": [part(one, f"i-{n}") for n, one in enumerate(components)],
    } | changes


def part(one: dict, code: str) -> dict:
    """A component or rule with the name and article that a test does not care about."""
    return {"code": code, "name": {"zh": "字", "en": "Words"}, "article": "5", **one}


def rules(*several: dict) -> list[dict]:
    """Rules by what they say."""
    return [part(one, f"r-{n}") for n, one in enumerate(several)]


#: The usual component of these tests.
PENALTIES = {
    "kind": "records",
    "records": {"types": ["penalty"]},
    "each": {"by": "class", "gives": {"minor": -2, "general": -10, "serious": -20}},
}
