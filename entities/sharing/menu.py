"""What sharing offers in the bars."""

from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation
from credit_platform.ui.navigation import PORTAL, Item
from entities.menu import acts_for_an_entity
from entities.sharing import policies


def offer() -> None:
    """Put the pages of sharing into the bars; called once, when the apps are loaded."""
    navigation.register(
        Item(
            label=_("Sharing"),
            url_name="sharing:watch-list",
            visible=policies.may_see_looks,
            order=80,
            section=("/looks/", "/receivers/"),
        )
    )
    navigation.register(
        Item(
            label=_("Who looked"),
            url_name="sharing:who-looked",
            bar=PORTAL,
            visible=acts_for_an_entity,
            order=40,
        )
    )
