from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    """Training that associations offer, who signed up, and who was there."""

    name = "associations.courses"
    label = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        from associations.courses import audit_verbs, moves, notices  # noqa: F401  (they register themselves)
