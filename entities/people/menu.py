"""The page of people in the bar of who answers for a body."""

from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation
from credit_platform.ui.navigation import Item
from entities.people import policies


def offer() -> None:
    """Put the page into the bar; called once, when the apps are loaded."""
    navigation.register(
        Item(label=_("People"), url_name="people:list", visible=policies.sees_people, order=94)
    )
