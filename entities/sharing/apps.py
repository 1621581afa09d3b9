from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SharingConfig(AppConfig):
    """Who looked at whom, and what bodies hear of the entities they watch."""

    name = "entities.sharing"
    label = "sharing"
    verbose_name = _("Sharing")

    def ready(self) -> None:
        from entities.sharing import (  # noqa: F401  (some register themselves)
            audit_verbs,
            catalogue_lists,
            file_lists,
            lists,
            menu,
            moves,
            notices,
        )

        menu.offer()
        lists.offer()
        catalogue_lists.offer()
        file_lists.offer()
