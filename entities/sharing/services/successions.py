"""What becomes of the watch lists and receivers of a body that is gone.

Its lists go on with its successor, which answers for its records. Its receivers end: the address and the secret are
those of a system of the body that is gone, and what the successor may read is not sent there.
"""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit import services as audit
from entities.models import SubmittingBody
from entities.policies import who_answers_for
from entities.services import feedback
from entities.sharing import feed, groups
from entities.sharing.models import WatchList, Webhook


def pass_on() -> int:
    """Pass on the lists and end the receivers of bodies that are gone; returns how many. Safe to run again."""
    receivers = Webhook.objects.filter(removed_at=None, body__is_active=False).values_list("pk", flat=True)
    lists = WatchList.objects.filter(ended_at=None, body__is_active=False).values_list("pk", flat=True)
    return sum(map(_end_receiver, receivers)) + sum(map(_pass_list_on, lists))


@transaction.atomic
def _end_receiver(webhook_id: int) -> bool:
    webhook = (
        Webhook.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("body")
        .filter(pk=webhook_id, removed_at=None, body__is_active=False)
        .first()
    )
    if webhook is None:
        return False
    webhook.removed_at = timezone.now()
    webhook.save(update_fields=("removed_at",))
    audit.record(actor=None, verb="sharing.webhook.removed", target=webhook, body=webhook.body.code)
    feedback.notify(
        kind="sharing.receiver-ended",
        params={"url": webhook.url, "body": feedback.both_names(webhook.body)},
        url=reverse("sharing:webhook-list"),
        body=who_answers_for(webhook.body),
    )
    return True


@transaction.atomic
def _pass_list_on(watch_list_id: int) -> bool:
    watch_list = (
        WatchList.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("body")
        .filter(pk=watch_list_id, ended_at=None, body__is_active=False)
        .first()
    )
    if watch_list is None:
        return False
    gone = watch_list.body
    # Two lists of one name that come at the same moment: the second waits here and then finds the first.
    heir = SubmittingBody.objects.select_for_update(no_key=True).get(pk=who_answers_for(gone).pk)
    if not _means_something_to(watch_list, heir):
        _end(watch_list, gone, heir)
        return True
    watch_list.body, watch_list.name = heir, _free_name(watch_list.name, gone, heir)
    # What came while nobody was told is not told all at once.
    place = feed.now()
    watch_list.urgent_transaction = watch_list.digest_transaction = place.transaction
    watch_list.urgent_change = watch_list.digest_change = place.change
    watch_list.save()
    audit.record(actor=None, verb="sharing.list.passed_on", target=watch_list, was=gone.code, body=heir.code)
    feedback.notify(
        kind="sharing.list-passed-on",
        params={"list": watch_list.name, "body": feedback.both_names(gone)},
        url=reverse("sharing:watch-detail", args=(watch_list.pk,)),
        body=heir,
    )
    return True


def _means_something_to(watch_list: WatchList, heir: SubmittingBody) -> bool:
    """Whether the successor has the group that the list follows; the other kinds mean the same to everybody."""
    return watch_list.kind != WatchList.Kind.GROUP or watch_list.group in {
        group.code for group in groups.groups_of(heir)
    }


def _end(watch_list: WatchList, gone: SubmittingBody, heir: SubmittingBody) -> None:
    watch_list.ended_at = timezone.now()
    watch_list.save(update_fields=("ended_at",))
    audit.record(actor=None, verb="sharing.list.ended", target=watch_list, body=gone.code)
    feedback.notify(
        kind="sharing.list-ended",
        params={"list": watch_list.name, "body": feedback.both_names(gone)},
        url=reverse("sharing:watch-list"),
        body=heir,
    )


def _free_name(name: str, gone: SubmittingBody, heir: SubmittingBody) -> str:
    """The list's name, with that of the body that is gone where the successor has one of that name."""
    taken = set(WatchList.objects.filter(body=heir, ended_at=None).values_list("name", flat=True))
    free, number = name, 1
    while free in taken:
        more = f" ({gone.name_zh})" if number == 1 else f" ({gone.name_zh} {number})"
        free, number = name[: WatchList.LONGEST_NAME - len(more)] + more, number + 1
    return free
