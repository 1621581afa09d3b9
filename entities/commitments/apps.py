from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommitmentsConfig(AppConfig):
    """What entities commit themselves to (信用承诺), who checks it by when, and whether it was kept."""

    name = "entities.commitments"
    label = "commitments"
    verbose_name = _("Commitments")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from entities.commitments import lists

        register_by_importing(self, "audit_verbs", "held", "moves", "notices")
        lists.offer()
