"""Changes of which another app says to which bodies they are open: another grade, for one."""

from collections.abc import Callable

from django.db.models import Q

from entities.models import SubmittingBody
from entities.policies import NOBODY
from entities.sharing.models import Change

_open_to: dict[str, Callable[[SubmittingBody], Q]] = {}
#: What is not of the registry itself: without a word of the app that knows, nobody hears of it.
OF_OTHERS = (Change.Kind.GRADED,)


def register(kind: str, open_to: Callable[[SubmittingBody], Q]) -> None:
    """Say which changes of a kind a body may hear of, as a condition on `Change`; called in `AppConfig.ready()`."""
    _open_to[kind] = open_to


def open_to(body: SubmittingBody) -> Q:
    """Of the changes that concern no record those of which the body may hear."""
    allowed = ~Q(kind__in=OF_OTHERS)
    for kind in OF_OTHERS:
        allowed |= Q(kind=kind) & (_open_to[kind](body) if kind in _open_to else NOBODY)
    return allowed
