from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WordingsConfig(AppConfig):
    """The wordings of decisions and of the remedies against them."""

    name = "repair.wordings"
    label = "wordings"
    verbose_name = _("Wordings of decisions")

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from repair.wordings import audit_verbs, notices, receivers  # noqa: F401  (verbs register themselves)

        notices.register()
        post_migrate.connect(
            receivers.seed_wordings, sender=self, dispatch_uid="wordings: those of the start"
        )
