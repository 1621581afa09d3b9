from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Who acts for a body in which role, who gives and ends that, and accounts that are closed."""

    name = "entities.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from entities.people import lists, menu

        register_by_importing(self, "audit_verbs", "notices")
        menu.offer()
        lists.offer()
