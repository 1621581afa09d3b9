from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicReportsConfig(AppConfig):
    """What anybody reports of a business or of what stands here, and what departments answer."""

    name = "credit_platform.portal.public_reports"
    label = "public_reports"
    verbose_name = _("Reports from the public")

    def ready(self) -> None:
        from credit_platform.portal.public_reports import audit_verbs, lists, menu, moves, notices  # noqa: F401  (verbs, movers and notices register themselves)

        lists.offer()
        menu.offer()
