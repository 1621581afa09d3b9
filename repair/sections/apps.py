from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SectionsConfig(AppConfig):
    """The sections of a body: who of it takes which cases first."""

    name = "repair.sections"
    label = "sections"
    verbose_name = _("Sections")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from repair import following
        from repair.sections import notices, services

        register_by_importing(self, "audit_verbs")
        notices.register()
        following.register(services.route_filed)
