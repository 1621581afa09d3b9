"""The moment a record enters the registry, and the day it leaves publicity by itself.

Works on many records at once: one approval, a reviewer's whole queue and a file of a hundred
thousand rows all pass through here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit import services as audit
from entities.models import CreditRecord, RecordTypeVersion, RulesTurn
from entities.publicity import Question, RuleBook, publicity_dates, rule_book
from entities.services import feedback
from entities.signals import records_changed

Status = CreditRecord.Status
BATCH = 1_000
#: The fields that entering the registry or ending in it sets.
PUBLISHED_FIELDS = (
    "status",
    "published_on",
    "publish_until",
    "publicity_rule",
    "withheld",
    "ended_on",
    "replaces",
    "objected",
    "suspended",
    "reviewed_by",
    "reviewed_at",
    "review_note",
)
#: The fields by which a publicity rule is chosen, and the rule that was.
DECISIVE = ("record_type_id", "submitted_by_id", "severity_class", "penalty_kinds")
#: What the rules have said of a record, and may say otherwise now; the details say the rest on whether it is public.
SAID = ("publicity_rule_id", "withheld", "type_version_id")
ENDED_FIELDS = ("status", "ended_on", "ended_because")


@dataclass(slots=True)
class Publication:
    """Records on their way into the registry, each with the one in force that it replaces."""

    records: Sequence[CreditRecord]
    replaced: dict[int, CreditRecord]

    @property
    def entity_ids(self) -> set[int]:
        return {record.entity_id for record in (*self.records, *self.replaced.values())}


def prepare_publication(
    records: Sequence[CreditRecord], replaced: dict[int, CreditRecord], *, on: date, book: RuleBook
) -> Publication:
    """Set everything that follows from publication, in memory; the caller saves.

    A correction keeps the day of publication of what it corrects: putting a mistake right does not start
    the period again. A record whose period was over before it came is kept, but never shown or weighed.

    Args:
        replaced: by position in `records`, the record in force that this one replaces; locked.
    """
    for place, record in enumerate(records):
        earlier = replaced.get(place)
        record.published_on = earlier.published_on if earlier else on
        record.replaces = earlier or record.replaces
        record.objected = earlier.objected if earlier else record.objected
        record.suspended = earlier.suspended if earlier else record.suspended
        record.status = Status.PUBLISHED
        _date(record, on=on, book=book)
        if record.publish_until is not None and record.publish_until < on:
            record.status, record.ended_on = Status.EXPIRED, on
        if earlier:
            earlier.status, earlier.ended_on = Status.REPLACED, on
            earlier.ended_because = record.correction_reason
    return Publication(records, replaced)


def end_replaced(publication: Publication) -> None:
    """Save the ends of what is replaced: before the new ones are saved, for only one may be in force."""
    CreditRecord.objects.bulk_update(publication.replaced.values(), ENDED_FIELDS, batch_size=BATCH)


def bring_back(records: Sequence[CreditRecord], *, on: date) -> None:
    """Save records that had ended as in force again, dated by the rules of the day; a period that is over stays over.

    Whatever changed in the rules since they ended has not reached them: only what is in force is dated anew.
    """
    book = rule_book()
    for record in records:
        record.status, record.ended_on, record.ended_because = Status.PUBLISHED, None, ""
        _date(record, on=on, book=book)
        if record.publish_until is not None and record.publish_until < on:
            record.status, record.ended_on = Status.EXPIRED, record.publish_until + timedelta(days=1)
    dated = ("publicity_rule", "publish_until", "withheld")
    CreditRecord.objects.bulk_update(records, (*ENDED_FIELDS, *dated), batch_size=BATCH)


def _date(record: CreditRecord, *, on: date, book: RuleBook) -> None:
    question = Question.about(record)
    rule = book.governing(question, on)
    record.publicity_rule = rule
    record.publish_until = publicity_dates(rule, record.decided_on, record.published_on)[1]
    record.withheld = book.withholding(question, on) is not None or not _says_public_things(record)


def _says_public_things(record: CreditRecord) -> bool:
    """Whether the extra fields that decide on publicity say that it may be public.

    Of tax credit grades, for one, only A is announced. A field that may stay empty says nothing when it is.
    """
    return all(
        record.details.get(extra["name"]) in extra["public_values"]
        for extra in record.type_version.extra_fields
        if "public_values" in extra and (extra.get("required") or record.details.get(extra["name"]))
    )


def _says_public_things_in_rows(version: RecordTypeVersion) -> Q:
    """`_says_public_things` as a condition on the records of a type's version."""
    public = Q()
    for extra in version.extra_fields:
        if "public_values" in extra:
            says = f"details__{extra['name']}"
            fits = Q(**{f"{says}__in": extra["public_values"]})
            if not extra.get("required"):
                fits |= Q(**{f"{says}__isnull": True}) | Q(**{says: ""})
            public &= fits
    return public


def announce(publication: Publication) -> None:
    """Tell the apps above that the registry changed, and the entities' agents what was published about them."""
    records_changed.send(sender=CreditRecord, entity_ids=publication.entity_ids)
    tell_agents(
        "entities.record-published",
        (record for record in publication.records if record.status == Status.PUBLISHED),
    )


def tell_agents(kind: str, records: Iterable[CreditRecord], **more: str | dict[str, str]) -> None:
    """Write a notice on each record to the agents of its entity, where it has any; `more` may name in both languages."""
    told = [
        record for record in records if record.type_version.disclosure != RecordTypeVersion.Disclosure.OWN
    ]
    reachable = feedback.entities_with_agents(record.entity_id for record in told)
    told = [record for record in told if record.entity_id in reachable]
    prefetch_related_objects(told, "entity", "submitted_by", "record_type")
    feedback.notify_entities(
        kind=kind, notices=[(r.entity_id, notice_params(r) | more, record_url(r)) for r in told]
    )


def notice_params(record: CreditRecord) -> dict:
    """What the notices about a record name."""
    return {
        "title": record.title,
        "number": record.document_number,
        "type": feedback.both_names(record.record_type),
        "body": feedback.both_names(record.submitted_by),
        "entity": feedback.both_names(record.entity),
    }


def record_url(record: CreditRecord) -> str:
    return reverse("entities:record-detail", args=(record.pk,))


def end_publicity(*, as_of: date) -> int:
    """End the publicity of every record whose last day lies before `as_of`; returns how many ended.

    Records dated by a rule that is no longer in force are dated anew first: a new law also moves the dates
    of what is already here. Safe to run again, and at once on several workers; each batch is a transaction.
    """
    _date_anew(as_of)
    ended = 0
    while batch := _end_batch(as_of):
        ended += batch
    return ended


def follow_the_rules(*, today: date) -> bool:
    """Date records anew where the rules have turned since this was last done; whether there was anything to do.

    They turn with each day, on which a rule may begin or be over, and when one is published. Asked every minute,
    it costs two small queries where they have not.
    """
    if not RulesTurn.objects.filter(day=today, proposal=None).exists():
        RulesTurn.objects.bulk_create([RulesTurn(day=today)], ignore_conflicts=True)
    # Taken before the rules are read: a wish that comes later is for the next.
    waiting = list(RulesTurn.objects.filter(done_at=None, day__lte=today).values_list("pk", flat=True))
    if not waiting:
        return False
    end_publicity(as_of=today)
    RulesTurn.objects.filter(pk__in=waiting).update(done_at=timezone.now())
    return True


@transaction.atomic
def _end_batch(as_of: date) -> int:
    records = list(
        CreditRecord.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(status=Status.PUBLISHED, publish_until__lt=as_of)
        .select_related("record_type", "type_version", "submitted_by", "entity")
        .order_by("pk")[:BATCH]
    )
    for record in records:
        record.status, record.ended_on = Status.EXPIRED, record.publish_until + timedelta(days=1)
    CreditRecord.objects.bulk_update(records, ENDED_FIELDS)
    write_events(
        None, "entities.record.expired", records, lambda record: {"last_day": str(record.publish_until)}
    )
    if records:
        records_changed.send(sender=CreditRecord, entity_ids={record.entity_id for record in records})
        tell_agents("entities.record-expired", records)
    return len(records)


def _date_anew(as_of: date) -> None:
    """Give records the dates of the rule that governs now, where another one dated them.

    What rules look at takes few values, so asking each combination once tells which records to touch.
    """
    book = rule_book()
    versions = RecordTypeVersion.objects.in_bulk()
    in_force = CreditRecord.objects.filter(status=Status.PUBLISHED).order_by()
    for found in in_force.values_list(*DECISIVE, *SAID).distinct():
        type_id, body_id, severity_class, kinds, rule_id, withheld, version_id = found
        question = Question(type_id, body_id, severity_class, frozenset(kinds))
        rule, withholding = book.governing(question, as_of), book.withholding(question, as_of)
        if (rule.pk if rule else None) != rule_id:
            stale = Q()
        elif withholding and not withheld:
            stale = Q(withheld=False)
        elif withheld and not withholding:
            # Withheld by a rule that is no longer there; what its own details keep back stays so.
            stale = _says_public_things_in_rows(versions[version_id])
        else:
            continue
        alike = dict(zip((*DECISIVE, *SAID), found, strict=True))
        while _date_batch_anew(stale & Q(**alike), as_of, book):
            pass


@transaction.atomic
def _date_batch_anew(stale: Q, as_of: date, book: RuleBook) -> int:
    records = list(
        CreditRecord.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(stale, status=Status.PUBLISHED)
        .select_related("record_type", "type_version")
        .order_by("pk")[:BATCH]
    )
    was = {record.pk: (record.publish_until, record.withheld) for record in records}
    for record in records:
        _date(record, on=as_of, book=book)
    CreditRecord.objects.bulk_update(records, ("publicity_rule", "publish_until", "withheld"))
    write_events(
        None,
        "entities.record.dated_anew",
        records,
        lambda record: {
            "was": str(was[record.pk][0] or ""),
            "now": str(record.publish_until or ""),
            "was_withheld": was[record.pk][1],
            "withheld": record.withheld,
            "rule": str(record.publicity_rule or ""),
        },
    )
    if records:
        records_changed.send(sender=CreditRecord, entity_ids={record.entity_id for record in records})
    return len(records)


def _no_detail(_record: CreditRecord) -> dict:
    return {}


def write_events(
    actor, verb: str, records: Sequence[CreditRecord], detail: Callable[[CreditRecord], dict] = _no_detail
) -> None:
    """The audit trail of one deed done to many records."""
    if records:
        audit.record_many(
            audit.event_for(actor=actor, verb=verb, target=record, **detail(record)) for record in records
        )
