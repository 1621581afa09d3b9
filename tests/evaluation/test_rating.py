"""A change in the registry becomes a grade, once, and what is stored is what the records give."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from entities.models import CreditRecord
from entities.services import records as registry
from entities.services.entities import TELLING, change_entity
from entities.services.imports import import_entities
from entities.signals import records_changed
from evaluation import services, tasks
from evaluation.models import (
    CurrentRating,
    EntityPast,
    RatingChange,
    RatingDay,
    RatingRequest,
    Scheme,
    SchemeVersion,
)
from evaluation.schemes.shipped import shipped_schemes
from tests.factories import (
    BodyFactory,
    CurrentRatingFactory,
    EntityFactory,
    MemberFactory,
    install_shipped_schemes,
    merged_away,
)

pytestmark = pytest.mark.django_db


def grade(entity, code="city-comprehensive"):
    """(points, letter) as stored, None where no row stands."""
    return (
        CurrentRating.objects.filter(entity=entity, scheme__code=code).values_list("points", "grade").first()
    )


def test_a_published_record_becomes_a_grade_under_every_scheme(record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    assert grade(entity) == (74_00, "C")
    assert grade(entity, "risk-class") == (88_00, "B")
    assert not RatingRequest.objects.exists()


def test_a_change_in_the_registry_writes_a_wish_for_each_entity(schemes):
    entities = [EntityFactory(), EntityFactory()]
    records_changed.send(sender=CreditRecord, entity_ids={entity.pk for entity in entities})
    assert set(RatingRequest.objects.values_list("entity_id", flat=True)) == {
        entity.pk for entity in entities
    }


def test_what_is_registered_anew_of_an_entity_writes_a_wish_and_saying_the_same_does_not(schemes, tmp_path):
    """By hand and from a file of the register; an industry may be what peers are told apart by."""
    registrar = MemberFactory(body=BodyFactory(keeps_register=True))
    entity, other = (EntityFactory(industry_code="C1411", legal_form="股份有限公司") for _each in range(2))
    for facts in (
        {"industry_code": "H6210"},
        {"industry_code": "H6210"},
        {"contact_email": "office@example.com"},
    ):
        change_entity(by=registrar, credit_code=entity.credit_code, facts=facts, because="registered anew")
    assert list(RatingRequest.objects.values_list("entity_id", flat=True)) == [entity.pk]
    register = tmp_path / "register.csv"
    for form in ("股份有限公司", "农民专业合作社"):
        RatingRequest.objects.all().delete()
        told = [(entity, "股份有限公司"), (other, form)]
        rows = [
            "uscc,name,enterprise_type",
            *(f"{one.credit_code},{one.name_zh},{said}" for one, said in told),
        ]
        register.write_text("\n".join(rows), encoding="utf-8")
        changed = import_entities(path=register).changed
    assert changed == 1
    assert list(RatingRequest.objects.values_list("entity_id", flat=True)) == [other.pk]


def test_whatever_schemes_may_ask_of_an_entity_asks_for_a_rating_when_it_changes():
    kept = {field.name.removesuffix("_id") for field in EntityPast._meta.fields}
    assert kept - {"id", "", "entity", "until"} == TELLING


def test_the_wish_of_an_entity_merged_away_is_answered_and_holds_nobody_up(record, rated):
    gone, stays, other = EntityFactory(), EntityFactory(), EntityFactory()
    record(gone)
    rated(gone)
    merged_away(gone, stays)
    record(other)
    services.request_ratings([other.pk])
    for _turn in range(RatingRequest.objects.count()):
        services.rate_waiting(limit=1, as_of=timezone.localdate())
    assert not RatingRequest.objects.exists()
    assert (grade(gone), grade(stays), grade(other)) == (None, (74_00, "C"), (74_00, "C"))


def test_the_wish_goes_with_the_change_when_its_transaction_fails():
    entity = EntityFactory()

    def change_that_fails():
        with transaction.atomic():
            records_changed.send(sender=CreditRecord, entity_ids={entity.pk})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_that_fails()
    assert not RatingRequest.objects.exists()


def test_approving_withdrawing_and_repairing_a_record_move_the_grade(
    schemes, types, record, django_capture_on_commit_callbacks
):
    body = BodyFactory()
    types["administrative-penalty"].versions.last().submitters.add(body)
    reviewer = MemberFactory(body=body, role="supervisor")
    entity = EntityFactory()
    record(entity, "tax-credit-grade", details={"grade": "A"})
    waiting = record(entity, submitted_by=body, status="waiting")
    with django_capture_on_commit_callbacks():
        registry.approve_record(by=reviewer, record_id=waiting.pk)
    tasks.rate_waiting()
    assert grade(entity) == (80_00, "B")
    with django_capture_on_commit_callbacks():
        registry.end_by_repair(by=reviewer, record_id=waiting.pk, because="Repaired.")
    tasks.rate_waiting()
    assert grade(entity) == (90_00, "A")
    path = RatingChange.objects.filter(entity=entity, scheme__code="city-comprehensive").order_by("pk")
    assert [(change.from_points, change.to_points) for change in path] == [(None, 80_00), (80_00, 90_00)]


def test_an_entity_without_records_has_no_grade_and_no_row(rated):
    entity = EntityFactory()
    rated(entity)
    assert grade(entity) is None
    assert not RatingChange.objects.exists()


def test_when_the_last_record_goes_the_entity_is_not_rated_any_more(record, rated):
    entity = EntityFactory()
    penalty = record(entity)
    rated(entity)
    penalty.status = "repaired"
    penalty.save()
    rated(entity)
    assert grade(entity) == (None, "")
    change = RatingChange.objects.filter(scheme__code="city-comprehensive").latest("pk")
    assert (change.from_grade, change.to_grade, change.to_place) == ("C", "", None)


def test_rating_again_without_a_change_writes_nothing(record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    before = list(CurrentRating.objects.order_by("pk").values())
    rated(entity)
    assert list(CurrentRating.objects.order_by("pk").values()) == before
    assert RatingChange.objects.count() == 2


def test_more_records_with_the_same_points_are_noted_but_are_no_change(record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    record(entity, "administrative-licence")
    rated(entity)
    rating = CurrentRating.objects.get(entity=entity, scheme__code="city-comprehensive")
    assert rating.records_counted == 2
    assert RatingChange.objects.filter(scheme__code="city-comprehensive").count() == 1


def test_several_wishes_for_one_entity_are_answered_by_one_rating(record, schemes):
    entity = EntityFactory()
    record(entity)
    for _ in range(3):
        services.request_ratings([entity.pk])
    assert services.rate_waiting(limit=500, as_of=timezone.localdate()) == 3
    assert RatingChange.objects.filter(scheme__code="city-comprehensive").count() == 1


def test_a_batch_answers_no_more_wishes_than_it_may(record, schemes):
    for _ in range(3):
        record(entity := EntityFactory())
        services.request_ratings([entity.pk])
    assert services.rate_waiting(limit=2, as_of=timezone.localdate()) == 2
    assert services.rate_waiting(limit=2, as_of=timezone.localdate()) == 1
    assert services.rate_waiting(limit=2, as_of=timezone.localdate()) == 0


def test_a_batch_of_any_size_makes_the_same_number_of_queries(record, schemes, query_budget):
    def batch(size):
        for _ in range(size):
            record(entity := EntityFactory())
            services.request_ratings([entity.pk])
        with query_budget("rating a batch"):
            services.rate_waiting(limit=500, as_of=timezone.localdate())

    batch(2)
    batch(30)


def test_rating_everything_finds_what_no_wish_told_of(record, schemes):
    entities = [EntityFactory() for _ in range(3)]
    for entity in entities[:2]:
        record(entity)
    shown = []
    assert services.rate_all(as_of=timezone.localdate(), progress=lambda *at: shown.append(at)) == 4
    assert [grade(entity) for entity in entities] == [(74_00, "C"), (74_00, "C"), None]
    assert shown[-1][0] == shown[-1][1]
    assert services.rate_all(as_of=timezone.localdate()) == 0


def test_rating_everything_takes_away_grades_that_nothing_stands_behind(record, rated):
    entity = EntityFactory()
    penalty = record(entity)
    rated(entity)
    CreditRecord.objects.filter(pk=penalty.pk).update(status="withdrawn")
    services.rate_all(as_of=timezone.localdate())
    assert grade(entity) == (None, "")


def test_verification_agrees_with_what_was_rated_and_finds_what_was_touched(record, rated):
    entities = [EntityFactory() for _ in range(5)]
    for entity in entities:
        record(entity, "tax-credit-grade", details={"grade": "A"})
    rated(*entities)
    out = StringIO()
    call_command("verify_ratings", stdout=out)
    assert "10 ratings compared, 0 entities wait for a new one; all agree" in out.getvalue()
    CurrentRating.objects.filter(entity=entities[0], scheme__code="city-comprehensive").delete()
    CurrentRating.objects.filter(entity=entities[1], scheme__code="city-comprehensive").update(points=1)
    errors = StringIO()
    with pytest.raises(CommandError, match="2 differ"):
        call_command("verify_ratings", stderr=errors)
    assert f"entity {entities[1].pk}, city-comprehensive: stored A with 1 hundredths" in errors.getvalue()


def test_verification_leaves_out_who_is_waiting_for_a_new_grade(record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    record(entity)
    services.request_ratings([entity.pk])
    result = services.verify_ratings(as_of=timezone.localdate())
    assert (result.compared, result.waiting, result.differences) == (0, 1, [])


def test_installing_the_shipped_schemes_again_changes_nothing(db):
    call_command("seed_schemes", stdout=StringIO())
    out = StringIO()
    call_command("seed_schemes", stdout=out)
    assert out.getvalue().count("nothing new") == len(shipped_schemes())
    assert SchemeVersion.objects.count() == len(shipped_schemes())
    assert AuditEvent.objects.filter(verb="evaluation.scheme.published").count() == len(shipped_schemes())


def test_who_sees_a_scheme_is_not_changed_without_a_trace(schemes):
    one = schemes["city-comprehensive"]
    install = {
        "by": None,
        "code": one.scheme.code,
        "document": one.document,
        "effective_from": date(2026, 1, 1),
    }
    facts = {"is_public": not one.scheme.is_public}
    assert services.install_scheme(**install, facts=facts) is None
    event = AuditEvent.objects.get(verb="evaluation.scheme.changed")
    assert event.detail == {"was": {"is_public": one.scheme.is_public}, "now": facts}
    services.install_scheme(**install, facts=facts)
    assert AuditEvent.objects.filter(verb="evaluation.scheme.changed").count() == 1


def test_a_changed_document_becomes_the_next_version_and_re_rates_everybody(record, rated):
    entity = EntityFactory()
    record(entity)
    rated(entity)
    shipped = next(one for one in shipped_schemes() if one.code == "city-comprehensive")
    start = shipped.document.start.model_copy(update={"points": Decimal(85)})
    services.install_scheme(
        by=None,
        code=shipped.code,
        facts=shipped.facts,
        document=shipped.document.model_copy(update={"start": start}),
        effective_from=shipped.effective_from,
    )
    services.rate_all(as_of=timezone.localdate())
    assert grade(entity) == (75_00, "B")
    assert CurrentRating.objects.get(entity=entity, scheme__code=shipped.code).version.number == 2


def test_a_version_rates_from_its_day_on_and_not_before(schemes):
    one = schemes["city-comprehensive"]
    SchemeVersion.objects.create(
        scheme=one.scheme, number=2, document=one.version.document, legal_basis="x", state="published",
        effective_from=timezone.localdate() + timedelta(days=1),
    )  # fmt: skip
    assert install_shipped_schemes()["city-comprehensive"].version.number == 1


def test_a_published_version_cannot_be_changed_even_by_hand(schemes):
    version = schemes["city-comprehensive"].version
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        SchemeVersion.objects.filter(pk=version.pk).update(document={})
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        SchemeVersion.objects.filter(pk=version.pk).delete()


def test_the_path_of_a_rating_cannot_be_rewritten(record, rated):
    record(entity := EntityFactory())
    rated(entity)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        RatingChange.objects.update(to_grade="A")


def test_a_risk_class_cannot_be_made_public(schemes):
    with pytest.raises(IntegrityError, match="a_risk_class_is_for_officials_only"), transaction.atomic():
        Scheme.objects.filter(code="risk-class").update(is_public=True)


def test_a_stored_grade_comes_with_its_place_and_none_without_a_grade(schemes):
    with pytest.raises(IntegrityError, match="a_grade_comes_with_its_place"), transaction.atomic():
        CurrentRatingFactory(version=schemes["city-comprehensive"].version, grade="", points=1, place=None)


# What the passing of days changes

TODAY = date(2026, 11, 22)


def touched(day=TODAY):
    """The entities that asking for this day's ratings asks for."""
    RatingRequest.objects.all().delete()
    services.request_ratings_until(day)
    return set(RatingRequest.objects.values_list("entity_id", flat=True))


@pytest.mark.parametrize(
    ("known", "is_touched"),
    [
        ({"publish_until": date(2026, 11, 21)}, True),
        ({"publish_until": date(2026, 11, 21), "status": "expired"}, True),
        ({"publish_until": date(2026, 11, 21), "status": "repaired"}, False),
        ({"publish_until": date(2026, 11, 20)}, False),
        ({"publish_until": date(2026, 11, 22)}, False),
        ({"decided_on": TODAY}, True),
        ({"decided_on": date(2026, 11, 23)}, False),
        ({"decided_on": date(2026, 5, 22)}, True),
        ({"decided_on": date(2025, 11, 22)}, True),
        ({"decided_on": date(2024, 11, 22)}, True),
        ({"decided_on": date(2023, 11, 22)}, False),
        ({"decided_on": date(2026, 5, 21)}, False),
        ({"decided_on": date(2026, 5, 23)}, False),
        ({"decided_on": date(2026, 5, 22), "status": "repaired"}, False),
        ({"decided_on": date(2026, 5, 22), "publish_until": date(2026, 10, 1)}, False),
    ],
)
def test_a_day_touches_exactly_those_whose_records_begin_end_or_grow_older_on_it(
    schemes, record, known, is_touched
):
    entity = EntityFactory()
    record(entity, **({"decided_on": date(2026, 10, 10)} | known))
    assert touched() == ({entity.pk} if is_touched else set())


def test_birthdays_are_those_of_the_indicator_that_looks_at_the_record(schemes, record):
    record(EntityFactory(), "commendation", decided_on=date(2026, 5, 22))
    record(old := EntityFactory(), "commendation", decided_on=date(2023, 11, 22))
    assert touched() == {old.pk}


def test_whoever_is_not_touched_keeps_the_grade_of_the_day_before(schemes, record):
    entities = [EntityFactory() for _ in range(12)]
    day = timezone.localdate()
    for number, entity in enumerate(entities):
        record(
            entity, decided_on=day - timedelta(days=175 + number), publish_until=day + timedelta(days=number)
        )
    services.rate_all(as_of=day)
    for later in (day + timedelta(days=n) for n in range(1, 14)):
        services.request_ratings_until(later)
        services.rate_waiting(limit=500, as_of=later)
        assert services.verify_ratings(as_of=later).differences == []


def test_days_that_the_platform_slept_are_followed_on_the_next(schemes, record):
    record(first := EntityFactory(), publish_until=date(2026, 11, 19), decided_on=date(2026, 10, 10))
    record(second := EntityFactory(), publish_until=date(2026, 11, 21), decided_on=date(2026, 10, 10))
    assert touched(date(2026, 11, 19)) == set()
    assert touched(date(2026, 11, 22)) == {first.pk, second.pk}
    assert RatingDay.objects.count() == 4


def test_a_day_is_asked_for_once(schemes, record):
    record(entity := EntityFactory(), publish_until=date(2026, 11, 21), decided_on=date(2026, 10, 10))
    assert touched() == {entity.pk}
    assert touched() == set()


def test_after_months_of_sleep_everybody_is_rated(schemes, record):
    record(entity := EntityFactory())
    services.request_ratings_until(timezone.localdate() - timedelta(days=300))
    services.request_ratings_until(timezone.localdate())
    assert grade(entity) == (74_00, "C")


def test_the_day_on_which_a_version_begins_touches_everybody(schemes, record):
    record(entity := EntityFactory(), decided_on=date(2026, 10, 10))
    one = schemes["city-comprehensive"]
    SchemeVersion.objects.create(
        scheme=one.scheme, number=2, document=one.version.document, legal_basis="x", state="published",
        effective_from=TODAY,
    )  # fmt: skip
    services.request_ratings_until(TODAY)
    assert CurrentRating.objects.get(entity=entity, scheme=one.scheme).version.number == 2


def test_everybody_can_be_rated_for_a_day_from_the_command_line(record, schemes):
    record(entity := EntityFactory())
    out = StringIO()
    call_command("rate_all", workers=1, stdout=out)
    assert out.getvalue() == "2 ratings changed.\n"
    call_command("rate_all", workers=1, as_of=date(2026, 1, 1), stdout=out)
    assert CurrentRating.objects.get(entity=entity, scheme__code="risk-class").grade == ""
