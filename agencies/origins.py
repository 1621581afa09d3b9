"""From what a record that is typed comes, where an app above sent the clerk to the form: it notes what became of it.

The address of the form says so: `?from=public-report:JB-2026-11-0004`. What is named there is asked anew when
the record is saved, in the same transaction; an address gives nobody a right.
"""

from collections.abc import Callable
from dataclasses import dataclass

from entities.models import CreditRecord


@dataclass(frozen=True, slots=True)
class Origin:
    """One kind of thing that records come from.

    Args:
        code: what stands before the colon.
        told: `told(user, key)` gives the sentence above the form; "" for what this user does not know of.
        note: `note(by=…, key=…, record=…)` keeps that the record came of it.
    """

    code: str
    told: Callable[..., str]
    note: Callable[..., None]


@dataclass(frozen=True, slots=True)
class Named:
    """What an address names."""

    origin: Origin
    key: str

    def told_to(self, user) -> str:
        return self.origin.told(user, self.key)

    def note(self, *, by, record: CreditRecord) -> None:
        self.origin.note(by=by, key=self.key, record=record)


_origins: dict[str, Origin] = {}


def register(origin: Origin) -> None:
    """Called in `AppConfig.ready()`. The same code again replaces it."""
    _origins[origin.code] = origin


def named_in(text: str) -> Named | None:
    """What is named so; None for nothing, and for what no app knows."""
    code, _colon, key = text.partition(":")
    origin = _origins.get(code)
    return Named(origin, key) if origin and key else None
