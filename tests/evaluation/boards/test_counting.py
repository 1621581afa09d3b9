"""Whatever happens in whatever order, what the boards are read from is what the ratings give."""

import random
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from entities.models import CreditRecord, Entity, SubmittingBody
from entities.signals import records_changed
from evaluation.board import Board, Narrowing, View
from evaluation.boards import counting
from evaluation.boards.models import CountedBody, CountedRating, CountMark, EntityCell, GradeCell, MoveCell
from evaluation.models import CurrentRating
from tests.evaluation.boards.by_hand import Everything, figures_by_hand, weeks_by_hand
from tests.factories import (
    BodyFactory,
    CurrentRatingFactory,
    EntityFactory,
    MemberFactory,
    RatingChangeFactory,
    RecordFactory,
    RecordTypeFactory,
    merged_away,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
DISTRICTS = ("汀东区", "汀西区")
SCALE = "ABCD"

DEEDS = (
    "rate", "rate", "rate", "rate", "move", "merge", "follow", "pass", "pass", "add", "tell", "tell", "end",
)  # fmt: skip


def give(entity: Entity, scheme, place: int | None, day: date) -> None:
    """What a rating worker writes: the change, and the rating as it is now."""
    old = CurrentRating.objects.filter(entity=entity, scheme=scheme.scheme).first()
    known = {
        "place": place,
        "grade": "" if place is None else SCALE[place],
        "points": None if place is None else 9000 - 1000 * place,
    }
    if old and (old.place, old.points) == (known["place"], known["points"]):
        return
    RatingChangeFactory(
        entity=entity,
        version=scheme.version,
        as_of=day,
        from_place=old and old.place,
        from_points=old and old.points,
        from_grade=old.grade if old else "",
        to_place=place,
        to_points=known["points"],
        to_grade=known["grade"],
    )
    if old:
        CurrentRating.objects.filter(pk=old.pk).update(as_of=day, **known)
    else:
        CurrentRatingFactory(entity=entity, version=scheme.version, as_of=day, **known)


def assert_boards_agree(scheme, *bodies: SubmittingBody) -> None:
    day, user = counting.counted_day(), MemberFactory(role="supervisor")
    everything = Everything()
    result = counting.verify()
    assert result.differences == []
    narrowings = [Narrowing(), Narrowing(district=DISTRICTS[0]), Narrowing(section="C", status="active")]
    narrowings += [Narrowing(body=body.pk) for body in bodies]
    narrowings += [Narrowing(district=DISTRICTS[1], body=body.pk) for body in bodies]
    for narrowing in narrowings:
        for period in ("week", "month", "year"):
            board = Board(user, scheme, day, period, narrowing)
            assert board.figures() == figures_by_hand(board, everything)
            assert board.weeks() == weeks_by_hand(board, everything)
            listed = board.rows(View.ALL).count()
            assert listed == sum(board.figures().moves.values())


@pytest.mark.parametrize("seed", range(6))
def test_incremental_counts_rebuilt_counts_and_the_detail_are_the_same(schemes, seed):
    chance = random.Random(seed)
    scheme = schemes["city-comprehensive"]
    entities = [
        EntityFactory(district=DISTRICTS[n % 2], industry_code="C1411" if n % 3 else "H6210")
        for n in range(6)
    ]
    bodies = [BodyFactory(), BodyFactory(), BodyFactory(kind="association")]
    types = [RecordTypeFactory(submitters=bodies, version__disclosure=one) for one in ("shared", "own")]
    today = TODAY - timedelta(days=400)
    for _ in range(40):
        deed, place = chance.choice(DEEDS), chance.choice([None, 0, 1, 2, 3])
        days, entity = chance.randint(1, 40), Entity.everything.get(pk=chance.choice(entities).pk)
        if deed == "rate":
            give(entity, scheme, place, today)
        elif deed == "move":
            entity.district = DISTRICTS[days % 2]
            entity.status = "active" if days % 3 else "revoked"
            entity.save()
        elif deed == "merge":
            Entity.everything.filter(pk=entity.pk).update(merged_into=EntityFactory())
        elif deed == "add":
            entities.append(EntityFactory(district=DISTRICTS[0]))
        elif deed == "tell":
            body, record_type = bodies[days % 3], types[days % 5 == 0]
            RecordFactory(
                entity=entity,
                submitted_by=body,
                record_type=record_type,
                suspended=not days % 7,
                objected=True,
            )
            changed(entity)
        elif deed == "end":
            CreditRecord.objects.filter(entity=entity).update(status="repaired")
            changed(entity)
        elif deed == "pass":
            today += timedelta(days=days)
        else:
            counting.follow(today)
            assert_boards_agree(scheme, *bodies)
    counting.follow(today)
    assert_boards_agree(scheme, *bodies)
    incremental = cells()
    counting.rebuild(today)
    assert cells() == incremental
    assert_boards_agree(scheme, *bodies)


def changed(entity: Entity) -> None:
    """What services say in the transaction in which they change records."""
    records_changed.send(sender=CreditRecord, entity_ids={entity.pk})


def cells() -> list[dict]:
    """What all cells come to."""
    summed: list[dict] = []
    for model in (GradeCell, MoveCell, EntityCell):
        whole: dict[tuple, list[int]] = {}
        for row in model.objects.values():
            counts = [row.pop(name) for name in ("count", "rose", "fell") if name in row]
            row.pop("id")
            kept = whole.setdefault(tuple(sorted(row.items())), [0] * len(counts))
            for place, count in enumerate(counts):
                kept[place] += count
        summed.append({key: counts for key, counts in whole.items() if any(counts)})
    return summed


def test_a_rating_that_is_not_counted_yet_is_marked_in_its_transaction(schemes):
    entity = EntityFactory()
    give(entity, schemes["city-comprehensive"], 1, TODAY)
    assert list(CountMark.objects.values_list("entity_id", flat=True)) == [entity.pk]
    assert counting.verify().differences == []
    assert counting.follow(TODAY) == 1
    assert (CountMark.objects.count(), CountedRating.objects.count()) == (0, 1)


def test_a_count_that_is_not_what_the_ratings_give_is_named(schemes):
    give(EntityFactory(), schemes["city-comprehensive"], 1, TODAY)
    counting.follow(TODAY)
    call_command("verify_boards")
    CountedRating.objects.update(place=3)
    GradeCell.objects.filter(period="week").update(count=7)
    with pytest.raises(CommandError, match="differ"):
        call_command("verify_boards")
    call_command("verify_boards", rebuild=True)


def test_a_day_that_passes_while_it_is_verified_is_no_difference(schemes, monkeypatch):
    entity, scheme = EntityFactory(), schemes["city-comprehensive"]
    give(entity, scheme, 1, TODAY - timedelta(days=40))
    give(entity, scheme, 2, TODAY - timedelta(days=7))
    counting.follow(TODAY)
    days = iter([TODAY - timedelta(days=1)])
    monkeypatch.setattr(counting, "counted_day", lambda: next(days, TODAY))
    assert counting.verify() == counting.Verification(1, [])


def test_an_entity_belongs_to_every_department_that_has_something_on_record_that_officials_may_see(schemes):
    entity, (one, other, third) = EntityFactory(), [BodyFactory() for _ in range(3)]
    for body in (one, one, other):
        RecordFactory(entity=entity, submitted_by=body)
    RecordFactory(entity=entity, submitted_by=third, status="draft")
    RecordFactory(entity=entity, record_type=RecordTypeFactory(version__disclosure="own"), submitted_by=third)
    RecordFactory(entity=entity, submitted_by=third, suspended=True, objected=True)
    changed(entity)
    counting.follow(TODAY)
    assert set(CountedBody.objects.values_list("body", flat=True)) == {one.pk, other.pk}
    assert counting.verify().differences == []


def test_a_department_that_is_counted_wrongly_is_named(schemes):
    entity = RecordFactory().entity
    changed(entity)
    counting.follow(TODAY)
    CountedBody.objects.update(body=BodyFactory())
    assert f"entity {entity.pk}: counted for other departments" in counting.verify().differences


def test_a_merged_entitys_departments_are_counted_with_the_one_that_stays(schemes):
    gone, stays = EntityFactory(), EntityFactory()
    body = RecordFactory(entity=gone).submitted_by
    changed(gone)
    counting.follow(TODAY)
    merged_away(gone, stays)
    counting.follow(TODAY)
    assert list(CountedBody.objects.values_list("entity", "body")) == [(stays.pk, body.pk)]
    assert counting.verify().differences == []
