from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupervisionConfig(AppConfig):
    """What a grade leads to: inspections, incentives, restrictions."""

    name = "agencies.supervision"
    label = "supervision"
    verbose_name = _("Supervision by grade")

    def ready(self) -> None:
        from agencies.supervision import (
            beforehand,
            draw_lists,
            lasting,
            lists,
            policies,
            reach_lists,
            rule_lists,
            selectors,
        )
        from credit_platform.common.registering import register_by_importing
        from credit_platform.ui import navigation
        from entities.panels import ENTITY, GRADE, register_panel
        from evaluation.boards import counting
        from evaluation.composing import planned

        register_by_importing(self, "audit_verbs", "moves", "notices")
        lists.offer()
        draw_lists.offer()
        reach_lists.offer()
        rule_lists.offer()
        counting.keep_along(
            "last inspections", counting.Along(lasting.follow, lasting.rebuild, lasting.differences)
        )
        # After the days from which they run.
        counting.keep_along(
            "inspections due",
            counting.Along(beforehand.follow, beforehand.rebuild, beforehand.differences, beforehand.renew),
        )
        planned.register(selectors.planned_inspections)
        register_panel(
            "supervision:of-entity",
            12,
            title=_("What its grade leads to"),
            page=(ENTITY, GRADE),
            visible=policies.may_see_what_follows,
        )
        navigation.register(
            navigation.Item(
                label=_("Inspections due"),
                url_name="supervision:due",
                order=32,
                visible=policies.may_see_rules,
                section=("/supervision/",),
            )
        )
