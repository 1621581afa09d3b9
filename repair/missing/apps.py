from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MissingConfig(AppConfig):
    """Records that should be in the registry and are not, as their entities say."""

    name = "repair.missing"
    label = "missing"
    verbose_name = _("Missing records")

    def ready(self) -> None:
        from agencies.desk import register_lane
        from credit_platform.common.registering import register_by_importing
        from repair.missing import figures, lists, notices, selectors
        from repair.policies import works_on_cases

        register_by_importing(self, "audit_verbs", "held", "moves")
        notices.register()
        lists.offer()
        figures.offer()
        register_lane(
            "missing",
            _("Missing records"),
            selectors.count_waiting,
            selectors.desk_rows,
            order=65,
            visible=works_on_cases,
        )
