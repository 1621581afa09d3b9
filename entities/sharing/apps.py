from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SharingConfig(AppConfig):
    """Who looked at whom, and what bodies hear of the entities they watch."""

    name = "entities.sharing"
    label = "sharing"
    verbose_name = _("Sharing")

    def ready(self) -> None:
        from entities.sharing import audit_verbs, lists, menu, moves, notices  # noqa: F401  (they register themselves)

        menu.offer()
        lists.offer()
