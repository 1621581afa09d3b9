from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation


class PortalConfig(AppConfig):
    """What the public sees, and the pages of a market entity's own agent."""

    name = "credit_platform.portal"
    label = "portal"

    def ready(self) -> None:
        from credit_platform.portal import looking
        from entities.policies import entities_of

        looking.offer()

        def is_agent(user) -> bool:
            return user.is_authenticated and bool(entities_of(user))

        navigation.register(
            navigation.Item(
                label=_("Our credit"),
                url_name="portal:my-credit",
                bar=navigation.PORTAL,
                order=10,
                visible=is_agent,
            )
        )
        navigation.register(
            navigation.Item(
                label=_("Look up"),
                url_name="portal:home",
                bar=navigation.PORTAL,
                order=60,
                section=(
                    "/search/",
                    "/e/",
                    "/lists/",
                    "/announcements/",
                    "/open-data/",
                    "/stories/",
                    "/calendar/",
                ),
            )
        )
        navigation.register(
            navigation.Item(
                label=_("How ratings are made"), url_name="portal:methods", bar=navigation.PORTAL, order=70
            )
        )
