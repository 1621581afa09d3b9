"""Slots of the entity page: apps that stand on the registry put their panel there without being known to it.

A panel is a view that takes `credit_code`. It answers htmx with a fragment and anybody else with a whole
page, so that without scripts its link still leads somewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Panel:
    """One slot.

    Args:
        url_name: the panel's view, reversed with the entity's credit code.
        title: the text of the link that stands there until the panel is loaded, lazily translated.
        order: smaller stands higher.
        wide: over the records and the full width, instead of in the side column.
        visible: a policy of the user; a panel that has nothing for this reader is left out.
    """

    url_name: str
    title: str | Promise
    order: int
    wide: bool
    visible: Callable


_panels: dict[str, Panel] = {}


def _everybody(user) -> bool:
    return True


def register_panel(
    url_name: str,
    order: int,
    *,
    title: str | Promise = _("More"),
    wide: bool = False,
    visible: Callable = _everybody,
) -> None:
    """Offer a panel for the entity page; called in `AppConfig.ready()`. The same name again replaces it."""
    _panels[url_name] = Panel(url_name, title, order, wide, visible)


def panels_for(user) -> list[Panel]:
    """The panels that this user is offered, in their order."""
    return sorted((panel for panel in _panels.values() if panel.visible(user)), key=lambda panel: panel.order)
