"""The boards beside that of the city: what they show, and to whom."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from credit_platform.ui import formats
from entities.models import CreditRecord, SubmittingBody
from entities.sharing.models import WatchList
from evaluation import frames, services
from evaluation.boards import coming, counting, weighing
from evaluation.boards.models import BodyWeight, ComingDay, ComingMove, WeighedRange
from evaluation.kernel import rate
from evaluation.schemes.language import Words
from evaluation.schemes.shipped import shipped_schemes
from tests.evaluation.boards.by_hand import figures_by_hand
from tests.evaluation.test_peers_in_the_registry import compares, install
from tests.factories import AgentFactory, BodyFactory, EntityFactory, MemberFactory, install_shipped_schemes

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


@pytest.fixture
def two_departments(record, rated, schemes):
    """Two departments with records of four entities: one has three of them, the other two, one is of both."""
    one, other = BodyFactory(code="one"), BodyFactory(code="other")
    entities = [EntityFactory(district=district) for district in ("汀东区", "汀东区", "汀西区", "汀西区")]
    for number, (entity, body) in enumerate(
        [*((entity, one) for entity in entities[:3]), *((entity, other) for entity in entities[2:])]
    ):
        record(
            entity,
            submitted_by=body,
            severity_class="serious",
            decided_on=TODAY() - timedelta(days=40 + number),
            publish_until=TODAY() + timedelta(days=3 + number),
        )
    rated(*entities)
    coming.look_ahead()
    weighing.weigh()
    return one, other


def test_every_board_can_be_narrowed_to_a_department(client, official, two_departments):
    city = client.get("/ratings/", {"department": "one", "show": "all"})
    assert city.context["figures"].entities == len(city.context["rows"]) == 3
    board = city.context["asked"].board
    assert board.figures() == figures_by_hand(board)

    parts = client.get("/ratings/districts/", {"department": "other"})
    counts = {line.name: line.figures.entities for line in parts.context["lines"]}
    assert counts == {"汀西区": 2}
    assert "department=other" in parts.context["lines"][0].url

    departments = client.get("/ratings/departments/", {"department": "one"}).context["lines"]
    assert [line.body.code for line in departments] == ["one"]
    assert client.get(departments[0].url).context["figures"].entities == 3


def test_the_calendar_of_a_department_counts_and_lists_its_own(client, official, two_departments):
    whole = client.get("/ratings/calendar/").context
    told = {}
    for code in ("one", "other"):
        shown = client.get("/ratings/calendar/", {"department": code}).context
        told[code] = shown["count"]
        assert told[code] == len(shown["rows"])
        assert sum(day.rise + day.fall for day in shown["days"]) == sum(
            bool(row["was"] and row["now"]) for row in shown["rows"]
        )
        body = SubmittingBody.objects.get(code=code)
        assert all(body.pk in move.bodies for move in shown["page"])
    # One entity is of both.
    assert 0 < whole["count"] < told["one"] + told["other"]


@pytest.mark.parametrize(
    "code", ["board-districts", "board-industries", "board-departments", "coming-changes"]
)
def test_a_board_leaves_as_a_file_with_what_its_page_says(client, official, two_departments, code):
    answer = client.get(f"/export/{code}.jsonl", {"department": "one"})
    rows = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
    page = {"coming-changes": "calendar"}.get(code, code.removeprefix("board-"))
    context = client.get(f"/ratings/{page}/", {"department": "one"}).context
    if code == "coming-changes":
        assert [row["credit_code"] for row in rows] == [row["entity"].credit_code for row in context["rows"]]
        return
    counts = "counts" if code == "board-departments" else "figures"
    expected = [
        count
        for line in context["lines"]
        for count in (line.counts if counts == "counts" else line.figures.now).values()
    ]
    assert [row["with_grade"] for row in rows] == expected
    assert sum(expected)


def test_of_a_watch_list_the_file_says_how_many_have_each_grade(client, official, record, rated, schemes):
    entity = EntityFactory(region_code="339702")
    record(entity)
    rated(entity)
    body = official.memberships.get().body
    WatchList.objects.create(
        name="汀东", body=body, kind="place", region_codes=["339702"], created_by=official
    )
    answer = client.get("/export/board-watched.jsonl")
    rows = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
    assert {row["list"] for row in rows} == {"汀东"}
    assert sum(row["with_grade"] for row in rows) == 1


@pytest.mark.parametrize("page", ["", *(f"{page}/" for page in PAGES)])
def test_without_any_scheme_a_board_says_what_to_do_instead(client, official, page):
    response = client.get(f"/ratings/{page}")
    assert response.status_code == 200
    assert "No scheme is in force" in response.content.decode()
    assert client.get(f"/ratings/{page}", {"scheme": "risk-class"}).status_code == 200
    install_shipped_schemes()
    assert client.get(f"/ratings/{page}", {"scheme": "no-such-scheme"}).status_code == 404


def test_a_scheme_that_is_to_come_is_named_where_none_is_in_force(client, official):
    one = next(one for one in shipped_schemes() if one.code == "city-comprehensive")
    begins = TODAY() + timedelta(days=9)
    services.install_scheme(
        by=None, code=one.code, facts=one.facts, document=one.document, effective_from=begins
    )
    shown = client.get("/ratings/").content.decode()
    assert "Version 1 of" in shown
    assert formats.day_long(begins) in shown


@pytest.mark.parametrize(("days", "is_said"), [(1, True), (28, True), (29, False), (0, False)])
def test_the_calendar_says_that_a_version_begins_that_its_days_do_not_know(
    client, official, schemes, days, is_said
):
    one = next(one for one in shipped_schemes() if one.code == "city-comprehensive")
    begins = TODAY() + timedelta(days=days)
    other = one.document.model_copy(update={"basis": Words(zh="另一依据", en="Another")})
    services.install_scheme(by=None, code=one.code, facts=one.facts, document=other, effective_from=begins)
    shown = client.get("/ratings/calendar/")
    assert [one.version.effective_from for one in shown.context["beginnings"]] == [begins] * is_said
    assert ("How many it moves was not simulated." in shown.content.decode()) == is_said
