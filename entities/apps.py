from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = _("Credit registry")

    def ready(self) -> None:
        from credit_platform.audit import access
        from credit_platform.common.registering import register_by_importing
        from entities import industries, looks, menu

        register_by_importing(self, "audit_verbs", "moves", "notices")
        access.register(what_is_seen=looks.what_is_seen, on_behalf=looks.on_behalf)
        checks.register(industries.table_can_be_read)
        menu.offer()
