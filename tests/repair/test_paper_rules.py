"""The papers that are asked for: dated rows, of which one instrument governs, and the day of filing counts."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from credit_platform.common.errors import InvalidInput
from entities.catalogue.instruments import INSTRUMENTS
from entities.models import LegalInstrument
from repair import services
from repair.models import Case, PaperRule, ProfileChoice
from repair.paper_catalogue import PAPER_RULES
from repair.paper_rules import PaperBook, paper_book, papers, seed_paper_rules
from tests.factories import AgentFactory, CaseFactory, MemberFactory, UserFactory, repairable_record
from tests.repair.papers import pdf
from tests.repair.test_objecting import sound_record

NAMES = sorted({fields["instrument"] for fields in PAPER_RULES.values() if fields["instrument"]})
TWO = {"proof", "commitment"}


def shipped(profile: str = "") -> PaperBook:
    """The shipped rules without a table, and a profile followed since 1 January 2024."""
    rules = (
        PaperRule(
            code=code,
            **fields
            | {
                "instrument": LegalInstrument(pk=NAMES.index(fields["instrument"]) + 1)
                if fields["instrument"]
                else None
            },
        )
        for code, fields in PAPER_RULES.items()
    )
    return PaperBook(tuple(rules), (ProfileChoice(profile=profile, since=date(2024, 1, 1)),))


@pytest.mark.parametrize(
    ("body", "kind", "on", "asked"),
    [
        ("tax", "administrative-penalty", date(2025, 6, 21), TWO | {"application", "licence", "identity"}),
        ("tax", "administrative-penalty", date(2025, 6, 22), TWO | {"application"}),
        ("tax", "administrative-penalty", date(2026, 4, 1), TWO | {"application", "other"}),
        ("market-supervision", "abnormal-listing", date(2025, 12, 24), TWO | {"application", "other"}),
        ("market-supervision", "abnormal-listing", date(2025, 12, 25), TWO | {"application"}),
        ("market-supervision", "food-licence", date(2025, 12, 24), TWO | {"application"}),
        ("tax", "administrative-penalty", date(2022, 1, 1), TWO | {"application"}),
    ],
)
def test_a_repair_is_asked_for_the_papers_of_the_instrument_in_force_on_the_day_of_filing(
    body, kind, on, asked
):
    rules = shipped().asked(case_kind="repair", on=on, body_code=body, type_code=kind)
    assert papers(rules) == asked
    assert len(rules) == len(asked)
    assert len({rule.instrument_id for rule in rules if rule.instrument_id}) <= 1


@pytest.mark.parametrize(
    ("profile", "asked"),
    [
        ("", {"application"}),
        ("shanghai-2017", {"application"}),
        ("henan-2019", {"application", "evidence"}),
        ("shenzhen-2023", {"application", "evidence"}),
    ],
)
def test_an_objection_needs_papers_where_the_regulation_followed_says_so(profile, asked):
    assert papers(shipped(profile).asked(case_kind="objection", on=date(2026, 11, 23))) == asked
    before = shipped(profile).asked(case_kind="objection", on=date(2023, 12, 31))
    assert papers(before) == {"application"}


def test_what_is_repaired_by_a_charter_or_by_the_rules_of_a_sector_is_under_no_instrument():
    rules = shipped().asked(case_kind="repair", on=date(2026, 11, 23), by_own_rule=True)
    assert papers(rules) == TWO | {"application"}
    assert not any(rule.instrument_id for rule in rules)


def test_every_rule_says_on_what_it_stands_and_how_far_it_was_read():
    for fields in PAPER_RULES.values():
        assert (fields["instrument"] is None) == (not fields["source"]) == (not fields["verification"])
        assert fields["instrument"] is None or fields["instrument"] in INSTRUMENTS
        assert "profile" not in fields or fields["article"].startswith("第")


@pytest.mark.django_db
def test_the_rules_come_with_the_tables_and_seeding_again_changes_nothing():
    assert set(PaperRule.objects.values_list("code", flat=True)) == set(PAPER_RULES)
    PaperRule.objects.filter(code="papers-36-proof").update(valid_to=date(2030, 1, 1))
    assert seed_paper_rules() == 0
    assert PaperRule.objects.get(code="papers-36-proof").valid_to == date(2030, 1, 1)


def begun() -> Case:
    record = repairable_record()
    return services.open_case(by=AgentFactory(entity=record.entity).user, record_id=record.pk)


def file(case: Case) -> Case:
    case.refresh_from_db()
    return services.act_on_case(by=case.opened_by, number=case.number, action="submit", version=case.version)


@pytest.mark.django_db
def test_what_is_asked_for_follows_the_rows_and_a_filed_case_keeps_those_of_its_day():
    case = begun()
    services.save_draft(by=case.opened_by, number=case.number, statement="Paid.", version=case.version)
    services.sign_commitment(by=case.opened_by, number=case.number, name="Pei", agreed=True)
    with pytest.raises(InvalidInput) as refusal:
        file(case)
    assert set(refusal.value.problems) == {"proofs"}
    yesterday = timezone.localdate() - timedelta(days=1)
    PaperRule.objects.filter(paper="proof", case_kind="repair").update(valid_to=yesterday)
    filed = file(case)
    assert filed.papers_asked_by == [
        "papers-repair-application", "papers-36-commitment", "papers-36-other",
    ]  # fmt: skip
    PaperRule.objects.filter(paper="proof", case_kind="repair").update(valid_to=None)
    case.refresh_from_db()
    assert [rule.code for rule in paper_book().asked_in(case)] == filed.papers_asked_by


@pytest.mark.django_db
def test_an_objection_without_the_papers_that_the_city_asks_for_is_told_so_with_all_else_and_filed_with_them():
    record = sound_record()
    ProfileChoice.objects.create(
        profile="henan-2019", since=timezone.localdate(), reason="So decided.", chosen_by=UserFactory()
    )
    given = {"by": AgentFactory(entity=record.entity).user, "record_id": record.pk}
    with pytest.raises(InvalidInput) as refusal:
        services.file_objection(**given, ground="", statement="")
    assert set(refusal.value.problems) == {"ground", "statement", "proofs"}
    case = services.file_objection(**given, ground="wrong", statement="Not so.", uploads=[pdf()])
    assert case.papers_asked_by == ["papers-henan-application", "papers-henan-evidence"]


@pytest.mark.django_db
def test_the_applicant_reads_before_and_while_writing_what_is_asked_for_and_on_what_it_stands():
    case = begun()
    client = Client()
    client.force_login(case.opened_by)
    draft = client.get(reverse("repair:case-detail", args=(case.number,)))
    assert [(paper.rule.code, paper.is_there) for paper in draft.context["page"].asked_papers] == [
        ("papers-repair-application", False),
        ("papers-36-proof", False),
        ("papers-36-commitment", False),
        ("papers-36-other", None),
    ]
    record = repairable_record(entity=case.entity)
    before = client.get(reverse("repair:case-new"), {"record": record.pk})
    for page in (draft, before):
        text = page.content.decode()
        assert "What else the law asks for" in text
        assert "国家发展改革委令第36号" in text
        assert "Public source, read in part" in text


@pytest.mark.django_db
def test_the_department_reads_what_was_asked_for_when_the_case_was_filed():
    case = CaseFactory(papers_asked_by=["papers-58-proof", "papers-58-licence"])
    client = Client()
    client.force_login(MemberFactory(body=case.deciding_body, role="clerk"))
    page = client.get(reverse("repair:case-detail", args=(case.number,)))
    assert [paper.rule.code for paper in page.context["page"].asked_papers] == case.papers_asked_by
    assert "Copy of the business licence" in page.content.decode()


@pytest.mark.django_db
def test_what_was_filed_before_papers_were_rules_is_asked_for_none_afterwards():
    case = CaseFactory(papers_asked_by=[])
    client = Client()
    client.force_login(MemberFactory(body=case.deciding_body, role="clerk"))
    page = client.get(reverse("repair:case-detail", args=(case.number,)))
    assert page.context["page"].asked_papers == []
    assert "Papers asked for when it was filed" not in page.content.decode()


@pytest.mark.parametrize("profile", ["henan-2019", "shandong-2020", "shenzhen-2023", "taizhou-2020"])
def test_where_the_regulation_has_an_objection_come_as_an_application_that_is_its_basis(profile):
    rules = shipped(profile).asked(case_kind="objection", on=date(2026, 11, 23))
    (application,) = (rule for rule in rules if rule.paper == "application")
    assert application.profile == profile
    assert application.verification == "V"


@pytest.mark.django_db
def test_a_system_begins_an_objection_as_a_draft_adds_the_papers_that_are_asked_for_and_files_it():
    record = sound_record()
    ProfileChoice.objects.create(
        profile="shenzhen-2023", since=timezone.localdate(), reason="So decided.", chosen_by=UserFactory()
    )
    client = APIClient()
    client.force_authenticate(AgentFactory(entity=record.entity).user)
    sent = {"record": record.pk, "kind": "objection", "ground": "wrong", "statement": "It was 1,000."}
    at_once = client.post(reverse("api-case-list"), sent, format="json")
    assert at_once.status_code == 422
    assert "proofs" in str(at_once.data)
    case = client.post(reverse("api-case-list"), sent | {"draft": True}, format="json").data
    assert (case["state"], record.cases.count()) == ("draft", 1)
    assert [(one["paper"], one["is_there"]) for one in case["papers_asked"]] == [
        ("application", True),
        ("evidence", False),
    ]
    papers_of = reverse("api-case-documents", args=(case["number"],))
    assert client.post(papers_of, {"file": pdf()}, format="multipart").status_code == 201
    step = {"action": "submit", "version": case["version"]}
    filed = client.post(reverse("api-case-steps", args=(case["number"],)), step, format="json").data
    assert (filed["state"], [one["is_there"] for one in filed["papers_asked"]]) == ("submitted", [True, True])
