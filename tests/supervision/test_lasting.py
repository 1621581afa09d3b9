"""Whatever happens to inspections in whatever order, the days that are kept are those that the records give."""

import random
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from agencies.supervision.models import LastInspection
from entities.models import CreditRecord
from entities.signals import records_changed
from evaluation.boards import counting
from evaluation.boards.models import CountMark
from tests.factories import BodyFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
DEEDS = ("inspect", "inspect", "inspect", "end", "withdraw", "archive", "move", "go", "return", "follow")


def days() -> dict[tuple[int, int], object]:
    return {(one.entity_id, one.body_id): one.day for one in LastInspection.objects.all()}


def by_hand(bodies) -> dict[tuple[int, int], object]:
    """The days as the records give them one by one."""
    found = {}
    for record in CreditRecord.objects.filter(
        record_type__code="inspection-result",
        status__in=("published", "expired", "repaired"),
        archived_on=None,
    ):
        body = next(one for one in bodies if one.pk == record.submitted_by_id)
        while not body.is_active:
            body = next(one for one in bodies if one.pk == body.successor_id)
        key = record.entity_id, body.pk
        found[key] = max(found.get(key, record.decided_on), record.decided_on)
    return found


def changed(*entities) -> None:
    records_changed.send(sender=CreditRecord, entity_ids={one.pk for one in entities})


@pytest.mark.parametrize("seed", range(5))
def test_days_kept_one_by_one_and_days_read_anew_are_the_same(inspected, seed):
    chance, today = random.Random(seed), timezone.localdate()
    entities, bodies = [EntityFactory() for _ in range(4)], [BodyFactory() for _ in range(3)]
    for _ in range(40):
        deed, entity, which = chance.choice(DEEDS), chance.choice(entities), chance.randint(0, 2)
        mine = CreditRecord.objects.filter(entity=entity, archived_on=None).order_by("pk")
        if deed == "inspect":
            inspected(entity, on=today - timedelta(days=chance.randint(0, 900)), by=bodies[which])
        elif deed in ("end", "withdraw"):
            status = "repaired" if deed == "end" else "withdrawn"
            CreditRecord.objects.filter(pk__in=mine.values("pk")[:1]).update(status=status, ended_on=today)
            changed(entity)
        elif deed == "archive":
            # Nobody is told of it: the database leaves the mark.
            CreditRecord.objects.filter(
                pk__in=mine.exclude(status="published").values("pk")[:1], ended_on__isnull=False
            ).update(archived_on=today)
        elif deed == "move":
            other = chance.choice(entities)
            CreditRecord.objects.filter(pk__in=mine.values("pk")[:1]).update(entity=other)
            changed(entity, other)
        elif deed in ("go", "return") and which < 2:
            body = bodies[which]
            body.is_active, body.successor = deed == "return", None if deed == "return" else bodies[which + 1]
            body.save()
        elif deed == "follow":
            counting.follow()
            assert days() == by_hand(bodies)
            assert counting.verify().differences == []
    counting.follow()
    kept = days()
    assert kept == by_hand(bodies)
    counting.rebuild()
    assert days() == kept


def test_what_a_body_that_is_gone_inspected_counts_for_its_successor(
    client, inspector, in_force, graded, inspected, market
):
    today = timezone.localdate()
    in_force()
    older, old = BodyFactory(), BodyFactory()
    entity = graded("C")
    inspected(entity, on=today - timedelta(days=40), by=older)
    inspected(entity, on=today - timedelta(days=90), by=market)
    for body, successor in ((older, old), (old, market)):
        body.is_active, body.successor = False, successor
        body.save()
    counting.follow()
    client.force_login(inspector)
    [row] = client.get("/supervision/inspections/").context["rows"]
    assert row.rating.last_on == today - timedelta(days=40)


def test_a_successor_inspects_whom_the_body_that_is_gone_has_on_record(client, in_force, graded, inspected):
    today = timezone.localdate()
    in_force()
    old, new = BodyFactory(), BodyFactory()
    clerk = MemberFactory(body=new)
    entity, _other = graded("C", name_zh="前任检查"), graded("C", name_zh="无人检查")
    inspected(entity, on=today - timedelta(days=5), by=old)
    old.is_active, old.successor = False, new
    old.save()
    counting.follow()
    client.force_login(clerk)
    [row] = client.get("/supervision/inspections/").context["rows"]
    assert (row.rating.entity, row.rating.last_on) == (entity, today - timedelta(days=5))


def test_a_mark_that_is_followed_twice_changes_nothing(inspected):
    entity = EntityFactory()
    inspected(entity, on=timezone.localdate())
    kept = days()
    CountMark.objects.bulk_create([CountMark(entity_id=entity.pk), CountMark(entity_id=entity.pk)])
    counting.follow()
    assert days() == kept


def test_days_go_with_the_records_of_a_merged_entity(inspected, market):
    entity = EntityFactory()
    inspected(entity, on=timezone.localdate())
    target = EntityFactory()
    CreditRecord.objects.filter(entity=entity).update(entity=target)
    changed(entity, target)
    counting.follow()
    assert list(days()) == [(target.pk, market.pk)]


def test_the_command_names_a_day_that_differs_and_puts_it_right(inspected, capsys):
    entity, today = EntityFactory(), timezone.localdate()
    inspected(entity, on=today)
    LastInspection.objects.update(day=today - timedelta(days=1))
    with pytest.raises(CommandError):
        call_command("verify_boards")
    assert f"entity {entity.pk}: last inspected on other days" in capsys.readouterr().err
    call_command("verify_boards", rebuild=True)
    assert LastInspection.objects.get().day == today
