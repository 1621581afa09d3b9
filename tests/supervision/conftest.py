"""The shipped schemes, a lead office of two, and rules that hold."""

import pytest
from django.utils import timezone

from agencies.supervision import services
from agencies.supervision.models import SupervisionRule
from agencies.supervision.services import Draft
from entities.models import RecordType
from evaluation.boards import counting
from evaluation.models import Scheme
from tests.factories import (
    BodyFactory,
    CurrentRatingFactory,
    EntityFactory,
    InstrumentFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    install_shipped_schemes,
)


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def schemes(db):
    """The shipped schemes in force, by code."""
    return install_shipped_schemes()


@pytest.fixture
def office(db):
    return BodyFactory(kind="lead_office")


@pytest.fixture
def writer(office):
    return MemberFactory(body=office, role="lead")


@pytest.fixture
def colleague(office):
    return MemberFactory(body=office, role="lead")


@pytest.fixture
def market(db):
    return BodyFactory(code="market", name_en="Market Bureau", keeps_register=True)


@pytest.fixture
def inspector(market):
    return MemberFactory(body=market, role="clerk")


@pytest.fixture
def law(db):
    return InstrumentFactory(name_en="Regulation on credit")


@pytest.fixture
def a_draft(schemes, law):
    """`a_draft(grades=("D",), every_months=6)`: a rule of inspections by risk class for every department, unless said otherwise."""

    def make(**fields) -> Draft:
        kind = fields.get("kind", "inspection")
        given = {
            "code": "rule-of-c",
            "kind": kind,
            "scheme": Scheme.objects.get(code="risk-class" if kind == "inspection" else "city-comprehensive"),
            "grades": ("C",),
            "body": None,
            "name_zh": "常规检查",
            "name_en": "Regular inspection",
            "text_zh": "每年检查一次。",
            "text_en": "Inspected once a year.",
            "instrument": law,
            "article": "Article 24",
            "valid_from": timezone.localdate(),
        }
        if kind == "inspection":
            given["every_months"] = 12
        return Draft(**given | fields)

    return make


@pytest.fixture
def in_force(a_draft, writer, colleague):
    """`in_force(grades=("D",), valid_from=…)`: a rule that two persons put in force, also from a day that is over."""

    def make(**fields) -> SupervisionRule:
        valid_from = fields.pop("valid_from", None)
        rule = services.draft_rule(by=writer, draft=a_draft(**fields))
        services.approve_rule(by=colleague, rule_id=rule.pk)
        if valid_from is not None:
            SupervisionRule.objects.filter(pk=rule.pk).update(valid_from=valid_from)
        rule.refresh_from_db()
        return rule

    return make


@pytest.fixture
def graded(schemes):
    """`graded("C", scheme="risk-class", registered_on=…)`: an entity with that grade, counted."""

    def make(grade: str, *, scheme: str = "risk-class", entity=None, **facts):
        entity = entity or EntityFactory(**facts)
        one = schemes[scheme]
        CurrentRatingFactory(
            entity=entity,
            version=one.version,
            grade=grade,
            place=one.compiled.letters.index(grade),
        )
        counting.follow()
        return entity

    return make


@pytest.fixture
def inspected(market):
    """`inspected(entity, on=…)`: the market bureau inspected it on that day."""

    def make(entity, *, on, by=None, **facts):
        kind = RecordType.objects.filter(code="inspection-result").first() or RecordTypeFactory(
            code="inspection-result", polarity="neutral"
        )
        record = RecordFactory(
            entity=entity,
            record_type=kind,
            submitted_by=by or market,
            decided_on=on,
            severity_class="",
            **facts,
        )
        counting.mark({entity.pk})
        counting.follow()
        return record

    return make
