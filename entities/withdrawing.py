"""Who else has a say before a record is withdrawn: the apps above say so, and the registry asks them.

What is being decided about a record elsewhere, as in a case, is not to be decided by the way, by withdrawing it.
"""

from collections.abc import Callable
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
        consequence: what the withdrawal means besides, in a sentence for whoever is about to do it; "" for nothing.
    """

    code: str
    may: Callable[..., Decision]
    consequence: Callable[["CreditRecord"], str]


_says: dict[str, Say] = {}


def register(say: Say) -> None:
    """Called in `AppConfig.ready()`. The same code again replaces it."""
    _says[say.code] = say


def may_withdraw(user, record) -> Decision:
    """What the apps above say: the first refusal, or nothing against it."""
    for say in _says.values():
        decision = say.may(user, record)
        if not decision:
            return decision
    return ALLOW


def consequences(record: "CreditRecord") -> list[str]:
    """What the withdrawal of this record means besides, a sentence each."""
    return [sentence for say in _says.values() if (sentence := say.consequence(record))]
