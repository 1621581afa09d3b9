from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = _("Credit registry")

    def ready(self) -> None:
        from credit_platform.audit import access
        from entities import audit_verbs, looks, menu, moves, notices  # noqa: F401  (they register themselves)

        access.register(what_is_seen=looks.what_is_seen, on_behalf=looks.on_behalf)
        menu.offer()
