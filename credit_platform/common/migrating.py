"""Migrates an empty database in a third of the time: with each step only what it changes is made anew.

Django makes a class of each model as it was at a step of the migrations, and after every step makes those anew that are
related to the model which the step changes: nearly all of them. Here the classes that there are follow the step. Steps
that run Python get classes that are all made anew, as ever.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.db.models import Field

#: What only people see of a field; no database knows of it.
WORDS = frozenset({"choices", "error_messages", "help_text", "verbose_name"})


@contextmanager
def fields_taken_apart_once() -> Iterator[None]:
    """What a field is made of is asked once, not for each class that it is put into.

    Fields of a state are replaced and not changed; only where one is renamed are those changed that refer to it.
    """
    usual, rename = Field.clone, ProjectState.rename_field
    known: dict[int, tuple[Field, Any, Any]] = {}

    def clone(field: Field) -> Field:
        if hasattr(field, "model"):  # It belongs to a class already, which may change it.
            return usual(field)
        if id(field) not in known:
            _name, _path, args, kwargs = field.deconstruct()
            known[id(field)] = (field, args, kwargs)  # Kept with it, the field's number is given to no other.
        _field, args, kwargs = known[id(field)]
        return field.__class__(*args, **kwargs)

    def rename_field(state: ProjectState, *args: Any) -> None:
        known.clear()
        rename(state, *args)

    with _replaced(Field, clone=clone), _replaced(ProjectState, rename_field=rename_field):
        yield


@contextmanager
def classes_follow() -> Iterator[None]:
    """A new model or field, an index or a constraint is noted in the classes there are; other words are in none."""
    usual = {
        name: getattr(ProjectState, name)
        for name in ("add_model", "add_field", "alter_field", "_append_option", "_remove_option")
    }

    def add_model(state: ProjectState, model: ModelState) -> None:
        with _without_classes(state) as classes:
            usual["add_model"](state, model)
        if classes:  # No other model can refer to it yet.
            classes.render_multiple([model])

    def add_field(state: ProjectState, app: str, model: str, name: str, *how: Any) -> None:
        with _without_classes(state) as classes:
            usual["add_field"](state, app, model, name, *how)
        if classes:
            classes.get_model(app, model).add_to_class(name, state.models[app, model].fields[name].clone())
            classes.clear_cache()

    def alter_field(state: ProjectState, app: str, model: str, name: str, field: Field, *how: Any) -> None:
        if not _only_words_change(state.models[app, model].fields[name], field):
            usual["alter_field"](state, app, model, name, field, *how)
            return
        with _without_classes(state):  # No step but one that runs Python could ask the classes for words.
            usual["alter_field"](state, app, model, name, field, *how)

    def option(step: str) -> Callable:
        def note(state: ProjectState, app: str, model: str, name: str, which: Any) -> None:
            with _without_classes(state) as classes:
                usual[step](state, app, model, name, which)
            if classes:
                meta = classes.get_model(app, model)._meta
                setattr(meta, name, list(state.models[app, model].options[name]))
                meta.__dict__.pop("total_unique_constraints", None)

        return note

    with _replaced(
        ProjectState,
        add_model=add_model,
        add_field=add_field,
        alter_field=alter_field,
        _append_option=option("_append_option"),
        _remove_option=option("_remove_option"),
    ):
        yield


@contextmanager
def _without_classes(state: ProjectState) -> Iterator[StateApps | None]:
    """Django notes a step in the state alone, where no classes are made of it; those that are follow afterwards."""
    classes = state.__dict__.pop("apps", None)
    yield classes
    if classes is not None:
        state.__dict__["apps"] = classes
        state.is_delayed = True  # Before a step that runs Python all are made anew.


def _only_words_change(old: Field, new: Field) -> bool:
    _old_name, *was, known = old.deconstruct()
    _new_name, *now, changed = new.deconstruct()
    differ = {name for name in known.keys() | changed.keys() if known.get(name) != changed.get(name)}
    # Whether a field has choices decides what its class can do.
    return was == now and differ <= WORDS and bool(old.choices) == bool(new.choices)


@contextmanager
def _replaced(owner: type, **methods: Callable) -> Iterator[None]:
    usual = {name: getattr(owner, name) for name in methods}
    for name, method in methods.items():
        setattr(owner, name, method)
    try:
        yield
    finally:
        for name, method in usual.items():
            setattr(owner, name, method)
