"""Migrating looks for garbage seldom, and leaves Python's own ways as they were."""

import gc

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate

from credit_platform.common.management.commands.migrate import SELDOM


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
