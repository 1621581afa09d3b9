from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementsConfig(AppConfig):
    """What entities say of themselves beside the records about them."""

    name = "entities.statements"
    label = "statements"
    verbose_name = _("Statements of entities")

    def ready(self) -> None:
        from entities.statements import audit_verbs, held, menu, notices, receivers  # noqa: F401  (they register themselves)

        menu.offer()
