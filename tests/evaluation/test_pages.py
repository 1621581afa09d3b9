"""The pages of ratings: what each reader sees of them, and what nobody sees."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from entities.models import CreditRecord
from evaluation import services
from evaluation.boards import counting
from evaluation.models import CurrentRating
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CurrentRatingFactory,
    EntityFactory,
    MemberFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
BOARD = "/ratings/"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def official(client):
    user = MemberFactory(role="supervisor")
    client.force_login(user)
    return user


@pytest.fixture
def city(schemes):
    return schemes["city-comprehensive"]


def table_of(response) -> list[str]:
    return [row.rating.entity.credit_code for row in response.context["rows"]]


def test_the_board_counts_grades_and_those_without_one(client, official, record, rated):
    entities = [EntityFactory() for _ in range(4)]
    record(entities[0])
    record(entities[1], "tax-credit-grade", details={"grade": "A"})
    rated(*entities)
    figures = client.get(BOARD).context["figures"]
    assert figures.now == {"A": 1, "B": 0, "C": 1, "D": 0, "": 2}
    assert (figures.rated, figures.entities) == (2, 4)


def test_while_nothing_is_counted_yet_nobody_is_shown_as_not_rated(client, official, city):
    CurrentRatingFactory(version=city.version)
    page = client.get(BOARD)
    assert "The ratings are being counted" in page.content.decode()
    assert "Grades today" not in page.content.decode()
    counting.follow()
    page = client.get(BOARD)
    assert "The ratings are being counted" not in page.content.decode()
    assert "Grades today" in page.content.decode()


def test_who_fell_and_who_rose_is_counted_and_listed_alike(client, official, record, rated):
    today = timezone.localdate()
    fell, rose, stayed, new = (EntityFactory() for _ in range(4))
    for entity in (fell, stayed):
        record(entity, "tax-credit-grade", details={"grade": "A"}, decided_on=today - timedelta(days=60))
    penalty = record(rose, decided_on=today - timedelta(days=30))
    record(rose, "administrative-licence", decided_on=today - timedelta(days=60))
    rated(fell, rose, stayed, as_of=today - timedelta(days=20))
    heavy = record(fell, severity_class="serious", decided_on=today - timedelta(days=2))
    penalty.status, penalty.ended_on = "repaired", today
    penalty.save()
    record(new)
    rated(fell, rose, stayed, new)
    page = client.get(BOARD)
    assert table_of(page) == [fell.credit_code]
    assert (page.context["figures"].fell, page.context["figures"].rose) == (1, 1)
    (row,) = page.context["rows"]
    assert (row.was, row.now, row.moved, row.reason.record) == ("A", "C", -20, heavy)
    assert table_of(client.get(BOARD, {"show": "rose"})) == [rose.credit_code]
    everybody = client.get(BOARD, {"show": "all"})
    assert len(table_of(everybody)) == 4
    assert page.context["figures"].then == {"A": 2, "B": 0, "C": 1, "D": 0, "": 1}
    assert page.context["figures"].now == {"A": 1, "B": 1, "C": 2, "D": 0, "": 0}


def test_a_longer_period_shows_older_moves(client, official, record, rated):
    today = timezone.localdate()
    entity = EntityFactory()
    record(entity, "tax-credit-grade", details={"grade": "A"}, decided_on=today - timedelta(days=300))
    rated(entity, as_of=today - timedelta(days=60))
    record(entity, decided_on=today - timedelta(days=20))
    rated(entity, as_of=today - timedelta(days=15))
    assert table_of(client.get(BOARD)) == []
    assert table_of(client.get(BOARD, {"period": "month"})) == [entity.credit_code]
    assert table_of(client.get(BOARD, {"period": "never"})) == []


def test_the_board_is_narrowed_by_district_industry_and_state(client, official, record, rated):
    here = EntityFactory(district="汀东区", industry_code="C1411")
    there = EntityFactory(district="汀西区", industry_code="F5211", status="revoked")
    for entity in (here, there):
        record(entity)
    rated(here, there)

    def listed(**chosen):
        return table_of(client.get(BOARD, {"show": "all", **chosen}))

    assert set(listed()) == {here.credit_code, there.credit_code}
    assert listed(district="汀西区") == [there.credit_code]
    assert listed(section="C") == [here.credit_code]
    assert listed(status="revoked") == [there.credit_code]
    assert listed(grade="A") == []
    assert set(listed(district="nowhere", section="?")) == {here.credit_code, there.credit_code}
    assert client.get(BOARD, {"district": "汀西区"}).context["figures"].entities == 1


@pytest.mark.parametrize("sort", ["name", "-name", "grade", "points", "-move", "district", "-day", "gossip"])
def test_the_list_is_sorted_by_its_columns_and_by_nothing_else(client, official, city, sort):
    for points in (70_00, 80_00):
        CurrentRatingFactory(version=city.version, points=points)
    counting.follow()
    assert len(table_of(client.get(BOARD, {"show": "all", "sort": sort}))) == 2


def test_the_board_makes_as_many_queries_for_500_rows_as_for_50(client, official, city, record, query_budget):
    def board():
        counting.follow()
        # What belongs to the session and to the bars is read once before.
        client.get(BOARD, {"show": "all"})
        with query_budget("board"):
            assert client.get(BOARD, {"show": "all"}).status_code == 200

    for number in range(50):
        CurrentRatingFactory(version=city.version, entity__district=f"district {number % 5}")
    record(CurrentRating.objects.first().entity)
    board()
    for number in range(450):
        CurrentRatingFactory(version=city.version, entity__district=f"district {number % 5}")
    board()


def test_the_list_can_be_taken_away_and_runs_no_formula(client, official, record, rated):
    entity = EntityFactory(name_zh="=HYPERLINK(1)", name_en="")
    record(entity, title="+罚款")
    rated(entity)
    response = client.get("/export/ratings.csv", {"show": "all"})
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    head, line = content.strip().splitlines()
    assert head.startswith(
        "Unified social credit code,Entity,Scheme,Kind of grade,Grade before,Grade now,Points"
    )
    assert line.startswith(
        f"{entity.credit_code},'=HYPERLINK(1),City comprehensive scheme,Comprehensive public credit evaluation,,C,74"
    )
    assert "'+罚款" in line
    assert 'filename="ratings-' in response["Content-Disposition"]


def test_a_risk_class_has_a_board_without_seals(client, official, record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    page = client.get(BOARD, {"scheme": "risk-class", "show": "all"})
    content = page.content.decode()
    assert "It is not an evaluation of the enterprise&#x27;s credit." in content
    assert 'class="grade ' not in content
    assert "Class A" in content


@pytest.fixture
def sector_grade(schemes):
    """A scheme of the third family in force, with the method of the comprehensive one."""
    city = schemes["city-comprehensive"]
    services.install_scheme(
        by=None,
        code="sector-grade",
        facts={"name_zh": "行业等级", "name_en": "Grade of a sector", "family": "sector"},
        document=city.document.model_copy(update={"family": "sector"}),
        effective_from=city.version.effective_from,
    )


def test_a_sector_grade_is_neither_sealed_as_an_evaluation_nor_called_a_risk_class(
    client, official, record, rated, sector_grade
):
    record(entity := EntityFactory())
    rated(entity)
    asked = {"scheme": "sector-grade", "show": "all"}
    for path in (BOARD, f"/ratings/{entity.credit_code}/", "/schemes/sector-grade/"):
        content = client.get(path, asked).content.decode()
        assert "Sector grade" in content, path
        assert 'class="grade ' not in content, path
        own = content.replace("Internal risk class scheme", "")
        assert "Class C" not in own, path
        assert ">Risk class<" not in own, path
    page = client.get(f"/ratings/{entity.credit_code}/", asked).content.decode()
    assert "not the comprehensive evaluation" in page
    assert "internal</span>" not in page
    families = [
        row["family"] for row in client.get("/api/v1/ratings/", {"family": "sector"}).json()["results"]
    ]
    assert families == ["sector"]


def test_a_risk_class_is_named_beside_the_grade_but_never_sealed(client, official, record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    page = client.get(f"/ratings/{entity.credit_code}/").content.decode()
    assert "Internal risk class" in page
    assert "internal, not public, not an evaluation" in page
    own = client.get(f"/ratings/{entity.credit_code}/", {"scheme": "risk-class"}).content.decode()
    assert 'class="grade ' not in own
    assert "Class B" in own


def test_the_page_of_an_entity_says_grade_reasons_article_and_day(
    client, official, record, rated, query_budget
):
    entity = EntityFactory()
    penalty = record(entity, title="罚款3.2万元")
    rated(entity)
    client.get(f"/ratings/{entity.credit_code}/")
    with query_budget("rating of an entity"):
        page = client.get(f"/ratings/{entity.credit_code}/")
    content = page.content.decode()
    assert "One record weighs against it (−10.0): “罚款3.2万元”." in content
    assert "article 4.1 of the scheme" in content
    assert penalty.legal_basis in content
    assert "74.0 points" in content
    assert "City comprehensive scheme, version 1" in content
    assert reverse("entities:record-detail", args=[penalty.pk]) in content


@pytest.mark.parametrize("how", ["repaired", "withdrawn", "replaced", "expired"])
def test_a_record_that_ended_out_of_sight_leaves_no_cause_on_the_page(client, official, record, rated, how):
    today, entity = timezone.localdate(), EntityFactory()
    days = [today - timedelta(days=past) for past in (60, 40, 20)]
    record(entity, "tax-credit-grade", details={"grade": "A"}, decided_on=days[0], published_on=days[0])
    rated(entity, as_of=days[0])
    penalty = record(entity, title="罚款3.2万元", decided_on=days[1], published_on=days[1])
    rated(entity, as_of=days[1])
    CreditRecord.objects.filter(pk=penalty.pk).update(status=how, ended_on=days[2], ended_because="x")
    rated(entity, as_of=days[2])
    page = client.get(f"/ratings/{entity.credit_code}/")
    texts = [change["text"] for change in page.context["page"].changes]
    assert texts == [
        "Something changed out of your sight",
        "Something changed out of your sight",
        "First rated",
    ]
    content = page.content.decode()
    assert not any(word in content for word in (penalty.title, "Repaired:", "Withdrawn:", "Corrected:"))


def test_an_entity_of_which_nothing_is_known_is_not_rated(client, official, schemes):
    entity = EntityFactory()
    content = client.get(f"/ratings/{entity.credit_code}/").content.decode()
    assert "That is neither a good nor a bad grade." in content
    assert "Not rated: not enough data" in content


def test_a_change_that_is_not_rated_yet_is_announced(client, official, record, schemes):
    entity = EntityFactory()
    record(entity)
    entity.rating_requests.create(requested_at=timezone.now())
    assert "has just changed" in client.get(f"/ratings/{entity.credit_code}/").content.decode()
    assert "1 waits for a new rating" in client.get(BOARD).content.decode()


def test_the_panel_is_a_fragment_for_htmx_and_a_page_otherwise(client, official, record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    url = reverse("evaluation:entity-panel", args=[entity.credit_code])
    fragment = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith("<section")
    assert "<html" in client.get(url).content.decode()
    assert "grade-lg" in fragment


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_the_panel_says_in_words_that_no_scheme_is_in_force(client, official, htmx):
    entity = EntityFactory()
    answer = client.get(reverse("evaluation:entity-panel", args=[entity.credit_code]), headers=htmx)
    assert answer.status_code == 200
    assert "no scheme is in force" in answer.content.decode()
    missing = client.get(reverse("evaluation:entity-panel", args=["91330299MA00000000"]), headers=htmx)
    assert missing.status_code == 404


def test_the_registrys_page_of_an_entity_has_a_place_for_the_grade(client, official, schemes):
    entity = EntityFactory()
    url = reverse("evaluation:entity-panel", args=[entity.credit_code])
    assert url in client.get(reverse("entities:entity-detail", args=[entity.credit_code])).content.decode()


# Who sees what

PAGES = ("/ratings/{code}/", "/ratings/{code}/panel/", "/api/v1/ratings/{code}/")


@pytest.mark.parametrize("page", PAGES)
def test_an_agent_opens_its_own_grade_and_no_other(client, record, rated, page):
    mine, other = EntityFactory(), EntityFactory()
    for entity in (mine, other):
        record(entity)
    rated(mine, other)
    client.force_login(AgentFactory(entity=mine).user)
    assert client.get(page.format(code=mine.credit_code)).status_code == 200
    assert client.get(page.format(code=other.credit_code)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_risk_class_is_for_officials_alone(client, record, rated, page):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    url = f"{page.format(code=entity.credit_code)}?scheme=risk-class"
    for user in (
        AgentFactory(entity=entity).user,
        MemberFactory(body=BodyFactory(kind="association"), role="officer"),
        UserFactory(),
    ):
        client.force_login(user)
        answer = client.get(url)
        assert answer.status_code == 404 or "risk class" not in answer.content.decode().lower()
        assert client.get("/schemes/risk-class/").status_code == 404
        assert "risk" not in client.get("/api/v1/ratings/").content.decode()


def test_a_risk_class_asked_for_by_an_agent_is_not_there(client, record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    client.force_login(AgentFactory(entity=entity).user)
    assert client.get(f"/ratings/{entity.credit_code}/", {"scheme": "risk-class"}).status_code == 404
    assert "risk class" not in client.get(f"/ratings/{entity.credit_code}/").content.decode().lower()


def test_the_interface_lists_one_family_of_grades_at_a_time(client, official, record, rated):
    record(entity := EntityFactory())
    rated(entity)

    def families(**asked):
        return [row["family"] for row in client.get("/api/v1/ratings/", asked).json()["results"]]

    assert families() == ["evaluation"], "without a word only comprehensive evaluations"
    assert families(family="risk") == ["risk"]
    assert families(scheme="risk-class") == ["risk"]
    assert families(family="sector") == []
    assert client.get("/api/v1/ratings/", {"family": "all"}).status_code == 400


def test_the_interface_says_of_which_day_the_tables_of_peers_are(client, official, record, rated):
    record(entity := EntityFactory())
    rated(entity)
    assert client.get("/api/v1/ratings/").json()["results"][0]["peers_as_of"] is None
    assert client.get(f"/api/v1/ratings/{entity.credit_code}/").json()["peers_as_of"] is None


@pytest.mark.parametrize("role", ["agent", "officer", "stranger"])
def test_the_board_is_for_officials(client, schemes, role):
    user = {
        "agent": lambda: AgentFactory().user,
        "officer": lambda: MemberFactory(body=BodyFactory(kind="association"), role="officer"),
        "stranger": UserFactory,
    }[role]()
    client.force_login(user)
    assert client.get(BOARD).status_code == 404
    assert client.get("/export/ratings.csv").status_code == 404


@pytest.mark.parametrize("path", [BOARD, "/export/ratings.csv", "/ratings/91339702MX903Q6R3G/"])
def test_whoever_is_not_signed_in_is_asked_to(client, schemes, path):
    assert client.get(path).status_code == 302


def test_the_public_reads_no_method_of_a_scheme_that_is_not_public(client, schemes):
    assert client.get("/schemes/city-comprehensive/").status_code == 404
    assert client.get("/schemes/risk-class/document.json").status_code == 404


def test_the_agent_of_an_entity_reads_how_its_grade_is_made(client, schemes):
    client.force_login(AgentFactory().user)
    content = client.get("/schemes/city-comprehensive/").content.decode()
    assert "国办发〔2019〕35号" in content
    assert "国办发〔2026〕8号" in content
    assert "not public" in content


def test_the_agent_is_spoken_to_in_the_white_frame(client, record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    client.force_login(AgentFactory(entity=entity).user)
    content = client.get(f"/ratings/{entity.credit_code}/").content.decode()
    assert '<body class="portal">' in content
    assert "You are rated C, place 3 of 4" in content


def test_ratings_appear_in_the_bar_of_officials_only(client, schemes):
    client.force_login(MemberFactory())
    assert 'href="/ratings/"' in client.get(reverse("entities:search")).content.decode()
    client.force_login(MemberFactory(body=BodyFactory(kind="association"), role="officer"))
    assert 'href="/ratings/"' not in client.get(reverse("entities:search")).content.decode()


# The method


def test_the_method_prints_every_indicator_with_its_article_and_the_docstrings(client, official, city, types):
    content = client.get("/schemes/city-comprehensive/").content.decode()
    for part in (*city.document.components, *city.document.rules):
        assert str(part.name) in content
        assert part.article in content
    assert "Each matching record that counts has its points." in content
    assert "by class: No class −6, Minor −2, General −10, Serious −20" in content
    assert "no better grade than D" in content


def test_the_document_can_be_had_as_data(client, official, city):
    assert (
        json.loads(client.get("/schemes/city-comprehensive/document.json").content) == city.version.document
    )


# REST


def test_the_list_by_rest_holds_what_one_may_see(client, record, rated):
    mine, other = EntityFactory(), EntityFactory()
    for entity in (mine, other):
        record(entity)
    rated(mine, other)
    client.force_login(AgentFactory(entity=mine).user)
    (one,) = client.get("/api/v1/ratings/").json()["results"]
    assert (one["entity"], one["scheme"], one["grade"], one["points"]) == (
        mine.credit_code,
        "city-comprehensive",
        "C",
        "74.00",
    )
    client.force_login(MemberFactory())
    assert len(client.get("/api/v1/ratings/").json()["results"]) == 2
    assert len(client.get("/api/v1/ratings/", {"family": "risk"}).json()["results"]) == 2
    assert len(client.get("/api/v1/ratings/", {"scheme": "risk-class"}).json()["results"]) == 2
    assert client.get("/api/v1/ratings/", {"grade": "A"}).json()["results"] == []
    client.force_login(UserFactory())
    assert client.get("/api/v1/ratings/").json()["results"] == []


def test_the_explanation_by_rest_adds_up(client, official, record, rated):
    entity = EntityFactory()
    penalty = record(entity)
    rated(entity)
    answer = client.get(f"/api/v1/ratings/{entity.credit_code}/").json()
    assert (answer["grade"], answer["points"], answer["start"]) == ("C", "74.00", "84.00")
    (reason,) = answer["reasons"]
    assert (reason["record"], reason["article"], reason["points"], reason["weight"]) == (
        penalty.pk,
        "4.1",
        "-10.00",
        "1/1",
    )
    assert answer["family"] == "evaluation"
    assert client.get(f"/api/v1/ratings/{entity.credit_code}/?scheme=none").status_code == 404


@pytest.fixture
def with_many(record, monkeypatch):
    """An entity with more records that count, and that do not, than one page of its grade shows."""
    monkeypatch.setattr("evaluation.pages.RECORDS_SHOWN", 2)
    monkeypatch.setattr("evaluation.pages.PARTS_SHOWN", 2)
    entity = EntityFactory()
    counting = [record(entity, title=f"罚款{number}") for number in range(3)]
    counting += [record(entity, "inspection-result", details={"finding": "none"})]
    ended = [record(entity, title=f"旧{number}", status="repaired") for number in range(3)]
    return entity, counting, ended


def test_every_record_behind_a_grade_is_reached_page_by_page_and_none_twice(
    client, official, with_many, rated
):
    entity, counting, ended = with_many
    for past in ended:
        # The official's own body sees what has ended.
        CreditRecord.objects.filter(pk=past.pk).update(submitted_by=official.memberships.get().body)
    rated(entity)
    seen, left_out = [], []
    for number in (1, 2):
        page = client.get(f"/ratings/{entity.credit_code}/", {"counting": number, "left_out": number})
        shown = page.context["page"]
        seen += [line.record for line in shown.counting]
        left_out += [line.record for line in shown.not_counted]
    assert sorted(record.pk for record in seen) == sorted(record.pk for record in counting)
    assert sorted(record.pk for record in left_out) == sorted(record.pk for record in ended)
    assert "counting=2" in client.get(f"/ratings/{entity.credit_code}/").content.decode()


def test_the_picture_of_many_records_adds_up_and_names_the_heaviest(client, official, with_many, rated):
    entity, _counting, _ended = with_many
    rated(entity)
    shown = client.get(f"/ratings/{entity.credit_code}/").context["page"]
    assert [row[0] for row in shown.waterfall.rows[1:4]] == ["罚款2", "罚款1", "2 others"]
    parts = [step["value"] for step in shown.waterfall.data["steps"]]
    assert sum(parts[:-1]) == pytest.approx(parts[-1])
    assert shown.waterfall_note == "the first 2 of 4"


def test_the_file_behind_a_grade_holds_every_record_that_the_reader_may_see(
    client, official, with_many, rated
):
    entity, counting, ended = with_many
    rated(entity)
    answer = client.get("/export/grade-records.jsonl", {"entity": entity.credit_code})
    rows = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
    numbers = [record.document_number for record in counting]
    assert sorted(row["document_number"] for row in rows) == sorted(numbers)
    assert rows[0]["points"] == "-10"
    assert "article 4.1 of the scheme" in rows[0]["how"]
    assert {row["document_number"] for row in rows}.isdisjoint(record.document_number for record in ended)
