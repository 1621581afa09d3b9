"""Reads of the registry: every one scoped by `user`, with all that its page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit, verbs
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import Missing
from entities import looks, policies
from entities.models import CreditRecord, Delivery, Entity, Notice
from entities.statements.selectors import with_statement

Status = CreditRecord.Status
MOST_DEEDS = 50
#: The tabs over a list of records: in force, over, being prepared, all.
IN_FORCE, ENDED, PREPARING, ALL = "in-force", "ended", "preparing", "all"
TABS = {
    IN_FORCE: Q(status=Status.PUBLISHED),
    ENDED: Q(
        status__in=(Status.REPLACED, Status.REPAIRED, Status.EXPIRED, Status.WITHDRAWN, Status.ANNULLED)
    ),
    PREPARING: Q(status__in=CreditRecord.UNDER_PREPARATION),
    ALL: Q(),
}


def entity_for_page(*, user, credit_code: str) -> Entity:
    """The entity, with its head office; `Missing` when this user may not open it."""
    entity = (
        Entity.objects.visible_to(user)
        .select_related("head_office")
        .prefetch_related("former_names", "identifiers")
        .filter(credit_code=credit_code)
        .first()
    )
    if entity is None:
        raise Missing
    return entity


def records_for_list(*, user) -> QuerySet[CreditRecord]:
    """The records that this user may see, newest first, with all that a row shows."""
    return (
        with_statement(CreditRecord.objects.visible_to(user))
        .select_related("entity", "submitted_by", "record_type", "type_version", "publicity_rule__instrument")
        .order_by("-decided_on", "-pk")
    )


def own_records(*, user) -> QuerySet[CreditRecord]:
    """The records of the bodies that this user acts for, in whatever state."""
    return records_for_list(user=user).filter(submitted_by__in=policies.bodies_of(user))


def tab_counts(records: QuerySet[CreditRecord]) -> dict[str, int]:
    """How many of the records each tab would show, in one query."""
    return records.order_by().aggregate(
        **{tab: Count("pk", filter=condition) for tab, condition in TABS.items()}
    )


def record_for_page(*, user, record_id: int) -> CreditRecord:
    """The record with all that its page shows; `Missing` when this user may not see it."""
    record = (
        CreditRecord.objects.visible_to(user)
        .select_related(
            "entity", "submitted_by", "record_type", "type_version__instrument", "publicity_rule__instrument",
            "submission__document", "entered_by", "reviewed_by", "replaces",
        )
        .filter(pk=record_id)
        .first()
    )  # fmt: skip
    if record is None:
        raise Missing
    looks.note([record])
    return record


def versions_of(*, user, record: CreditRecord) -> list[CreditRecord]:
    """Every row under the record's number that this user may see, newest first: the record's own history."""
    versions = list(
        CreditRecord.objects.visible_to(user)
        .filter(
            submitted_by=record.submitted_by_id,
            record_type=record.record_type_id,
            document_number=record.document_number,
        )
        .select_related("submitted_by", "record_type", "type_version")
        .order_by("-pk")
    )
    looks.note(versions)
    return versions


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the audit log, as a reader sees it."""

    verb: str
    sentence: str
    actor_name: str
    at: object
    note: str


def in_force_instead_of(record: CreditRecord) -> CreditRecord | None:
    """The record that corrects this one and is in force, however often it was corrected."""
    newer: CreditRecord | None = record
    while newer is not None and newer.status == CreditRecord.Status.REPLACED:
        newer = newer.replaced_by.order_by("-pk").first()
    return newer if newer is not None and newer.status == CreditRecord.Status.PUBLISHED else None


def deeds_about(*, user, record: CreditRecord) -> list[Deed]:
    """Who did what with the record, newest first; nothing for whom it is no business of."""
    if not policies.may_see_trail(user, record):
        return []
    return _deeds(AuditEvent.objects.filter(audit.about(CreditRecord, record.pk)))


def deeds_about_entity(*, user, entity: Entity) -> list[Deed]:
    """How the entity came into the registry and was changed there; for officials."""
    if not policies.is_official(user):
        return []
    return _deeds(AuditEvent.objects.filter(target_type=Entity._meta.label_lower, target_id=str(entity.pk)))


def _deeds(events: QuerySet[AuditEvent]) -> list[Deed]:
    return [
        Deed(
            verb=event.verb,
            sentence=verbs.sentence(event.verb),
            # In the reader's language as long as there is such a person; the copied name outlives them.
            actor_name=str(event.actor or event.actor_name) if event.actor_id else "",
            at=event.at,
            note=_note_of(event.detail),
        )
        for event in events.select_related("actor").order_by("-at", "-pk")[:MOST_DEEDS]
    ]


def _note_of(detail: dict) -> str:
    """What a deed's bubble says: what was changed from what to what, and why."""
    lines = [
        _("%(field)s: %(was)s → %(now)s") % {"field": _field_name(name), "was": was or "–", "now": now or "–"}
        for name, (was, now) in detail.get("changes", {}).items()
    ]
    return "\n".join([*lines, str(detail.get("note") or detail.get("because") or "")]).strip()


def _field_name(name: str) -> str:
    names = {"former_name": _("former name"), "former_number": _("former number")}
    return names[name] if name in names else str(Entity._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def notices_for(*, user) -> QuerySet[Notice]:
    """The user's inbox: what was written to them, their bodies and their entities, newest first."""
    return Notice.objects.visible_to(user).select_related("body", "entity", "user", "acknowledged_by")


def unread_count(user) -> int:
    """How many notices nobody has acknowledged yet; for the navigation."""
    return Notice.objects.visible_to(user).filter(acknowledged_at=None).count()


@dataclass(frozen=True, slots=True)
class HeldUpMail:
    """E-mail to a reader that was tried and did not get through yet."""

    count: int
    since: datetime


def held_up_mail(*, user) -> HeldUpMail | None:
    """The e-mail to this user's address that does not get through, all of which the inbox has; None where all does."""
    held_up = (
        Delivery.objects.waiting()
        .filter(address=user.email, attempts__gt=0, notice__in=Notice.objects.visible_to(user).values("pk"))
        .aggregate(count=Count("pk"), since=Min("notice__created_at"))
    )
    return HeldUpMail(**held_up) if user.email and held_up["count"] else None


def is_shown_on(record: CreditRecord, day: date) -> bool:
    """Whether the public sees the record on that day."""
    return CreditRecord.objects.public_on(day).filter(pk=record.pk).exists()


def entities_by_code(*, user, codes: Iterable[str]) -> dict[str, Entity]:
    """Those of the entities that this user may see, by their codes, in one query."""
    return {
        entity.credit_code: entity
        for entity in Entity.objects.visible_to(user).filter(credit_code__in=set(codes))
    }
