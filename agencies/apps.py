from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    name = "agencies"
    verbose_name = _("Departments")

    def ready(self) -> None:
        from agencies import desk, given_evaluations, lanes, lists, penalties, policies, selectors
        from agencies.entry import register_entry_form
        from credit_platform.ui import navigation
        from entities import panels, type_checks
        from entities.catalogue.bodies import LEAD
        from entities.sharing import places

        places.register("agencies", _("entering and reviewing records"))
        lanes.register()
        lists.offer()
        register_entry_form(
            LEAD, "national-credit-evaluation", given_evaluations.NationalEvaluationForm, order=10
        )
        register_entry_form(
            LEAD, "provincial-credit-evaluation", given_evaluations.ProvincialEvaluationForm, order=20
        )
        type_checks.register("administrative-penalty", penalties.checks_of_penalty)
        panels.register_editor(lanes.edit_url_for)
        navigation.register(
            navigation.Item(
                label=_("My desk"),
                url_name="agencies:desk",
                order=10,
                visible=policies.may_see_desk,
                count=desk.things_to_do,
            )
        )
        navigation.register(
            navigation.Item(
                label=_("Enter a record"),
                url_name="agencies:enter-choose",
                order=12,
                visible=policies.may_enter,
            )
        )
        navigation.register(
            navigation.Item(
                label=_("Review"),
                url_name="agencies:review",
                order=14,
                visible=policies.may_see_review,
                count=selectors.waiting_for_review,
            )
        )
