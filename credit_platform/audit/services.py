"""Writing the log, sealing it, and proving that it is whole."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence

import structlog
from django.db import connection, models, transaction
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.utils import timezone

from credit_platform.audit import verbs
from credit_platform.audit.models import AuditEvent, AuditSeal
from credit_platform.common.transactions import oldest_running

SEAL_LOCK = 0x5EA1
COPIED = ("actor_id", "actor_name", "verb", "target_type", "target_id", "target_label", "request_id")


def record(*, actor, verb: str, target: models.Model, **detail) -> AuditEvent:
    """Note a deed in the running transaction. `actor` is None when the platform itself acts.

    Raises `ValueError` for a verb that no app registered, and outside a transaction: a trace
    must stand or fall with the change that it tells of.
    """
    if not connection.in_atomic_block:
        raise ValueError("An audit entry is written in the transaction of its change.")
    event = event_for(actor=actor, verb=verb, target=target, **detail)
    event.save(force_insert=True)
    return event


def event_for(*, actor, verb: str, target: models.Model, **detail) -> AuditEvent:
    """The unsaved event, for services that write many at once with `record_many`."""
    # Not its type: the user of a request is a stand-in, which names the class of what it stands for.
    return _event(actor, verb, target.__class__, str(target.pk), str(target), detail)


def _event(actor, verb: str, model: type[models.Model], key: str, label: str, detail: dict) -> AuditEvent:
    if not verbs.is_known(verb):
        raise ValueError(f"No app has registered the verb “{verb}”.")
    context = structlog.contextvars.get_contextvars()
    return AuditEvent(
        actor=actor,
        actor_name=str(actor) if actor else "system",
        verb=verb,
        target_type=model._meta.label_lower,
        target_id=key,
        target_label=label[:300],
        detail={name: value for name, value in detail.items() if value is not None},
        request_id=str(context.get("request_id") or context.get("task_id") or ""),
    )


def record_many(events: Iterable[AuditEvent]) -> None:
    """Note many deeds in the running transaction, by COPY: several times quicker than rows by INSERT.

    The events come from `event_for` and get no key here. Raises `ValueError` outside a transaction.
    """
    if not connection.in_atomic_block:
        raise ValueError("An audit entry is written in the transaction of its change.")
    # All made before COPY begins: naming a target may ask the database, which then waits for COPY's end.
    rows = [
        (json.dumps(event.detail, ensure_ascii=False), *(getattr(event, column) for column in COPIED))
        for event in events
    ]
    at, columns = timezone.now(), ", ".join(COPIED)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {AuditEvent._meta.db_table} (at, detail, {columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row((at, *row))


def record_spans(
    *, actor, verb: str, model: type[models.Model], keys: Iterable[int], label: str, **detail
) -> None:
    """Note one deed done to very many things: one event for each unbroken run of keys.

    `about` finds it for each of the things. Raises `ValueError` as `record` does.
    """
    record_many(
        _event(actor, verb, model, f"{first}-{last}", label, detail) for first, last in _runs(sorted(keys))
    )


def _runs(keys: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for place, key in enumerate(keys):
        if place + 1 == len(keys) or keys[place + 1] != key + 1:
            yield keys[start], key
            start = place + 1


def about(model: type[models.Model], key) -> Q:
    """The condition on events that tell of one thing: of it alone, or of many of which it is one.

    Args:
        key: the thing's key, or an expression of a queryset of such things.
    """
    alone = Cast(key, CharField(max_length=60)) if hasattr(key, "resolve_expression") else str(key)
    found = Q(target_id=alone)
    if isinstance(model._meta.pk, models.AutoField):
        found |= Q(targets__contains=key)
    return Q(target_type=model._meta.label_lower) & found


@transaction.atomic
def seal() -> AuditSeal | None:
    """Seal the events of every transaction that has ended since the last seal; None when there are none.

    One sealer at a time: a second one waits for the first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
    until = oldest_running()
    last = AuditSeal.objects.order_by("-pk").first()
    after = last.before_transaction if last else 0
    count, digest = _digest(last.digest if last else "", after, until)
    if not count:
        return None
    return AuditSeal.objects.create(
        after_transaction=after, before_transaction=until, count=count, digest=digest
    )


def broken_seals() -> list[AuditSeal]:
    """The seals that no longer match their events; an empty list is the proof that nothing was touched."""
    broken, before = [], ""
    for link in AuditSeal.objects.order_by("pk"):
        if _digest(before, link.after_transaction, link.before_transaction) != (link.count, link.digest):
            broken.append(link)
        before = link.digest
    return broken


def _digest(before: str, after: int, until: int) -> tuple[int, str]:
    chain, count = hashlib.sha256(before.encode()), 0
    events = AuditEvent.objects.filter(transaction_id__gte=after, transaction_id__lt=until)
    for event in (
        events.order_by("transaction_id", "pk")
        .values_list(
            "pk",
            "at",
            "actor_name",
            "verb",
            "target_type",
            "target_id",
            "target_label",
            "detail",
            "request_id",
            "transaction_id",
        )
        .iterator(chunk_size=5_000)
    ):
        count += 1
        chain.update(json.dumps(event, sort_keys=True, ensure_ascii=False, default=str).encode())
    return count, chain.hexdigest()
