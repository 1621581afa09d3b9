from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SharingConfig(AppConfig):
    """Who looked at whom, and what bodies hear of the entities they watch."""

    name = "entities.sharing"
    label = "sharing"
    verbose_name = _("Sharing")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from entities.sharing import catalogue_lists, file_lists, keeping_lists, lists, menu

        register_by_importing(self, "audit_verbs", "moves", "notices")
        menu.offer()
        lists.offer()
        catalogue_lists.offer()
        file_lists.offer()
        keeping_lists.offer()
