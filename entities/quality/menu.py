"""What the quality of data offers in the bar."""

from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation
from credit_platform.ui.navigation import Item
from entities import policies as registry


def answers_for_quality(user) -> bool:
    """Who is asked about it: supervisors, officers and the lead office; others find it from their desk."""
    return registry.has_role(user, registry.SUPERVISOR, registry.OFFICER, registry.LEAD)


def offer() -> None:
    """Put the board into the bar; called once, when the apps are loaded."""
    navigation.register(
        Item(label=_("Quality"), url_name="quality:board", visible=answers_for_quality, order=70)
    )
