from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoriesConfig(AppConfig):
    """Stories of honest entities (诚信典型): told with their consent, and gone as soon as they no longer hold."""

    name = "credit_platform.portal.stories"
    label = "stories"
    verbose_name = _("Stories of honest entities")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from credit_platform.portal.stories import lists

        register_by_importing(self, "audit_verbs", "held", "moves", "notices")
        lists.offer()
