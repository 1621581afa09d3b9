"""Supervision rules: kept by two persons, dated, with a legal basis; nothing that a risk class or no list carries."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.supervision import selectors, services
from agencies.supervision.models import SupervisionRule
from agencies.supervision.rules import rules_on, scale_of
from agencies.supervision.shipped import PROFILES, TEMPLATES
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import Notice
from evaluation.models import Scheme
from evaluation.schemes.in_force import published_by
from tests.factories import AgentFactory, BodyFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db


def inspections(body=None) -> dict[str, str]:
    """By class, the rules of inspections in force today, by code."""
    found = rules_on(timezone.localdate()).inspections(
        Scheme.objects.get(code="risk-class").pk, body and body.pk
    )
    return {grade: rule.code for grade, rule in found.items()}


def test_no_rule_is_in_force_by_itself(schemes):
    assert not SupervisionRule.objects.exists()
    assert TEMPLATES
    assert {one.profile for one in TEMPLATES} == {profile.code for profile in PROFILES}


def test_every_published_rule_can_be_begun_with_and_says_how_far_it_was_read(writer, schemes):
    page = Client()
    page.force_login(writer)
    for one in TEMPLATES:
        assert one.basis and one.source and one.verification in ("V", "P")
        shown = page.get(reverse("supervision:new"), {"from": one.code})
        assert shown.status_code == 200
        assert one.basis in shown.content.decode()
        # A foreign law is not offered as this city's own.
        assert shown.context["form"].initial.get("instrument") is None


def test_a_rule_holds_once_a_second_person_has_put_it_in_force(writer, colleague, office, a_draft):
    draft = services.draft_rule(by=writer, draft=a_draft())
    assert inspections() == {}
    assert Notice.objects.filter(kind="supervision.drafted", body=office).exists()
    with pytest.raises(NotPermitted, match="You wrote this"):
        services.approve_rule(by=writer, rule_id=draft.pk)
    approved = services.approve_rule(by=colleague, rule_id=draft.pk)
    assert services.approve_rule(by=colleague, rule_id=draft.pk) == approved
    assert inspections() == {"C": "rule-of-c"}
    assert Notice.objects.filter(kind="supervision.approved", user=writer).count() == 1
    assert AuditEvent.objects.filter(verb="supervision.rule.approved").count() == 1


def test_the_database_lets_nobody_approve_what_they_wrote(writer, a_draft):
    draft = services.draft_rule(by=writer, draft=a_draft())
    with pytest.raises(IntegrityError, match="who_writes_a_supervision_rule"), transaction.atomic():
        SupervisionRule.objects.filter(pk=draft.pk).update(state="approved", approved_by=writer)


def test_everything_wrong_with_a_draft_is_said_at_once(writer, a_draft):
    yesterday = timezone.localdate() - timedelta(days=1)
    wrong = a_draft(
        name_en=" ", instrument=None, article="", grades=("C", "X"), valid_from=yesterday, every_months=None
    )
    with pytest.raises(InvalidInput) as refused:
        services.draft_rule(by=writer, draft=wrong)
    assert set(refused.value.problems) == {
        "name_en", "instrument", "article", "grades", "valid_from", "every_months",
    }  # fmt: skip
    assert not SupervisionRule.objects.exists()


def test_a_restriction_without_basis_or_without_its_entry_in_a_list_is_refused(writer, a_draft):
    with pytest.raises(InvalidInput) as refused:
        services.draft_rule(
            by=writer, draft=a_draft(kind="restriction", grades=("D",), instrument=None, article="")
        )
    assert {"instrument", "article", "listed_as"} <= set(refused.value.problems)
    services.draft_rule(by=writer, draft=a_draft(kind="restriction", grades=("D",), listed_as="Entry 3"))
    with pytest.raises(IntegrityError, match="a_restriction_is_in_a_list"), transaction.atomic():
        SupervisionRule.objects.update(listed_as="")


@pytest.mark.parametrize("kind", ["incentive", "restriction"])
def test_an_internal_risk_class_neither_rewards_nor_restricts_anybody(writer, a_draft, kind):
    risk = Scheme.objects.get(code="risk-class")
    with pytest.raises(InvalidInput) as refused:
        services.draft_rule(by=writer, draft=a_draft(kind=kind, scheme=risk, listed_as="Entry 3"))
    assert "kind" in refused.value.problems


def test_two_rules_never_say_both_how_often_the_same_are_inspected(writer, in_force, a_draft, market):
    in_force()
    with pytest.raises(InvalidInput) as refused:
        services.draft_rule(by=writer, draft=a_draft(code="another", grades=("C", "D")))
    assert "grades" in refused.value.problems
    in_force(code="of-the-bureau", body=market, every_months=6)
    assert inspections() == {"C": "rule-of-c"}
    assert inspections(market) == {"C": "of-the-bureau"}


def test_of_two_drafts_for_the_same_the_second_cannot_be_put_in_force(writer, colleague, a_draft):
    first = services.draft_rule(by=writer, draft=a_draft())
    second = services.draft_rule(by=writer, draft=a_draft(code="another"))
    services.approve_rule(by=colleague, rule_id=first.pk)
    with pytest.raises(WrongState, match="says already"):
        services.approve_rule(by=colleague, rule_id=second.pk)


def test_a_new_version_ends_the_one_before_the_day_before(writer, in_force, a_draft, colleague):
    today = timezone.localdate()
    old = in_force(valid_from=today - timedelta(days=30))
    draft = services.draft_rule(
        by=writer, draft=a_draft(every_months=6, valid_from=today + timedelta(days=10))
    )
    services.approve_rule(by=colleague, rule_id=draft.pk)
    old.refresh_from_db()
    assert old.valid_to == today + timedelta(days=9)
    on = {day: rules_on(today + timedelta(days=day)).rules[0].every_months for day in (9, 10)}
    assert on == {9: 12, 10: 6}


def test_a_department_keeps_its_own_rules_but_no_restriction_and_none_for_others(market, a_draft):
    own = MemberFactory(body=market, role="supervisor")
    other = BodyFactory()
    rule = services.draft_rule(by=own, draft=a_draft(body=market))
    for body, kind in ((None, "inspection"), (other, "inspection"), (market, "restriction")):
        with pytest.raises(NotPermitted):
            services.draft_rule(by=own, draft=a_draft(code="else", body=body, kind=kind, listed_as="Entry 3"))
    with pytest.raises(NotPermitted):
        services.approve_rule(by=MemberFactory(body=other, role="supervisor"), rule_id=rule.pk)
    services.approve_rule(by=MemberFactory(body=market, role="reviewer"), rule_id=rule.pk)
    with pytest.raises(NotPermitted):
        services.draft_rule(by=MemberFactory(body=market), draft=a_draft(body=market, code="clerk"))


def test_a_rule_ends_and_a_draft_is_thrown_away(writer, colleague, in_force, a_draft):
    rule = in_force()
    ended = services.end_rule(by=colleague, rule_id=rule.pk)
    assert ended.valid_to == timezone.localdate()
    assert services.end_rule(by=colleague, rule_id=rule.pk) == ended
    draft = services.draft_rule(by=writer, draft=a_draft(code="another", grades=("D",)))
    services.discard_draft(by=colleague, rule_id=draft.pk)
    services.discard_draft(by=colleague, rule_id=draft.pk)
    assert Notice.objects.filter(kind="supervision.discarded", user=writer).count() == 1
    with pytest.raises(WrongState):
        services.discard_draft(by=writer, rule_id=rule.pk)


def test_rules_are_for_officials(in_force):
    rule = in_force()
    with pytest.raises(Missing):
        selectors.rule_for(user=AgentFactory(entity=EntityFactory()).user, rule_id=rule.pk)
    assert selectors.rule_for(user=MemberFactory(), rule_id=rule.pk) == rule


def test_the_grades_of_every_scheme_are_offered_with_the_schemes_that_give_them(client, writer, schemes):
    client.force_login(writer)
    field = client.get(reverse("supervision:new")).context["form"]["grades"]
    offered = dict(field.field.choices)
    every = {letter for one in published_by(timezone.localdate()) for letter in one.compiled.letters}
    assert set(offered) == every
    risk = Scheme.objects.get(code="risk-class")
    assert risk.name in offered["D"]
    assert str(field).count('type="checkbox"') == len(every)


def test_a_new_version_offers_the_grades_of_its_scheme_with_those_it_had_ticked(client, writer, in_force):
    rule = in_force(grades=("C", "D"))
    client.force_login(writer)
    field = client.get(reverse("supervision:new"), {"of": rule.pk}).context["form"]["grades"]
    assert [letter for letter, _label in field.field.choices] == list(
        scale_of(rule.scheme, timezone.localdate())
    )
    assert str(field).count("checked") == 2


def test_no_grade_ticked_is_told_with_everything_else(client, writer, schemes):
    client.force_login(writer)
    typed = {
        "code": "of-c",
        "kind": "inspection",
        "scheme": Scheme.objects.get(code="risk-class").pk,
        "verification": "B",
        "valid_from": timezone.localdate().isoformat(),
    }
    refused = client.post(reverse("supervision:new"), typed)
    assert {"grades", "name_zh", "article", "instrument"} <= set(refused.context["form"].errors)


def test_a_rule_is_written_seen_and_put_in_force_in_the_browser(client, writer, colleague, a_draft):
    client.force_login(writer)
    draft = a_draft()
    typed = {
        **{
            name: getattr(draft, name)
            for name in ("code", "kind", "name_zh", "name_en", "text_zh", "text_en", "article")
        },
        "scheme": draft.scheme.pk,
        "grades": ["C", "D"],
        "instrument": draft.instrument.pk,
        "every_months": "0",
        "verification": "B",
        "valid_from": draft.valid_from.isoformat(),
    }
    refused = client.post(
        reverse("supervision:new"), typed | {"article": "", "instrument": "", "grades": ["X"]}
    )
    assert refused.status_code == 422
    assert {"every_months", "article", "instrument", "grades"} <= set(refused.context["form"].errors)
    saved = client.post(reverse("supervision:new"), typed | {"every_months": "6"})
    rule = SupervisionRule.objects.get()
    assert saved.status_code == 302
    assert (rule.grades, rule.every_months) == (["C", "D"], 6)
    assert "You wrote this" in client.get(saved.url).content.decode()
    client.force_login(colleague)
    assert "Put it in force" in client.get(saved.url).content.decode()
    client.post(reverse("supervision:approve", args=(rule.pk,)))
    listed = client.get(reverse("supervision:rules"))
    assert [one.code for one in listed.context["rules"]] == ["rule-of-c"]
