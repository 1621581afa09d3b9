"""The page of connected systems in the bar of who answers for a body."""

from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation
from credit_platform.ui.navigation import Item
from entities.systems import policies


def offer() -> None:
    """Put the page into the bar; called once, when the apps are loaded."""
    navigation.register(
        Item(label=_("Systems"), url_name="systems:list", visible=policies.manages_systems, order=95)
    )
