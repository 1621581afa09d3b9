"""Migrating takes ways of its own: it looks for garbage seldom, and models follow each step instead of being made anew."""

import gc

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import models
from django.db.migrations import operations
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState, StateApps
from django.db.models import Field

from credit_platform.common.management.commands.migrate import SELDOM
from credit_platform.common.migrating import WORDS, classes_follow, fields_taken_apart_once

KEY = ("id", models.BigAutoField(primary_key=True))
AMOUNT = models.CheckConstraint(condition=models.Q(amount__gte=0), name="record_amount")
STEPS = (
    operations.CreateModel("Body", [KEY, ("code", models.CharField(max_length=9, unique=True))]),
    operations.CreateModel("Entity", [KEY, ("name", models.CharField(max_length=9))]),
    operations.CreateModel("Record", [KEY, ("entity", models.ForeignKey("city.Entity", models.PROTECT))]),
    operations.AddField("record", "body", models.ForeignKey("city.Body", models.CASCADE, related_name="+")),
    operations.AddField("record", "told", models.ManyToManyField("city.Body", related_name="heard")),
    operations.AddField("record", "amount", models.IntegerField(default=0), preserve_default=False),
    operations.AddField("record", "state", models.CharField(max_length=9, choices=[("a", "A")])),
    operations.AddConstraint("record", AMOUNT),
    operations.AddIndex("record", models.Index(fields=["state"], name="record_state")),
    operations.AddConstraint("record", models.UniqueConstraint(fields=["amount"], name="record_once")),
    operations.AlterField("record", "state", models.CharField("stand", max_length=9, choices=[("b", "B")])),
    operations.AlterField("record", "entity", models.ForeignKey("city.Entity", models.CASCADE, null=True)),
    operations.AlterField("entity", "name", models.CharField(max_length=20, help_text="in full")),
    operations.RenameField("body", "code", "number"),
    operations.AddField(
        "entity", "keeper", models.ForeignKey("city.Body", models.CASCADE, to_field="number")
    ),
    operations.RenameField("body", "number", "letters"),
    operations.RemoveConstraint("record", "record_amount"),
    operations.RemoveField("entity", "name"),
    operations.CreateModel("Case", [KEY, ("record", models.OneToOneField("city.Record", models.CASCADE))]),
)


@pytest.mark.django_db
def test_garbage_is_looked_for_seldom_while_models_are_made_and_as_ever_afterwards(monkeypatch):
    usual, meanwhile = gc.get_threshold(), []

    def fail(*_args, **_options):
        meanwhile.append(gc.get_threshold())
        raise RuntimeError("a migration failed")

    monkeypatch.setattr(migrate.Command, "handle", fail)
    with pytest.raises(RuntimeError, match="a migration failed"):
        call_command("migrate", verbosity=0, skip_checks=True)
    assert meanwhile == [SELDOM]
    assert gc.get_threshold() == usual != SELDOM


@pytest.mark.django_db
@pytest.mark.parametrize("is_empty", [True, False])
def test_only_an_empty_database_is_migrated_by_other_ways_than_djangos(monkeypatch, is_empty):
    usual, meanwhile = Field.clone, []

    def look(*_args, **_options):
        meanwhile.append(Field.clone is not usual)

    monkeypatch.setattr(migrate.Command, "handle", look)
    if is_empty:
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _self: {})
    call_command("migrate", verbosity=0, skip_checks=True)
    assert meanwhile == [is_empty]


def test_after_every_step_the_models_are_what_they_would_be_made_anew():
    state = ProjectState()
    with fields_taken_apart_once(), classes_follow():
        made = state.apps
        for step in STEPS:
            step.state_forwards("city", state)
            assert state.apps is made
            assert _all_of(made) == _all_of(StateApps(set(), state.models)), step.describe()
    assert {"heard", "case"} <= {relation[1] for model in _all_of(made).values() for relation in model[1]}
    # Before a step that runs Python, Django throws them away and makes all of them anew.
    state.clear_delayed_apps_cache()
    assert state.apps is not made


def test_afterwards_django_makes_them_in_its_own_way():
    usual = (
        Field.clone,
        *(vars(ProjectState)[name] for name in ("add_model", "alter_field", "_append_option")),
    )
    with fields_taken_apart_once(), classes_follow():
        assert Field.clone is not usual[0]
    assert usual == (
        Field.clone, *(vars(ProjectState)[name] for name in ("add_model", "alter_field", "_append_option"))
    )  # fmt: skip


def _all_of(apps) -> dict:
    """Each model by its fields without their words, its constraints and indexes, and who refers to it."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        for field in meta.get_fields():
            if field.is_relation:
                assert apps.get_model(field.related_model._meta.label) is field.related_model
        found[meta.label] = (
            [
                (field.name, field.deconstruct()[1], _but_for_words(field))
                for field in sorted(meta.local_fields + meta.local_many_to_many, key=lambda one: one.name)
            ],
            sorted(
                (relation.field.name, relation.get_accessor_name() or "", relation.related_model._meta.label)
                for relation in meta.get_fields(include_hidden=True)
                if relation.auto_created and relation.is_relation and not relation.concrete
            ),
            [one.deconstruct() for one in (*meta.constraints, *meta.indexes)],
        )
    return found


def _but_for_words(field: Field) -> dict:
    return {name: said for name, said in field.deconstruct()[3].items() if name not in WORDS}
