"""What is worked out beforehand of inspections due is what the ratings, the records and the rules of today give."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.utils import timezone

from agencies.supervision import lists, services
from agencies.supervision.models import DueCell, DueInspection, DueTerms
from entities.models import Entity
from entities.signals import records_changed
from evaluation.boards import counting
from evaluation.models import CurrentRating
from tests.factories import BodyFactory, MemberFactory

pytestmark = pytest.mark.django_db
PAGE = "/supervision/inspections/"
DEEDS = ("grade", "inspect", "register", "move", "close", "follow", "follow")
ASKED = (
    "", "when=overdue", "when=soon", "when=later", "grade=C", "district=东区", "section=C", "q=企业1", "grade=D&when=later",
)  # fmt: skip


def agree(user, query: str) -> None:
    """What is kept gives the same figures and the same entities in the same order as counting for oneself."""
    beforehand = lists.asked(user, QueryDict(query))
    by_itself = replace(beforehand, kept=None)
    assert beforehand.kept is not None
    assert lists.counts(user, beforehand) == lists.counts(user, by_itself)
    for sort in (*lists.SORTS, *(f"-{one}" for one in lists.SORTS)):
        kept = list(lists.entities_listed(user, beforehand, sort))
        assert kept == list(lists.entities_listed(user, by_itself, sort)), (query, sort)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_what_is_kept_is_what_one_would_count(
    inspector, in_force, graded, inspected, schemes, seed
):
    chance, today = random.Random(seed), timezone.localdate()
    letters = schemes["risk-class"].compiled.letters
    for grade, every, holds in (("B", 24, 900), ("C", 12, 400), ("D", 6, 20)):
        in_force(
            code=grade.lower(), grades=(grade,), every_months=every, valid_from=today - timedelta(days=holds)
        )
    other = MemberFactory(body=BodyFactory())
    entities = [
        graded(
            chance.choice("ABCD"),
            name_zh=f"企业{number}",
            district=chance.choice(("东区", "西区")),
            industry_code=chance.choice(("C1411", "F5211")),
            registered_on=chance.choice((None, today - timedelta(days=chance.randint(0, 1500)))),
        )
        for number in range(14)
    ]
    for _ in range(40):
        deed, entity = chance.choice(DEEDS), chance.choice(entities)
        if deed == "grade":
            grade = chance.choice(letters)
            CurrentRating.objects.filter(entity=entity).update(grade=grade, place=letters.index(grade))
        elif deed == "inspect":
            by = chance.choice((None, other.memberships.get().body))
            inspected(entity, on=today - timedelta(days=chance.randint(0, 900)), by=by)
        elif deed == "register":
            Entity.objects.filter(pk=entity.pk).update(
                registered_on=today - timedelta(days=chance.randint(0, 2000))
            )
        elif deed == "move":
            Entity.objects.filter(pk=entity.pk).update(district=chance.choice(("东区", "西区")))
        elif deed == "close":
            status = chance.choice((Entity.Status.ACTIVE, Entity.Status.DEREGISTERED))
            Entity.objects.filter(pk=entity.pk).update(status=status)
        else:
            counting.follow()
            assert counting.verify().differences == []
    counting.follow()
    assert counting.verify().differences == []
    for user in (inspector, other):
        for query in ASKED:
            agree(user, query)
    rows = set(DueInspection.objects.values_list("entity", "terms__body", "place", "last_on", "due_on"))
    assert rows
    counting.rebuild()
    assert rows == set(
        DueInspection.objects.values_list("entity", "terms__body", "place", "last_on", "due_on")
    )


def test_a_rule_holds_at_once_and_is_worked_out_by_the_workers_afterwards(
    client, inspector, in_force, graded, colleague
):
    first = in_force(code="first", grades=("C",))
    graded("C", name_zh="甲")
    graded("D", name_zh="乙")
    counting.follow()
    client.force_login(inspector)
    assert [row.rating.entity.name_zh for row in client.get(PAGE).context["rows"]] == ["甲"]
    in_force(code="second", grades=("D",), every_months=6)
    page = client.get(PAGE)
    assert page.context["asked"].kept is None
    assert {row.rating.entity.name_zh for row in page.context["rows"]} == {"甲", "乙"}
    counting.follow()
    page = client.get(PAGE)
    assert page.context["asked"].kept is not None
    assert {row.rating.entity.name_zh for row in page.context["rows"]} == {"甲", "乙"}
    # A rule that ended yesterday leaves nothing behind.
    for rule in (first, type(first).objects.get(code="second")):
        type(first).objects.filter(pk=rule.pk).update(valid_from=timezone.localdate() - timedelta(days=9))
        services.end_rule(by=colleague, rule_id=rule.pk)
        type(first).objects.filter(pk=rule.pk).update(valid_to=timezone.localdate() - timedelta(days=1))
    assert client.get(PAGE).context["asked"].plan is None
    counting.follow()
    assert not DueTerms.objects.exists()
    assert not DueInspection.objects.exists()
    assert not DueCell.objects.exists()


def test_who_keeps_the_register_and_who_succeeded_whom_are_part_of_the_terms(in_force, graded, inspected):
    today = timezone.localdate()
    in_force()
    old, new = BodyFactory(), BodyFactory()
    clerk = MemberFactory(body=new)
    entity, other = graded("C"), graded("C")
    inspected(entity, on=today, by=old)
    assert not list(lists.entities_listed(clerk, lists.asked(clerk, QueryDict("")), ""))
    old.is_active, old.successor = False, new
    old.save()
    counting.follow()
    agree(clerk, "")
    assert list(lists.entities_listed(clerk, lists.asked(clerk, QueryDict("")), "")) == [entity.pk]
    new.keeps_register = True
    new.save()
    assert lists.asked(clerk, QueryDict("")).kept is None
    counting.follow()
    agree(clerk, "")
    assert set(lists.entities_listed(clerk, lists.asked(clerk, QueryDict("")), "")) == {entity.pk, other.pk}


def test_what_is_kept_is_shown_to_those_who_may_look_at_its_department(in_force, graded, inspector, writer):
    in_force()
    graded("C")
    counting.follow()
    stranger = MemberFactory(body=BodyFactory())
    assert DueInspection.objects.visible_to(inspector).count() == 1
    assert DueInspection.objects.visible_to(writer).exists()
    assert not DueInspection.objects.visible_to(stranger).exists()
    assert not DueCell.objects.visible_to(stranger).exists()


def test_the_command_names_a_day_and_a_sum_that_differ_and_puts_both_right(
    inspector, in_force, graded, capsys
):
    in_force()
    entity = graded("C")
    counting.follow()
    DueInspection.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(CommandError):
        call_command("verify_boards")
    told = capsys.readouterr().err
    assert f"entity {entity.pk}: inspections due on other days" in told
    assert "on one side only" in told
    call_command("verify_boards", rebuild=True)
    assert DueInspection.objects.get().due_on == timezone.localdate()


def test_a_changed_record_that_says_the_same_leaves_rows_and_sums_untouched(inspector, in_force, graded):
    in_force()
    entity = graded("C")
    counting.follow()
    before = list(DueCell.objects.values_list("pk", "count"))
    assert len(before) == 1
    records_changed.send(sender=Entity, entity_ids={entity.pk})
    assert counting.follow() == 1
    assert list(DueCell.objects.values_list("pk", "count")) == before
