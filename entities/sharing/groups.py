"""Groups of entities that other apps know: an association's members, for instance."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Group:
    """One group.

    Args:
        title: what it is called, lazily translated.
        entity_ids: from a body to a queryset of keys of entities, as it stands now.
        offered_to: whether a body has such a group at all.
    """

    code: str
    title: str | Promise
    entity_ids: Callable[..., QuerySet]
    offered_to: Callable[..., bool]


_groups: dict[str, Group] = {}


def register(group: Group) -> None:
    """Offer a group to watch; called in `AppConfig.ready()`."""
    _groups[group.code] = group


def groups_of(body) -> list[Group]:
    return [group for group in _groups.values() if group.offered_to(body)]


def by_code(code: str) -> Group:
    """Raises `KeyError` for a group that no app registered."""
    return _groups[code]
