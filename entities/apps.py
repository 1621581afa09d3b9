from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = _("Credit registry")

    def ready(self) -> None:
        from entities import audit_verbs, menu, notices  # noqa: F401  (verbs and notices register themselves)

        menu.offer()
