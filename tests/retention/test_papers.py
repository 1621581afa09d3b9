"""Papers are kept as long as the lead office has decided: not a day longer, and without a decision for good."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted
from credit_platform.portal.credit_reports import services as reports
from credit_platform.portal.credit_reports.models import CreditReport, Part
from entities.models import Document
from entities.retention import services
from entities.retention.models import KeepingPeriod, Night, Tally
from repair import selectors as cases
from repair.letters import papers
from repair.letters.models import Letter, SigningKey
from repair.models import Case, CaseDocument
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    DocumentFactory,
    EntityFactory,
    MemberFactory,
)

pytestmark = pytest.mark.django_db
CASES, REPORTS = "case-papers", "credit-reports"


@pytest.fixture(autouse=True)
def _files_and_address(media, settings):
    settings.PLATFORM_URL = "https://credit.example"


@pytest.fixture
def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


@pytest.fixture
def kept(lead):
    """`kept("case-papers", 6)`: the lead office has set six months, and the nights follow it already."""

    def set_to(what: str, months: int | None, since=None) -> KeepingPeriod:
        return KeepingPeriod.objects.create(
            what=what,
            months=months,
            valid_from=since or timezone.localdate(),
            reason="Decision 7/2026 of the lead office",
            set_by=lead,
        )

    return set_to


def night_in(days: int):
    """The night so many days ahead, with all that it counted by what and how."""
    day = timezone.localdate() + timedelta(days=days)
    services.work_through_nights(today=day)
    return {
        (tally.kept, tally.what): tally.records
        for tally in Tally.objects.filter(night__day=day).exclude(kept="")
    }


def paper_of(*of: Case) -> Document:
    document = DocumentFactory(
        file=ContentFile(b"secret", name="x"), name="张三身份证.pdf", created_on=timezone.localdate()
    )
    for case in of:
        CaseDocument.objects.create(case=case, document=document, kind="proof")
    return document


def has_file(document: Document) -> bool:
    document.refresh_from_db()
    return bool(document.file)


def test_without_a_decision_nothing_is_deleted_and_the_report_says_so():
    document = paper_of(CaseFactory(state="withdrawn"))
    assert night_in(4000) == {(CASES, "unset"): 1}
    assert has_file(document)


def test_papers_of_a_case_go_when_their_months_are_over_and_not_a_day_before(
    kept, media, django_capture_on_commit_callbacks
):
    case = CaseFactory(state="withdrawn")
    document, digest = paper_of(case), "0" * 64
    Document.objects.filter(pk=document.pk).update(sha256=digest)
    kept(CASES, 6)
    assert night_in(160) == {(CASES, "coming"): 1}
    assert night_in(179) == {(CASES, "coming"): 1}
    with django_capture_on_commit_callbacks(execute=True):
        assert night_in(185) == {(CASES, "done"): 1}
    assert not has_file(document)
    assert (document.name, document.sha256) == ("—", digest)
    assert not [place for place in media.rglob("*") if place.is_file()]
    event = AuditEvent.objects.get(verb="retention.papers.deleted")
    assert (event.target_id, event.detail["months"], event.detail["papers"]) == (str(case.pk), 6, CASES)
    assert "7/2026" in event.detail["rule"]
    assert night_in(186) == {}


@pytest.mark.parametrize("state", ["draft", "submitted", "more_material", "proposed", "appealed"])
def test_papers_of_an_open_case_stay_however_old_it_is(kept, state):
    document = paper_of(CaseFactory(state=state))
    kept(CASES, 1)
    assert night_in(4000) == {}
    assert has_file(document)


def test_papers_stay_while_the_decision_can_be_appealed(kept, settings):
    case = CaseFactory(state="refused")
    document = paper_of(case)
    kept(CASES, 1)
    night_in(400)
    assert has_file(document)
    long_ago = timezone.now() - timedelta(days=settings.REPAIR_APPEAL_WITHIN_DAYS + 2)
    Case.objects.filter(pk=case.pk).update(decided_at=long_ago)
    night_in(401)
    assert not has_file(document)


def test_a_paper_that_two_cases_share_goes_with_the_second(kept):
    closed, open_case = CaseFactory(state="withdrawn"), CaseFactory(state="submitted")
    document = paper_of(closed, open_case)
    kept(CASES, 1)
    night_in(60)
    assert has_file(document)
    Case.objects.filter(pk=open_case.pk).update(state="withdrawn")
    night_in(61)
    assert not has_file(document)


def test_of_a_letter_that_is_deleted_the_number_the_day_and_the_digests_are_left(kept, client):
    case = CaseFactory(state="withdrawn")
    step = case.steps.create(
        version=1, action="submit", source="draft", target="submitted", actor=case.opened_by
    )
    statement = '{"number": "SL-2026-01-AAAAAAAAAA", "says": "张三"}'
    letter = Letter.objects.create(
        number="SL-2026-01-AAAAAAAAAA", issued_at=timezone.now(), kind="acceptance", case=case, step=step,
        asked_by=case.opened_by, content={"parts": ["张三"]}, statement=statement, signature="x",
        key=SigningKey.objects.create(code="k", public_pem="p"),
        document=DocumentFactory(file=ContentFile(b"%PDF", name="x"), created_on=timezone.localdate()),
    )  # fmt: skip
    kept(CASES, 1)
    night_in(60)
    letter.refresh_from_db()
    assert letter.content == {}
    assert "张三" not in letter.statement
    assert letter.document.file.name == ""
    checked = papers.check(letter.number)
    assert (checked.verdict, checked.sha256) == ("gone", letter.document.sha256)
    assert checked.statement_sha256 == papers.digest_of(statement)
    assert "Issued here, and no longer kept" in client.get(f"/verify/{letter.number}/").content.decode()
    client.force_login(case.opened_by)
    page = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
    assert "when its time was over" in page
    assert reverse("letters:letter", args=(case.number, letter.number)) not in page
    assert client.get(reverse("letters:letter", args=(case.number, letter.number))).status_code == 409


def test_the_page_of_a_case_offers_no_paper_that_is_gone(kept, client):
    case = CaseFactory(state="withdrawn")
    document = paper_of(case)
    kept(CASES, 1)
    night_in(60)
    client.force_login(case.opened_by)
    page = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
    address = reverse("repair:case-document", args=(case.number, document.pk))
    assert "when its time was over" in page
    assert "张三" not in page
    assert address not in page
    assert client.get(address).status_code == 404
    assert cases.paper_of(user=case.opened_by, number=case.number, key=document.pk).document.size


def report_typed(entity, **chosen) -> CreditReport:
    if chosen:
        lent = reports.lend_code(
            by=chosen["by"], entity=entity, for_whom="Bank", parts=Part.values, also_unpublished=False, days=7
        )
        report = reports.open_with_code(
            by=AnonymousUser(), secret=lent.secret, reader=reports.Reader("Li", "Loan")
        )
    else:
        report = reports.issue_extract(by=AnonymousUser(), entity=entity)
    papers.type_waiting()
    report.refresh_from_db()
    return report


def test_of_a_credit_report_that_is_deleted_nobody_reads_what_it_said(kept, client):
    entity = EntityFactory(name_zh="河口百货有限公司")
    report = report_typed(entity)
    digest = report.document.sha256
    kept(REPORTS, 12)
    assert night_in(300) == {}
    assert night_in(370) == {(REPORTS, "done"): 1}
    report.refresh_from_db()
    assert (report.content, report.record_ids, bool(report.document.file)) == ({}, [], False)
    checked = papers.check(report.number)
    assert (checked.verdict, checked.sha256) == ("gone", digest)
    page = client.get(reverse("credit_reports:report", args=(report.number,)))
    assert page.status_code == 409
    assert "河口" not in page.content.decode()
    assert client.get(reverse("credit_reports:file", args=(report.number,))).status_code == 409


def test_a_report_stays_while_the_code_that_opened_it_is_good(kept):
    entity = EntityFactory()
    report = report_typed(entity, by=AgentFactory(entity=entity).user)
    kept(REPORTS, 1)
    assert night_in(400) == {}
    reports.revoke_code(by=report.code.lent_by, entity=entity, code_id=report.code_id)
    assert night_in(401) == {(REPORTS, "done"): 1}
    report.refresh_from_db()
    assert report.uses.get().who == "Li"


def test_of_two_periods_the_one_that_holds_on_the_day_counts_and_none_ends_deleting(kept):
    document = paper_of(CaseFactory(state="withdrawn"))
    today = timezone.localdate()
    kept(CASES, 1, today)
    kept(CASES, None, today + timedelta(days=20))
    assert night_in(60) == {(CASES, "unset"): 1}
    assert has_file(document)


def test_a_night_that_runs_twice_counts_papers_once(kept):
    paper_of(CaseFactory(state="withdrawn"))
    kept(CASES, 1)
    first = night_in(60)
    Night.objects.update(finished_at=None)
    assert night_in(60) == first == {(CASES, "done"): 1}


def test_a_tally_is_of_records_or_of_papers_and_stands_there_once():
    night = Night.objects.create(day=timezone.localdate(), since=timezone.localdate() - timedelta(days=1))
    same = {"night": night, "kept": CASES, "what": "done", "kind": "delete", "records": 1}
    Tally.objects.create(**same)
    for wrong in (same, same | {"kept": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Tally.objects.create(**wrong)


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def test_the_lead_office_sets_a_period_from_a_day_to_come_with_its_reason(lead):
    period = services.set_period(by=lead, what=CASES, months=60, valid_from=in_days(1), reason=" Decision 7 ")
    assert (period.months, period.reason) == (60, "Decision 7")
    assert AuditEvent.objects.get(verb="retention.period.set").detail["months"] == 60


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"months": 0}, "months"),
        ({"valid_from": "today"}, "valid_from"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_period_that_would_hold_behind_somebodys_back_is_refused(lead, wrong, field):
    asked = {"what": CASES, "months": 6, "valid_from": in_days(1), "reason": "Because"} | wrong
    if asked["valid_from"] == "today":
        asked["valid_from"] = in_days(0)
    with pytest.raises(InvalidInput) as refused:
        services.set_period(by=lead, **asked)
    assert set(refused.value.problems) == {field}


def test_two_periods_of_the_same_papers_do_not_begin_on_one_day(lead):
    asked = {"what": CASES, "months": 6, "valid_from": in_days(1), "reason": "Because"}
    services.set_period(by=lead, **asked)
    with pytest.raises(InvalidInput):
        services.set_period(by=lead, **asked)
    assert services.set_period(by=lead, **asked | {"what": REPORTS}).months == 6


def test_nobody_else_sets_a_period_and_nobody_one_for_what_is_not_kept(lead):
    asked = {"what": CASES, "months": 6, "valid_from": in_days(1), "reason": "Because"}
    with pytest.raises(NotPermitted):
        services.set_period(by=MemberFactory(role="supervisor"), **asked)
    with pytest.raises(Missing):
        services.set_period(by=lead, **asked | {"what": "letters-to-the-moon"})


def test_the_page_says_that_a_period_is_the_lead_offices_own_decision(lead, client):
    client.force_login(lead)
    address = reverse("retention:papers")
    page = client.get(address).content.decode()
    assert "no period is set; nothing is deleted" in page
    assert "no legal fact" in page
    refused = client.post(address, {"what": CASES, "months": "6", "valid_from": in_days(0), "reason": ""})
    assert refused.status_code == 422
    typed = {"what": CASES, "months": "6", "valid_from": in_days(1).isoformat(), "reason": "Decision 7"}
    assert client.post(address, typed, follow=True).status_code == 200
    KeepingPeriod.objects.update(valid_from=in_days(0))
    for where in ("retention:papers", "retention:report"):
        page = client.get(reverse(where)).content.decode()
        assert "own decision" in page
        assert "6 months" in page


def test_the_report_of_a_night_and_its_file_name_the_papers(lead, client, kept):
    paper_of(CaseFactory(state="withdrawn"))
    kept(CASES, 1)
    night_in(60)
    client.force_login(lead)
    page = client.get(reverse("retention:night", args=(in_days(60).isoformat(),))).content.decode()
    assert "Papers of closed cases" in page
    file = client.get(reverse("sharing:export", args=("retention", "csv"))).getvalue().decode("utf-8-sig")
    assert "Papers of closed cases" in file
