from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SystemsConfig(AppConfig):
    name = "entities.systems"
    verbose_name = _("Connected systems")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from entities.systems import lists, menu

        register_by_importing(self, "audit_verbs", "schema")
        menu.offer()
        lists.offer()
