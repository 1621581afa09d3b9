from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HeldDataConfig(AppConfig):
    """All that is held about an entity, for the entity itself to take away."""

    name = "credit_platform.portal.held_data"
    label = "held_data"
    verbose_name = _("What is held about us")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from entities.sharing import places

        register_by_importing(self, "audit_verbs", "moves", "notices")
        places.register("held-data", _("a file of all that is held, for the entity itself"))
