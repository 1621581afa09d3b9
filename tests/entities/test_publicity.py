"""How long a record is public and from when it may be repaired: by single rules, and by the shipped catalogue."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from entities.models import PublicityRule, RecordType, SubmittingBody
from entities.penalty_kinds import NEVER_EARLY, PenaltyKind
from entities.publicity import (
    OutlookState,
    dates_by_system,
    publicity_dates,
    repair_outlook,
    rule_book,
    rule_for,
)
from entities.services.catalogue import seed_catalogue
from tests.factories import (
    BodyFactory,
    EntityFactory,
    PublicityRuleFactory,
    RecordFactory,
    RecordTypeFactory,
)

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
DECIDED = date(2026, 5, 6)
TODAY = date(2026, 11, 22)


def rule(**fields) -> PublicityRule:
    return PublicityRule(**{"start": "decision", "min_months": 3, "max_months": 12} | fields)


# Dates of one rule


def test_a_general_violation_is_repairable_after_three_months_and_public_for_a_year():
    """The worked case of Order 36: decided 6 May 2026, repair from 6 August, automatic stop 6 May 2027."""
    assert publicity_dates(rule(), DECIDED, None) == (date(2026, 8, 6), date(2027, 5, 6))


def test_a_period_that_counts_from_publication_starts_with_it():
    """The worked case of Order 45: the same penalty published on 20 May; three months and three years from then."""
    from_publicity = rule(start="publicity", min_months=3, max_months=36)
    assert publicity_dates(from_publicity, DECIDED, date(2026, 5, 20)) == (
        date(2026, 8, 20),
        date(2029, 5, 20),
    )


def test_a_period_from_publication_has_no_dates_before_publication():
    assert publicity_dates(rule(start="publicity"), DECIDED, None) == (None, None)


@pytest.mark.parametrize(
    ("decided", "earliest"),
    [(date(2026, 11, 30), date(2027, 2, 28)), (date(2027, 11, 30), date(2028, 2, 29))],
)
def test_a_month_without_the_day_ends_the_period_on_its_last(decided, earliest):
    assert publicity_dates(rule(), decided, None)[0] == earliest


def test_without_a_rule_there_are_no_dates():
    assert publicity_dates(None, DECIDED, DECIDED) == (None, None)


@given(DAYS, st.integers(0, 36), st.integers(0, 36))
def test_repair_is_never_open_before_the_decision_nor_after_a_longer_publicity(decided, shortest, more):
    earliest, last_day = publicity_dates(rule(min_months=shortest, max_months=shortest + more), decided, None)
    assert decided <= earliest <= last_day


@given(DAYS, DAYS, st.integers(0, 36))
def test_a_later_start_never_gives_an_earlier_end(one, other, months):
    first, second = sorted((one, other))
    ends = [publicity_dates(rule(max_months=months), day, None)[1] for day in (first, second)]
    assert ends == sorted(ends)


@given(DAYS)
def test_what_a_rule_does_not_set_stays_open(decided):
    assert publicity_dates(rule(min_months=None, max_months=None), decided, decided) == (None, None)


# Which rule


@pytest.fixture
def penalty(db):
    return RecordTypeFactory()


def ask(record_type, *, severity_class="general", kinds=("fine",), on=TODAY, body=None):
    return rule_for(
        record_type=record_type, severity_class=severity_class, penalty_kinds=kinds, on=on, body=body
    )


def test_a_rule_holds_from_its_first_to_its_last_day(penalty):
    here = PublicityRuleFactory(
        record_types=[penalty], valid_from=date(2026, 4, 1), valid_to=date(2026, 6, 30)
    )
    assert ask(penalty, on=date(2026, 3, 31)) is None
    assert ask(penalty, on=date(2026, 4, 1)) == here
    assert ask(penalty, on=date(2026, 6, 30)) == here
    assert ask(penalty, on=date(2026, 7, 1)) is None


def test_a_rule_of_another_type_or_class_does_not_fit(penalty):
    PublicityRuleFactory(record_types=[RecordTypeFactory()])
    PublicityRuleFactory(record_types=[penalty], severity_class="serious")
    assert ask(penalty) is None


def test_a_rule_for_some_bodies_does_not_fit_the_others(penalty):
    theirs = BodyFactory()
    here = PublicityRuleFactory(record_types=[penalty], submitters=[theirs])
    assert ask(penalty, body=theirs) == here
    assert ask(penalty, body=BodyFactory()) is None
    assert ask(penalty) is None


def test_of_several_rules_the_smallest_precedence_governs(penalty):
    PublicityRuleFactory(record_types=[penalty], precedence=20, severity_class="general")
    first = PublicityRuleFactory(record_types=[penalty], precedence=10)
    assert ask(penalty) == first


def test_of_equals_the_narrower_governs(penalty):
    PublicityRuleFactory(record_types=[penalty])
    narrow = PublicityRuleFactory(record_types=[penalty], penalty_kinds=["warning"])
    assert ask(penalty, kinds=("warning",)) == narrow


@pytest.mark.parametrize(
    ("kinds", "fits"), [(("warning",), True), (("warning", "fine"), False), (("fine",), False), ((), False)]
)
def test_a_rule_for_a_kind_fits_only_a_record_of_no_other_kind(penalty, kinds, fits):
    PublicityRuleFactory(record_types=[penalty], penalty_kinds=["warning"])
    assert bool(ask(penalty, kinds=kinds)) is fits


def test_a_rule_that_only_forbids_gives_no_dates(penalty):
    PublicityRuleFactory(record_types=[penalty], never_early=True, min_months=None, max_months=None)
    assert ask(penalty) is None


# What an entity is told


@pytest.fixture
def record(penalty):
    """A general penalty of 6 May 2026, three months to a year."""
    PublicityRuleFactory(record_types=[penalty])
    return RecordFactory(record_type=penalty, decided_on=DECIDED, penalty_kinds=["fine"])


@pytest.mark.parametrize(
    ("on", "state", "day"),
    [
        (date(2026, 8, 5), OutlookState.FROM, date(2026, 8, 6)),
        (date(2026, 8, 6), OutlookState.NOW, date(2026, 8, 6)),
        (date(2027, 5, 6), OutlookState.NOW, date(2026, 8, 6)),
    ],
)
def test_an_entity_is_told_from_which_day_it_may_repair(record, on, state, day):
    outlook = repair_outlook(record, on)
    assert (outlook.state, outlook.day) == (state, day)
    assert outlook.sentence


def test_a_ban_on_early_repair_holds_when_one_of_the_kinds_is_named(record, penalty):
    ban = PublicityRuleFactory(
        record_types=[penalty], never_early=True, penalty_kinds=list(NEVER_EARLY), min_months=None, max_months=None,
        precedence=90,
    )  # fmt: skip
    record.penalty_kinds = [PenaltyKind.FINE, PenaltyKind.PERMIT_REVOKED]
    outlook = repair_outlook(record, TODAY)
    assert (outlook.state, outlook.rule, outlook.day) == (OutlookState.NEVER, ban, date(2027, 5, 6))


def test_a_commendation_needs_no_repair():
    record = RecordFactory.build(
        entity=EntityFactory.build(), submitted_by=BodyFactory.build(), type_version=None, entered_by=None,
        record_type=RecordTypeFactory.build(polarity="positive"),
    )  # fmt: skip
    assert repair_outlook(record, TODAY).state == OutlookState.NOT_NEEDED


@pytest.mark.parametrize(
    "status", ["draft", "waiting", "returned", "replaced", "repaired", "expired", "withdrawn"]
)
def test_what_is_not_in_force_needs_no_repair(record, status):
    record.status = status
    assert repair_outlook(record, TODAY).state == OutlookState.NOT_NEEDED


def test_what_is_over_but_not_yet_ended_by_the_nightly_run_needs_no_repair(record):
    record.publish_until = date(2026, 11, 21)
    assert repair_outlook(record, TODAY).state == OutlookState.NOT_NEEDED


def test_without_a_rule_a_violation_is_not_repairable(db):
    assert repair_outlook(RecordFactory(), TODAY).state == OutlookState.NEVER


def test_a_class_that_needs_no_application_says_when_it_ends(penalty):
    PublicityRuleFactory(record_types=[penalty], min_months=None, max_months=3)
    outlook = repair_outlook(RecordFactory(record_type=penalty, decided_on=date(2026, 10, 1)), TODAY)
    assert (outlook.state, outlook.day) == (OutlookState.NOT_NEEDED, date(2027, 1, 1))


def test_asking_with_a_book_in_hand_makes_no_query(record, django_assert_num_queries):
    book = rule_book()
    with django_assert_num_queries(0):
        repair_outlook(record, TODAY, book)


# The shipped catalogue


@pytest.fixture
def catalogue(db):
    seed_catalogue()
    return rule_book()


def shipped(*, body="market-supervision", record_type="administrative-penalty", **fields):
    record_type, body = RecordType.objects.get(code=record_type), SubmittingBody.objects.get(code=body)
    return RecordFactory(
        record_type=record_type, submitted_by=body, type_version=record_type.versions.last(),
        **{"decided_on": DECIDED, "published_on": date(2026, 5, 20), "penalty_kinds": ["fine"]} | fields,
    )  # fmt: skip


def by_system(record, book, on=TODAY):
    return {
        dates.rule.publishing_system: (dates.rule.code, dates.repairable_from, dates.last_day)
        for dates in dates_by_system(record, on, book)
    }


def test_one_penalty_has_its_own_dates_in_each_publishing_system(catalogue):
    """Order 36 counts from the decision of 6 May, Order 107 from publication on 20 May."""
    record = shipped(severity_class="general")
    assert by_system(record, catalogue) == {
        "CreditChina": ("order-36-general", date(2026, 8, 6), date(2027, 5, 6)),
        "NECIPS": ("samr-107-general", date(2026, 8, 20), date(2027, 5, 20)),
    }
    governing = [dates.rule.code for dates in dates_by_system(record, TODAY, catalogue) if dates.governs]
    assert governing == ["order-36-general"]


@pytest.mark.parametrize(
    ("kinds", "last_day"), [(["criticism"], date(2026, 8, 20)), (["fine"], date(2029, 5, 20))]
)
def test_order_45_gives_three_months_to_criticism_and_three_years_to_the_rest(catalogue, kinds, last_day):
    """Worked case 2; without a class only Order 45 fits in the market-supervision system."""
    record = shipped(severity_class="", penalty_kinds=kinds)
    assert by_system(record, catalogue)["NECIPS"][2] == last_day


def test_a_case_across_the_change_of_law_is_answered_by_the_rule_of_its_day(catalogue):
    """Worked case 6: asked on 30 March 2026 under Order 58, decided on 2 April under Order 36."""
    record = shipped(severity_class="general", decided_on=date(2025, 11, 3))
    applied, decided = (
        repair_outlook(record, day, catalogue) for day in (date(2026, 3, 30), date(2026, 4, 2))
    )
    assert (applied.rule.code, decided.rule.code) == ("order-58", "order-36-general")
    assert applied.state == decided.state == OutlookState.NOW
    assert publicity_dates(applied.rule, record.decided_on, None)[1] == date(2028, 11, 3)
    assert publicity_dates(decided.rule, record.decided_on, None)[1] == date(2026, 11, 3)


@pytest.mark.parametrize("kind", NEVER_EARLY)
def test_order_45_article_14_bars_market_supervision_s_penalties_only(catalogue, kind):
    ours = shipped(severity_class="serious", penalty_kinds=[kind])
    theirs = shipped(severity_class="serious", penalty_kinds=[kind], body="customs")
    assert repair_outlook(ours, TODAY, catalogue).state == OutlookState.NEVER
    assert repair_outlook(theirs, TODAY, catalogue).state == OutlookState.FROM


def test_an_abnormal_listing_may_be_repaired_at_once_and_does_not_end_by_itself(catalogue):
    record = shipped(record_type="abnormal-listing", severity_class="", penalty_kinds=[])
    outlook = repair_outlook(record, TODAY, catalogue)
    assert outlook.state == OutlookState.NOW
    assert publicity_dates(outlook.rule, record.decided_on, record.published_on)[1] is None


def test_a_serious_listing_waits_a_year_and_ends_after_three(catalogue):
    record = shipped(record_type="serious-violation-listing", severity_class="serious", penalty_kinds=[])
    outlook = repair_outlook(record, TODAY, catalogue)
    assert (outlook.state, outlook.day) == (OutlookState.FROM, date(2027, 5, 6))


def test_penalties_need_a_class_and_licences_do_not(catalogue):
    penalty, licence = (
        RecordType.objects.get(code=f"administrative-{name}") for name in ("penalty", "licence")
    )
    assert catalogue.needs_class(penalty.pk, TODAY)
    assert not catalogue.needs_class(licence.pk, TODAY)
