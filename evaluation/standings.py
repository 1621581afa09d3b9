"""How entities stand, for apps below that ask what a change would do."""

from collections.abc import Collection, Mapping

from django.utils import timezone

from evaluation import frames
from evaluation.columns import Vocabulary
from evaluation.schemes.in_force import schemes_in_force


def grades_worked_out(entity_ids: Collection[int]) -> Mapping[int, tuple[int, ...]]:
    """The place on the scale of every scheme in force today, by entity, worked out from the records as they are now.

    Nothing is stored. Peers are those of the tables that were kept last.
    """
    schemes = schemes_in_force(timezone.localdate())
    if not schemes:
        return {}
    columns = frames.columns_in_force(
        entity_ids, Vocabulary.union(one.compiled.vocabulary for one in schemes)
    )
    rated = [one.rate(columns, timezone.localdate()) for one in schemes]
    places = zip(*(one.place.tolist() for one in rated), strict=True)
    return dict(zip(columns.entities.tolist(), places, strict=True))
