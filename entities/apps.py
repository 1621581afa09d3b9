from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = _("Credit registry")

    def ready(self) -> None:
        from entities import audit_verbs, notices  # noqa: F401  (registers the verbs and the notices)
