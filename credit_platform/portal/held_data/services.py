"""Asking for all that is held about an entity, making the file, and throwing it away when its days are over."""

import tempfile
from datetime import timedelta

from celery import signature
from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit import services as audit
from credit_platform.common.errors import Missing
from credit_platform.common.queueing import enqueue_on_commit
from credit_platform.portal.held_data import packing, policies
from credit_platform.portal.held_data.models import HeldDataFile
from entities.models import Document, Entity
from entities.services import documents, feedback

#: For so long a file is kept; it can be asked for again.
KEPT = timedelta(days=14)
#: Whoever took one up and has not ended after this is taken for lost.
LEASE = timedelta(minutes=15)
ZIP = "application/zip"


@transaction.atomic
def ask_for_everything(*, by, entity: Entity) -> HeldDataFile:
    """Have all that is held about the entity put into a file; while one is being made, that one."""
    policies.may_have_everything(by, entity).require()
    # Locked, so that the button pressed twice finds what the first press wrote.
    Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    waiting = HeldDataFile.objects.filter(entity=entity, next_attempt_at__isnull=False).first()
    if waiting is not None:
        return waiting
    asked = HeldDataFile.objects.create(entity=entity, asked_by=by)
    audit.record(actor=by, verb="held_data.file.asked", target=entity)
    enqueue_on_commit(signature("credit_platform.portal.held_data.tasks.make_waiting"))
    return asked


def make_waiting() -> int:
    """Make the files that wait; returns how many were made. Safe on many workers, and after one that was killed."""
    made = 0
    while claimed := _claim_next():
        made += _make(claimed)
    return made


@transaction.atomic
def _claim_next() -> HeldDataFile | None:
    """The file that waits longest, out of others' reach for a while."""
    now = timezone.now()
    waiting = (
        HeldDataFile.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("entity", "asked_by")
        .filter(next_attempt_at__lte=now)
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if waiting is None:
        return None
    waiting.next_attempt_at, waiting.parts_done = now + LEASE, 0
    waiting.attempts += 1
    waiting.save(update_fields=("next_attempt_at", "parts_done", "attempts"))
    return waiting


def _make(claimed: HeldDataFile) -> bool:
    """Make one; False where nobody may have it any more, or another worker was quicker."""
    if not policies.may_have_everything(claimed.asked_by, claimed.entity):
        # Whoever asked no longer acts for the entity: there is nobody to hand it to.
        HeldDataFile.objects.filter(pk=claimed.pk, document=None).update(next_attempt_at=None)
        return False
    mine = HeldDataFile.objects.filter(pk=claimed.pk, document=None)
    with tempfile.TemporaryFile() as out:
        packing.pack(out, claimed.entity, claimed.asked_by, done=lambda count: mine.update(parts_done=count))
        return _keep(claimed, out)


@transaction.atomic
def _keep(claimed: HeldDataFile, out) -> bool:
    waiting = HeldDataFile.objects.select_for_update().filter(pk=claimed.pk, document=None).first()
    if waiting is None:
        return False
    now, entity = timezone.now(), claimed.entity
    name = f"{entity.credit_code}-{timezone.localdate():%Y-%m-%d}.zip"
    waiting.document = documents.store_file_made(
        by=claimed.asked_by, file=File(out, name=name), content_type=ZIP
    )
    waiting.made_at, waiting.expires_at, waiting.next_attempt_at = now, now + KEPT, None
    waiting.save(update_fields=("document", "made_at", "expires_at", "next_attempt_at"))
    audit.record(
        actor=claimed.asked_by, verb="held_data.file.made", target=entity, sha256=waiting.document.sha256
    )
    feedback.notify(
        kind="held_data.ready",
        user=claimed.asked_by,
        params={
            "entity": feedback.both_names(entity),
            "until": f"{timezone.localdate(waiting.expires_at):%Y-%m-%d}",
        },
        url=reverse("held_data:own", args=(entity.credit_code,)),
    )
    return True


@transaction.atomic
def take(*, by, entity: Entity, file_id: int) -> Document:
    """The file, for whoever acts for the entity now; that it was taken is in the log. `Missing` for anybody else."""
    file = (
        HeldDataFile.objects.visible_to(by)
        .filter(entity=entity, pk=file_id, expires_at__gt=timezone.now())
        .select_related("document")
        .first()
    )
    if file is None or file.document is None:
        raise Missing
    audit.record(actor=by, verb="held_data.file.taken", target=entity, sha256=file.document.sha256)
    return file.document


def throw_away_old() -> int:
    """Throw away the files whose days are over; returns how many."""
    gone = 0
    for key in HeldDataFile.objects.filter(
        document__isnull=False, expires_at__lte=timezone.now()
    ).values_list("pk", flat=True):
        gone += _throw_away(key)
    return gone


@transaction.atomic
def _throw_away(key: int) -> bool:
    file = HeldDataFile.objects.select_for_update().filter(pk=key, document__isnull=False).first()
    if file is None:
        return False
    document, file.document = file.document, None
    file.save(update_fields=("document",))
    documents.discard_document(document)
    return True
