"""To whom incentives and restrictions apply today, and who came to them or left them; what a simulation plans with."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.supervision import selectors
from evaluation.boards import counting
from evaluation.composing.planned import planned
from evaluation.models import CurrentRating, Scheme
from tests.factories import BodyFactory, MemberFactory, RatingChangeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moves(graded, schemes):
    """`moves("B", "A", days=3)`: an entity that went from one grade to another so many days ago."""

    def make(before: str, after: str, *, days: int, **facts):
        entity = graded(after, scheme="city-comprehensive", **facts)
        one = schemes["city-comprehensive"]
        letters = one.compiled.letters
        RatingChangeFactory(
            entity=entity,
            version=one.version,
            as_of=timezone.localdate() - timedelta(days=days),
            from_grade=before,
            to_grade=after,
            from_place=letters.index(before) if before else None,
            to_place=letters.index(after),
        )
        return entity

    return make


@pytest.fixture
def fast_lane(in_force):
    return in_force(code="fast-lane", kind="incentive", grades=("A", "B"), name_en="Fast lane")


def listed(client, user, rule, **query) -> set[str]:
    client.force_login(user)
    page = client.get(reverse("supervision:reach", args=(rule.pk,)), query)
    assert page.status_code == 200
    return {row.rating.entity.name_zh for row in page.context["rows"]}


def test_a_rule_lists_to_whom_it_applies_who_came_and_who_left(client, inspector, fast_lane, moves, graded):
    moves("C", "B", days=3, name_zh="来了")
    moves("A", "B", days=3, name_zh="仍在")
    moves("B", "D", days=3, name_zh="走了")
    moves("D", "A", days=90, name_zh="早来")
    moves("", "A", days=5, name_zh="新评")
    graded("D", scheme="city-comprehensive", name_zh="无关")
    assert listed(client, inspector, fast_lane) == {"来了", "仍在", "早来", "新评"}
    assert listed(client, inspector, fast_lane, show="came") == {"来了", "新评"}
    assert listed(client, inspector, fast_lane, show="left") == {"走了"}
    since = (timezone.localdate() - timedelta(days=100)).isoformat()
    assert listed(client, inspector, fast_lane, show="came", since=since) == {"来了", "新评", "早来"}
    assert listed(client, inspector, fast_lane, show="came", since="rubbish") == {"来了", "新评"}
    file = client.get(
        reverse("sharing:export", args=("supervised", "csv")), {"rule": fast_lane.pk, "show": "left"}
    )
    assert len(b"".join(file.streaming_content).decode().splitlines()) == 2


def test_a_department_reads_of_those_whom_it_has_on_record(client, fast_lane, moves, inspected, inspector):
    today = timezone.localdate()
    taxes = BodyFactory()
    known = moves("C", "B", days=3, name_zh="有记录")
    moves("C", "B", days=3, name_zh="未立案")
    inspected(known, on=today - timedelta(days=5), by=taxes)
    counting.rebuild(today)
    assert listed(client, MemberFactory(body=taxes), fast_lane) == {"有记录"}
    assert listed(client, inspector, fast_lane) == {"有记录", "未立案"}


def test_it_leaves_the_list_when_the_grade_leaves(client, inspector, fast_lane, graded):
    entity = graded("B", scheme="city-comprehensive", name_zh="企业")
    assert listed(client, inspector, fast_lane) == {"企业"}
    CurrentRating.objects.filter(entity=entity).update(grade="", place=None, points=None)
    counting.follow()
    assert listed(client, inspector, fast_lane) == set()


def test_a_simulation_plans_with_the_rules_in_force_and_says_where_there_is_none(in_force, market):
    today, risk = timezone.localdate(), Scheme.objects.filter(code="risk-class")
    assert in_force(every_months=6).name
    in_force(code="of-d", grades=("D",), every_months=None, share_least=61, share_most=100)
    in_force(code="of-a", grades=("A",), body=market, every_months=24)
    plan = planned(risk.get().pk, today)
    assert {grade: one.for_a_hundred for grade, one in plan.items()} == {
        "A": Decimal(50),
        "C": Decimal(200),
        "D": Decimal(100),
    }
    assert plan["C"].rule == "Regular inspection"
    assert selectors.planned_inspections(risk.get().pk, today - timedelta(days=1)) == {}
