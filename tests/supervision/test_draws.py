"""Random draws: by the shares of the rules, from the seed alone, kept for good, with inspectors on nobody's own side."""

import hashlib
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, strategies as st

from agencies.supervision import drawing, selectors
from agencies.supervision.drawing import Wanted, how_many
from agencies.supervision.models import DrawnEntity, InspectionDraw, SupervisionRule
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted
from evaluation.boards import counting
from evaluation.models import CurrentRating
from tests.factories import AgentFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(market):
    return MemberFactory(body=market, role="supervisor")


@pytest.fixture
def by_shares(in_force):
    """Of class C 20 to 60 per cent are drawn, of class D at least 61, and who was inspected within half a year not again."""
    return {
        "C": in_force(share_least=20, share_most=60, apart_months=6),
        "D": in_force(code="of-d", grades=("D",), share_least=61, every_months=None),
    }


@pytest.fixture
def wanted(market):
    def make(shares: dict[str, int], **fields) -> Wanted:
        [plan] = selectors.plans_for(market, timezone.localdate())
        return Wanted(plan=plan, shares=shares, **{"purpose": "Spring", **fields})

    return make


def test_as_many_are_drawn_as_the_share_says_and_the_seed_says_who(supervisor, by_shares, wanted, graded):
    entities = [graded("CD"[number % 2]) for number in range(20)]
    draw = drawing.draw_inspections(by=supervisor, wanted=wanted({"C": 30, "D": 80}))
    assert {grade: (pot["of"], pot["drawn"]) for grade, pot in draw.pots.items()} == {
        "C": (10, 3),
        "D": (10, 8),
    }
    by_hand = sorted(
        (hashlib.sha256(f"{draw.seed}:{one.credit_code}".encode()).hexdigest(), one.pk)
        for one in entities[::2]
    )
    assert set(draw.drawn.filter(grade="C").values_list("entity_id", flat=True)) == {
        pk for _, pk in by_hand[:3]
    }
    codes = ",".join(sorted(one.credit_code for one in entities[::2]))
    assert draw.pots["C"]["digest"] == hashlib.sha256(codes.encode()).hexdigest()
    assert all(one.same_drawn for one in drawing.draw_again(user=supervisor, draw=draw))
    event = AuditEvent.objects.get(verb="supervision.draw.drawn")
    assert event.detail["seed"] == draw.seed


def test_when_grades_change_the_draw_is_not_said_to_be_wrong(supervisor, by_shares, wanted, graded):
    entity, *_others = [graded("C") for _number in range(5)]
    draw = drawing.draw_inspections(by=supervisor, wanted=wanted({"C": 40}))
    CurrentRating.objects.filter(entity=entity).update(grade="A", place=0)
    counting.follow()
    [again] = drawing.draw_again(user=supervisor, draw=draw)
    assert (again.same_pot, again.same_drawn) == (False, False)


def test_what_was_drawn_is_never_changed(supervisor, by_shares, wanted, graded):
    for _number in range(5):
        graded("C")
    draw = drawing.draw_inspections(by=supervisor, wanted=wanted({"C": 40}))
    for change in (
        lambda: InspectionDraw.objects.update(seed="0"),
        lambda: DrawnEntity.objects.update(number=7),
        lambda: draw.drawn.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            change()


def test_who_was_inspected_lately_is_not_drawn(supervisor, by_shares, wanted, graded, inspected):
    today = timezone.localdate()
    lately, long_ago = graded("C"), graded("C")
    inspected(lately, on=today - timedelta(days=20))
    inspected(long_ago, on=today - timedelta(days=300))
    draw = drawing.draw_inspections(by=supervisor, wanted=wanted({"C": 60}))
    assert draw.pots["C"]["of"] == 1
    assert lately.pk not in draw.drawn.values_list("entity_id", flat=True)
    inspected(long_ago, on=today)
    assert [one.same_pot for one in drawing.draw_again(user=supervisor, draw=draw)] == [True]


def test_a_share_outside_of_its_rule_is_refused_with_everything_else(supervisor, by_shares, wanted):
    with pytest.raises(InvalidInput) as refused:
        drawing.draw_inspections(by=supervisor, wanted=wanted({"C": 70, "D": 10}, purpose=" "))
    assert set(refused.value.problems) == {"purpose", "share_2", "share_3"}
    with pytest.raises(InvalidInput):
        drawing.draw_inspections(by=supervisor, wanted=wanted({"C": 30}))
    assert not InspectionDraw.objects.exists()


def test_inspectors_are_drawn_and_none_for_an_entity_for_which_they_act(
    supervisor, market, by_shares, wanted, graded
):
    entity = graded("D")
    people = [MemberFactory(body=market) for _number in range(4)]
    own = people[0]
    AgentFactory(entity=entity, user=own)
    draw = drawing.draw_inspections(by=supervisor, wanted=wanted({"D": 100}, inspectors=people, each=3))
    [drawn] = draw.drawn.all()
    assert set(drawn.inspectors) == {one.pk for one in people} - {own.pk}


def test_only_the_department_draws_and_only_it_and_the_lead_office_see_it(
    supervisor, inspector, writer, by_shares, wanted, graded
):
    for _number in range(5):
        graded("C")
    stranger = MemberFactory(role="supervisor")
    for person in (inspector, writer, stranger):
        with pytest.raises(NotPermitted):
            drawing.draw_inspections(by=person, wanted=wanted({"C": 40}))
    draw = drawing.draw_inspections(by=supervisor, wanted=wanted({"C": 40}))
    for person in (inspector, writer):
        assert selectors.draw_for(user=person, draw_id=draw.pk) == draw
    for person in (stranger, AgentFactory(entity=EntityFactory()).user):
        with pytest.raises(Missing):
            selectors.draw_for(user=person, draw_id=draw.pk)


def test_a_supervisor_draws_in_the_browser_and_takes_the_list_away(
    client, supervisor, by_shares, graded, inspected, query_budget
):
    entities = [graded("C") for _number in range(10)]
    client.force_login(supervisor)
    address = reverse("supervision:new-draw")
    assert client.get(address).status_code == 200
    refused = client.post(address, {"share_2": "90", "each": "1"})
    assert refused.status_code == 422
    typed = {"purpose": "Spring", "share_2": "30", "inspectors": [supervisor.pk], "each": "1"}
    page = client.post(address, typed, follow=True)
    draw = page.context["draw"]
    assert len(page.context["rows"]) == 3
    assert page.context["rows"][0].inspectors == str(supervisor)
    assert draw.seed in page.content.decode()
    inspected(draw.drawn.first().entity, on=timezone.localdate())
    assert client.get(page.request["PATH_INFO"]).context["inspected"] == 1
    assert "draws the same" in client.get(page.request["PATH_INFO"], {"again": "1"}).content.decode()
    file = client.get(reverse("sharing:export", args=("drawn-entities", "csv")), {"draw": draw.pk})
    lines = b"".join(file.streaming_content).decode().splitlines()
    assert len(lines) == 4
    assert sum(one.credit_code in "".join(lines) for one in entities) == 3
    every = client.get(reverse("supervision:draws"))
    assert [(one.purpose, one.count) for one in every.context["page"]] == [("Spring", 3)]
    with query_budget("a random draw"):
        client.get(page.request["PATH_INFO"])


@given(
    count=st.integers(0, 10_000),
    share=st.integers(0, 100),
    limits=st.tuples(st.none() | st.integers(0, 100), st.none() | st.integers(0, 100)),
)
def test_never_more_are_drawn_than_stand_in_the_draw_or_than_the_rule_lets(count, share, limits):
    least, most = sorted(limits, key=lambda one: -1 if one is None else one) if None not in limits else limits
    rule = SupervisionRule(kind="inspection", share_least=least, share_most=most)
    drawn = how_many(count, share, rule)
    assert 0 <= drawn <= count
    allowed = count if most is None else count * most // 100
    if -(-count * (least or 0) // 100) <= allowed:
        assert drawn <= allowed
