from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = _("Credit registry")

    def ready(self) -> None:
        from credit_platform.audit import access
        from entities import (  # noqa: F401  (some register themselves)
            audit_verbs,
            industries,
            looks,
            menu,
            moves,
            notices,
        )

        access.register(what_is_seen=looks.what_is_seen, on_behalf=looks.on_behalf)
        checks.register(industries.table_can_be_read)
        menu.offer()
