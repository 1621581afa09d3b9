"""Before anything is filed, the page answers for every record: now, from which day, never, elsewhere, nothing; and why."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from entities.catalogue.rules import RULES
from entities.models import CreditRecord, RecordType
from repair import before_filing, services
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    EntityFactory,
    RecordFactory,
    RecordTypeFactory,
    repairable_record,
)

pytestmark = pytest.mark.django_db


def found_for(entity) -> before_filing.Prospects:
    return before_filing.prospects_of(user=AgentFactory(entity=entity).user)


@pytest.fixture
def catalogue(django_db_blocker):
    from django.core.management import call_command

    call_command("seed_catalogue", verbosity=0)


def of_the_catalogue(entity, code: str, **facts) -> CreditRecord:
    kind = RecordType.objects.get(code=code)
    version = kind.versions.order_by("-valid_from").first()
    body = version.submitters.filter(code="market-supervision").first() or version.submitters.first()
    return RecordFactory(
        **{
            "entity": entity,
            "record_type": kind,
            "type_version": version,
            "submitted_by": body,
            "decided_on": timezone.localdate() - timedelta(days=10),
        }
        | facts
    )


def test_every_record_in_force_is_answered_exactly_once(catalogue):
    entity = EntityFactory()
    long_ago = timezone.localdate() - timedelta(days=150)
    facts = {
        "abnormal-listing": {"severity_class": ""},
        "tax-credit-grade": {"details": {"year": "2025", "grade": "C"}},
        "tax-breach": {"details": {"breach": "late-filing"}, "severity_class": ""},
        "customs-credit-status": {"details": {"customs_status": "dishonest"}},
        "administrative-penalty": {"penalty_kinds": ["fine"], "decided_on": long_ago},
    }
    records = {
        kind.code: of_the_catalogue(entity, kind.code, **facts.get(kind.code, {}))
        for kind in RecordType.objects.filter(family="public", versions__submitters__isnull=False).distinct()
    }
    found = found_for(entity)
    answered = [one.record.pk for one in found.every]
    seen = {
        record.pk
        for record in records.values()
        if record.type_version.disclosure != record.type_version.Disclosure.OWN
    }
    assert sorted(answered) == sorted(seen)
    where = {
        one.record.record_type.code: name
        for name in before_filing.Prospects.__slots__
        for one in getattr(found, name)
    }
    assert where["administrative-penalty"] == where["tax-breach"] == where["customs-credit-status"] == "now"
    assert where["tax-credit-grade"] == "elsewhere"
    assert where["administrative-licence"] == where["commendation"] == "nothing"


def test_whatever_weighs_against_the_entity_is_answered_with_an_article(catalogue):
    entity = EntityFactory()
    of_the_catalogue(entity, "administrative-penalty", penalty_kinds=["fine"])
    of_the_catalogue(entity, "serious-violation-listing", severity_class="serious")
    of_the_catalogue(entity, "tax-credit-grade", details={"year": "2025", "grade": "D"})
    found = found_for(entity)
    against = [*found.now, *found.later, *found.never, *found.elsewhere]
    assert len(against) == 3
    for prospect in against:
        assert prospect.article
        assert prospect.read
        assert prospect.sentence


def test_every_publishing_system_of_the_rules_is_shown_for_a_record_that_stands_in_it(catalogue):
    entity = EntityFactory()
    of_the_catalogue(
        entity,
        "administrative-penalty",
        penalty_kinds=["fine"],
        decided_on=timezone.localdate() - timedelta(days=150),
    )
    (prospect,) = found_for(entity).now
    shown = {item.rule.publishing_system for item in prospect.systems}
    assert shown == {rule["publishing_system"] for rule in RULES.values()}


@pytest.mark.parametrize("code", ["tax-credit-grade", "customs-credit-status"])
def test_a_good_grade_of_a_sector_needs_nothing(catalogue, code):
    entity = EntityFactory()
    good = {"grade": "A"} if code == "tax-credit-grade" else {"customs_status": "advanced-certified"}
    of_the_catalogue(entity, code, details=good)
    assert [len(found_for(entity).elsewhere), len(found_for(entity).nothing)] == [0, 1]


def test_market_credit_information_is_asked_about_where_it_came_from():
    association = BodyFactory(kind="association")
    record = RecordFactory(submitted_by=association, record_type=RecordTypeFactory(family="market"))
    (prospect,) = found_for(record.entity).elsewhere
    assert str(association) in prospect.sentence
    assert not prospect.may_apply


def test_the_page_shows_all_groups_and_the_open_case_and_objection_of_a_record(client):
    case = CaseFactory()
    services.file_objection(
        by=case.opened_by, record_id=case.record_id, ground="wrong", statement="It is wrong."
    )
    RecordFactory(entity=case.entity, record_type=RecordTypeFactory(polarity="positive"), title="A prize")
    RecordFactory(entity=case.entity, record_type=RecordTypeFactory(family="market"), title="A complaint")
    client.force_login(case.opened_by)
    page = client.get(reverse("repair:prospects")).content.decode()
    for words in (
        "Repaired elsewhere",
        "Needs nothing",
        "A prize",
        "A complaint",
        "Follow the case",
        "Objection YY-",
    ):
        assert words in page


def test_the_number_of_queries_does_not_grow_with_the_records(django_assert_max_num_queries):
    record = repairable_record()
    agent = AgentFactory(entity=record.entity).user
    for _number in range(5):
        RecordFactory(entity=record.entity, record_type=record.record_type, submitted_by=record.submitted_by)
    with django_assert_max_num_queries(8):
        assert len(before_filing.prospects_of(user=agent).every) == 6
