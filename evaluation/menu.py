"""What evaluation offers in the bars and on the pages of the registry."""

from django.utils.translation import gettext_lazy as _

from credit_platform.ui import navigation
from entities.panels import register_panel
from evaluation import policies


def offer() -> None:
    """Put the board into the bar and the grade onto the page of an entity; called once, when the apps are loaded."""
    navigation.register(
        navigation.Item(
            label=_("Ratings"),
            url_name="evaluation:board",
            visible=policies.may_see_board,
            order=30,
            section=("/ratings/", "/schemes"),
        )
    )
    register_panel(
        "evaluation:entity-panel",
        order=10,
        title=_("Grade and reasons"),
        wide=True,
        visible=policies.may_see_some_grades,
    )
