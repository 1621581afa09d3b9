from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation


class GovernanceConfig(AppConfig):
    """The city as a whole, for the lead office; and the demonstration city."""

    name = "credit_platform.governance"
    label = "governance"

    def ready(self) -> None:
        from credit_platform.governance import lists
        from credit_platform.governance.policies import may_see_city

        lists.offer()

        navigation.register(
            navigation.Item(label=_("City"), url_name="governance:city", order=5, visible=may_see_city)
        )
