from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """Opinions and observations between departments and associations."""

    name = "associations.exchange"
    label = "exchange"
    verbose_name = _("Opinions and observations")

    def ready(self) -> None:
        from associations.exchange import lists, policies, selectors
        from credit_platform.common.registering import register_by_importing
        from credit_platform.ui import navigation

        register_by_importing(self, "audit_verbs", "moves", "notices")
        navigation.register(
            navigation.Item(
                label=_("Opinions"),
                url_name="exchange:list",
                order=70,
                visible=policies.is_offered,
                count=selectors.waiting_in_the_bar,
            )
        )
        lists.offer()
