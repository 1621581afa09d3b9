"""The shipped catalogue: sound in itself, written once, honest about what was verified."""

import re
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command

from entities.catalogue.bodies import BODIES
from entities.catalogue.instruments import INSTRUMENTS
from entities.catalogue.record_types import RECORD_TYPES
from entities.catalogue.rules import RULES
from entities.models import LegalInstrument, PublicityRule, RecordType, RecordTypeVersion, SubmittingBody
from entities.services.catalogue import seed_catalogue

VERSIONS = [(code, version) for code, shipped in RECORD_TYPES.items() for version in shipped["versions"]]
FIELDS = [(code, field) for code, version in VERSIONS for field in version.get("extra_fields", [])]


@pytest.mark.django_db
def test_seeding_twice_writes_nothing_twice():
    first = seed_catalogue()
    assert first["record types"] == len(RECORD_TYPES) == RecordType.objects.count()
    assert first["publicity rules"] == len(RULES) == PublicityRule.objects.count()
    assert first["bodies"] == len(BODIES) == SubmittingBody.objects.count()
    assert sum(seed_catalogue().values()) == 0


@pytest.mark.django_db
def test_seeding_leaves_what_the_lead_office_changed():
    seed_catalogue()
    SubmittingBody.objects.filter(code="tax").update(name_zh="云汀市税务局")
    RecordTypeVersion.objects.get(record_type__code="commendation").submitters.clear()
    RecordTypeVersion.objects.filter(record_type__code="commendation").update(disclosure="own")
    seed_catalogue()
    assert SubmittingBody.objects.get(code="tax").name_zh == "云汀市税务局"
    assert not RecordTypeVersion.objects.get(record_type__code="commendation").submitters.exists()
    assert RecordTypeVersion.objects.get(record_type__code="commendation").disclosure == "own"


@pytest.mark.django_db
def test_the_command_seeds_the_working_calendar_too():
    told = StringIO()
    call_command("seed_catalogue", stdout=told)
    assert "years of the working calendar: " in told.getvalue()


@pytest.mark.django_db
def test_the_versions_of_a_type_follow_each_other_without_gap_or_overlap():
    seed_catalogue()
    for record_type in RecordType.objects.all():
        versions = list(record_type.versions.order_by("valid_from"))
        assert versions[-1].valid_to is None
        for earlier, later in pairwise(versions):
            assert (later.valid_from - earlier.valid_to).days == 1


@pytest.mark.parametrize(
    ("code", "version"), VERSIONS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_version_does_not_begin_before_its_instrument(code, version):
    assert version["valid_from"] >= INSTRUMENTS[version["instrument"]]["in_force_from"]


@pytest.mark.parametrize(("code", "shipped"), RULES.items())
def test_a_rule_lies_within_the_time_of_its_instrument(code, shipped):
    instrument = INSTRUMENTS[shipped["instrument"]]
    assert instrument["in_force_from"] <= shipped["valid_from"]
    assert shipped.get("valid_to") == instrument.get("in_force_to")


@pytest.mark.parametrize(("code", "shipped"), RULES.items())
def test_a_rule_says_where_it_comes_from(code, shipped):
    assert shipped["source"]
    assert shipped["verification"] in LegalInstrument.Verification.values


@pytest.mark.parametrize(
    ("code", "version"), VERSIONS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_version_says_where_it_comes_from_and_how_far_that_was_verified(code, version):
    assert version["source"]
    assert version["verification"] in LegalInstrument.Verification.values


def test_no_version_is_better_verified_than_its_instrument():
    order = list(LegalInstrument.Verification.values)
    for code, version in VERSIONS:
        instrument = INSTRUMENTS[version["instrument"]]
        assert order.index(version["verification"]) >= order.index(instrument["verification"]), code


@pytest.mark.django_db
def test_what_a_city_collects_stands_in_the_shipped_catalogue_with_both_editions_of_double_publicity():
    seed_catalogue()
    names = {
        version.valid_from.year: {extra["name"] for extra in version.extra_fields}
        for version in RecordTypeVersion.objects.filter(record_type__code="administrative-penalty")
    }
    assert {"item_code", "use_scope", "dishonesty", "declared_until"} <= names[2015]
    assert {"violation_type", "party_category", "confiscated", "authority_code"} <= names[2018]
    assert {"contract-breach", "social-insurance-arrears"} <= set(
        RecordType.objects.values_list("code", flat=True)
    )
    assert not RecordType.objects.filter(category="").exists()


@pytest.mark.parametrize("code", INSTRUMENTS)
def test_an_instrument_says_where_it_comes_from(code):
    assert INSTRUMENTS[code]["source"]


@pytest.mark.parametrize(
    ("code", "field"), FIELDS, ids=lambda value: value if isinstance(value, str) else value["name"]
)
def test_an_extra_field_has_both_names_and_what_its_type_asks(code, field):
    assert re.fullmatch(r"[a-z_]+", field["name"])
    assert field["label_zh"]
    assert field["label_en"]
    assert field["type"] in {"text", "date", "money", "code"}
    assert bool(field.get("choices")) == (field["type"] == "code")
    codes = {choice["code"] for choice in field.get("choices", [])}
    assert set(field.get("public_values", ())) <= codes


@pytest.mark.django_db
def test_nobody_but_associations_submits_market_credit_information():
    seed_catalogue()
    for version in RecordTypeVersion.objects.select_related("record_type").prefetch_related("submitters"):
        kinds = {body.kind for body in version.submitters.all()}
        assert (kinds == {"association"}) == (version.record_type.family == "market")
