from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    """Until when records are displayed, shared, used, kept at hand and kept at all."""

    name = "entities.retention"
    label = "retention"
    verbose_name = _("Retention")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from entities.retention import lists

        register_by_importing(self, "audit_verbs", "held")
        lists.offer()
