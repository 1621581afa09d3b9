"""Types of which a record in force is withdrawn by two persons: one asks for it, a reviewer of the body agrees.

The apps that own such a type say so when they are loaded. Who asked, and why, stands in the log, as who wrote a
record does: nobody can change it there.
"""

from dataclasses import dataclass
from datetime import datetime

from credit_platform.audit import services as audit
from credit_platform.audit.models import AuditEvent
from entities.models import CreditRecord

ASKED = "entities.record.withdrawal_asked"
KEPT = "entities.record.withdrawal_declined"

_types: set[str] = set()


def register(record_type: str) -> None:
    """Have records of this type withdrawn by two persons."""
    _types.add(record_type)


def needs_two(record: CreditRecord) -> bool:
    """Whether two persons withdraw this record."""
    return record.record_type.code in _types


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked that a record be withdrawn, when and why. `person` is None where there is no such person any more."""

    person: int | None
    name: str
    at: datetime
    because: str


def asked_for(record: CreditRecord) -> Asked | None:
    """What is still open of the record: somebody asked, and nobody declined since. One query, none for other types."""
    if not needs_two(record):
        return None
    last = (
        AuditEvent.objects.filter(audit.about(CreditRecord, record.pk), verb__in=(ASKED, KEPT))
        .select_related("actor")
        .order_by("-at", "-pk")
        .first()
    )
    if last is None or last.verb == KEPT:
        return None
    return Asked(
        last.actor_id, str(last.actor or last.actor_name), last.at, str(last.detail.get("because", ""))
    )
