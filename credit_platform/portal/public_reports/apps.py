from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PublicReportsConfig(AppConfig):
    """What anybody reports of a business or of what stands here, and what departments answer."""

    name = "credit_platform.portal.public_reports"
    label = "public_reports"
    verbose_name = _("Reports from the public")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from credit_platform.portal.public_reports import lists, menu, topics

        register_by_importing(self, "audit_verbs", "held", "moves", "notices")
        post_migrate.connect(topics.seed, sender=self, dispatch_uid="public reports: shipped topics")
        lists.offer()
        menu.offer()
