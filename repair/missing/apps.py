from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MissingConfig(AppConfig):
    """Records that should be in the registry and are not, as their entities say."""

    name = "repair.missing"
    label = "missing"
    verbose_name = _("Missing records")

    def ready(self) -> None:
        from agencies.desk import register_lane
        from repair.missing import audit_verbs, figures, held, lists, moves, notices, selectors  # noqa: F401  (verbs and movers register themselves)
        from repair.policies import works_on_cases

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
