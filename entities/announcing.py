"""Records of which their entity has to be told before they count: the apps above say which, and tell.

The registry holds such a record back once a reviewer has approved it (`Status.ANNOUNCED`); who asked for that
lets it in later, or drops it, by `entities.services.records`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entities.models import CreditRecord


@dataclass(frozen=True, slots=True)
class Announcer:
    """Who has records announced.

    Args:
        wants: whether the record, approved and not in force yet, is to be told of first.
        closed: why the record can no longer be told of, "" where it can: its entity has put it right before, say.
        announce: `announce(by=…, records=…)`, called in the transaction of the approval, with records that are saved.
    """

    code: str
    wants: Callable[["CreditRecord"], bool]
    closed: Callable[["CreditRecord"], str]
    announce: Callable[..., None]


_announcers: dict[str, Announcer] = {}


def register(announcer: Announcer) -> None:
    """Called in `AppConfig.ready()`. The same code again replaces it."""
    _announcers[announcer.code] = announcer


def announcer_of(record: "CreditRecord") -> Announcer | None:
    """Who wants to tell of the record first; None lets it in at once.

    A correction of what is in force is not announced: its entity knows of the record, and it goes on counting.
    """
    if record.replaces_id:
        return None
    return next((one for one in _announcers.values() if one.wants(record)), None)


def announce(*, by, records: Sequence["CreditRecord"]) -> None:
    """Have each record told of by whoever wanted it."""
    for announcer in _announcers.values():
        theirs = [record for record in records if announcer_of(record) is announcer]
        if theirs:
            announcer.announce(by=by, records=theirs)
