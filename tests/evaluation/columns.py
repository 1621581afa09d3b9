"""Columns for tests of the kernel, written by hand: no database."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from evaluation.columns import CLASSES, FOREVER, STANDINGS, Columns, Vocabulary


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
    values: dict[str, str] = field(default_factory=dict)


def columns(rows: list[Row], vocabulary: Vocabulary, entities: tuple[int, ...] = ()) -> Columns:
    """The columns that `frames` would make of such records."""

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


def document(*indicators: dict, **changes) -> dict:
    """A small scheme: starts at 80, A from 90, B from 75, C from 55, looks at penalties, a list, tax grades, talk."""
    words = {"zh": "字", "en": "Words"}
    return {
        "language": 1,
        "purpose": words,
        "basis": words,
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
        "indicators": [
            {"code": f"i-{n}", "name": words, "article": "5", **one} for n, one in enumerate(indicators)
        ],
    } | changes


#: The usual indicator of these tests.
PENALTIES = {
    "kind": "weighted-count",
    "records": {"types": ["penalty"]},
    "points": {"minor": -2, "general": -10, "serious": -20},
}
