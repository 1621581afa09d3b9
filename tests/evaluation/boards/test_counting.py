"""Whatever happens in whatever order, what the boards are read from is what the ratings give."""

import random
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from entities.models import Entity
from evaluation.board import Board, Narrowing
from evaluation.boards import counting
from evaluation.boards.models import CountedRating, CountMark, EntityCell, GradeCell, MoveCell
from evaluation.models import CurrentRating
from tests.evaluation.boards.by_hand import figures_by_hand, weeks_by_hand
from tests.factories import CurrentRatingFactory, EntityFactory, MemberFactory, RatingChangeFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
DISTRICTS = ("汀东区", "汀西区")
SCALE = "ABCD"

DEEDS = ("rate", "rate", "rate", "rate", "move", "merge", "follow", "pass", "pass", "add")


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


def assert_boards_agree(scheme) -> None:
    day, user = counting.counted_day(), MemberFactory(role="supervisor")
    result = counting.verify()
    assert result.differences == []
    for narrowing in (Narrowing(), Narrowing(district=DISTRICTS[0]), Narrowing(section="C", status="active")):
        for period in ("week", "month", "year"):
            board = Board(user, scheme, day, period, narrowing)
            assert board.figures() == figures_by_hand(board)
            assert board.weeks() == weeks_by_hand(board)


@pytest.mark.parametrize("seed", range(6))
def test_incremental_counts_rebuilt_counts_and_the_detail_are_the_same(schemes, seed):
    chance = random.Random(seed)
    scheme = schemes["city-comprehensive"]
    entities = [
        EntityFactory(district=DISTRICTS[n % 2], industry_code="C1411" if n % 3 else "H6210")
        for n in range(6)
    ]
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
        elif deed == "pass":
            today += timedelta(days=days)
        else:
            counting.follow(today)
            assert_boards_agree(scheme)
    counting.follow(today)
    assert_boards_agree(scheme)
    incremental = cells()
    counting.rebuild(today)
    assert cells() == incremental
    assert_boards_agree(scheme)


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
