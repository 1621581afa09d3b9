"""Arrows point down. Import contracts hold the imports; this holds the foreign keys, which can hide in a string."""

import pytest
from django.apps import apps

#: From the floor up. An app may point to its own level's app only if it is itself, and to any lower level.
LEVELS = (
    {"auth", "contenttypes", "sessions", "guardian", "account", "mfa"},
    {"ui", "common"},
    {"accounts"},
    {"audit", "oauth2_provider"},
    {"entities"},
    {"sharing", "systems", "statements", "retention", "commitments", "texting", "invitations", "people"},
    {"quality"},
    {
        "evaluation",
        "agencies",
        "market_supervision",
        "tax",
        "customs",
        "financial_supervision",
        "measures",
        "associations",
    },
    {"composing", "boards", "courses", "exchange", "forewarning"},
    {"supervision"},
    {"repair"},
    {"proof"},
    {"helping", "joint", "letters", "missing", "sections", "wordings"},
    {
        "portal",
        "credit_reports",
        "public_reports",
        "held_data",
        "credit_checks",
        "stories",
        "integrity_calendar",
        "governance",
    },
)
LEVEL_OF = {label: level for level, labels in enumerate(LEVELS) for label in labels}
OURS = [
    model
    for model in apps.get_models()
    if not model.__module__.startswith(("django.", "allauth.", "guardian."))
]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_foreign_key_points_up(model):
    own = model._meta.app_label
    for field in model._meta.get_fields():
        if not field.is_relation or field.auto_created or field.related_model is None:
            continue
        target = field.related_model._meta.app_label
        allowed = target == own or LEVEL_OF[target] < LEVEL_OF[own]
        # Roles and object permissions of Django's own user model sit on the account.
        assert allowed, f"{model._meta.label}.{field.name} points up to {field.related_model._meta.label}"


def test_every_app_of_ours_has_its_level():
    ours = {
        config.label for config in apps.get_app_configs() if not config.module.__file__.count("site-packages")
    }
    assert ours <= set(LEVEL_OF), "Give the new app its place in the arrows."
