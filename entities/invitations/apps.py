from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvitationsConfig(AppConfig):
    """How people come to act for a business or a body: invited by mail, and by an act of their own."""

    name = "entities.invitations"
    label = "invitations"
    verbose_name = _("Invitations")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing

        register_by_importing(self, "audit_verbs", "moves", "notices")
