"""The boards beside that of the city: what they show, and to whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from entities.models import CreditRecord
from entities.sharing.models import WatchList
from evaluation import frames, services
from evaluation.boards import coming, counting, weighing
from evaluation.boards.models import BodyWeight, ComingDay, ComingMove, WeighedRange
from evaluation.kernel import rate
from tests.evaluation.boards.by_hand import figures_by_hand
from tests.evaluation.test_peers_in_the_registry import compares, install
from tests.factories import AgentFactory, BodyFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def OfficerOfAnAssociation():  # noqa: N802 -- Stands beside the factories.
    return MemberFactory(role="officer", body=BodyFactory(kind="association"))


PAGES = ("districts", "industries", "departments", "watched", "calendar")


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def official(client):
    user = MemberFactory(role="supervisor")
    client.force_login(user)
    return user


@pytest.mark.parametrize("page", PAGES)
def test_a_board_with_nothing_to_show_says_so(client, official, schemes, page):
    response = client.get(f"/ratings/{page}/", {"scheme": "risk-class", "day": "no day", "period": "never"})
    assert response.status_code == 200
    assert "empty" in response.content.decode()


def test_no_night_is_promised_where_no_record_has_points_of_its_own(client, official, record, schemes):
    for _ in range(3):
        record(EntityFactory(), amount=100)
    install(compares())
    services.rate_all(as_of=TODAY())
    counting.follow()
    weighing.weigh()
    shown = client.get("/ratings/departments/", {"scheme": "among-peers"}).content.decode()
    assert "Nothing is counted here" in shown
    assert "Every night" not in shown


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", [AgentFactory, OfficerOfAnAssociation])
def test_boards_are_for_officials(client, schemes, page, who):
    person = who()
    client.force_login(getattr(person, "user", person))
    assert client.get(f"/ratings/{page}/").status_code == 404


def test_the_boards_of_parts_say_what_the_citys_board_says_of_each(client, official, record, rated):
    here = [EntityFactory(district="汀东区", industry_code="C1411") for _ in range(3)]
    there = EntityFactory(district="汀西区", industry_code="H6210")
    record(here[0], "tax-credit-grade", details={"grade": "A"}, decided_on=TODAY() - timedelta(days=60))
    rated(here[0], as_of=TODAY() - timedelta(days=40))
    for entity in (*here[:2], there):
        record(entity, severity_class="serious", penalty_kinds=["closed"])
    rated(*here, there)
    for page, by in (("districts", "district"), ("industries", "section")):
        response = client.get(f"/ratings/{page}/", {"period": "month"})
        assert len(response.context["lines"]) == 2
        for line in response.context["lines"]:
            alone = client.get(line.url).context["figures"]
            assert line.figures == alone, by
    first = client.get("/ratings/districts/", {"period": "month"}).context["lines"]
    assert {line.name: line.figures.fell for line in first} == {"汀东区": 1, "汀西区": 0}


@pytest.mark.parametrize("code", ["city-comprehensive", "risk-class"])
def test_the_flow_of_grades_is_what_the_changes_themselves_say(
    client, official, record, rated, schemes, code
):
    entities = [EntityFactory(district=district) for district in ("汀东区", "汀东区", "汀西区")]
    for entity in entities:
        record(
            entity, "inspection-result", details={"finding": "none"}, decided_on=TODAY() - timedelta(days=90)
        )
    rated(*entities, as_of=TODAY() - timedelta(days=60))
    for entity in entities[:2]:
        record(entity, severity_class="serious", penalty_kinds=["closed"])
    rated(*entities)
    for narrowed in ({}, {"district": "汀西区"}):
        shown = client.get("/ratings/", {"scheme": code, "period": "month", **narrowed})
        chart, board = shown.context["pictures"].flow, shown.context["asked"].board
        by_hand = figures_by_hand(board)
        flows = {(was, now): count for was, now, count in chart.rows}
        assert flows == {
            tuple(letter or "Not rated" for letter in pair): count for pair, count in by_hand.moves.items()
        }
        colours = {node["place"] for node in chart.data["nodes"]}
        if not narrowed:
            assert (len(colours) > 1) == (code == "city-comprehensive"), "only evaluations have colours"
    assert "Who went where" in shown.content.decode()


def test_the_board_of_departments_adds_up_what_each_record_gives(client, record, rated, schemes):
    bodies = [BodyFactory(), BodyFactory()]
    entities = [EntityFactory() for _ in range(3)]
    user = MemberFactory(role="clerk", body=bodies[0])
    client.force_login(user)
    for number, entity in enumerate(entities):
        record(entity, submitted_by=bodies[number % 2], severity_class="general")
    record(entities[0], submitted_by=bodies[1], severity_class="serious")
    record(entities[1], "commendation", submitted_by=bodies[0])
    rated(*entities)
    assert weighing.weigh() == WeighedRange.objects.count() > 0
    assert weighing.weigh() == 0
    lines = {line.body: line for line in client.get("/ratings/departments/").context["lines"]}
    mine, other = lines[bodies[0]], lines[bodies[1]]
    assert (mine.records, mine.against, mine.in_favour, mine.entities) == (3, -20, 4, 2)
    assert (other.records, other.against, other.in_favour, other.entities) == (2, -30, 0, 2)
    assert (mine.is_own, other.is_own) == (True, False)
    assert sum(mine.counts.values()) == mine.entities


def test_a_new_day_is_shown_once_all_of_it_is_weighed(record, rated, schemes):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    weighing.weigh()
    tomorrow = TODAY() + timedelta(days=1)
    WeighedRange.objects.create(day=tomorrow, first=0, last=1)
    assert weighing.weighed_day() == TODAY()
    weighing.weigh(tomorrow)
    assert weighing.weighed_day() == tomorrow
    assert set(BodyWeight.objects.values_list("within__day", flat=True)) <= {tomorrow}


def test_the_calendar_says_of_each_day_ahead_what_rating_on_it_gives(
    client, official, record, rated, schemes
):
    entities = [EntityFactory() for _ in range(6)]
    for number, entity in enumerate(entities):
        record(entity, "inspection-result", details={"finding": "none"})
        record(
            entity,
            severity_class="serious",
            decided_on=TODAY() - timedelta(days=150 + 5 * number),
            publish_until=TODAY() + timedelta(days=4 * number) if number % 2 else None,
        )
    rated(*entities)
    assert coming.look_ahead() == coming.DAYS_AHEAD
    assert coming.look_ahead() == 0
    for code, scheme in schemes.items():
        columns = frames.columns_in_force([one.pk for one in entities], scheme.compiled.vocabulary)
        expected = set()
        for number in range(1, coming.DAYS_AHEAD + 1):
            day = TODAY() + timedelta(days=number)
            before, after = (
                rate(columns, scheme.compiled, when).place.tolist() for when in (day - timedelta(days=1), day)
            )
            expected |= {
                (day, entity.pk, now)
                for entity, was, now in zip(entities, before, after, strict=True)
                if was != now
            }
        moves = ComingMove.objects.filter(scheme=scheme.scheme)
        found = set(moves.values_list("within__day", "entity", "to_place"))
        assert {(day, entity, -1 if place is None else place) for day, entity, place in found} == expected, (
            code
        )
        assert expected
    page = client.get("/ratings/calendar/")
    assert len(page.context["chart"].rows) == coming.DAYS_AHEAD
    some = next(line for line in page.context["days"] if line.rise or line.fall)
    rows = client.get(f"/ratings/calendar/{some.url}").context["rows"]
    assert {row["day"] for row in rows} == {some.day}
    assert len(rows) == some.rise + some.fall


def test_a_day_that_came_is_no_longer_ahead(record, rated, schemes):
    coming.look_ahead(TODAY() - timedelta(days=3), days=5)
    coming.look_ahead(TODAY(), days=2)
    days = ComingDay.objects.order_by("day").values_list("day", "counted_on").distinct()
    assert list(days) == [(TODAY() + timedelta(days=n), TODAY()) for n in (1, 2)]


def test_the_board_of_watch_lists_shows_the_readers_own_and_who_of_them_fell(
    client, official, record, rated, schemes
):
    body = official.memberships.get().body
    fell, stayed = EntityFactory(region_code="339702"), EntityFactory(region_code="339702")
    for code, owner in (("339702", body), ("339703", BodyFactory())):
        WatchList.objects.create(
            name=f"list {code}", body=owner, kind="place", region_codes=[code], created_by=official
        )
    record(fell, "tax-credit-grade", details={"grade": "A"}, decided_on=TODAY() - timedelta(days=60))
    record(stayed)
    rated(fell, stayed, as_of=TODAY() - timedelta(days=20))
    record(fell, severity_class="serious")
    rated(fell)
    (one,) = client.get("/ratings/watched/").context["lists"]
    assert (one.watch_list.name, one.entities, one.fell, one.rose) == ("list 339702", 2, 1, 0)
    assert [row["entity"] for row in one.fallen] == [fell]
    assert sum(one.counts.values()) == 2


def test_a_counted_board_lists_an_entity_under_its_new_district_at_once(client, official, record, rated):
    entity = EntityFactory(district="汀东区")
    record(entity)
    rated(entity)
    type(entity).objects.filter(pk=entity.pk).update(district="汀西区")
    assert client.get("/ratings/").context["counting"]
    counting.follow()
    shown = client.get("/ratings/", {"district": "汀西区", "show": "all"})
    assert [row.rating.entity for row in shown.context["rows"]] == [entity]
    assert CreditRecord.objects.filter(entity=entity).count() == 1
