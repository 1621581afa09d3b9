"""A version of a scheme with other grades: a grade is compared with what its letter means today, not with its number."""

from datetime import timedelta

import pytest
from django.utils import timezone

from entities.sharing.models import WatchList
from evaluation import services
from evaluation.board import Board, View
from evaluation.boards import coming, counting
from evaluation.boards.models import ComingDay, ComingMove
from evaluation.models import RatingChange
from evaluation.schemes import SchemeDocument
from evaluation.schemes.in_force import schemes_in_force
from tests.evaluation.boards.by_hand import figures_by_hand, weeks_by_hand
from tests.factories import EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
CODE = "city-comprehensive"


@pytest.fixture
def publish(schemes):
    """Put another version of the comprehensive scheme in force from today: `publish(A=90, …, D=None)`."""

    def published(**scale):
        content = schemes[CODE].document.model_dump(mode="json", by_alias=True)
        meanings = {grade["letter"]: grade["meaning"] for grade in content["scale"]}
        content["scale"] = [
            {"letter": letter, "from": least, "meaning": meanings.get(letter, meanings["C"])}
            for letter, least in scale.items()
        ]
        # Ceilings and direct grades name letters of the old scale.
        content["rules"] = []
        services.install_scheme(
            by=None,
            code=CODE,
            facts={},
            document=SchemeDocument.model_validate(content),
            effective_from=TODAY(),
        )
        return next(one for one in schemes_in_force(TODAY()) if one.scheme.code == CODE)

    return published


@pytest.fixture
def entities(record, rated):
    """Three since forty days: the first with 64 and the second with 74 points, both C, and the third B."""
    found, then = [EntityFactory() for _ in range(3)], TODAY() - timedelta(days=60)
    for entity in (found[0], found[0], found[1]):
        record(entity, decided_on=then)
    record(found[2], "inspection-result", details={"finding": "none"}, decided_on=then)
    rated(*found, as_of=TODAY() - timedelta(days=40))
    return found


def test_a_grade_that_keeps_its_letter_has_not_moved_though_another_was_put_above_it(
    publish, entities, rated
):
    scheme = publish(A="90", B="75", M="70", C="55", D=None)
    rated(*entities)
    board = Board(MemberFactory(role="supervisor"), scheme, counting.counted_day(), "week")
    assert board.figures().moves == {("C", "C"): 1, ("C", "M"): 1, ("B", "B"): 1}
    assert [rating.entity for rating in board.rows(View.ROSE)] == [entities[1]]
    assert not board.rows(View.FELL).exists()
    assert board.weeks()[-1][1:] == (1, 0)
    assert board.figures() == figures_by_hand(board)
    assert board.weeks() == weeks_by_hand(board)
    assert counting.verify().differences == []


def test_a_letter_that_the_scale_of_today_does_not_have_is_held_against_nothing(publish, entities, rated):
    scheme = publish(A="90", B="75", E=None)
    rated(*entities)
    board = Board(MemberFactory(role="supervisor"), scheme, counting.counted_day(), "week")
    assert board.figures().moves == {("", "E"): 2, ("B", "B"): 1}
    assert board.weeks()[-1][1:] == (0, 0)
    assert set(RatingChange.objects.filter(to_grade="E").values_list("from_grade", "from_place")) == {
        ("C", None)
    }
    assert board.figures() == figures_by_hand(board)
    assert counting.verify().differences == []


@pytest.mark.parametrize("page", ["", "watched/", "calendar/", "districts/"])
def test_boards_open_before_everybody_is_rated_by_a_scale_with_fewer_grades(
    client, publish, entities, record, rated, page
):
    """Between the first minute of the version and the end of the run that rates everybody."""
    official = MemberFactory(role="supervisor")
    body = official.memberships.get().body
    WatchList.objects.create(
        name="all", body=body, kind="place", region_codes=[entities[2].region_code], created_by=official
    )
    for _ in range(4):
        record(entities[2])
    rated(*entities)
    coming.look_ahead()
    last = ComingDay.objects.filter(scheme__code=CODE).latest("day")
    ComingMove.objects.create(
        within=last,
        day=last.day,
        scheme=last.scheme,
        entity=entities[2],
        from_place=3,
        to_place=2,
        to_points=6000,
    )
    publish(A="90", B="60", E=None)
    client.force_login(official)
    assert client.get(f"/ratings/{page}").status_code == 200


def test_an_entitys_path_shows_grades_that_the_scale_of_today_does_not_have(client, publish, entities, rated):
    publish(A="90", B="75", E="50", F=None)
    rated(*entities)
    client.force_login(MemberFactory(role="supervisor"))
    response = client.get(f"/ratings/{entities[0].credit_code}/")
    assert response.status_code == 200
    steps = [change["step"] for change in response.context["page"].changes]
    assert {(step.from_grade, step.to_grade) for step in steps} == {("", "C"), ("C", "E")}
    assert response.content.decode().count("grade-sm") >= 4
