from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpingConfig(AppConfig):
    """Associations that file for their members, by leave of these: of one record or one kind, for a time."""

    name = "repair.helping"
    label = "helping"
    verbose_name = _("Help with filing")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing

        register_by_importing(self, "audit_verbs", "held", "moves", "notices")
