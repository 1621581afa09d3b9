"""What hangs on a record, and what becomes of it when the record is archived or deleted.

Every relation to `CreditRecord` is named here by its app, in `AppConfig.ready()`; a test over `_meta` fails for one
that is not, so nobody's rows are forgotten. Hanging rows hold a record back, are erased with it, or stay as they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.apps import apps
from django.db.models import Q
from django.utils.functional import Promise

#: A relation as movers name it: app.Model.field.
Relation = str


class Fate(StrEnum):
    """What becomes of the rows."""

    ERASED = "erased"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Hanging:
    """How the rows of one relation go with their record.

    Args:
        relation: app.Model.field.
        fate: what becomes of them when the record is deleted.
        why: for what stays, why it may; for a reader, lazily translated.
        erase: for what is erased, the act: takes the keys of records, in the transaction that deletes them.
    """

    relation: Relation
    fate: Fate
    why: str | Promise = ""
    erase: Callable[[Sequence[int]], None] | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason for which a record is neither archived nor deleted.

    Args:
        code: what the report keeps.
        label: what its reader sees, lazily translated.
        condition: the records held, as a condition on them; asked anew each time, by the kind of what is due.
    """

    code: str
    label: str | Promise
    condition: Callable[[str], Q]


_hanging: dict[Relation, Hanging] = {}
_holds: dict[str, Hold] = {}


def register_hanging(relation: Relation, fate: Fate, *, why: str | Promise = "", erase=None) -> None:
    """Say what becomes of the rows of a relation. The same relation again replaces it."""
    if (fate == Fate.ERASED) != (erase is not None):
        raise ValueError(f"Whatever is erased has an act that does it, and nothing else has: {relation}.")
    _hanging[relation] = Hanging(relation, fate, why, erase)


def register_hold(code: str, label: str | Promise, condition: Callable[[str], Q]) -> None:
    """Say what holds records back. The same code again replaces it."""
    _holds[code] = Hold(code, label, condition)


def all_hanging() -> list[Hanging]:
    return list(_hanging.values())


def holds() -> list[Hold]:
    """In the order in which they were registered."""
    return list(_holds.values())


def label_of_hold(code: str) -> str:
    """What a reader calls the reason; of one that no app gives any more, its code."""
    return str(_holds[code].label) if code in _holds else code


def relations_to_records() -> set[Relation]:
    """Every relation of any model to `CreditRecord`."""
    record = apps.get_model("entities", "CreditRecord")
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
        if field.is_relation and field.related_model is record
    }
