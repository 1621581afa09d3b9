"""How many tax points a breach takes off and how many come back: worked out by the published scheme that a rule names.

The table stands in the scheme (`evaluation/schemes`) and nowhere else. What is asked here is what the scheme makes of
one record, corrected on this day or on that, as `manage.py rate_file` would; so a repair gives back what the grade counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from evaluation.files import BadRows, rate_rows, read_document
from evaluation.schemes import SchemeDocument
from evaluation.schemes.compiled import compile_scheme

#: The components of the schemes of tax credit.
OFF, BACK = "breaches", "repair"


@dataclass(frozen=True, slots=True)
class Points:
    """What a breach takes off and what comes back of it; None where the scheme does not know."""

    off: Decimal | None
    back: Decimal | None


@dataclass(frozen=True, slots=True)
class Step:
    """So many points come back for whoever corrects by this day; None: ever after."""

    until: date | None
    back: Decimal


def points_of(scheme: str, breach: Mapping[str, str], on: date, corrected_on: date | None) -> Points:
    """What the scheme makes of a breach of that day with these details, corrected on the other day or not yet."""
    return _rated(scheme, breach, on, [corrected_on])[0]


def last_day(on: date) -> date:
    """The last day on which a grade counts a breach of that day: the next year is when the grade of its year is given."""
    return date(on.year + 1, 12, 30)


def table_of(scheme: str, breach: Mapping[str, str], on: date) -> list[Step]:
    """By when it has to be corrected for how many points, the most first, in days of the calendar.

    It is worked out day by day as long as a grade counts the breach; after that nothing comes back. Empty where the
    scheme does not know.
    """
    days = [on + timedelta(days=more) for more in range((last_day(on) - on).days + 2)]
    back = [points.back for points in _rated(scheme, breach, on, days)]
    if None in back:
        return []
    ends = [place for place in range(len(days) - 1) if back[place] != back[place + 1]]
    return [*(Step(days[place], back[place]) for place in ends), Step(None, back[-1])]


def _rated(
    scheme: str, breach: Mapping[str, str], on: date, corrected: Iterable[date | None]
) -> list[Points]:
    document, facts = _scheme(scheme)
    common = {"type": "tax-breach", "decided": on.isoformat(), "months": "", "tax_amount": "", **breach}
    rows = [
        common | {"entity": f"{place:06}", "corrected_on": day.isoformat() if day else ""}
        for place, day in enumerate(corrected)
    ]
    entities = [dict.fromkeys(facts, "") | {"entity": row["entity"]} for row in rows]
    try:
        rated = list(rate_rows(document, rows, entities, last_day(on)))
    except BadRows:  # What was handed in as a number is none: nobody knows, and the page says so.
        return [Points(None, None) for _row in rows]
    return [Points(_taken(row.values[OFF]), row.values[BACK]) for row in rated]


def _taken(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value


@lru_cache(maxsize=8)
def _scheme(code: str) -> tuple[SchemeDocument, frozenset[str]]:
    """The document, and the facts of entities that it asks for."""
    document = read_document(code)
    words = compile_scheme(document).vocabulary
    facts = {*words.facts, *words.fact_numbers, *words.fact_dates, *words.fact_keys}
    return document, frozenset(facts - {"section", "division"})
