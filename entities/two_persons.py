"""Which records in force are withdrawn by two persons: one asks for it, a reviewer of the body agrees.

What came in past two persons goes out past two persons: so a penalty does not vanish by one hand alone. Of what came
in by one, as from a department's own system, the apps that own a type say so when they are loaded. Who asked, and why,
stands in the log, as who wrote a record does: nobody can change it there.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast

from credit_platform.audit import services as audit
from credit_platform.audit.models import AuditEvent
from entities import policies
from entities.models import CreditRecord

ASKED = "entities.record.withdrawal_asked"
KEPT = "entities.record.withdrawal_declined"

_types: set[str] = set()


def register(record_type: str) -> None:
    """Have records of this type withdrawn by two persons, also where nobody reviewed them."""
    _types.add(record_type)


def needs_two(record: CreditRecord) -> bool:
    """Whether two persons withdraw this record."""
    return record.reviewed_by_id is not None or record.record_type.code in _types


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked that a record be withdrawn, when and why. `person` is None where there is no such person any more."""

    person: int | None
    name: str
    at: datetime
    because: str


def asked_for(record: CreditRecord) -> Asked | None:
    """What is still open of the record: somebody asked, and nobody declined since. One query, none for other records."""
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


def to_agree(user) -> QuerySet:
    """The records whose withdrawal waits for this reviewer: a colleague asked for it, and nobody declined since."""
    ours = policies.bodies_of(user, policies.REVIEWING)
    asked = AuditEvent.objects.filter(verb=ASKED, target_type=CreditRecord._meta.label_lower)
    last = AuditEvent.objects.filter(
        audit.about(CreditRecord, OuterRef("pk")), verb__in=(ASKED, KEPT)
    ).order_by("-at", "-pk")
    return (
        CreditRecord.objects.filter(
            pk__in=asked.values(key=Cast("target_id", BigIntegerField())),
            status=CreditRecord.Status.PUBLISHED,
            submitted_by__in=ours,
        )
        .exclude(entity__in=policies.entities_of(user))
        .annotate(
            last_verb=Subquery(last.values("verb")[:1]),
            last_person=Subquery(last.values("actor")[:1]),
            asked_at=Subquery(last.values("at")[:1]),
            because=Subquery(last.values("detail__because")[:1]),
        )
        .filter(last_verb=ASKED)
        .exclude(last_person=user.pk)
        .order_by("asked_at", "pk")
    )
