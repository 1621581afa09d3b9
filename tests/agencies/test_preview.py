"""What the clerk is shown beforehand: dates by the rules in force, and doubts that refuse nothing."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from agencies.penalties import fine_in_words, usual_class
from agencies.tax.forms import grades_for_points
from tests.agencies.conftest import shipped_once as shipped  # noqa: F401  (a fixture)
from tests.agencies.typed import penalty
from tests.factories import EntityFactory, RecordFactory

pytestmark = pytest.mark.django_db
PREVIEW = reverse("agencies:enter-preview", args=("administrative-penalty",))
NOON = "2026-11-20 12:00+08:00"


def preview(client, typed):
    return client.get(PREVIEW, typed, headers={"HX-Request": "true"})


@pytest.mark.parametrize(
    ("severity", "last_day", "outlook_day"),
    [("general", date(2027, 11, 16), date(2027, 2, 16)), ("serious", date(2029, 11, 16), date(2027, 11, 16))],
)
@time_machine.travel(NOON)
def test_the_dates_are_those_of_the_class_by_the_rule_in_force(
    clerk, sign_in, severity, last_day, outlook_day
):
    typed = penalty(EntityFactory(), decided_on="2026-11-16", severity_class=severity)
    shown = preview(sign_in(clerk), typed).context["preview"]
    assert (shown.first_day, shown.last_day, shown.outlook.day) == (date(2026, 11, 20), last_day, outlook_day)
    assert "36" in shown.governed_by


@time_machine.travel(NOON)
def test_a_minor_penalty_is_shown_as_not_published(clerk, sign_in):
    typed = penalty(
        EntityFactory(), decided_on="2026-11-16", severity_class="minor", penalty_kinds=["warning"]
    )
    assert preview(sign_in(clerk), typed).context["preview"].why_not


@time_machine.travel(NOON)
def test_a_penalty_that_may_never_be_repaired_early_says_so(clerk, sign_in):
    typed = penalty(
        EntityFactory(),
        decided_on="2026-11-16",
        severity_class="serious",
        penalty_kinds=["production-stopped"],
    )
    assert preview(sign_in(clerk), typed).context["preview"].outlook.state == "never"


def test_a_half_typed_form_has_a_preview_without_errors(clerk, sign_in):
    answer = preview(sign_in(clerk), {"entity": "", "decided_on": "", "fine": "x"})
    assert answer.status_code == 200
    assert answer.context["preview"] is None
    assert "<html" not in answer.content.decode()


@time_machine.travel(NOON)
def test_a_period_that_is_over_is_told_before_anybody_saves(clerk, sign_in):
    shown = preview(sign_in(clerk), penalty(EntityFactory(), decided_on="2021-03-02")).context["preview"]
    assert shown.over_already


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"penalty_kinds": ["fine", "permit-revoked"], "severity_class": "minor"}, "usually classed"),
        ({"procedure": "summary", "severity_class": "minor"}, "3,000 yuan"),
        ({"fine": "32", "fine_is_right": "on"}, "names a fine of 32,000 yuan"),
        ({"decided_on": "2026-11-03"}, "1 working day ago"),
    ],
)
@time_machine.travel("2026-11-13 12:00+08:00")
def test_what_looks_doubtful_is_said_and_may_still_be_saved(clerk, sign_in, changes, said):
    client, typed = sign_in(clerk), penalty(EntityFactory(), **{"decided_on": "2026-11-10"} | changes)
    doubts = preview(client, typed).context["doubts"]
    assert any(said in doubt for doubt in doubts), doubts
    typed["permit"] = "食品经营许可证"
    assert client.post(reverse("agencies:enter", args=("administrative-penalty",)), typed).status_code == 302


def test_an_ordinary_penalty_raises_no_doubt(clerk, sign_in):
    assert preview(sign_in(clerk), penalty(EntityFactory())).context["doubts"] == []


def test_an_entity_that_is_gone_is_pointed_out(clerk, sign_in):
    assert preview(sign_in(clerk), penalty(EntityFactory(status="deregistered"))).context["doubts"]


def test_the_same_act_under_another_number_is_pointed_out(clerk, market, city, sign_in):
    entity = EntityFactory()
    typed = penalty(entity)
    RecordFactory(
        submitted_by=market,
        record_type=city.types["administrative-penalty"],
        entity=entity,
        title=typed["title"],
        decided_on=typed["decided_on"],
        document_number="云市监罚〔2026〕1号",
    )
    shown = preview(sign_in(clerk), typed)
    assert any("云市监罚〔2026〕1号" in doubt for doubt in shown.context["doubts"])
    assert len(shown.context["on_file"]) == 1


def test_drafts_of_another_department_never_show_as_already_on_file(clerk, city, sign_in):
    entity = EntityFactory()
    RecordFactory(
        submitted_by=city.bodies["tax"],
        record_type=city.types["administrative-penalty"],
        entity=entity,
        status="draft",
        document_number="云税罚〔2026〕9号",
    )
    shown = preview(sign_in(clerk), penalty(entity))
    assert shown.context["on_file"] == ()
    assert "云税罚" not in shown.content.decode()


@pytest.mark.parametrize(
    ("kinds", "procedure", "expected"),
    [
        ((), "ordinary", ""),
        (("warning",), "ordinary", "minor"),
        (("warning", "criticism"), "ordinary", "minor"),
        (("fine",), "ordinary", "general"),
        (("fine", "warning"), "ordinary", "general"),
        (("fine",), "summary", "minor"),
        (("fine", "permit-suspended"), "summary", "serious"),
        (("practice-banned",), "ordinary", "serious"),
        (("gains-confiscated",), "ordinary", "general"),
    ],
)
def test_the_usual_class_follows_the_kinds(kinds, procedure, expected):
    assert usual_class(kinds, procedure) == expected


@pytest.mark.parametrize(
    ("content", "yuan"),
    [
        ("罚款32000元", 32000),
        ("警告，罚款人民币３２，０００元", 32000),
        ("罚款 3.2 万元", 32000),
        ("警告", None),
        ("罚款1000元，罚款2000元", None),
        ("罚款叁万贰仟元", None),
    ],
)
def test_a_fine_is_read_from_the_words_only_when_they_are_clear(content, yuan):
    assert fine_in_words(content) == yuan


@pytest.mark.parametrize(
    ("points", "grades"),
    [
        ("90", "ABMD"),
        ("89.99", "BMD"),
        ("70", "BMD"),
        ("69.99", "CD"),
        ("40", "CD"),
        ("39.99", "D"),
        ("95", "ABMD"),
    ],
)
def test_tax_grades_that_points_allow(points, grades):
    assert grades_for_points(Decimal(points)) == set(grades)
