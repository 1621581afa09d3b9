from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RepairConfig(AppConfig):
    name = "repair"
    verbose_name = _("Repair and appeal")

    def ready(self) -> None:
        from agencies.desk import register_lane
        from credit_platform.common.registering import register_by_importing
        from credit_platform.ui import navigation
        from entities import withdrawing
        from entities.panels import RECORD, register_panel
        from entities.sharing import places
        from repair import lists, notices, policies, quality, receivers, selectors

        register_by_importing(self, "audit_verbs", "held", "moves")
        notices.register()
        lists.offer()
        quality.offer()
        withdrawing.register(
            withdrawing.Say(
                code="cases",
                may=policies.may_withdraw_record,
                may_ask=policies.may_ask_for_withdrawal,
                consequence=selectors.what_a_withdrawal_ends,
            )
        )
        places.register("repair", _("a repair case"))
        post_migrate.connect(receivers.seed_rules, sender=self, dispatch_uid="repair: rules of cases")
        navigation.register(
            navigation.Item(
                label=_("Cases"),
                url_name="repair:case-list",
                visible=policies.works_on_cases,
                count=selectors.count_waiting,
                bar=navigation.DESK,
                order=40,
            )
        )
        navigation.register(
            navigation.Item(
                label=_("Our cases"),
                url_name="repair:case-list",
                visible=policies.applies_for_entities,
                count=selectors.count_waiting,
                bar=navigation.PORTAL,
                order=30,
            )
        )
        register_lane(
            "cases",
            _("Repair cases"),
            selectors.count_waiting_at_desk,
            selectors.desk_rows,
            order=60,
            visible=policies.works_on_cases,
        )
        register_panel("repair:entity-panel", 30, title=_("Repair cases"), visible=policies.has_cases)
        register_panel("repair:record-panel", 10, title=_("Repair"), page=RECORD, visible=policies.has_cases)
