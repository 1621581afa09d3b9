"""Who else has a say before a record is withdrawn: the apps above say so, and the registry asks them.

What is being decided about a record elsewhere, as in a case, is not to be decided by the way, by withdrawing it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credit_platform.common.decisions import ALLOW, Decision

if TYPE_CHECKING:
    from entities.models import CreditRecord


@dataclass(frozen=True, slots=True)
class Say:
    """What one app above has to say.

    Args:
        may: whether this user may withdraw the record, with why not.
        may_ask: whether it is of any use that this user asks for it, where two persons withdraw the record.
        consequence: what the withdrawal means besides, in a sentence for whoever is about to do it; "" for nothing.
    """

    code: str
    may: Callable[..., Decision]
    may_ask: Callable[..., Decision]
    consequence: Callable[["CreditRecord"], str]


_says: dict[str, Say] = {}


def register(say: Say) -> None:
    """Called in `AppConfig.ready()`. The same code again replaces it."""
    _says[say.code] = say


def may_withdraw(user, record) -> Decision:
    """What the apps above say: the first refusal, or nothing against it."""
    return _first_refusal(say.may(user, record) for say in _says.values())


def may_ask(user, record) -> Decision:
    """What the apps above say where one person asks and another agrees."""
    return _first_refusal(say.may_ask(user, record) for say in _says.values())


def _first_refusal(decisions: Iterable[Decision]) -> Decision:
    return next((decision for decision in decisions if not decision), ALLOW)


def consequences(record: "CreditRecord") -> list[str]:
    """What the withdrawal of this record means besides, a sentence each."""
    return [sentence for say in _says.values() if (sentence := say.consequence(record))]
