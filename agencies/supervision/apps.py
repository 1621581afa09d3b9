from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupervisionConfig(AppConfig):
    """What a grade leads to: inspections, incentives, restrictions."""

    name = "agencies.supervision"
    label = "supervision"
    verbose_name = _("Supervision by grade")

    def ready(self) -> None:
        from agencies.supervision import lists, policies
        from credit_platform.common.registering import register_by_importing
        from credit_platform.ui import navigation
        from entities.panels import ENTITY, GRADE, register_panel

        register_by_importing(self, "audit_verbs", "moves", "notices")
        lists.offer()
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
