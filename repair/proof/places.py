"""The platform's own places in which a record could still be shown, and how each is looked at.

An app names its place once, with a function that asks what anybody is answered there. A look asks what the page
asks, as a reader who has no rights; it never asks the record whether it is over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entities.models import CreditRecord
from entities.policies import records_of_bodies
from entities.sharing import exports
from entities.sharing.models import Change
from evaluation.models import RatingRequest
from repair.proof.models import Effect

#: The files begun before the decision: once the last has left it is known who took the record along in one.
FILES = "files"
#: Whatever reads the record without making a file of it is answered within this time.
BRIEFLY = timedelta(minutes=1)
#: What tells whoever follows changes that a record is over.
OVER = (Change.Kind.REPAIRED, Change.Kind.WITHDRAWN, Change.Kind.ANNULLED, Change.Kind.REPLACED)


@dataclass(frozen=True, slots=True)
class Place:
    """One place.

    Args:
        title: what it is called, lazily translated.
        shows: whether the record can still be found there.
        after: how long after the decision the look makes sense.
    """

    code: str
    title: str | Promise
    shows: Callable[[CreditRecord], bool]
    after: timedelta = timedelta(0)


_places: dict[str, Place] = {}


def register(place: Place) -> None:
    """Name a place; called in `AppConfig.ready()`. The same code again replaces it."""
    _places[place.code] = place


def all_places() -> list[Place]:
    return [_places[code] for code in sorted(_places)]


def by_code(code: str) -> Place:
    """Raises `KeyError` for a place that no app names."""
    return _places[code]


def offer() -> None:
    """Name the places below the public pages; called once, when the apps are loaded."""
    register(Place("lists", _("Lists, exports and the interface of other bodies"), _others_may_read))
    register(Place("changes", _("The list of changes, which tells that it is over"), _nobody_is_told))
    register(Place(FILES, _("Files that were being made at the time"), _file_is_being_made, after=BRIEFLY))
    register(Place("ratings", _("Ratings, worked out without it"), _rating_waits))


def _others_may_read(record: CreditRecord) -> bool:
    """Lists, their exports and the interface all read what this condition lets through."""
    mine = CreditRecord.objects.filter(pk=record.pk)
    return any(
        mine.filter(records_of_bodies((), officials=officials)).exists() for officials in (True, False)
    )


def _nobody_is_told(record: CreditRecord) -> bool:
    return not Change.objects.filter(entity_id=record.entity_id, record_id=record.pk, kind__in=OVER).exists()


def _rating_waits(record: CreditRecord) -> bool:
    """The wish to rate anew is written with the end of the record and leaves with the new rating."""
    return RatingRequest.objects.filter(entity=record.entity_id).exists()


def _file_is_being_made(record: CreditRecord) -> bool:
    # The decision counts from when it is committed, and hosts do not agree to the second.
    return any(
        exports.being_made_since_before(effect.begun_at + BRIEFLY)
        for effect in Effect.objects.filter(record=record)
    )
