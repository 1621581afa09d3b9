"""Tax points and levels of customs are repaired like all else, by rules of their own, and count as their schemes say."""

import importlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from agencies.selectors import punctuality
from credit_platform.common.errors import InvalidInput, NotPermitted, WrongState
from credit_platform.common.services import current_calendar
from credit_platform.governance.selectors import figures_of_bodies
from entities.catalogue.record_types import RECORD_TYPES
from entities.catalogue.sector_rules import SECTOR_RULES, SECTOR_TYPES
from entities.drafts import SoundDrafts, draft_of
from entities.models import CreditRecord, LegalInstrument, Notice, Verification
from entities.quality.models import QualityMonth
from entities.quality.selectors import Asked, last_year, records_behind
from entities.quality.services import count_months
from entities.services import records
from evaluation.files import rate_rows, read_document
from evaluation.models import RatingRequest
from repair import before_filing, points, sectors, selectors, services
from repair.joint import services as joint
from repair.letters.texts import content_of
from repair.models import Case, SectorRule
from repair.proof.models import Effect
from repair.texts import fill_in
from repair.wordings.selectors import wording_book
from tests.factories import AgentFactory, BodyFactory, CaseFactory, MemberFactory
from tests.repair.papers import pdf
from tests.repair.sectors import case_about, customs_level, seeded_record, tax_breach
from tests.repair.test_api import at, signed_in
from tests.repair.test_workflow import REPAIR, ROLES, person

pytestmark = pytest.mark.django_db

MARCH = date(2026, 3, 1)
TO_A_DECISION = {
    "submit", "propose_grant", "propose_refuse", "send_back", "grant", "refuse", "appeal", "uphold_appeal", "dismiss_appeal",
}  # fmt: skip


def act(case: Case, by, action: str, **more) -> Case:
    case.refresh_from_db()
    said = {"note": "Because.", **more}
    return services.act_on_case(by=by, number=case.number, action=action, version=case.version, **said)


def supervisor(case: Case):
    return MemberFactory(body=case.deciding_body, role="supervisor")


def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


def in_force(record: CreditRecord) -> CreditRecord:
    return CreditRecord.objects.get(entity=record.entity, record_type=record.record_type, status="published")


# The rules


@pytest.mark.parametrize(("code", "fields"), SECTOR_RULES.items())
def test_each_rule_names_its_instrument_its_source_and_how_far_it_was_read(code, fields):
    rule = SectorRule.objects.get(code=code)
    assert rule.source
    assert rule.verification in Verification.values
    instrument = rule.instrument
    assert instrument.in_force_from <= rule.valid_from
    assert rule.valid_to == instrument.in_force_to
    order = list(LegalInstrument.Verification.values)
    assert order.index(rule.verification) >= order.index(instrument.verification)


def test_the_rules_are_written_once_and_fit_values_that_the_catalogue_knows():
    assert sectors.seed_sector_rules() == 0
    assert set(SectorRule.objects.values_list("code", flat=True)) == set(SECTOR_RULES)
    for rule in SectorRule.objects.all():
        shipped = RECORD_TYPES[rule.record_type]["versions"][-1]
        field = next(one for one in shipped["extra_fields"] if one["name"] == rule.field_name)
        assert set(rule.values) <= {choice["code"] for choice in field["choices"]}


def test_of_one_value_one_rule_holds_on_a_day():
    for on in (date(2024, 5, 6), date(2026, 3, 30), date(2026, 11, 22)):
        for code in SECTOR_TYPES:
            held = [
                (value, rule.absent_field)
                for rule in SectorRule.objects.filter(record_type=code, valid_from__lte=on)
                if rule.valid_to is None or on <= rule.valid_to
                for value in rule.values
            ]
            assert len(held) == len(set(held))


@pytest.mark.parametrize(
    ("scheme", "breach", "back"),
    [
        ("tax-credit-2025", "accounting-filing", ("3", "2.4", "1.8", "1.2", "0")),
        ("tax-credit-2025", "bank-accounts", ("11", "8.8", "6.6", "4.4", "0")),
        ("tax-credit-2014", "late-filing", ("4", "2", "1", "0")),
    ],
)
def test_the_points_back_are_those_of_the_published_tables(scheme, breach, back):
    table = points.table_of(scheme, {"breach": breach}, MARCH)
    assert [step.back for step in table] == [Decimal(one) for one in back]
    if scheme == "tax-credit-2025":
        assert [(step.until - MARCH).days for step in table[:3]] == [3, 30, 90]
    else:
        assert [table[0].until - MARCH, table[1].until] == [timedelta(days=30), date(2026, 12, 31)]


def test_small_amounts_corrected_within_thirty_days_come_back_whole():
    said = {"breach": "late-filing", "tax_amount": "2000"}
    table = points.table_of("tax-credit-2025", said, MARCH)
    assert (table[0].until - MARCH).days == 30
    assert table[0].back == 5


def test_where_no_number_was_handed_in_nobody_knows_the_points():
    said = {"breach": "late-filing", "months": "some"}
    assert points.points_of("tax-credit-2025", said, MARCH, MARCH) == points.Points(None, None)
    assert points.table_of("tax-credit-2025", said, MARCH) == []


# Before filing


def answered(record: CreditRecord) -> tuple[str, before_filing.Prospect]:
    found = before_filing.prospects_of(user=AgentFactory(entity=record.entity).user)
    ((name, prospect),) = [
        (name, one) for name in before_filing.Prospects.__slots__ for one in getattr(found, name)
    ]
    return name, prospect


def test_a_breach_is_repairable_now_with_the_points_and_the_article():
    group, prospect = answered(tax_breach())
    assert group == "now"
    assert prospect.may_apply
    assert prospect.article == "国家税务总局公告2025年第12号 附6"
    assert (prospect.verified, prospect.read) == (False, "Public source, read in part")
    assert "It took 5 points off" in prospect.sentence
    assert "4 for what is corrected today" in prospect.sentence


@pytest.mark.parametrize(
    ("code", "details", "group", "words"),
    [
        ("tax-breach", {"breach": "false-commitment"}, "never", "no points come back"),
        ("tax-breach", {"breach": "late-filing", "corrected_on": "today"}, "nothing", "It was corrected on"),
        ("tax-credit-grade", {"year": "2025", "grade": "C"}, "elsewhere", "it follows from points"),
        (
            "tax-credit-grade",
            {"year": "2025", "grade": "D", "points": "31"},
            "elsewhere",
            "follows from points",
        ),
        ("tax-credit-grade", {"year": "2025", "grade": "D"}, "now", "3, 6 or 12 months"),
        ("customs-credit-status", {"customs_status": "dishonest"}, "now", "was not read in its text"),
        ("customs-credit-status", {"customs_status": "seriously-dishonest"}, "now", "第282号"),
        ("customs-credit-status", {"customs_status": "certified"}, "nothing", "needs no repair"),
    ],
)
def test_every_record_of_tax_and_customs_is_answered_with_why(code, details, group, words):
    if details.get("corrected_on"):
        details = details | {"corrected_on": timezone.localdate().isoformat()}
    name, prospect = answered(seeded_record(code, details=details))
    assert name == group
    assert words in prospect.sentence
    assert prospect.article or group == "nothing"
    assert bool(prospect.may_apply) == (group == "now")


def test_a_breach_that_no_grade_counts_any_more_needs_nothing():
    long_ago = date(timezone.localdate().year - 2, 3, 1)
    name, prospect = answered(tax_breach(decided_on=long_ago))
    assert name == "nothing"
    assert "no grade counts it any more" in prospect.sentence


# Filing


def test_filing_tells_at_once_all_that_is_missing_the_day_of_correction_too():
    record = tax_breach()
    agent = AgentFactory(entity=record.entity).user
    case = services.open_case(by=agent, record_id=record.pk)
    with pytest.raises(InvalidInput) as refusal:
        act(case, agent, "submit")
    assert set(refusal.value.problems) == {"corrected_on", "statement", "proofs", "signature"}


@pytest.mark.parametrize("days", [-1, 1_000])
def test_a_day_before_the_breach_or_still_to_come_is_refused(days):
    record = tax_breach()
    agent = AgentFactory(entity=record.entity).user
    case = services.open_case(by=agent, record_id=record.pk)
    services.save_draft(
        by=agent,
        number=case.number,
        statement="Filed.",
        version=case.version,
        corrected_on=record.decided_on + timedelta(days=days),
    )
    assert "corrected_on" in services.missing_in(Case.objects.get())


def test_points_are_not_asked_for_together_with_others_for_each_has_a_day_of_its_own():
    record = tax_breach()
    other = tax_breach(entity=record.entity)
    agent = AgentFactory(entity=record.entity).user
    with pytest.raises(InvalidInput, match="the day of its own correction"):
        joint.begin_filing(by=agent, record_ids=[record.pk, other.pk])
    assert not Case.objects.exists()


def test_a_breach_is_filed_decided_and_granted_through_the_pages(client):
    record = tax_breach()
    agent, today = AgentFactory(entity=record.entity).user, timezone.localdate()
    clerk = MemberFactory(body=record.submitted_by)
    client.force_login(agent)
    page = client.get(reverse("repair:case-new"), {"record": record.pk}).content.decode()
    assert "Points that come back" in page
    assert "4.0" in page
    client.post(reverse("repair:case-new"), {"record": record.pk})
    case = Case.objects.get()
    draft = reverse("repair:case-draft", args=(case.number,))
    typed = {"statement": "Filed late, and paid.", "signature": "Pei Huaijin", "agreed": "on"}
    answer = client.post(draft, typed | {"version": case.version, "do": "submit", "proofs": [pdf()]})
    assert answer.status_code == 422
    assert "Say on which day it was corrected" in answer.content.decode()
    case.refresh_from_db()
    corrected = today - timedelta(days=1)
    answer = client.post(
        draft, typed | {"version": case.version, "do": "submit", "corrected_on": corrected.isoformat()}
    )
    case.refresh_from_db()
    assert (answer.status_code, case.state, case.sector_rule) == (302, "submitted", "tax-2025-12-points")

    client.force_login(clerk)
    detail = reverse("repair:case-detail", args=(case.number,))
    page = client.get(detail).content.decode()
    assert f'value="{corrected.isoformat()}"' in page
    step = {"action": "propose_grant", "note": "The return is there.", "version": case.version}
    url = reverse("repair:case-act", args=(case.number,))
    refused = client.post(url, step | {"details.corrected_on": ""})
    assert refused.status_code == 422
    assert "Say on which day you found it corrected" in refused.content.decode()
    assert client.post(url, step | {"details.corrected_on": today.isoformat()}).status_code == 302

    case.refresh_from_db()
    client.force_login(supervisor(case))
    assert "What changes in the record" in client.get(detail).content.decode()
    granting = {"action": "grant", "note": "It was filed today.", "version": case.version}
    assert client.post(url, granting).status_code == 302
    client.force_login(agent)
    page = client.get(detail).content.decode()
    assert "of 5 points 4 come back" in page
    assert "no longer public" not in page


# Granting


def test_granted_points_come_back_as_the_scheme_of_tax_credit_counts_them():
    case = case_about(tax_breach(), "proposed")
    RatingRequest.objects.all().delete()
    act(case, supervisor(case), "grant")
    old, new = CreditRecord.objects.get(pk=case.record_id), in_force(case.record)
    assert (old.status, new.replaces_id, new.document_number) == ("replaced", old.pk, old.document_number)
    assert new.details == old.details | {"corrected_on": (old.decided_on + timedelta(days=10)).isoformat()}
    assert (new.entered_by, new.decided_on) == (old.entered_by, old.decided_on)
    assert RatingRequest.objects.filter(entity=case.entity).exists()
    document = read_document("tax-credit-2025")
    facts = dict.fromkeys(
        ("information", "new_entity", "revenue", "operating_since", "previous_grade", "vat_zero_in_a_row",
         "vat_zero_in_all", "accounts_kept", "clean_months"), ""
    )  # fmt: skip
    row = {"entity": "firm", "type": "tax-breach", "decided": new.decided_on.isoformat(), "months": ""}
    (counted,) = rate_rows(
        document, [row | new.details], [facts | {"entity": "firm"}], new.decided_on + timedelta(days=15)
    )
    rule = SectorRule.objects.get(code=case.sector_rule)
    told = sectors.points_for(old, rule, old.decided_on + timedelta(days=10))
    assert (counted.values["breaches"], counted.values["repair"]) == (-told.off, told.back) == (-5, 4)


def test_what_was_repaired_is_not_asked_for_again_and_its_places_confirm_the_change():
    case = case_about(tax_breach(), "proposed")
    act(case, supervisor(case), "grant")
    effect = Effect.objects.get(case=case)
    assert effect.how == Effect.How.CORRECTED
    assert effect.confirmations.exists()
    with pytest.raises(WrongState, match="It was corrected on"):
        services.open_case(by=case.opened_by, record_id=in_force(case.record).pk)
    kinds = set(Notice.objects.filter(entity=case.entity).values_list("kind", flat=True))
    assert "repair.points_given" in kinds
    assert "repair.granted" not in kinds


def test_a_granted_level_ends_and_the_one_that_the_department_stated_holds():
    case = case_about(customs_level(), "proposed")
    act(case, supervisor(case), "grant")
    old, new = CreditRecord.objects.get(pk=case.record_id), in_force(case.record)
    assert (old.status, Effect.objects.get(case=case).how) == ("repaired", Effect.How.REPAIRED)
    assert (new.details["customs_status"], new.title) == ("regular", "海关企业信用等级：常规企业")
    assert (new.document_number, new.decided_on) == (case.number, timezone.localdate())
    page = selectors.case_page(user=case.opened_by, number=case.number)
    assert "Regular enterprise" in page.granted
    assert Notice.objects.filter(entity=case.entity, kind="repair.granted").exists()


def test_a_grade_that_was_given_directly_ends_and_another_holds_but_none_that_is_shut_out():
    record = seeded_record("tax-credit-grade", details={"year": "2025", "grade": "D"})
    found = {"details.grade": ["D", "B"]}
    case = CaseFactory(record=record, state="proposed", sector_rule="tax-2025-12-direct", correction=found)
    act(case, supervisor(case), "grant")
    new = in_force(record)
    assert (new.details, new.title) == ({"year": "2025", "grade": "B"}, "2025年度纳税缴费信用级别 B")
    assert CreditRecord.objects.get(pk=record.pk).status == "repaired"
    older = CaseFactory(record=new, state="submitted", sector_rule="tax-2021-31-direct")
    assert [code for code, _name in sectors.asked_of_department(older).levels] == ["M", "C", "D"]


@pytest.mark.parametrize(
    ("make", "status", "words"),
    [(tax_breach, "replaced", "4 come back"), (customs_level, "repaired", "no longer public")],
)
def test_an_appeal_that_is_upheld_grants_by_what_the_applicant_says(make, status, words):
    case = case_about(make(), "appealed")
    case.steps.create(action="appeal", source="refused", target="appealed", version=case.version)
    act(case, lead(), "uphold_appeal")
    record = CreditRecord.objects.get(pk=case.record_id)
    assert (case.correction, record.status) == ({}, status)
    letter = content_of("decision", Case.objects.get(), case.steps.get(action="uphold_appeal"))
    assert words in " ".join(letter["parts"][1]["paragraphs"])


def test_a_level_has_to_be_another_one_and_a_day_has_to_be_possible():
    case = case_about(customs_level(), "submitted")
    for level in ("", "dishonest", "nonsense"):
        with pytest.raises(InvalidInput) as refusal:
            act(
                case,
                supervisor(case),
                "propose_grant",
                correction={"details.customs_status": level},
            )
        assert set(refusal.value.problems) == {"details.customs_status"}
    case = case_about(tax_breach(), "submitted")
    for day in ("", "yesterday", "2000-01-01", "2999-01-01"):
        with pytest.raises(InvalidInput) as refusal:
            act(case, supervisor(case), "propose_grant", correction={"details.corrected_on": day})
        assert set(refusal.value.problems) == {"details.corrected_on"}


def test_points_are_not_given_past_a_correction_that_is_being_prepared_though_it_says_the_same():
    case = case_about(tax_breach(), "proposed")
    day = case.correction["details.corrected_on"][1]
    said = draft_of(case.record)
    records.correct_record(
        by=case.record.entered_by,
        record_id=case.record_id,
        draft=replace(said, details={**said.details, "corrected_on": day}),
        because="Typed in already.",
    )
    with pytest.raises(WrongState, match="already being prepared"):
        act(case, supervisor(case), "grant")
    case.refresh_from_db()
    assert case.state == "proposed"


def test_points_are_not_given_for_a_day_before_the_breach_where_the_breach_has_moved_since():
    case = case_about(tax_breach(), "proposed")
    later = case.record.decided_on + timedelta(days=11)
    CreditRecord.objects.filter(pk=case.record_id).update(decided_on=later)
    with pytest.raises(WrongState, match=r"lies before the breach\. Send the case back"):
        act(case, supervisor(case), "grant")
    assert CreditRecord.objects.get().status == "published"


@pytest.mark.parametrize("earlier", [0, 1])
def test_no_breach_is_said_to_be_corrected_before_it_happened_in_whatever_way_it_comes(earlier):
    record = tax_breach()
    day = record.decided_on - timedelta(days=earlier)
    said = draft_of(record)
    draft = replace(said, details={**said.details, "corrected_on": day.isoformat()})
    of_files = SoundDrafts(
        record_type=record.record_type, versions=[record.type_version], needs_class=False,
        today=timezone.localdate(),
    )  # fmt: skip
    problems = records.problems_with(draft, record.record_type, record.type_version)
    if earlier:
        assert set(problems) == {"details.corrected_on"}
        assert of_files.versions([draft]) == [None]
    else:
        assert problems == {}
        assert of_files.versions([draft]) == [record.type_version]


@pytest.mark.parametrize("make", [tax_breach, customs_level])
def test_a_repair_that_is_granted_is_neither_a_mistake_of_the_department_nor_a_record_in_time(make):
    case = case_about(make(), "proposed")
    body, kind = case.record.submitted_by, case.record.record_type
    kind.versions.update(submit_within_days=7)
    asked = [
        Asked(body, measure, last_year(timezone.localdate()), kind) for measure in ("corrected", "published")
    ]
    reader = MemberFactory(body=body)

    def figures():
        count_months()
        months = QualityMonth.objects.filter(body=body)
        counted = months.aggregate(*map(Sum, ("published", "with_deadline", "in_time", "corrected")))
        (of_city,) = [one for one in figures_of_bodies(day=timezone.localdate()) if one.body == body]
        of_desk = punctuality(reader, timezone.localdate(), current_calendar())
        timed = of_city.in_time, of_city.with_a_term, of_desk.in_time, of_desk.published
        return counted, timed, [records_behind(user=reader, asked=one).count() for one in asked]

    before = figures()
    assert before[2] == [0, 1]
    act(case, supervisor(case), "grant")
    assert CreditRecord.objects.filter(submitted_by=body).count() == 2
    assert figures() == before


def test_a_correction_by_the_department_itself_counts_as_its_mistake_after_a_repair_too():
    case = case_about(tax_breach(), "proposed")
    act(case, supervisor(case), "grant")
    record = in_force(case.record)
    draft = replace(draft_of(record), authority="Another office")
    newer = records.correct_record(
        by=record.entered_by, record_id=record.pk, draft=draft, because="It was another office."
    )
    records.approve_record(by=supervisor(case), record_id=newer.pk)
    count_months()
    assert QualityMonth.objects.filter(body=record.submitted_by).aggregate(Sum("corrected")) == {
        "corrected__sum": 1
    }


def test_no_repair_of_a_customs_level_ends_in_the_worst_one():
    case = case_about(customs_level(), "submitted")
    assert "seriously-dishonest" not in dict(sectors.asked_of_department(case).levels)
    assert SECTOR_RULES["customs-282"]["barred"] == ["seriously-dishonest"]
    SectorRule.objects.filter(code="customs-282").update(barred=[])
    migration = importlib.import_module("repair.migrations.0016_no_repair_makes_a_level_worse")
    migration.bar_the_worst(apps, None)
    migration.bar_the_worst(apps, None)
    assert SectorRule.objects.get(code="customs-282").barred == ["seriously-dishonest"]


def test_a_proposal_of_another_day_is_another_one_though_its_reasons_are_the_same():
    case = case_about(tax_breach(), "submitted")
    by, first = supervisor(case), case.record.decided_on + timedelta(days=3)

    def propose(day):
        services.act_on_case(
            by=by, number=case.number, action="propose_grant", version=case.version, note="The return is there.",
            correction={"details.corrected_on": day.isoformat()},
        )  # fmt: skip

    propose(first)
    propose(first)
    for other in (first + timedelta(days=1), case.record.decided_on - timedelta(days=1)):
        with pytest.raises(WrongState, match="Meanwhile"):
            propose(other)
    assert Case.objects.get().correction == {"details.corrected_on": ["", first.isoformat()]}
    assert case.steps.count() == 1


def test_what_came_into_effect_is_told_by_the_rule_and_not_by_what_became_of_the_record():
    told = []
    for make in (tax_breach, customs_level):
        case = case_about(make(), "granted")
        told.append(selectors.tracker(case, case.opened_by, timezone.localdate())[-1]["who"])
    assert told == ["points came back", "publicity ended"]


def test_a_case_that_a_process_of_the_version_before_writes_has_no_rule_of_a_sector():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_default FROM information_schema.columns"
            " WHERE table_name = 'repair_case' AND column_name = 'sector_rule'"
        )
        assert cursor.fetchone()[0].startswith("''")


@pytest.mark.parametrize(("make", "kept"), [(tax_breach, True), (customs_level, False)])
def test_the_day_of_correction_is_kept_only_where_points_come_back_by_it(make, kept):
    case = case_about(make(), "draft", corrected_on=None)
    day = timezone.localdate()
    said = {"statement": "Paid.", "version": case.version, "corrected_on": day}
    services.save_draft(by=case.opened_by, number=case.number, **said)
    assert Case.objects.get().corrected_on == (day if kept else None)


def test_the_wording_of_a_grant_names_the_rule_of_the_sector_and_no_publicity_that_there_is_none_of():
    case, book = case_about(tax_breach(), "submitted"), wording_book()
    offered = [one.code for one in book.offered(["grant"], case=case, on=timezone.localdate())]
    assert offered == ["granted-by-sector"]
    assert "国家税务总局公告2025年第12号" in fill_in("granted-by-sector:zh-hans", case, book)
    assert not fill_in("granted-all-conditions:en", case, book)
    fine = [one.code for one in book.offered(["grant"], case=CaseFactory(), on=timezone.localdate())]
    assert fine == ["granted-all-conditions"]


def test_whoever_entered_the_breach_does_not_decide_on_it():
    case = case_about(tax_breach(), "proposed")
    author = case.record.entered_by
    author.memberships.update(role="supervisor")
    with pytest.raises(NotPermitted, match="You entered this record"):
        act(case, author, "grant")


@pytest.mark.parametrize("make", [tax_breach, customs_level])
def test_the_way_to_a_decision_is_taken_by_whoever_the_table_names_and_by_nobody_else(make):
    """The whole product of states, actions and roles runs on a penalty, by the same table; here whatever is carried out."""
    record = make()
    for (state, action), (target, who) in REPAIR.items():
        if action not in TO_A_DECISION:
            continue
        case = case_about(record, state)
        if state == "draft" and action == "submit":
            services.add_proof(by=case.opened_by, number=case.number, upload=pdf())
            services.sign_commitment(by=case.opened_by, number=case.number, name="Pei Huaijin", agreed=True)
        if state == "appealed":
            case.steps.create(action="appeal", source="refused", target=state, version=case.version)
        correction = {"details.corrected_on": timezone.localdate().isoformat()}
        correction |= {"details.customs_status": "regular"}
        for role in (
            sorted(set(ROLES) - set(who)) if action in {"propose_grant", "grant", "uphold_appeal"} else ()
        ):
            with pytest.raises((NotPermitted, selectors.Missing)):
                act(case, person(role, case), action, correction=correction)
        assert act(case, person(who[0], case), action, correction=correction).state == target
        Case.objects.filter(pk=case.pk).update(
            state="withdrawn", decided_by=None, proposed_by=None, appeal_decided_by=None
        )
        if target == "granted":
            record = make()


def test_points_are_asked_for_and_given_through_the_interface():
    record = tax_breach()
    agent = signed_in(AgentFactory(entity=record.entity).user)
    agent.post(at(), {"record": record.pk}, format="json")
    case = Case.objects.get()
    day = (timezone.localdate() - timedelta(days=1)).isoformat()
    answer = agent.put(
        at(case, "draft/"), {"statement": "Paid.", "corrected_on": day, "version": 0}, format="json"
    )
    assert (answer.status_code, answer.data["corrected_on"]) == (200, day)
    Case.objects.filter(pk=case.pk).update(
        state="submitted", submitted_at=timezone.now(), sector_rule="tax-2025-12-points"
    )
    step = {"action": "propose_grant", "note": "Because.", "version": answer.data["version"]}
    clerk = signed_in(MemberFactory(body=record.submitted_by))
    assert clerk.post(at(case, "steps/"), step, format="json").status_code == 422
    step["correction"] = {"details.corrected_on": day}
    answer = clerk.post(at(case, "steps/"), step, format="json")
    assert answer.data["correction"] == {"details.corrected_on": ["", day]}
    assert agent.get(at(case)).data["correction"] == {}
