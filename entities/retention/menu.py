"""What retention offers in the bar."""

from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation
from credit_platform.ui.navigation import Item
from entities.retention import policies


def offer() -> None:
    """Put the report into the bar of the lead office; called once, when the apps are loaded."""
    navigation.register(
        Item(label=_("Retention"), url_name="retention:report", visible=policies.may_see_retention, order=85)
    )
