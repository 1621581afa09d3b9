"""What the platform has to tell bodies, entities and persons: into their inbox, and out by every channel there is.

A notice is written in the transaction of its event, so that nobody hears of what did not happen; its
deliveries are rows, so that a mail server that is away delays a message and loses none. E-mail is a channel
that is always there; another app may add its own (`register_channel`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from celery import signature
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.db.models.expressions import Combinable
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from credit_platform.accounts.models import User
from credit_platform.audit import services as audit
from credit_platform.common.bilingual import BilingualName
from credit_platform.common.errors import Missing
from credit_platform.common.outgoing import send_all_due, tried
from credit_platform.common.queueing import enqueue_on_commit
from entities.models import Delivery, Entity, EntityAgent, Notice, SubmittingBody

_templates: dict[str, str] = {}
_urgent: set[str] = set()
_channels: dict[str, "Channel"] = {}


class NoLongerWanted(Exception):
    """What a channel raises when nobody waits for the message any more: it is thrown away."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way by which notices leave the platform.

    Args:
        code: one of `Delivery.Channel`.
        address: where a person is reached, worked out from `User`; empty or NULL for who is not.
        send: tries one delivery; raises `NotSent` or `NoLongerWanted`.
        only_urgent: whether it carries no more than the kinds that were registered as urgent.
    """

    code: str
    address: Combinable
    send: Callable[[Delivery], None]
    only_urgent: bool = False

    def carries(self, notice: Notice) -> bool:
        return not self.only_urgent or notice.kind in _urgent


def register_channel(channel: Channel) -> None:
    """Make a way out known. Called in `AppConfig.ready()`."""
    _channels[channel.code] = channel


def register_notice(kind: str, template: str, *, urgent: bool = False) -> None:
    """Make a kind of notice known, with its English sentence and named places.

    Mark the sentence with `gettext_noop`, so that it is translated when it is read. Called in `AppConfig.ready()`.

    Args:
        urgent: whether somebody has to act on it or waits for it, so that a text message is worth its while.
    """
    _templates[kind] = template
    if urgent:
        _urgent.add(kind)


def both_names(thing: BilingualName) -> dict[str, str]:
    """A parameter that is written in the language of whoever reads the notice."""
    return {"zh": thing.name_zh, "en": thing.name_en}


def notify(
    *,
    kind: str,
    params: dict,
    url: str = "",
    body: SubmittingBody | None = None,
    entity: Entity | None = None,
    user: User | None = None,
) -> Notice:
    """Write a notice to one receiver in the running transaction, and the wish to send it by e-mail.

    Everyone who acts for the body or the entity now gets the e-mail; the inbox is also open to those
    who come later. Raises `KeyError` for a kind that no app registered.
    """
    notice = Notice.objects.create(
        kind=kind, template=_templates[kind], params=params, url=url, body=body, entity=entity, user=user
    )
    _queue_deliveries([notice])
    return notice


def entities_with_agents(entity_ids: Iterable[int]) -> set[int]:
    """Those of the entities that somebody acts for; a notice to any other would be read by nobody."""
    return set(
        EntityAgent.objects.filter(entity__in=set(entity_ids), revoked_at=None).values_list(
            "entity_id", flat=True
        )
    )


def notify_entities(*, kind: str, notices: Iterable[tuple[int, dict, str]]) -> None:
    """Write a notice to each of many entities at once: (entity id, params, url)."""
    written = Notice.objects.bulk_create(
        Notice(kind=kind, template=_templates[kind], params=params, url=url, entity_id=pk)
        for pk, params, url in notices
    )
    _queue_deliveries(written)


def _queue_deliveries(notices: Sequence[Notice]) -> None:
    queue([Delivery(**addressed) for addressed in _addressed(notices)])


def queue(deliveries: Sequence[Delivery]) -> None:
    """Write the wish to send each in the running transaction; the same to the same address is wished for once."""
    if not deliveries:
        return
    now = timezone.now()
    for delivery in deliveries:
        delivery.next_attempt_at = now
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    # By its name: the task stands on this module, so importing it would go round in a circle.
    enqueue_on_commit(signature("entities.tasks.deliver_feedback"))


#: For each kind of receiver: the notice's field, how a person belongs to it, and who no longer does.
BELONGING: tuple[tuple[str, str, dict[str, None]], ...] = (
    ("user_id", "pk", {}),
    ("body_id", "memberships__body_id", {}),
    ("entity_id", "agencies__entity_id", {"agencies__revoked_at": None}),
)


def _addressed(notices: Sequence[Notice]) -> Iterator[dict]:
    """Each notice with each address that it goes to by each channel; a query for each kind of receiver."""
    at = {f"at_{code}": channel.address for code, channel in _channels.items()}
    for field, belongs_to, still in BELONGING:
        receivers = {getattr(notice, field) for notice in notices} - {None}
        if not receivers:
            continue
        people = User.objects.filter(is_active=True, **{f"{belongs_to}__in": receivers}, **still).annotate(
            **at
        )
        found: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
        for receiver, language, *addresses in people.values_list(belongs_to, "language", *at):
            found[receiver] |= {
                (code, address, language)
                for code, address in zip(_channels, addresses, strict=True)
                if address
            }
        for notice in notices:
            for code, address, language in sorted(found[getattr(notice, field)]):
                if _channels[code].carries(notice):
                    yield {"notice": notice, "channel": code, "address": address, "language": language}


@transaction.atomic
def acknowledge(*, by, notice_id: int) -> Notice:
    """Note that the receiver has read the notice; the first reader of a body does so for all.

    Doing it again changes nothing. Raises `Missing` for a notice that is not the reader's.
    """
    notice = Notice.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=notice_id).first()
    if notice is None:
        raise Missing
    if notice.acknowledged_at is None:
        notice.acknowledged_at, notice.acknowledged_by = timezone.now(), by
        notice.save(update_fields=("acknowledged_at", "acknowledged_by"))
        audit.record(actor=by, verb="entities.notice.acknowledged", target=notice)
    return notice


def deliver_waiting(*, limit: int = 200) -> int:
    """Send what is due, each in a transaction of its own; returns how many went out.

    Safe on many workers at once. What fails waits twice as long before the next try, up to half a day,
    and is given up only when the notice has been acknowledged on the platform.
    """
    return send_all_due(_deliver_next, limit=limit)


@transaction.atomic
def _deliver_next() -> bool | None:
    """Try the delivery that is due longest: whether it went out, or None when none is due."""
    now = timezone.now()
    due = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .waiting()
        .filter(next_attempt_at__lte=now)
        .select_related("notice")
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if due is None:
        return None
    try:
        if tried(due, lambda: _channels[due.channel].send(due), now=now, failure="feedback.delivery_failed"):
            due.delivered_at = now
    except NoLongerWanted:
        due.delete()
        return False
    due.save(update_fields=("attempts", "last_error", "next_attempt_at", "delivered_at"))
    return due.delivered_at is not None


def _send_mail(delivery: Delivery) -> None:
    """One e-mail: the sentence and where to read more. Details stay on the platform, behind its sign-in."""
    with translation.override(delivery.language or settings.LANGUAGE_CODE):
        sentence = delivery.notice.text
        parts = [sentence]
        if delivery.notice.url:
            parts.append(
                _("Read more after signing in: %(url)s")
                % {"url": f"{settings.PLATFORM_URL}{delivery.notice.url}"}
            )
        subject = " ".join(sentence.split())[:120]
        EmailMessage(subject=subject, body="\n\n".join(parts), to=[delivery.address]).send()


register_channel(Channel(Delivery.Channel.EMAIL, F("email"), _send_mail))
