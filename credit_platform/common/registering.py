"""How an app makes known what it has, once, when the platform starts."""

from importlib import import_module

from django.apps import AppConfig


def register_by_importing(config: AppConfig, *modules: str) -> None:
    """Import modules of an app that register what they hold by being imported: verbs, movers, notices, receivers.

    For `AppConfig.ready`. What is registered by a call is called there and needs no mention here.
    """
    for name in modules:
        import_module(f"{config.name}.{name}")
