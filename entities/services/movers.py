"""The registry of movers: how the rows that hang on an entity go to another one, and come back.

Every relation to `Entity` has one. Apps register theirs in `AppConfig.ready()`; a test over `_meta` fails for a
relation that has none, so nobody's rows are forgotten.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core import serializers
from django.db import models
from django.utils.functional import Promise

from entities.services.head_offices import offices_above

HEAD_OFFICE = "entities.Entity.head_office"
#: A relation as it is named everywhere: app.Model.field.
Relation = str


@dataclass(frozen=True, slots=True)
class Mover:
    """How the rows of one relation move.

    Args:
        relation: app.Model.field.
        label: what the rows are called in a preview, lazily translated.
        stays: the rows stay with the entity that they were written of, because they tell of it as it was then.
        unique_with: what may stand once with an entity; where the receiving one has it already, the row is put
            aside and comes back when the move is undone.
        unique_where: only rows with these values meet each other (as `{"left_on": None}`).
        stays_where_met: a row that meets one stays where it is instead of being put aside, because it has a history of
            its own that is never deleted.
        follows: a field that points to a record: in a splitting, the rows go where their record goes.
        aside: all rows are put aside, because they are worked out anew.
        offered: whether a splitting lets its rows be chosen one by one.
    """

    relation: Relation
    label: str | Promise
    stays: bool = False
    unique_with: tuple[str, ...] = ()
    unique_where: tuple[tuple[str, Any], ...] = ()
    stays_where_met: bool = False
    follows: str = ""
    aside: bool = False
    offered: bool = False

    @property
    def model(self) -> type[models.Model]:
        app_label, model_name, _field = self.relation.split(".")
        return apps.get_model(app_label, model_name)

    @property
    def field(self) -> str:
        return self.relation.split(".")[2]

    def rows(self, entity_id: int) -> models.QuerySet:
        """All rows of the entity, merged ones included."""
        return self.model._base_manager.filter(**{f"{self.field}_id": entity_id}).order_by("pk")


_movers: dict[Relation, Mover] = {}


def register_mover(relation: Relation, *, label: str | Promise, **how) -> None:
    """Say how the rows of a relation move. The same relation again replaces it."""
    _movers[relation] = Mover(relation, label, **how)


def movers() -> list[Mover]:
    """All movers, in the order in which they were registered."""
    return list(_movers.values())


def relations_to_entity() -> set[Relation]:
    """Every relation of any model to `Entity`, as movers name them."""
    entity = apps.get_model("entities", "Entity")
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
        if field.is_relation and field.related_model is entity
    }


@dataclass(frozen=True, slots=True)
class Step:
    """What one mover did: keys of the rows that were moved, and the rows that were put aside, whole."""

    relation: Relation
    moved: list
    aside: list[dict]

    def as_json(self) -> dict:
        return {"relation": self.relation, "moved": self.moved, "aside": self.aside}


@dataclass(frozen=True, slots=True)
class Planned:
    """What one mover would do; the preview shows it, and the move does it."""

    mover: Mover
    moving: list
    aside: list
    staying: int


def plan(
    mover: Mover, source: int, target: int, chosen: Collection | None, records: Collection | None
) -> Planned:
    """What would become of the rows of a relation.

    Args:
        chosen: of a splitting the keys of the rows chosen; None for all of them.
        records: of a splitting the keys of the records that move; None for all.
    """
    rows = mover.rows(source)
    if records is not None:
        rows = (
            rows.filter(**{f"{mover.follows}__in": records})
            if mover.follows
            else rows.filter(pk__in=chosen or ())
        )
    keys = list(rows.values_list("pk", flat=True))
    if mover.stays:
        return Planned(mover, [], [], len(keys))
    if mover.aside:
        return Planned(mover, [], keys if records is None else [], 0)
    there = _meeting(mover, mover.rows(target))
    meets = {
        key: place in there if mover.unique_with else False for key, place in _places(mover, rows).items()
    } | dict.fromkeys(_above_what_receives(mover, keys, target), True)
    met = [key for key in keys if meets.get(key)]
    moving = [key for key in keys if not meets.get(key)]
    return Planned(mover, moving, [], len(met)) if mover.stays_where_met else Planned(mover, moving, met, 0)


def _above_what_receives(mover: Mover, keys: Sequence, target: int) -> set:
    """Of branches, the receiving entity itself and those that stand above it: they cannot come to stand below it."""
    if mover.relation != HEAD_OFFICE or not keys:
        return set()
    return {target, *offices_above(target)} & set(keys)


def _meeting(mover: Mover, rows: models.QuerySet) -> set[tuple]:
    return set(_places(mover, rows).values())


def _places(mover: Mover, rows: models.QuerySet) -> dict[Any, tuple]:
    """By key, what may stand once with an entity."""
    if not mover.unique_with:
        return {}
    rows = rows.filter(**dict(mover.unique_where))
    return {key: tuple(place) for key, *place in rows.values_list("pk", *mover.unique_with)}


def carry_out(planned: Planned, target: int) -> Step:
    """Move the rows and put aside those that meet one; returns what is needed to undo it."""
    mover = planned.mover
    moved = mover.model._base_manager.filter(pk__in=planned.moving)
    moved.update(**{f"{mover.field}_id": target})
    if mover.model._meta.label == "entities.Entity":
        # The entity itself is not taken away; it only loses its head office.
        mover.model._base_manager.filter(pk__in=planned.aside).update(**{f"{mover.field}_id": None})
        aside = [{"pk": key} for key in planned.aside]
    else:
        rows = mover.model._base_manager.filter(pk__in=planned.aside)
        aside = serializers.serialize("python", rows)
        rows.delete()
    return Step(mover.relation, planned.moving, _plain(aside))


def undo(step: dict, source: int, target: int) -> None:
    """Give back what a step moved, as far as it still stands where it was put; and what it put aside."""
    mover = _movers[step["relation"]]
    rows = mover.model._base_manager.filter(pk__in=step["moved"], **{f"{mover.field}_id": target})
    rows.update(**{f"{mover.field}_id": source})
    if mover.model._meta.label == "entities.Entity":
        keys = [row["pk"] for row in step["aside"]]
        mover.model._base_manager.filter(pk__in=keys).update(**{f"{mover.field}_id": source})
        return
    for restored in serializers.deserialize("python", step["aside"]):
        restored.save()


def _plain(rows: Sequence[dict]) -> list[dict]:
    """Rows as JSON takes them: days and amounts as text, which `deserialize` reads back."""
    return [
        {**row, "fields": {name: _text(value) for name, value in row["fields"].items()}}
        if "fields" in row
        else row
        for row in rows
    ]


def _text(value):
    return value if isinstance(value, str | int | bool | list | dict | type(None)) else str(value)
