from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class IntegrityCalendarConfig(AppConfig):
    """The integrity calendar (诚信日历): days and campaigns of credit, deadlines, courses, and when rules begin."""

    name = "credit_platform.portal.integrity_calendar"
    label = "integrity_calendar"
    verbose_name = _("Integrity calendar")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from credit_platform.portal.integrity_calendar import lists
        from credit_platform.portal.integrity_calendar.shipped import seed

        register_by_importing(self, "audit_verbs")
        lists.offer()
        post_migrate.connect(seed, sender=self, dispatch_uid="integrity calendar: what is shipped")
