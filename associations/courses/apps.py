from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    """Training that associations offer, who signed up, and who was there."""

    name = "associations.courses"
    label = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing

        register_by_importing(self, "audit_verbs", "moves", "notices")
