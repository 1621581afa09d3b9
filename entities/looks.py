"""What the access log has to know of records: which of them are not public, and for whom somebody looks."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from django.db.models import Case, Value, When
from django.utils import timezone

from credit_platform.audit import access
from credit_platform.audit.access import Noted, OnBehalf, Seen
from entities import policies
from entities.models import CreditRecord, Membership, RecordType, RecordTypeVersion

#: So many records of a file at once.
CHUNK = 2_000


def note(records: Iterable[CreditRecord], *, private: bool = False) -> None:
    """Say that these records are being shown to whoever asked for the page; public ones cost nothing.

    Args:
        private: what is shown is not public even where the record is, such as a case about it.
    """
    if private:
        access.note((record.pk for record in records), private=True)
        return
    today = timezone.localdate()
    access.note(record.pk for record in records if record.pk and not _plainly_public(record, today))


def _plainly_public(record: CreditRecord, day: date) -> bool:
    """Whether what is loaded of the record says already that anybody may see it; never asks the database."""
    loaded = record._state.fields_cache
    if "type_version" not in loaded or "record_type" not in loaded:
        return False
    return (
        record.status == CreditRecord.Status.PUBLISHED
        and record.decided_on <= day
        and (record.publish_until is None or record.publish_until >= day)
        and not record.withheld
        and not record.suspended
        and record.type_version.disclosure == RecordTypeVersion.Disclosure.PUBLIC
        and record.record_type.family == RecordType.Family.PUBLIC
    )


def what_is_seen(noted: Noted) -> Iterator[Seen]:
    """Of the records noted those not public today, by entity; what an entity may not know of stands apart."""
    public = CreditRecord.objects.public_on(timezone.localdate()).filter(pk__in=noted.records - noted.private)
    rows = (
        CreditRecord.objects.filter(pk__in=noted.records | noted.private)
        .exclude(pk__in=public)
        .annotate(
            known=Case(When(policies.known_to_its_entity(), then=Value(True)), default=Value(False)),
        )
        .order_by("entity_id", "known", "pk")
        .values_list("entity_id", "known", "pk", "entity__credit_code", "entity__name_zh")
    )
    for (entity_id, known), group in groupby(rows, key=lambda row: row[:2]):
        found = list(group)
        _entity, _known, _pk, code, name = found[0]
        yield Seen(entity_id, f"{code} {name}"[:300], tuple(row[2] for row in found), known)


def on_behalf(user) -> OnBehalf:
    """The body that the user works for, of several the one joined first; none for an entity's agent."""
    if not policies.roles_of(user):
        return OnBehalf()
    first = Membership.objects.filter(user=user).select_related("body").order_by("pk").first()
    return OnBehalf(first.body.pk, first.body.name_zh, first.body.name_en) if first else OnBehalf()
