from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class IntegrityCalendarConfig(AppConfig):
    """The integrity calendar (诚信日历): days and campaigns of credit, deadlines, courses, and when rules begin."""

    name = "credit_platform.portal.integrity_calendar"
    label = "integrity_calendar"
    verbose_name = _("Integrity calendar")

    def ready(self) -> None:
        from credit_platform.portal.integrity_calendar import audit_verbs, lists  # noqa: F401  (verbs register themselves)
        from credit_platform.portal.integrity_calendar.shipped import seed

        lists.offer()
        post_migrate.connect(seed, sender=self, dispatch_uid="integrity calendar: what is shipped")
