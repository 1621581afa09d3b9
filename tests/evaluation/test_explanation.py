"""Every grade can be told record by record, in the reader's scope, from the run that gave it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from entities.models import CreditRecord
from entities.statements.models import Statement
from evaluation import frames, history, sentences, services
from evaluation.explanation import explain_entity
from evaluation.forecast import STEPS_AHEAD, forecast
from evaluation.history import Cause
from evaluation.kernel import Skipped
from evaluation.models import CurrentRating
from evaluation.selectors import grade_for_entity, grade_of, grades_for, public_grades_of
from tests.factories import AgentFactory, BodyFactory, EntityFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def explained(user, entity, scheme, day=None):
    return explain_entity(user=user, entity=entity, scheme=scheme, as_of=day or TODAY())


@pytest.fixture
def official(db):
    return MemberFactory(role="supervisor")


@pytest.fixture
def city(schemes):
    return schemes["city-comprehensive"]


def test_the_parts_of_an_explanation_add_up_to_the_stored_points(official, city, record, rated):
    entity = EntityFactory()
    record(entity, severity_class="serious", decided_on=TODAY() - timedelta(days=400))
    for _ in range(3):
        record(entity, "commendation")
    record(entity, "tax-credit-grade", details={"grade": "C"})
    rated(entity)
    one = explained(official, entity, city)
    parts = [one.start, *(reason.points for reason in one.reasons), *(cut.points for cut in one.adjustments)]
    stored = CurrentRating.objects.get(entity=entity, scheme=city.scheme)
    assert sum(parts) == one.points == Decimal(stored.points) / 100
    assert [cut.points for cut in one.adjustments] == [Decimal(-4)]
    assert (one.grade, one.counted) == (stored.grade, stored.records_counted)


def test_each_reason_names_its_record_its_article_and_the_weight_of_its_age(official, city, record):
    entity = EntityFactory()
    old = record(entity, decided_on=TODAY() - timedelta(days=300))
    (reason,) = explained(official, entity, city).reasons
    assert (reason.record, reason.indicator.code, reason.indicator.article) == (old, "penalties", "4.1")
    assert (reason.full, reason.numerator, reason.denominator, reason.points) == (-10, 4, 5, -8)
    with translation.override("en"):
        assert sentences.sub_line(reason) == (
            f"{old.legal_basis} · Administrative penalties, article 4.1 of the scheme · −10.0, weighing 80% at its age"
        )


def test_what_does_not_count_is_listed_with_the_first_reason_why(city, record):
    entity = EntityFactory()
    agent = AgentFactory(entity=entity).user
    day = TODAY()
    ended = {"ended_on": day, "ended_because": "x"}
    expected = {
        record(entity, status="repaired", **ended): Skipped.REPAIRED,
        record(entity, status="withdrawn", **ended): Skipped.WITHDRAWN,
        record(entity, status="replaced", **ended): Skipped.REPLACED,
        record(entity, status="expired", **ended): Skipped.EXPIRED,
        record(entity, publish_until=day - timedelta(days=1)): Skipped.EXPIRED,
        record(entity, "member-commendation"): Skipped.OTHER_FAMILY,
    }
    counted = record(entity, objected=True)
    one = explained(agent, entity, city)
    assert {skipped.record: skipped.why for skipped in one.not_counted} == expected
    assert [reason.record for reason in one.reasons] == [counted]
    with translation.override("en"):
        assert "under objection, counts until that is answered" in sentences.sub_line(one.reasons[0])
        assert all(sentences.why_not_counted(why) for why in Skipped if why != Skipped.COUNTED)


def test_an_ended_record_of_another_body_is_not_mentioned_to_an_official(official, city, record):
    entity = EntityFactory()
    record(entity, status="repaired", ended_on=TODAY(), ended_because="x")
    assert explained(official, entity, city).not_counted == ()


def test_a_record_out_of_the_readers_sight_weighs_without_its_name(city, record):
    entity = EntityFactory()
    record(entity)
    (reason,) = explained(UserFactory(), entity, city).reasons
    assert reason.record is None
    with translation.override("en"):
        assert sentences.name_of(reason) == "A record under “Administrative penalties”"


def test_a_ceiling_that_holds_is_the_first_thing_said(official, city, record):
    entity = EntityFactory()
    listing = record(entity, "serious-violation-listing", title="列入严重违法失信名单")
    one = explained(official, entity, city)
    assert (one.grade, one.grade_by_points) == ("D", "C")
    assert [reason.record for reason in one.held_by] == [listing]
    with translation.override("en"):
        assert sentences.say(one) == "Held at D by “列入严重违法失信名单”; the points alone would give C."


def test_the_grade_is_said_in_both_languages(official, city, record):
    entity = EntityFactory()
    record(entity, title="罚款3.2万元")
    record(entity, "commendation")
    one = explained(official, entity, city)
    with translation.override("en"):
        assert sentences.say(one) == (
            "One record weighs against it (−10.0): “罚款3.2万元”. One record speaks for it (+4.0)."
        )
        assert sentences.say_to_entity(one).startswith("You are rated B, place 2 of 4: usual inspections.")


def test_no_data_is_said_to_be_neither_good_nor_bad(official, city):
    with translation.override("en"):
        said = sentences.say(explained(official, EntityFactory(), city))
    assert (
        said == "Not rated: the registry holds no record that counts. That is neither a good nor a bad grade."
    )


def test_what_the_entity_says_of_a_record_stands_beside_it_wherever_the_grade_is_explained(
    client, official, city, record, rated
):
    entity = EntityFactory()
    counts = record(entity, title="罚款3.2万元")
    expired = record(entity, publish_until=TODAY() - timedelta(days=1))
    hidden = record(entity)
    rated(entity)
    for one, text in (
        (counts, "Put right on the day"),
        (expired, "Long over"),
        (hidden, "Nobody reads this"),
    ):
        Statement.objects.create(record=one, text=text, written_by=AgentFactory(entity=entity).user)
    Statement.objects.filter(record=hidden).update(state="hidden", hidden_because="x", hidden_by=official)
    client.force_login(official)
    shown = client.get(f"/ratings/{entity.credit_code}/").content.decode()
    # Among the reasons and in the list of what counts; what does not count has its own.
    assert shown.count("Put right on the day") == 2
    assert "Nobody reads this" not in shown
    client.force_login(AgentFactory(entity=entity).user)
    shown = client.get(f"/ratings/{entity.credit_code}/").content.decode()
    assert "Put right on the day" in shown
    assert "Long over" in shown


# The path

DAY = date(2026, 9, 1)


def events(entity, scheme):
    columns = frames.columns_of([entity.pk], scheme.compiled.vocabulary)
    steps = history.steps_of(entity_id=entity.pk, scheme=scheme, columns=columns)
    return [(step.event and (step.event.record_id, step.event.cause), step.move, step.more) for step in steps]


def test_each_change_names_the_record_that_made_it(city, record, rated):
    entity = EntityFactory()
    first = record(entity, "tax-credit-grade", details={"grade": "A"}, decided_on=DAY, published_on=DAY)
    rated(entity, as_of=DAY)
    later = DAY + timedelta(days=20)
    penalty = record(
        entity, decided_on=later, published_on=later, publish_until=date(2027, 8, 1), status="published"
    )
    rated(entity, as_of=later)
    repaired = later + timedelta(days=30)
    CreditRecord.objects.filter(pk=penalty.pk).update(status="repaired", ended_on=repaired)
    rated(entity, as_of=repaired)
    assert first.pk != penalty.pk
    assert events(entity, city) == [
        (None, None, 0),
        ((penalty.pk, Cause.BEGAN), Decimal(-10), 0),
        ((penalty.pk, Cause.REPAIRED), Decimal(10), 0),
    ]


def test_a_record_that_began_and_ended_on_one_day_explains_both_changes(city, record, rated):
    entity = EntityFactory()
    record(entity, "tax-credit-grade", details={"grade": "A"}, decided_on=DAY, published_on=DAY)
    rated(entity, as_of=DAY)
    later = DAY + timedelta(days=5)
    penalty = record(entity, decided_on=later, published_on=later)
    rated(entity, as_of=later)
    CreditRecord.objects.filter(pk=penalty.pk).update(status="withdrawn", ended_on=later)
    rated(entity, as_of=later)
    assert events(entity, city)[1:] == [
        ((penalty.pk, Cause.BEGAN), Decimal(-10), 0),
        ((penalty.pk, Cause.WITHDRAWN), Decimal(10), 0),
    ]


def test_age_and_the_end_of_publicity_move_a_rating_too(city, record, rated):
    entity = EntityFactory()
    record(entity, "administrative-licence", decided_on=date(2026, 1, 1), published_on=date(2026, 1, 1))
    penalty = record(
        entity, decided_on=date(2026, 3, 10), published_on=date(2026, 3, 10), publish_until=date(2026, 10, 4)
    )
    for day in (DAY, date(2026, 9, 10), date(2026, 10, 5)):
        rated(entity, as_of=day)
    assert events(entity, city)[1:] == [
        ((penalty.pk, Cause.AGED), Decimal(2), 0),
        ((penalty.pk, Cause.EXPIRED), Decimal(8), 0),
    ]


def corrected(record, entity, penalty: CreditRecord, day: date, **known) -> CreditRecord:
    """The penalty corrected on a day, as the registry does it: with the day of publication of the first."""
    CreditRecord.objects.filter(pk=penalty.pk).update(status="replaced", ended_on=day)
    return record(
        entity, decided_on=penalty.decided_on, published_on=penalty.published_on, replaces=penalty, **known
    )


def test_a_correction_is_one_event_and_moves_by_the_difference(city, record, rated):
    entity = EntityFactory()
    record(entity, "administrative-licence", decided_on=DAY, published_on=DAY)
    penalty = record(entity, severity_class="serious", decided_on=DAY, published_on=DAY)
    rated(entity, as_of=DAY)
    corrected(record, entity, penalty, DAY + timedelta(days=5), severity_class="minor")
    rated(entity, as_of=DAY + timedelta(days=5))
    assert events(entity, city)[1:] == [((penalty.pk, Cause.REPLACED), Decimal(18), 0)]


def test_before_a_correction_came_only_what_it_corrected_counted(city, record, rated):
    entity = EntityFactory()
    record(entity, "administrative-licence", decided_on=DAY, published_on=DAY)
    rated(entity, as_of=DAY)
    penalty = record(
        entity,
        severity_class="serious",
        decided_on=DAY + timedelta(days=2),
        published_on=DAY + timedelta(days=2),
    )
    rated(entity, as_of=DAY + timedelta(days=2))
    corrected(record, entity, penalty, DAY + timedelta(days=9), severity_class="minor")
    rated(entity, as_of=DAY + timedelta(days=9))
    assert events(entity, city)[1:] == [
        ((penalty.pk, Cause.BEGAN), Decimal(-20), 0),
        ((penalty.pk, Cause.REPLACED), Decimal(18), 0),
    ]


def test_several_records_at_once_are_counted_behind_the_greatest(city, record, rated):
    entity = EntityFactory()
    record(entity, "administrative-licence", decided_on=DAY, published_on=DAY)
    rated(entity, as_of=DAY)
    later = DAY + timedelta(days=3)
    heavy = record(entity, severity_class="serious", decided_on=later, published_on=later)
    record(entity, severity_class="minor", decided_on=later, published_on=later)
    rated(entity, as_of=later)
    assert events(entity, city)[1:] == [((heavy.pk, Cause.BEGAN), Decimal(-22), 1)]


def test_the_days_ahead_are_those_of_the_same_kernel(city, record):
    entity = EntityFactory()
    today = date(2026, 11, 22)
    penalty = record(entity, decided_on=date(2026, 6, 1), publish_until=date(2027, 6, 1))
    record(entity, "administrative-licence", decided_on=date(2026, 1, 1))
    columns = frames.columns_of([entity.pk], city.compiled.vocabulary)
    turns = forecast(scheme=city, columns=columns, today=today).turns
    assert [(turn.day, turn.grade, turn.points) for turn in turns] == [
        (date(2026, 12, 1), "B", Decimal(76)),
        (date(2027, 6, 1), "B", Decimal(78)),
        (date(2027, 6, 2), "B", Decimal(84)),
    ]
    assert [(turn.ages, turn.ends) for turn in turns] == [
        ((penalty.pk,), ()),
        ((penalty.pk,), ()),
        ((), (penalty.pk,)),
    ]


def test_an_entity_with_thousands_of_records_has_a_path_in_a_moment(official, city, record, rated):
    entity = EntityFactory()
    first = record(entity, severity_class="minor")
    CreditRecord.objects.bulk_create(
        CreditRecord(
            **{
                field.attname: getattr(first, field.attname)
                for field in CreditRecord._meta.concrete_fields
                if not field.primary_key
            }
            | {"document_number": f"n-{number}", "publish_until": TODAY() + timedelta(days=number % 300)}
        )
        for number in range(3000)
    )
    rated(entity)
    one = explained(official, entity, city)
    assert one.counted == 3001
    columns = frames.columns_of([entity.pk], city.compiled.vocabulary)
    assert len(forecast(scheme=city, columns=columns, today=TODAY()).turns) <= STEPS_AHEAD


# What others ask for


def test_lists_get_the_comprehensive_grade_and_never_another_family(official, record, rated, query_budget):
    entities = [EntityFactory() for _ in range(3)]
    for entity in entities[:2]:
        record(entity)
    rated(*entities)
    with query_budget("grades for a list"):
        facts = grades_for(official, [entity.pk for entity in entities])
    assert set(facts) == {entity.pk for entity in entities[:2]}
    fact = facts[entities[0].pk]
    assert (fact.grade, fact.points, fact.position, fact.scale) == ("C", Decimal(74), 2, ("A", "B", "C", "D"))
    assert (fact.scheme_code, fact.scheme_family, fact.version) == ("city-comprehensive", "evaluation", 1)


def test_a_grade_is_shown_to_the_agent_of_that_entity_and_to_no_other(record, rated):
    mine, other = EntityFactory(), EntityFactory()
    record(mine)
    record(other)
    rated(mine, other)
    agent = AgentFactory(entity=mine).user
    assert grade_of(agent, mine).grade == "C"
    assert grade_of(agent, other) is None
    assert grade_for_entity(agent, mine).letter == "C"
    assert grade_for_entity(agent, other) is None


def test_an_association_sees_no_grade_of_this_kind(record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    officer = MemberFactory(body=BodyFactory(kind="association"), role="officer")
    assert grade_of(officer, entity) is None
    assert grade_for_entity(officer, entity) is None


def test_nothing_is_public_while_no_scheme_is(record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    assert public_grades_of(entity) == []


def test_the_entity_reads_when_each_record_ends_and_what_moves_its_grade(record, rated):
    entity = EntityFactory()
    record(entity, title="罚款3.2万元", publish_until=TODAY() + timedelta(days=90))
    rated(entity)
    with translation.override("en"):
        grade = grade_for_entity(AgentFactory(entity=entity).user, entity)
    assert grade.say.startswith("You are rated C, place 3 of 4: more inspections.")
    assert grade.next_limit == "B begins at 75.0 points."
    assert grade.reasons[0]["note"].startswith("ends by itself after")
    assert grade.turns[-1]["text"] == "“罚款3.2万元” has ended"
    assert grade.turns[-1]["sub"] == "then not rated"


def test_rating_many_explains_the_same_as_rating_one(official, city, record, rated):
    entities = [EntityFactory() for _ in range(5)]
    for number, entity in enumerate(entities):
        for _ in range(number):
            record(entity, severity_class="minor")
    rated(*entities)
    for entity in entities[1:]:
        one = explained(official, entity, city)
        assert CurrentRating.objects.get(entity=entity, scheme=city.scheme).points == one.points * 100
    assert services.verify_ratings(as_of=TODAY()).differences == []
