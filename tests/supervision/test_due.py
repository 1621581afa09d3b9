"""Whose inspection is due: by today's grade, the last inspection and the rule in force, for each department."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from agencies.supervision import lists, selectors
from agencies.supervision.models import SupervisionRule
from agencies.supervision.rules import due_on
from credit_platform.common.working_days import months_after
from evaluation.boards import counting
from evaluation.models import CurrentRating
from tests.factories import AgentFactory, BodyFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
PAGE = "/supervision/inspections/"


def shown(client, user, **query):
    client.force_login(user)
    page = client.get(PAGE, query)
    assert page.status_code == 200
    return page


def names(client, user, **query) -> list[str]:
    return [row.rating.entity.name_zh for row in shown(client, user, **query).context["rows"]]


def in_the_file(client, user, **query) -> list[dict]:
    client.force_login(user)
    answer = client.get(reverse("sharing:export", args=("inspections-due", "jsonl")), query)
    return [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]


def test_without_a_rule_nothing_is_due_and_the_page_says_so(client, inspector, graded):
    graded("D")
    page = shown(client, inspector)
    assert "No rule says how often" in page.content.decode()
    assert in_the_file(client, inspector) == []


def test_what_is_overdue_comes_first_and_the_file_says_the_same(
    client, inspector, in_force, graded, inspected
):
    today = timezone.localdate()
    rule = in_force(valid_from=today - timedelta(days=900))
    long_ago, lately, never = (
        graded("C", name_zh=name, registered_on=today - timedelta(days=600))
        for name in ("很久", "最近", "从未")
    )
    inspected(long_ago, on=today - timedelta(days=800))
    inspected(long_ago, on=today - timedelta(days=500))
    inspected(lately, on=today - timedelta(days=10))
    assert names(client, inspector) == [never.name_zh, long_ago.name_zh, lately.name_zh]
    file = in_the_file(client, inspector)
    assert [row["entity"] for row in file] == [never.name, long_ago.name, lately.name]
    assert file[1]["due"] == months_after(today - timedelta(days=500), 12).isoformat()
    assert file[1]["rule"] == str(rule)
    assert names(client, inspector, when="overdue") == [never.name_zh, long_ago.name_zh]
    assert names(client, inspector, when="later") == [lately.name_zh]
    figures = shown(client, inspector).context["figures"]
    assert figures == {"overdue": 2, "soon": 0, "later": 1, "never": 1}


def test_nothing_was_due_before_its_rule_held(client, inspector, in_force, graded):
    today = timezone.localdate()
    in_force()
    graded("C", registered_on=today - timedelta(days=4000))
    [row] = shown(client, inspector).context["rows"]
    assert (row.rating.due_on, row.days_left) == (today, 0)


def test_the_day_follows_the_grade(client, inspector, in_force, graded, inspected, schemes):
    today = timezone.localdate()
    in_force(grades=("A", "B"), code="of-good", every_months=24)
    in_force(grades=("D",), code="of-bad", every_months=3)
    entity = graded("B")
    inspected(entity, on=today - timedelta(days=30))
    [before] = shown(client, inspector).context["rows"]
    CurrentRating.objects.filter(entity=entity).update(
        grade="D", place=schemes["risk-class"].compiled.letters.index("D")
    )
    counting.follow()
    [after] = shown(client, inspector).context["rows"]
    assert before.rating.due_on == months_after(today - timedelta(days=30), 24)
    assert after.rating.due_on == months_after(today - timedelta(days=30), 3)
    assert (before.rule.code, after.rule.code) == ("of-good", "of-bad")


def test_a_department_inspects_whom_it_has_on_record_and_counts_its_own_inspections(
    client, in_force, graded, inspected, inspector
):
    today = timezone.localdate()
    in_force()
    taxes = BodyFactory()
    clerk = MemberFactory(body=taxes)
    strange, known = graded("C", name_zh="未立案"), graded("C", name_zh="有记录")
    inspected(known, on=today - timedelta(days=5), by=taxes)
    counting.rebuild(today)
    assert names(client, clerk) == [known.name_zh]
    # Who keeps the register inspects everybody, and an inspection by another department is none of its own.
    rows = shown(client, inspector).context["rows"]
    assert {row.rating.entity.pk: row.rating.last_on for row in rows} == {strange.pk: None, known.pk: None}
    # Another department's list cannot be asked for.
    assert names(client, clerk, body="market") == [known.name_zh]


def test_an_inspection_that_ended_took_place_and_one_that_was_withdrawn_did_not(
    client, inspector, in_force, graded, inspected
):
    today = timezone.localdate()
    in_force()
    ended, withdrawn = graded("C", name_zh="已修复"), graded("C", name_zh="已撤回")
    for entity, status in ((ended, "repaired"), (withdrawn, "withdrawn")):
        inspected(entity, on=today - timedelta(days=5), status=status, ended_on=today)
    rows = shown(client, inspector).context["rows"]
    last = {row.rating.entity.pk: row.rating.last_on for row in rows}
    assert last == {ended.pk: today - timedelta(days=5), withdrawn.pk: None}


def test_who_is_not_in_business_or_merged_away_is_not_inspected(client, inspector, in_force, graded):
    in_force()
    graded("C", status="deregistered")
    assert names(client, inspector) == []


def test_the_list_is_narrowed_sorted_and_paged(client, inspector, in_force, graded):
    in_force(grades=("C", "D"))
    for number in range(30):
        graded("CD"[number % 2], name_zh=f"企业{number:02d}", district="东区" if number < 3 else "西区")
    assert len(names(client, inspector)) == 25
    assert len(names(client, inspector, page="2")) == 5
    assert names(client, inspector, district="东区", sort="-name") == ["企业02", "企业01", "企业00"]
    assert names(client, inspector, grade="D", district="东区") == ["企业01"]
    assert names(client, inspector, q="企业07") == ["企业07"]
    assert "No inspection fits" in shown(client, inspector, q="没有").content.decode()


def test_the_page_stays_within_its_query_budget(client, inspector, in_force, graded, query_budget):
    in_force(grades=("C", "D"))
    for _number in range(5):
        graded("C")
    client.force_login(inspector)
    client.get(PAGE)
    with query_budget("inspections due"):
        client.get(PAGE)


def test_the_list_is_for_departments_and_the_lead_office(client, in_force, writer, graded, market):
    in_force()
    entity = graded("C")
    assert names(client, writer, body="market") == [entity.name_zh]
    client.force_login(AgentFactory(entity=entity).user)
    assert client.get(PAGE).status_code == 404


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    days=st.lists(
        st.tuples(st.none() | st.integers(0, 4000), st.none() | st.integers(0, 9000)), min_size=1, max_size=4
    ),
    months=st.tuples(st.integers(1, 240), st.integers(1, 240)),
    holds=st.integers(0, 3000),
)
def test_no_entity_is_due_later_under_a_stricter_rule(days, months, holds):
    today = timezone.localdate()
    strict, mild = (
        SupervisionRule(kind="inspection", every_months=every, valid_from=today - timedelta(days=holds))
        for every in sorted(months)
    )
    for inspected_ago, registered_ago in days:
        known = {
            "last": None if inspected_ago is None else today - timedelta(days=inspected_ago),
            "registered": None if registered_ago is None else today - timedelta(days=registered_ago),
        }
        assert due_on(strict, **known) <= due_on(mild, **known)
        assert due_on(strict, **known) >= strict.valid_from


def test_the_database_and_the_rule_say_the_same_day(inspector, in_force, graded, inspected, market):
    today = timezone.localdate()
    for grade, every, holds in (("A", 1, 0), ("B", 6, 400), ("C", 12, 3000), ("D", 25, 90)):
        in_force(
            code=f"of-{grade.lower()}",
            grades=(grade,),
            every_months=every,
            valid_from=today - timedelta(days=holds),
        )
        for last, registered in ((None, None), (31, 31), (None, 800), (365, 2000), (59, None), (1100, 1101)):
            entity = graded(grade, registered_on=registered and today - timedelta(days=registered))
            if last is not None:
                inspected(entity, on=today - timedelta(days=last))
    [plan] = selectors.plans_for(market, today)
    found = list(selectors.inspections_due(user=inspector, plan=plan))
    assert len(found) == 24
    for one in found:
        rule = plan.rule_at(one.place)
        assert one.due_on == due_on(rule, last=one.last_on, registered=one.entity.registered_on)


def test_an_official_reads_what_the_grades_of_an_entity_lead_to(
    client, inspector, in_force, graded, inspected
):
    today = timezone.localdate()
    in_force()
    in_force(code="fast-lane", kind="incentive", grades=("B",), name_en="Fast lane")
    entity = graded("C")
    graded("B", scheme="city-comprehensive", entity=entity)
    inspected(entity, on=today - timedelta(days=400))
    client.force_login(inspector)
    page = client.get(reverse("supervision:of-entity", args=(entity.credit_code,)))
    found = {one.rule.code: one for one in page.context["consequences"]}
    assert set(found) == {"rule-of-c", "fast-lane"}
    assert found["rule-of-c"].last_on == today - timedelta(days=400)
    assert "Article 24" in page.content.decode()


def test_an_agent_reads_what_its_own_grade_leads_to_and_nothing_of_a_risk_class(client, in_force, graded):
    in_force()
    in_force(code="fast-lane", kind="incentive", grades=("B",), name_en="Fast lane")
    entity = graded("C")
    graded("B", scheme="city-comprehensive", entity=entity)
    client.force_login(AgentFactory(entity=entity).user)
    said = client.get(reverse("supervision:of-entity", args=(entity.credit_code,))).content.decode()
    assert "Fast lane" in said
    assert "Regular inspection" not in said
    assert "Internal risk class" not in said
    other = EntityFactory()
    assert client.get(reverse("supervision:of-entity", args=(other.credit_code,))).status_code == 404


def test_the_panel_stands_on_the_pages_of_the_entity_and_of_its_grade(client, inspector, graded):
    entity = graded("C")
    client.force_login(inspector)
    panel = reverse("supervision:of-entity", args=(entity.credit_code,))
    for page in (
        reverse("entities:entity-detail", args=(entity.credit_code,)),
        reverse("evaluation:entity-rating", args=(entity.credit_code,)) + "?scheme=risk-class",
    ):
        assert panel in client.get(page).content.decode()
    assert "No rule is in force" in client.get(panel).content.decode()


def test_every_sort_of_the_list_can_be_asked_for(inspector, in_force, graded, rf):
    in_force()
    graded("C")
    one = lists.asked(inspector, rf.get("/").GET)
    for sort in lists.SORTS:
        assert len(lists.listed(inspector, one, sort)) == len(lists.listed(inspector, one, f"-{sort}")) == 1
