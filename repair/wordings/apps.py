from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WordingsConfig(AppConfig):
    """The wordings of decisions and of the remedies against them."""

    name = "repair.wordings"
    label = "wordings"
    verbose_name = _("Wordings of decisions")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from repair.wordings import notices, receivers

        register_by_importing(self, "audit_verbs")
        notices.register()
        post_migrate.connect(
            receivers.seed_wordings, sender=self, dispatch_uid="wordings: those of the start"
        )
