from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForewarningConfig(AppConfig):
    """What a member is told before its association's record against it counts."""

    name = "associations.forewarning"
    label = "forewarning"
    verbose_name = _("Notices before something is recorded")

    def ready(self) -> None:
        from associations.forewarning import lists, services
        from credit_platform.common.registering import register_by_importing
        from entities import announcing

        register_by_importing(self, "audit_verbs", "held", "moves", "notices")
        announcing.register(
            announcing.Announcer(
                code="members",
                wants=services.is_told_first,
                closed=services.why_closed,
                announce=services.tell,
            )
        )
        lists.offer()
