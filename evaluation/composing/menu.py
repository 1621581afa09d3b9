"""What composing offers in the bars."""

from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation
from evaluation.composing import policies


def offer() -> None:
    """Put the schemes into the bar; called once, when the apps are loaded."""
    navigation.register(
        navigation.Item(
            label=_("Schemes"),
            url_name="composing:schemes",
            visible=policies.may_see_simulations,
            order=35,
            section=("/simulations/",),
        )
    )
