"""Slots of the registry's pages: apps that stand on the registry fill them without being known to it.

A panel is a view that takes `credit_code` (on the pages of the entity and of its grade) or `record_id` (on the record's). It
answers htmx with a fragment and anybody else with a whole page, so that without scripts its link
still leads somewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ENTITY, RECORD, GRADE = "entity", "record", "grade"


@dataclass(frozen=True, slots=True)
class Panel:
    """One slot.

    Args:
        url_name: the panel's view, reversed with the credit code or the record's key.
        title: the text of the link that stands there until the panel is loaded, lazily translated.
        order: smaller stands higher.
        pages: where it stands, of `ENTITY`, `RECORD` and `GRADE`.
        wide: over the full width above the records, instead of in the side column.
        visible: a policy of the user; a panel that has nothing for this reader is left out.
    """

    url_name: str
    title: str | Promise
    order: int
    pages: tuple[str, ...]
    wide: bool
    visible: Callable


_panels: dict[str, Panel] = {}
_editors: list[Callable] = []


def _everybody(user) -> bool:
    return True


def register_panel(
    url_name: str,
    order: int,
    *,
    title: str | Promise = _("More"),
    page: str | tuple[str, ...] = ENTITY,
    wide: bool = False,
    visible: Callable = _everybody,
) -> None:
    """Offer a panel; called in `AppConfig.ready()`. The same name again replaces it."""
    _panels[url_name] = Panel(
        url_name, title, order, (page,) if isinstance(page, str) else page, wide, visible
    )


def panels_for(user, page: str) -> list[Panel]:
    """The panels that this user is offered on a page, in their order."""
    offered = (panel for panel in _panels.values() if page in panel.pages and panel.visible(user))
    return sorted(offered, key=lambda panel: panel.order)


def register_editor(find: Callable) -> None:
    """Say where a draft is edited: `find(user, record)` gives the address of a form, or "" for none."""
    if find not in _editors:
        _editors.append(find)


def edit_url(user, record) -> str:
    """Where this user goes on with the draft; "" when no app has a form for it."""
    return next((url for find in _editors if (url := find(user, record))), "")
