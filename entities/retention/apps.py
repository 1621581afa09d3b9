from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    """Until when records are displayed, shared, used, kept at hand and kept at all."""

    name = "entities.retention"
    label = "retention"
    verbose_name = _("Retention")

    def ready(self) -> None:
        from entities.retention import audit_verbs, held, lists  # noqa: F401  (they register themselves)

        lists.offer()
