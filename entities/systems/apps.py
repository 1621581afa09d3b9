from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SystemsConfig(AppConfig):
    name = "entities.systems"
    verbose_name = _("Connected systems")

    def ready(self) -> None:
        from entities.systems import audit_verbs, menu, schema  # noqa: F401  (verbs and scheme register themselves)

        menu.offer()
