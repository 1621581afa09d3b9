"""What has a last day is told of once, whoever runs the timetable and however often."""

from datetime import timedelta

import pytest
from django.utils import timezone

from credit_platform.common.reminding import Reminding
from repair.missing.models import MissingRecord
from repair.models import CaseClock
from tests.factories import CaseFactory, MissingRecordFactory

pytestmark = pytest.mark.django_db


def late(**facts) -> MissingRecord:
    return MissingRecordFactory(due_on=timezone.localdate() - timedelta(days=1), **facts)


def watching(over) -> Reminding:
    return Reminding(waiting=MissingRecord.objects.open, over=over)


def test_run_twice_it_tells_once():
    told: list[MissingRecord] = []
    row, today = late(), timezone.localdate()
    MissingRecordFactory()
    assert [watching(told.append).run(today=today) for _run in range(2)] == [1, 0]
    assert told == [row]
    assert MissingRecord.objects.get(pk=row.pk).overdue_told_at is not None


def test_what_is_answered_or_not_over_yet_is_not_told_of():
    late(state="withdrawn")
    MissingRecordFactory(due_on=timezone.localdate())
    assert watching(pytest.fail).run(today=timezone.localdate()) == 0


def test_what_is_settled_between_the_look_and_its_turn_is_passed_over():
    first, second = late(), late()

    def settle_the_other(row) -> None:
        MissingRecord.objects.exclude(pk=row.pk).update(state="withdrawn")

    assert watching(settle_the_other).run(today=timezone.localdate()) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert [first.overdue_told_at is None, second.overdue_told_at is None] == [False, True]


def test_a_telling_that_fails_is_tried_again_the_next_time():
    row = late()

    def die(_row) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watching(die).run(today=timezone.localdate())
    row.refresh_from_db()
    assert row.overdue_told_at is None
    assert watching(lambda _row: None).run(today=timezone.localdate()) == 1


def test_before_the_day_one_is_reminded_and_after_it_told_that_it_is_over():
    clock = CaseFactory().clocks.first()
    said: list[str] = []
    reminding = Reminding(
        waiting=lambda: CaseClock.objects.filter(pk=clock.pk),
        soon=lambda _clock: said.append("soon"),
        over=lambda _clock: said.append("over"),
    )
    for day in (-2, -1, 0, 1, 2):
        today = clock.due_on + timedelta(days=day)
        reminding.run(today=today, horizon=today + timedelta(days=1))
    assert said == ["soon", "over"]
