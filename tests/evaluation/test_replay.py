"""The grade of any day can be worked out again, from what was known on any later day, under any version."""

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from entities.models import CreditRecord, Entity
from entities.retention import services as retention
from evaluation import frames, replay, services
from evaluation.columns import Vocabulary
from evaluation.explanation import visible_records
from evaluation.history import Cause
from evaluation.models import EntityPast, RatingChange, RecordPast
from evaluation.pages import cause_text
from tests.factories import AgentFactory, EntityFactory, MemberFactory

pytestmark = pytest.mark.django_db
D = date(2026, 6, 1)


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


def came(record: CreditRecord, day: date) -> CreditRecord:
    """As if the record had come into the registry on that day."""
    CreditRecord.objects.filter(pk=record.pk).update(entered_at=noon(day), reviewed_at=noon(day))
    return record


def changed_on(day: date) -> None:
    """As if whatever was changed last had been changed on that day."""
    for past in (RecordPast, EntityPast):
        by_force(
            f"UPDATE {past._meta.db_table} SET until = %s WHERE until > %s", noon(day), noon(date(2026, 9, 1))
        )


def by_force(statement: str, *params) -> None:
    """Past all triggers, as only the owner of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, params)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


@pytest.fixture
def known(schemes):
    """The points on a day as known on a day: `known(entity, on, as_known_on)`; "" where not rated."""

    def points(entity, on, as_known_on=None, code="city-comprehensive"):
        ratings = replay.ratings_on(
            entity_ids=[entity.pk],
            scheme=schemes[code],
            day=on,
            known_at=replay.end_of(as_known_on) if as_known_on else None,
        )
        return int(ratings.points[0]) if ratings.place[0] >= 0 else ""

    return points


def test_a_record_that_came_late_counts_on_a_day_only_as_known_later(known, record):
    entity = EntityFactory()
    came(record(entity, decided_on=D - timedelta(days=3)), D + timedelta(days=10))
    assert known(entity, D) == ""
    assert known(entity, D, D + timedelta(days=9)) == ""
    assert known(entity, D, D + timedelta(days=10)) == 74_00


def test_a_repaired_record_counted_until_its_repair_whenever_one_asks(known, record):
    entity = EntityFactory()
    came(record(entity, "administrative-licence", decided_on=D), D)
    penalty = came(record(entity, decided_on=D), D)
    CreditRecord.objects.filter(pk=penalty.pk).update(status="repaired", ended_on=D + timedelta(days=20))
    changed_on(D + timedelta(days=20))
    for later in (0, 19, 20, 40):
        assert known(entity, D, D + timedelta(days=later)) == 74_00
    assert known(entity, D + timedelta(days=19)) == 74_00
    assert known(entity, D + timedelta(days=20)) == 84_00


def test_a_correction_speaks_for_the_past_from_the_day_on_which_it_came(known, record):
    entity = EntityFactory()
    wrong = came(record(entity, decided_on=D, severity_class="serious"), D)
    CreditRecord.objects.filter(pk=wrong.pk).update(status="replaced", ended_on=D + timedelta(days=5))
    changed_on(D + timedelta(days=5))
    came(record(entity, decided_on=D, severity_class="minor", published_on=D), D + timedelta(days=5))
    assert known(entity, D) == 64_00
    assert known(entity, D, D + timedelta(days=4)) == 64_00
    assert known(entity, D, D + timedelta(days=5)) == 82_00, "one of them counts, not both"


def test_a_moved_last_day_and_an_objection_are_known_from_their_day_on(schemes, record):
    entity = EntityFactory()
    penalty = came(record(entity, decided_on=D, publish_until=D + timedelta(days=90)), D)
    CreditRecord.objects.filter(pk=penalty.pk).update(objected=True)
    changed_on(D + timedelta(days=2))
    CreditRecord.objects.filter(pk=penalty.pk).update(objected=False, publish_until=D + timedelta(days=30))
    changed_on(D + timedelta(days=6))

    def said(day):
        rows = replay.columns_known([entity.pk], Vocabulary(), replay.end_of(day)).records
        return rows.objected.tolist(), [day.item() for day in rows.until]

    assert said(D) == ([False], [D + timedelta(days=90)])
    assert said(D + timedelta(days=2)) == ([True], [D + timedelta(days=90)])
    assert said(D + timedelta(days=6)) == ([False], [D + timedelta(days=30)])


def test_what_was_known_of_an_entity_is_told_as_of_its_day():
    entity = EntityFactory(size="micro")
    Entity.objects.filter(pk=entity.pk).update(size="large")
    changed_on(D)
    words = Vocabulary(facts={"size": ("large", "micro")})
    before, after = (
        replay.columns_known([entity.pk], words, replay.end_of(day)) for day in (D - timedelta(days=1), D)
    )
    assert before.facts.words["size"].tolist() == [2]
    assert after.facts.words["size"].tolist() == [1]
    assert frames.columns_of([entity.pk], words).facts.words["size"].tolist() == [1]


def test_a_record_moved_to_another_entity_was_the_first_ones_until_then(known, record):
    first, second = EntityFactory(), EntityFactory()
    penalty = came(record(first, decided_on=D), D)
    CreditRecord.objects.filter(pk=penalty.pk).update(entity=second)
    changed_on(D + timedelta(days=3))
    assert (known(first, D), known(second, D)) == (74_00, "")
    assert (known(first, D, D + timedelta(days=3)), known(second, D, D + timedelta(days=3))) == ("", 74_00)


def test_what_is_being_prepared_leaves_no_past_and_the_past_cannot_be_rewritten(record):
    waiting = record(EntityFactory(), status="waiting")
    CreditRecord.objects.filter(pk=waiting.pk).update(status="published", published_on=D)
    assert not RecordPast.objects.exists()
    CreditRecord.objects.filter(pk=waiting.pk).update(title="Another title")
    assert not RecordPast.objects.exists(), "nothing that a rating looks at"
    CreditRecord.objects.filter(pk=waiting.pk).update(objected=True)
    assert RecordPast.objects.count() == 1
    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
        RecordPast.objects.all().delete()


def test_every_grade_that_was_given_is_found_again_and_one_that_was_tampered_with_is_told(record, rated):
    entities = [EntityFactory() for _ in range(3)]
    penalties = [record(entity) for entity in entities]
    rated(*entities)
    CreditRecord.objects.filter(pk=penalties[0].pk).update(objected=True)
    CreditRecord.objects.filter(pk=penalties[1].pk).update(
        status="repaired", ended_on=timezone.localdate(), publish_until=None
    )
    record(entities[2], "commendation")
    rated(*entities)
    out = StringIO()
    call_command("verify_ratings", "--past", stdout=out)
    assert "6 grades of 3 entities replayed; all agree" in out.getvalue()
    last = RatingChange.objects.filter(entity=entities[2], scheme__code="city-comprehensive").latest("pk")
    by_force("UPDATE evaluation_ratingchange SET to_points = 9900 WHERE id = %s", last.pk)
    errors = StringIO()
    with pytest.raises(CommandError, match="1 differ"):
        call_command("verify_ratings", "--past", stderr=errors)
    assert f"entity {entities[2].pk}, city-comprehensive" in errors.getvalue()
    assert services.verify_ratings(as_of=timezone.localdate()).differences == []


def test_what_is_deleted_gives_the_grade_of_before_and_says_by_which_rule_it_went(known, record):
    entity, day = EntityFactory(), date(2025, 3, 1)
    penalty = came(record(entity, decided_on=day, published_on=day, details={"violation_type": "x"}), day)
    CreditRecord.objects.filter(pk=penalty.pk).update(status="expired", ended_on=date(2025, 6, 1))
    changed_on(date(2025, 6, 1))
    was = known(entity, day)
    version = penalty.type_version
    version.delete_months, version.retention_source = 1, "art. 16"
    version.save()
    retention.work_through_nights(today=timezone.localdate())
    penalty.refresh_from_db()
    assert penalty.deleted_on is not None
    assert known(entity, day) == was == 74_00
    agent = AgentFactory(entity=entity).user
    seen = visible_records(user=agent, record_ids=[penalty.pk])
    assert "Deleted on" in cause_text(Cause.BEGAN, seen[penalty.pk].heading)
    assert not visible_records(user=MemberFactory(), record_ids=[penalty.pk])
