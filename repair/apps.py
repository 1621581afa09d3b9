from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RepairConfig(AppConfig):
    name = "repair"
    verbose_name = _("Repair and appeal")

    def ready(self) -> None:
        from repair import audit_verbs, notices, receivers  # noqa: F401  (verbs and receivers register themselves)

        notices.register()
