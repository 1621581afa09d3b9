from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementsConfig(AppConfig):
    """What entities say of themselves beside the records about them."""

    name = "entities.statements"
    label = "statements"
    verbose_name = _("Statements of entities")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from entities.statements import menu

        register_by_importing(self, "audit_verbs", "held", "notices", "receivers")
        menu.offer()
