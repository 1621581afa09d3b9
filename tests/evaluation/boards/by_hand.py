"""The figures of a board from the ratings and changes themselves, one by one: slow, and without any count."""

from collections import Counter, defaultdict
from datetime import date, timedelta

from entities.models import Entity, SubmittingBody
from evaluation.board import WEEKS_SHOWN, Board, Figures
from evaluation.models import CurrentRating, RatingChange


class Everything:
    """All entities, ratings and changes as they are now: read once, however many boards are looked at."""

    def __init__(self) -> None:
        self.departments = SubmittingBody.objects.in_bulk()
        self.entities = list(Entity.objects.prefetch_related("records__record_type", "records__type_version"))
        self.ratings = list(CurrentRating.objects.all())
        self.changes = defaultdict(list)
        for change in RatingChange.objects.order_by("as_of", "pk"):
            self.changes[change.entity_id, change.scheme_id].append(change)

    def entities_of(self, board: Board) -> set[int]:
        narrowing, chosen = board.narrowing, set()
        department = self.departments.get(narrowing.body)
        for entity in self.entities:
            part = (entity.district, entity.industry_code[:1], entity.status)
            wanted = (narrowing.district, narrowing.section, narrowing.status)
            if narrowing.body and not _has_on_record(department, entity):
                continue
            if all(want in ("", have) for want, have in zip(wanted, part, strict=True)):
                chosen.add(entity.pk)
        return chosen


def _has_on_record(department: SubmittingBody, entity: Entity) -> bool:
    """Whether any official would find a record of the department about the entity, now in force."""
    return department.kind == "department" and any(
        record.submitted_by_id == department.pk
        and record.status == "published"
        and not record.suspended
        and record.record_type.family == "public"
        and record.type_version.disclosure in {"public", "shared"}
        for record in entity.records.all()
    )


def figures_by_hand(board: Board, everything: Everything | None = None) -> Figures:
    """As `Board.figures`."""
    everything = everything or Everything()
    entities, moves = everything.entities_of(board), Counter()
    for rating in everything.ratings:
        if rating.scheme_id != board.scheme.scheme.pk or rating.entity_id not in entities:
            continue
        changes = everything.changes[rating.entity_id, rating.scheme_id]
        later = [change for change in changes if change.as_of > board.since]
        was = later[0].from_grade if later else rating.grade
        # A letter that the scale of today does not have is no grade of today.
        moves[was if was in board.scale else "", rating.grade] += 1
    return Figures(board.scale, dict(moves), len(entities))


def weeks_by_hand(board: Board, everything: Everything | None = None) -> list[tuple[date, int, int]]:
    """As `Board.weeks`."""
    everything = everything or Everything()
    monday = board.today - timedelta(days=board.today.weekday())
    weeks = {monday - timedelta(weeks=n): [0, 0] for n in range(WEEKS_SHOWN)}
    for entity in everything.entities_of(board):
        for change in everything.changes[entity, board.scheme.scheme.pk]:
            week = change.as_of - timedelta(days=change.as_of.weekday())
            if week in weeks and None not in (change.from_place, change.to_place):
                weeks[week][0] += change.to_place < change.from_place
                weeks[week][1] += change.to_place > change.from_place
    return [(week, *weeks[week]) for week in sorted(weeks)]
