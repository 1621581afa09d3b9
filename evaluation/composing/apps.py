from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComposingConfig(AppConfig):
    """Drafts of schemes, and what they would do to the city before anybody decides on them."""

    name = "evaluation.composing"
    label = "composing"
    verbose_name = _("Drafts of schemes")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from evaluation.composing import menu

        register_by_importing(self, "audit_verbs")
        menu.offer()
