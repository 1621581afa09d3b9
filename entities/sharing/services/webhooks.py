"""Changes on their way to the systems of bodies: a row first, tried for days, never lost in between."""

import json
import time
from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import access, services as audit
from credit_platform.audit.access import OnBehalf
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities.models import CreditRecord, SubmittingBody
from entities.services import feedback
from entities.sharing import feed, outbound, policies, signing
from entities.sharing.feed import Answer, Place, Told
from entities.sharing.models import WatchList, Webhook, WebhookMessage

log = structlog.get_logger(__name__)
CHANGES_IN_A_MESSAGE = 100
#: How long to wait after each try that failed; in all more than three days.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (0.5, 5, 30, 120, 300, 600, 840, 1200, 1440))
OLD_SECRET_SIGNS_FOR = timedelta(days=1)
#: A run of sending begins no further try after so many seconds; the timetable begins the next run.
RUN_SECONDS = 20.0
GONE = 410


@transaction.atomic
def add_webhook(*, by, body: SubmittingBody, url: str, watch_list: WatchList | None = None) -> Webhook:
    """Say where a body's changes are sent from now on. The secret is read with `signing.secret_of`."""
    policies.may_keep_receivers(by, body).require()
    problems: dict[str, list[str]] = {}
    try:
        outbound.check(url)
    except outbound.Refused as refusal:
        problems["url"] = [str(refusal)]
    if Webhook.objects.filter(body=body, url=url, removed_at=None).exists():
        problems["url"] = [_("This address receives the changes already.")]
    if watch_list is not None and (watch_list.body_id != body.pk or watch_list.ended_at):
        problems["watch_list"] = [_("%(body)s has no such list.") % {"body": body}]
    if problems:
        raise InvalidInput(problems)
    place = feed.now()
    webhook = Webhook.objects.create(
        body=body,
        url=url,
        watch_list=watch_list,
        created_by=by,
        told_transaction=place.transaction,
        told_change=place.change,
    )
    audit.record(actor=by, verb="sharing.webhook.added", target=webhook, body=body.code)
    return webhook


@transaction.atomic
def change_secret(*, by, webhook_id: int) -> Webhook:
    """Give the receiver a new secret; for a day the old one signs as well, so that nothing is lost in between."""
    webhook = _locked(by, webhook_id)
    webhook.generation += 1
    webhook.previous_until = timezone.now() + OLD_SECRET_SIGNS_FOR
    webhook.save(update_fields=("generation", "previous_until"))
    audit.record(
        actor=by, verb="sharing.webhook.secret_changed", target=webhook, generation=webhook.generation
    )
    return webhook


@transaction.atomic
def pause(*, by, webhook_id: int) -> Webhook:
    """Send nothing for now; what changes meanwhile is sent after resuming."""
    webhook = _locked(by, webhook_id)
    if webhook.paused_at is None:
        webhook.paused_at = timezone.now()
        webhook.save(update_fields=("paused_at",))
        audit.record(actor=by, verb="sharing.webhook.paused", target=webhook)
    return webhook


@transaction.atomic
def resume(*, by, webhook_id: int) -> Webhook:
    """Send again, from where it was left."""
    webhook = _locked(by, webhook_id)
    if webhook.paused_at is not None:
        webhook.paused_at = None
        webhook.save(update_fields=("paused_at",))
        audit.record(actor=by, verb="sharing.webhook.resumed", target=webhook)
    return webhook


@transaction.atomic
def remove(*, by, webhook_id: int) -> None:
    """Never send there again; what waits is not sent any more."""
    webhook = _locked(by, webhook_id)
    webhook.removed_at = timezone.now()
    webhook.save(update_fields=("removed_at",))
    audit.record(actor=by, verb="sharing.webhook.removed", target=webhook)


@transaction.atomic
def send_again(*, by, key) -> WebhookMessage:
    """Try a message that was given up once more, from the beginning; one that was taken is not repeated."""
    message = (
        WebhookMessage.objects.select_for_update(of=("self",))
        .select_related("webhook__body")
        .filter(key=key, webhook__in=Webhook.objects.visible_to(by).filter(removed_at=None))
        .first()
    )
    if message is None:
        raise Missing
    policies.may_keep_receivers(by, message.webhook.body).require()
    if message.delivered_at:
        raise WrongState(_("This message was taken; it is not sent twice."))
    message.given_up_at, message.attempts, message.next_attempt_at = None, 0, timezone.now()
    message.save(update_fields=("given_up_at", "attempts", "next_attempt_at"))
    audit.record(actor=by, verb="sharing.message.sent_again", target=message)
    return message


def _locked(by, webhook_id: int) -> Webhook:
    webhook = (
        Webhook.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("body")
        .filter(pk=webhook_id, removed_at=None)
        .first()
    )
    if webhook is None:
        raise Missing
    policies.may_keep_receivers(by, webhook.body).require()
    return webhook


# By the clock


def write_messages() -> int:
    """Make messages of all that changed since each receiver was told last; returns how many.

    A message and the receiver's new place are one transaction, so that no change is put into two messages or none.
    """
    receivers = Webhook.objects.filter(removed_at=None, paused_at=None, body__is_active=True)
    return sum(_write_messages(pk) for pk in receivers.values_list("pk", flat=True))


def _write_messages(webhook_id: int) -> int:
    written, more = 0, True
    while more:
        made, more = _write_next(webhook_id)
        written += made
    return written


@transaction.atomic
def _write_next(webhook_id: int) -> tuple[int, bool]:
    webhook = (
        Webhook.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("body", "watch_list")
        .filter(pk=webhook_id, removed_at=None, paused_at=None)
        .first()
    )
    if webhook is None:
        return 0, False
    lists = (
        [webhook.watch_list]
        if webhook.watch_list
        else list(webhook.body.watch_lists.filter(ended_at=None).select_related("body"))
    )
    answer = feed.changes_since(
        body=webhook.body,
        since=Place(webhook.told_transaction, webhook.told_change),
        watch_lists=lists,
        limit=CHANGES_IN_A_MESSAGE,
    )
    webhook.told_transaction, webhook.told_change = answer.next.transaction, answer.next.change
    webhook.save(update_fields=("told_transaction", "told_change"))
    if not answer.changes:
        return 0, answer.more
    now = timezone.now()
    WebhookMessage.objects.create(
        webhook=webhook,
        body=json.dumps(_payload(answer, now), ensure_ascii=False, separators=(",", ":")),
        changes=len(answer.changes),
        next_attempt_at=now,
    )
    _log_as_shown(webhook, {one.about.pk for one in answer.changes if one.about})
    return 1, answer.more


def _payload(answer: Answer, now: datetime) -> dict:
    """What a message says: what changed, not what it says now; that is asked for, by who is signed in."""
    return {
        "type": "changes",
        "timestamp": now.isoformat(),
        "data": {"next": str(answer.next), "changes": [thin(one) for one in answer.changes]},
    }


def thin(one: Told) -> dict:
    """A change without the content of the record."""
    about, grade = one.about, one.grade
    return {
        "id": one.change.pk,
        "at": one.change.at.isoformat(),
        "kind": one.change.kind,
        "entity": one.entity.credit_code,
        "record": about.pk if about else None,
        "record_type": about.record_type.code if about else None,
        "submitted_by": about.submitted_by.code if about else None,
        "scheme": grade.scheme if grade else None,
        "gone": one.is_gone,
    }


@transaction.atomic
def send_now(*, webhook: Webhook, kind: str, data: dict, record: CreditRecord) -> WebhookMessage:
    """Write a message of its own to one receiver, in the running transaction: signed, tried and kept like every other.

    For what has to be acknowledged by itself: `delivered_at` of the message says that the receiver took it.

    Args:
        kind: the `type` of the message.
        data: what it says, without the content of the record.
    """
    now = timezone.now()
    payload = {"type": kind, "timestamp": now.isoformat(), "data": data}
    message = WebhookMessage.objects.create(
        webhook=webhook,
        body=json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
        changes=1,
        next_attempt_at=now,
    )
    _log_as_shown(webhook, {record.pk})
    return message


def _log_as_shown(webhook: Webhook, records: set[int]) -> None:
    body = webhook.body
    noted = access.Noted(records=records)
    access.write(
        by=None,
        noted=noted,
        way=access.Way.WEBHOOK,
        place="sharing:webhook-detail",
        on_behalf=OnBehalf(body.pk, body.name_zh, body.name_en),
    )


def deliver_waiting(*, limit: int = 200) -> int:
    """Send what is due, for about `RUN_SECONDS`; returns how many were taken. Safe on many workers at once.

    A receiver that did not take a message gets no other in the same run: one that is away costs a try a run.
    """
    taken, stop_at = 0, time.monotonic() + RUN_SECONDS
    away: set[int] = set()
    for _attempt in range(limit):
        message = _claim_next(away) if time.monotonic() < stop_at else None
        if message is None:
            break
        if _try(message.pk):
            taken += 1
        else:
            away.add(message.webhook_id)
    return taken


@transaction.atomic
def _claim_next(away: Collection[int]) -> WebhookMessage | None:
    """Take the message that is due longest for one try, or None; none of the receivers that are away.

    The claim writes the time of the next try, so that a worker killed while it sends leaves nothing hanging; and it
    ends before sending, so that a slow receiver holds no lock and no transaction.
    """
    now = timezone.now()
    message = (
        WebhookMessage.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(
            delivered_at=None,
            given_up_at=None,
            next_attempt_at__lte=now,
            webhook__removed_at=None,
            webhook__paused_at=None,
            webhook__body__is_active=True,
        )
        .exclude(webhook__in=away)
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if message is None:
        return None
    message.next_attempt_at = now + WAITS[min(message.attempts, len(WAITS) - 1)]
    message.attempts += 1
    message.save(update_fields=("attempts", "next_attempt_at"))
    return message


def _try(key) -> bool:
    message = WebhookMessage.objects.select_related("webhook__body").get(pk=key)
    now = timezone.now()
    headers = signing.headers_of(message.webhook, str(message), message.body, now)
    try:
        status = outbound.post(message.webhook.url, message.body.encode(), headers)
    except (outbound.NotTaken, outbound.Refused) as problem:
        _not_taken(message, problem)
        return False
    WebhookMessage.objects.filter(pk=key, delivered_at=None).update(
        delivered_at=timezone.now(), last_status=status, last_error="", next_attempt_at=None
    )
    return True


@transaction.atomic
def _not_taken(message: WebhookMessage, problem: Exception) -> None:
    """Note why, and give up after the last try, or at once where the receiver says that it is gone for good."""
    status = getattr(problem, "status", None)
    message.last_status, message.last_error = status, str(problem)[:500]
    fields = ["last_status", "last_error"]
    if message.attempts > len(WAITS) or status == GONE:
        message.given_up_at, message.next_attempt_at = timezone.now(), None
        fields += ["given_up_at", "next_attempt_at"]
        feedback.notify(
            kind="sharing.message-given-up",
            params={"url": message.webhook.url},
            url=reverse("sharing:webhook-detail", args=(message.webhook_id,)),
            body=message.webhook.body,
        )
    message.save(update_fields=fields)
    log.warning(
        "webhook.not_taken",
        message=str(message),
        attempts=message.attempts,
        given_up=bool(message.given_up_at),
        error=message.last_error,
    )
