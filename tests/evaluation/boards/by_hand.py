"""The figures of a board from the ratings and changes themselves, one by one: slow, and without any count."""

from collections import Counter
from datetime import date, timedelta

from entities.models import Entity, SubmittingBody
from evaluation.board import WEEKS_SHOWN, Board, Figures
from evaluation.models import CurrentRating, RatingChange


def _entities(board: Board) -> dict[int, Entity]:
    chosen = {}
    department = SubmittingBody.objects.filter(pk=board.narrowing.body).first()
    for entity in Entity.objects.prefetch_related("records__record_type", "records__type_version"):
        part = (entity.district, entity.industry_code[:1], entity.status)
        wanted = (board.narrowing.district, board.narrowing.section, board.narrowing.status)
        if board.narrowing.body and not _has_on_record(department, entity):
            continue
        if all(want in ("", have) for want, have in zip(wanted, part, strict=True)):
            chosen[entity.pk] = entity
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


def figures_by_hand(board: Board) -> Figures:
    """As `Board.figures`."""
    entities, moves = _entities(board), Counter()
    for rating in CurrentRating.objects.filter(scheme=board.scheme.scheme, entity__in=entities):
        later = RatingChange.objects.filter(
            entity=rating.entity_id, scheme=rating.scheme_id, as_of__gt=board.since
        ).order_by("as_of", "pk")
        was = later[0].from_grade if later else rating.grade
        # A letter that the scale of today does not have is no grade of today.
        moves[was if was in board.scale else "", rating.grade] += 1
    return Figures(board.scale, dict(moves), len(entities))


def weeks_by_hand(board: Board) -> list[tuple[date, int, int]]:
    """As `Board.weeks`."""
    monday = board.today - timedelta(days=board.today.weekday())
    weeks = {monday - timedelta(weeks=n): [0, 0] for n in range(WEEKS_SHOWN)}
    for change in RatingChange.objects.filter(scheme=board.scheme.scheme, entity__in=_entities(board)):
        week = change.as_of - timedelta(days=change.as_of.weekday())
        if week in weeks and None not in (change.from_place, change.to_place):
            weeks[week][0] += change.to_place < change.from_place
            weeks[week][1] += change.to_place > change.from_place
    return [(week, *weeks[week]) for week in sorted(weeks)]
