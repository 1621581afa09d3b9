"""What else is kept for a time that no law names: papers, which are no records.

Apps that stand higher register theirs in `AppConfig.ready()`. Of each the lead office sets from which day on it is
kept for how many months (`KeepingPeriod`); until it does, nothing of it is deleted, and the report says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Other:
    """Papers of one kind.

    Args:
        code: what periods and the report keep.
        label: what a reader sees, lazily translated.
        counts_from: on which day the period begins.
        left: what of them goes when it is over, and what stays.
        over: the rows over on that day or before and not deleted yet; can be locked, so without grouping.
        delete: the act: takes rows and the day, in the transaction that counts them.
    """

    code: str
    label: str | Promise
    counts_from: str | Promise
    left: str | Promise
    over: Callable[[date], QuerySet]
    delete: Callable[[Sequence[Any], date], None]


_others: dict[str, Other] = {}


def register_other(other: Other) -> None:
    """Say what becomes of papers of a kind. The same code again replaces it."""
    _others[other.code] = other


def all_others() -> list[Other]:
    """In the order in which they were registered."""
    return list(_others.values())


def label_of_other(code: str) -> str:
    """What a reader calls it; of papers that no app has any more, their code."""
    return str(_others[code].label) if code in _others else code
