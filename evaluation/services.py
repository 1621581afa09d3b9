"""Everything that writes ratings.

Two workers never rate one entity at the same time, and whoever rates reads the records after they have
locked the entity. So the rating that is written last has seen the most, and none is lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput
from entities.models import Entity
from evaluation import birthdays, bulk, frames
from evaluation.bulk import rate_all
from evaluation.columns import Vocabulary
from evaluation.kernel import NOT_RATED
from evaluation.models import RatingDay, RatingRequest, RatingRun, Scheme, SchemeVersion
from evaluation.schemes import SchemeDocument
from evaluation.schemes.document import LONGEST_BADGE
from evaluation.schemes.in_force import SchemeInForce, published_by, schemes_in_force
from evaluation.storing import POINTLESS, moved, points_of, stored_ratings

#: Days that the platform slept are followed one by one up to this many; beyond, everything is rated.
DAYS_FOLLOWED = 62


@transaction.atomic
def rate_waiting(*, limit: int, as_of: date) -> int:
    """Rate up to `limit` entities that asked for it. Safe to run twice, and at once on many workers.

    Returns how many requests were answered; zero when other workers hold the rest. A request that is
    written meanwhile is not answered by this rating, and stays.
    """
    claimed = list(
        RatingRequest.objects.select_for_update(skip_locked=True)
        .order_by("pk")
        .values_list("pk", "entity_id")[:limit]
    )
    locked = _lock_entities({entity for _pk, entity in claimed})
    answered = [pk for pk, entity in claimed if entity in locked]
    if not answered:
        return 0
    bulk.share_places(locked)
    schemes = schemes_in_force(as_of)
    columns = frames.columns_in_force(locked, _vocabulary(schemes))
    bulk.rate_and_save(columns, schemes, as_of)
    RatingRequest.objects.filter(pk__in=answered).delete()
    return len(answered)


def request_ratings(entity_ids: Iterable[int]) -> int:
    """Note that these entities need rating, in the caller's transaction; returns how many."""
    wanted = sorted(set(entity_ids))
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {RatingRequest._meta.db_table} (entity_id, requested_at)"
                " SELECT unnest(%s::bigint[]), %s",
                [wanted, timezone.now()],
            )
    return len(wanted)


def request_ratings_until(today: date) -> int:
    """Ask for ratings of the entities that the days since the last time touched, today included.

    Days on which the platform slept are followed one by one. Where a version of a scheme came into force,
    or where it slept for months, every entity is rated at once. Returns how many were asked for.
    """
    last = RatingDay.objects.aggregate(last=Max("day"))["last"]
    since = last + timedelta(days=1) if last else today
    days = [since + timedelta(days=n) for n in range((today - since).days + 1)]
    if not days:
        return 0
    if len(days) > DAYS_FOLLOWED or birthdays.a_scheme_began(days):
        rate_all(as_of=today)
        days = [today]
    with transaction.atomic():
        # None began since, so those of today are those of each day that still matter; reading them is dear.
        schemes = schemes_in_force(today)
        touched = {day: birthdays.entities_touched_by(day, schemes) for day in days}
        asked = request_ratings(set().union(*touched.values()))
        RatingDay.objects.bulk_create(
            (RatingDay(day=day, requested=len(entities)) for day, entities in touched.items()),
            ignore_conflicts=True,
        )
    return asked


def refresh_peers(*, as_of: date) -> int:
    """Once a day make the tables of peers anew and rate everybody by them; returns how many ratings changed.

    Nothing where no scheme compares peers, or where a run of that day has done so, or is about to: it goes on by itself.
    """
    schemes = published_by(as_of)
    if not any(one.compiled.peer_levels for one in schemes):
        return 0
    versions = sorted(one.version.pk for one in schemes)
    if RatingRun.objects.filter(as_of=as_of, versions=versions).exists():
        return 0
    return rate_all(as_of=as_of)


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored rating that is not what the records give."""

    entity_id: int
    scheme: str
    stored: str
    worked_out: str

    def __str__(self) -> str:
        return f"entity {self.entity_id}, {self.scheme}: stored {self.stored}, worked out {self.worked_out}"


@dataclass(frozen=True, slots=True)
class Verification:
    compared: int
    #: Entities left out because a request for a new rating is still waiting.
    waiting: int
    differences: list[Difference]


def verify_ratings(*, as_of: date) -> Verification:
    """Work every rating out again and compare. Changes nothing, and may run while others work."""
    compared, waiting, differences = 0, 0, []
    reader = bulk.Reader.for_day(as_of)
    for first, last in bulk.cut_ranges():
        with transaction.atomic():
            bulk.lock_places(first, last)
            columns = reader.columns(first, last)
            stored = [stored_ratings(columns.entities, one) for one in reader.schemes]
            # Read last: whoever changed a record that the columns hold has left a request by now.
            requests = RatingRequest.objects.filter(entity_id__gte=first, entity_id__lte=last)
            asked = np.isin(
                columns.entities, np.fromiter(requests.values_list("entity_id", flat=True), np.int64)
            )
        waiting += int(asked.sum())
        for one, known in zip(reader.schemes, stored, strict=True):
            ratings = one.rate(columns, as_of)
            compared += int((~asked).sum())
            for row in np.flatnonzero(moved(ratings, known) & ~asked):
                entity = int(columns.entities[row])
                was = said(known.points[row], known.letter[row], one)
                now = said(points_of(ratings)[row], ratings.place[row], one)
                differences.append(Difference(entity, one.scheme.code, was, now))
    return Verification(compared, waiting, differences)


def said(points: int, place: int, scheme: SchemeInForce) -> str:
    """A rating in a line of a report."""
    if place == NOT_RATED:
        return "not rated"
    letter = scheme.compiled.letters[place] if place >= 0 else "another letter"
    return letter if points == POINTLESS else f"{letter} with {points} hundredths"


@transaction.atomic
def install_scheme(
    *, by, code: str, facts: Mapping[str, Any], document: SchemeDocument, effective_from: date
):
    """Publish a scheme as a file of this project describes it; returns the new version, or None when nothing is new.

    A document that says something else than the last one that came with the platform becomes the next version: what
    the lead office published since stays in force from its own day. `facts` are the fields of `Scheme`; its names stay
    as the lead office gave them. A published version itself never changes. Nobody is rated under a scheme that
    compares peers before everybody is. Raises `InvalidInput` for one whose grades are longer than a badge.
    """
    if any(len(grade.letter) > LONGEST_BADGE for grade in document.scale):
        raise InvalidInput({"": [_("A grade is no longer than eight letters.")]})
    scheme, created = Scheme.objects.select_for_update().get_or_create(code=code, defaults=dict(facts))
    if not created:
        _keep_facts(by, scheme, facts)
    last = scheme.versions.filter(author=None).order_by("-number").first()
    content = document.model_dump(mode="json", by_alias=True)
    if last and last.document == content:
        return None
    version = SchemeVersion.objects.create(
        scheme=scheme,
        number=next_number(scheme),
        document=content,
        legal_basis=document.basis.zh,
        state=SchemeVersion.State.PUBLISHED,
        effective_from=effective_from,
        published_at=timezone.now(),
    )
    audit.record(actor=by, verb="evaluation.scheme.published", target=version)
    return version


def next_number(scheme: Scheme) -> int:
    """The number of the next version of a scheme, which the caller has locked."""
    return (scheme.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def _keep_facts(by, scheme: Scheme, facts: Mapping[str, Any]) -> None:
    """Let a scheme be what the platform says it is, but for the names that the lead office gave it."""
    kept = {"name_zh", "name_en"} if scheme.versions.exclude(author=None).exists() else set()
    others = {
        name: value for name, value in facts.items() if name not in kept and getattr(scheme, name) != value
    }
    if not others:
        return
    was = {name: getattr(scheme, name) for name in others}
    for name, value in others.items():
        setattr(scheme, name, value)
    scheme.save(update_fields=tuple(others))
    audit.record(actor=by, verb="evaluation.scheme.changed", target=scheme, was=was, now=others)


def _vocabulary(schemes: Iterable[SchemeInForce]) -> Vocabulary:
    return Vocabulary.union(one.compiled.vocabulary for one in schemes)


def _lock_entities(ids: set[int]) -> set[int]:
    """Those that no other worker is rating now. Whoever only refers to an entity is not held up by this lock.

    An entity that was merged into another is among them: it has nothing to be rated by, and its request is answered.
    """
    free = (
        Entity.everything.filter(pk__in=ids).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    )
    return set(free.values_list("pk", flat=True))
