"""Watch lists: kept by their bodies, and told of by the clock."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing
from entities import codes
from entities.models import (
    CreditRecord,
    Entity,
    RecordType,
    RecordTypeVersion,
    SeverityClass,
    SubmittingBody,
)
from entities.services import feedback
from entities.sharing import feed, groups, policies
from entities.sharing.feed import Place
from entities.sharing.models import Change, WatchDigest, WatchedEntity, WatchList

#: An uploaded list of codes; larger circles are better described by region and industry.
MOST_ENTITIES = 20_000
MOST_NAMED = 20
NOTICES_AT_ONCE = 20
APPEARED = (Change.Kind.PUBLISHED, Change.Kind.CORRECTED)


@dataclass(frozen=True, slots=True)
class ListDraft:
    """What a watch list says of itself."""

    name: str
    kind: str
    region_codes: tuple[str, ...] = ()
    industry_codes: tuple[str, ...] = ()
    group: str = ""
    digest: bool = True
    urgent: bool = True


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a list of codes: how many were added, how many stood there, which mean nothing here."""

    added: int = 0
    there: int = 0
    unknown: tuple[str, ...] = ()


@transaction.atomic
def begin_list(
    *, by, body: SubmittingBody, draft: ListDraft, credit_codes: Collection[str] = ()
) -> tuple[WatchList, Added]:
    """Begin to follow entities on behalf of a body; it is told of what changes from now on.

    The codes are put on it with it, or neither is saved.
    """
    policies.may_watch(by, body).require()
    _require_sound(body, draft)
    place = feed.now()
    watch_list = WatchList(
        body=body,
        created_by=by,
        urgent_transaction=place.transaction,
        urgent_change=place.change,
        digest_transaction=place.transaction,
        digest_change=place.change,
        **_fields(draft),
    )
    watch_list.save()
    audit.record(actor=by, verb="sharing.list.begun", target=watch_list, body=body.code)
    if not credit_codes:
        return watch_list, Added()
    return watch_list, add_entities(by=by, watch_list_id=watch_list.pk, credit_codes=credit_codes)


@transaction.atomic
def change_list(*, by, watch_list_id: int, draft: ListDraft) -> WatchList:
    """Change a list's name, circle and ways of telling; its kind stays."""
    watch_list = _locked(by, watch_list_id)
    if draft.kind != watch_list.kind:
        raise InvalidInput({"kind": [_("Begin another list for entities of another kind.")]})
    _require_sound(watch_list.body, draft, without=watch_list.pk)
    # What came while nobody wanted to hear of it is not told all at once.
    place = feed.now()
    for way in ("urgent", "digest"):
        if getattr(draft, way) and not getattr(watch_list, way):
            setattr(watch_list, f"{way}_transaction", place.transaction)
            setattr(watch_list, f"{way}_change", place.change)
    for name, value in _fields(draft).items():
        setattr(watch_list, name, value)
    watch_list.save()
    audit.record(actor=by, verb="sharing.list.changed", target=watch_list)
    return watch_list


@transaction.atomic
def add_entities(*, by, watch_list_id: int, credit_codes: Collection[str]) -> Added:
    """Put entities on a picked list by their codes. Adding again changes nothing; unknown codes are given back."""
    watch_list = _locked(by, watch_list_id)
    if watch_list.kind != WatchList.Kind.PICKED:
        raise InvalidInput({"codes": [_("This list follows a circle, not single entities.")]})
    wanted = list(dict.fromkeys(filter(None, (codes.normalise(code) for code in credit_codes))))
    if not wanted:
        raise InvalidInput({"codes": [_("Give at least one unified social credit code.")]})
    there = watch_list.picked.count()
    if there + len(wanted) > MOST_ENTITIES:
        raise InvalidInput(
            {"codes": [_("A list holds at most %(most)d entities.") % {"most": MOST_ENTITIES}]}
        )
    found = dict(
        Entity.objects.visible_to(by).filter(credit_code__in=wanted).values_list("credit_code", "pk")
    )
    WatchedEntity.objects.bulk_create(
        (WatchedEntity(watch_list=watch_list, entity_id=pk) for pk in found.values()), ignore_conflicts=True
    )
    added = watch_list.picked.count() - there
    if added:
        audit.record(actor=by, verb="sharing.list.added_to", target=watch_list, added=added)
    return Added(added, len(found) - added, tuple(code for code in wanted if code not in found))


@transaction.atomic
def take_entity(*, by, watch_list_id: int, credit_code: str) -> None:
    """Take an entity from a picked list; one that is not there is no error."""
    watch_list = _locked(by, watch_list_id)
    deleted, _kinds = watch_list.picked.filter(entity__credit_code=credit_code).delete()
    if deleted:
        audit.record(actor=by, verb="sharing.list.taken_from", target=watch_list, code=credit_code)


@transaction.atomic
def end_list(*, by, watch_list_id: int) -> WatchList:
    """Stop following; the list stays for what was told of it. Receivers of this list alone must go first."""
    watch_list = _locked(by, watch_list_id)
    if watch_list.webhooks.filter(removed_at=None).exists():
        raise InvalidInput({"": [_("A receiver takes the changes of this list; remove it first.")]})
    watch_list.ended_at = timezone.now()
    watch_list.save(update_fields=("ended_at",))
    audit.record(actor=by, verb="sharing.list.ended", target=watch_list)
    return watch_list


def _locked(by, watch_list_id: int) -> WatchList:
    watch_list = (
        WatchList.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("body")
        .filter(pk=watch_list_id, ended_at=None)
        .first()
    )
    if watch_list is None:
        raise Missing
    policies.may_watch(by, watch_list.body).require()
    return watch_list


def _fields(draft: ListDraft) -> dict:
    return {
        "name": draft.name.strip(),
        "kind": draft.kind,
        "region_codes": list(draft.region_codes),
        "industry_codes": list(draft.industry_codes),
        "group": draft.group,
        "digest": draft.digest,
        "urgent": draft.urgent,
    }


def _require_sound(body: SubmittingBody, draft: ListDraft, *, without: int | None = None) -> None:
    problems: dict[str, list[str]] = {}
    if not draft.name.strip():
        problems["name"] = [_("Give the list a name.")]
    same_name = WatchList.objects.filter(body=body, name=draft.name.strip(), ended_at=None)
    if without is not None:
        same_name = same_name.exclude(pk=without)
    if same_name.exists():
        problems["name"] = [_("There is a list of this name already.")]
    if draft.kind == WatchList.Kind.PLACE and not (draft.region_codes or draft.industry_codes):
        problems["region_codes"] = [_("Give a region or an industry.")]
    if draft.kind == WatchList.Kind.GROUP and draft.group not in {one.code for one in groups.groups_of(body)}:
        problems["group"] = [_("%(body)s has no such group.") % {"body": body}]
    if problems:
        raise InvalidInput(problems)


# Told by the clock


def tell_of_serious() -> int:
    """Tell every list that wants it of new serious misconduct, one notice a record; returns how many.

    Where a file brings more than `NOTICES_AT_ONCE` to a list, one notice tells how many. Each stretch of changes is
    told in a transaction of its own, which also moves the list's place on: whoever is killed in the middle leaves
    nothing half told, and two at once take different lists.
    """
    sent = 0
    for pk in _kept(urgent=True).values_list("pk", flat=True):
        more = True
        while more:
            told, more = _tell_of_serious(pk)
            sent += told
    return sent


@transaction.atomic
def _tell_of_serious(watch_list_id: int) -> tuple[int, bool]:
    watch_list = _free(watch_list_id)
    if watch_list is None:
        return 0, False
    since = Place(watch_list.urgent_transaction, watch_list.urgent_change)
    answer = feed.changes_since(body=watch_list.body, since=since, watch_lists=[watch_list])
    serious = [
        one.record for one in answer.changes if one.record is not None and _is_serious(one.change, one.record)
    ]
    if len(serious) > NOTICES_AT_ONCE:
        _notice_of_many(watch_list, len(serious))
        sent = 1
    else:
        for record in serious:
            _notice_of(watch_list, record)
        sent = len(serious)
    watch_list.urgent_transaction, watch_list.urgent_change = answer.next.transaction, answer.next.change
    watch_list.save(update_fields=("urgent_transaction", "urgent_change"))
    return sent, answer.more


def _kept(**wants) -> QuerySet[WatchList]:
    """The lists that somebody still keeps: not ended, and of a body that is not gone."""
    return WatchList.objects.filter(ended_at=None, body__is_active=True, **wants)


def _is_serious(change: Change, record: CreditRecord) -> bool:
    return (
        change.kind in APPEARED
        and record.status == CreditRecord.Status.PUBLISHED
        and record.severity_class == SeverityClass.SERIOUS
        and record.record_type.polarity == RecordType.Polarity.NEGATIVE
    )


def _notice_of(watch_list: WatchList, record: CreditRecord) -> None:
    """What the record says stands in the notice only where anybody may read it: a look at the others is put on record."""
    is_public = record.type_version.disclosure == RecordTypeVersion.Disclosure.PUBLIC and not record.withheld
    params = {
        "list": watch_list.name,
        "body": feedback.both_names(record.submitted_by),
        "entity": feedback.both_names(record.entity),
    }
    if is_public:
        params |= {"title": record.title, "number": record.document_number}
    feedback.notify(
        kind="sharing.serious" if is_public else "sharing.serious-shared",
        params=params,
        url=reverse("entities:record-detail", args=(record.pk,)),
        body=watch_list.body,
    )


def _notice_of_many(watch_list: WatchList, count: int) -> None:
    feedback.notify(
        kind="sharing.serious-many",
        params={"list": watch_list.name, "count": count},
        url=reverse("sharing:watch-detail", args=(watch_list.pk,)),
        body=watch_list.body,
    )


def tell_of_the_day(*, day: date) -> int:
    """Tell every list that wants a summary what changed since the last, one notice a list and day; returns how many.

    The row of the day is the proof that it was told: asked again, it is left alone.
    """
    waiting = _kept(digest=True).exclude(digests__day__gte=day)
    return sum(_tell_of_the_day(pk, day) for pk in waiting.values_list("pk", flat=True))


@transaction.atomic
def _tell_of_the_day(watch_list_id: int, day: date) -> int:
    watch_list = _free(watch_list_id)
    if watch_list is None or watch_list.digests.filter(day__gte=day).exists():
        return 0
    counts: Counter[str] = Counter()
    touched: set[int] = set()
    place, more = Place(watch_list.digest_transaction, watch_list.digest_change), True
    while more:
        answer = feed.changes_since(body=watch_list.body, since=place, watch_lists=[watch_list])
        place, more = answer.next, answer.more
        counts.update(one.change.kind for one in answer.changes)
        touched.update(one.entity.pk for one in answer.changes)
    watch_list.digest_transaction, watch_list.digest_change = place.transaction, place.change
    watch_list.save(update_fields=("digest_transaction", "digest_change"))
    WatchDigest.objects.create(watch_list=watch_list, day=day, counts=dict(counts), entities=len(touched))
    if not counts:
        return 0
    params = {
        "list": watch_list.name,
        "day": day.isoformat(),
        "changes": counts.total(),
        "entities": len(touched),
    }
    grades = counts[Change.Kind.GRADED]
    feedback.notify(
        kind="sharing.digest-grades" if grades else "sharing.digest",
        params=params | {"grades": grades} if grades else params,
        url=reverse("sharing:watch-detail", args=(watch_list.pk,)),
        body=watch_list.body,
    )
    return 1


def _free(watch_list_id: int) -> WatchList | None:
    """The list, locked; None when another worker holds it or it has ended."""
    return (
        WatchList.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("body")
        .filter(pk=watch_list_id, ended_at=None)
        .first()
    )
