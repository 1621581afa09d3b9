"""A credit report says what stands on record within its reach, and can be checked as long as that is so."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.portal.credit_reports import selectors, services
from credit_platform.portal.credit_reports.models import CodeUse, CreditReport, LentCode, Part
from credit_platform.portal.credit_reports.services import Reader
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.models import Notice
from entities.services import records
from entities.statements.services import write_statement
from repair.letters import papers
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CurrentRatingFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
    install_shipped_schemes,
)
from tests.letters.drawn import codes_of, faces_of

pytestmark = pytest.mark.django_db
ANYBODY = AnonymousUser()
BANK = Reader("Li Hua, Yunting Bank", "A loan")


def said(report: CreditReport, language: str = "en") -> str:
    """All that a report says in one language, in one text."""
    (part,) = (part for part in report.content["parts"] if part["lang"] == language)
    cells = [cell for section in part["sections"] for row in section["rows"] for cell in row]
    titles = [section["title"] for section in part["sections"]]
    facts = [value for row in part["rows"] for value in row]
    return " | ".join([part["title"], *facts, *part["paragraphs"], *titles, *cells])


def lend(agent, entity, **chosen) -> services.Lent:
    usual = {"for_whom": "Yunting Bank", "parts": Part.values, "also_unpublished": False, "days": 7}
    return services.lend_code(by=agent, entity=entity, **usual | chosen)


def shared_record(entity, **facts):
    return RecordFactory(
        entity=entity,
        record_type=RecordTypeFactory(version__disclosure="shared"),
        title="部门共享的记录",
        **facts,
    )


class TestWhatAReportSays:
    def test_an_extract_tells_what_anybody_may_read_and_nothing_else(self, entity):
        public = RecordFactory(entity=entity, title="公开的处罚", facts="涉及个人的事实")
        shared_record(entity)
        RecordFactory(entity=entity, title="已修复的处罚", status="repaired", ended_on=timezone.localdate())
        RecordFactory(entity=entity, title="审核中的处罚", status="waiting")
        RecordFactory(title="别家的处罚")
        words = said(services.issue_extract(by=ANYBODY, entity=entity))
        assert public.title in words
        assert entity.credit_code in words
        for hidden in ("部门共享的记录", "已修复的处罚", "审核中的处罚", "别家的处罚", "涉及个人的事实"):
            assert hidden not in words

    def test_commitments_stand_in_it_what_was_found_for_readers_by_leave_alone(self, agent, entity):
        body = BodyFactory()
        for code, is_public in (("open", True), ("inner", False)):
            template = CommitmentTemplate.objects.create(
                code=code,
                name_zh=f"承诺{code}",
                matter_zh="Food",
                text_zh="依法经营。",
                checked_by=body,
                check_within_days=30,
                is_public=is_public,
                valid_from=timezone.localdate(),
            )
            Commitment.objects.create(
                number=f"CN-{code}",
                entity=entity,
                template=template,
                state="kept",
                given_on=timezone.localdate(),
                given_by=agent,
                signed_as="Pei Huaijin",
                due_on=timezone.localdate(),
                finding="Books in order.",
                checked_by=agent,
                checked_on=timezone.localdate(),
            )
        extract = said(services.issue_extract(by=ANYBODY, entity=entity))
        assert "承诺open" in extract
        assert "承诺inner" not in extract
        assert "Books in order." not in extract
        own = said(services.issue_own_report(by=agent, entity=entity))
        assert "承诺inner" in own
        assert "Books in order." in own
        without = lend(agent, entity, also_unpublished=True, parts=["penalties"])
        assert "承诺" not in said(services.open_with_code(by=ANYBODY, secret=without.secret, reader=BANK))

    def test_the_entity_itself_reads_everything_in_force_and_which_of_it_is_not_public(self, agent, entity):
        shared_record(entity)
        RecordFactory(entity=entity, record_type=RecordTypeFactory(family="market"), title="协会的记录")
        RecordFactory(entity=entity, title="异议核查中的记录", objected=True, suspended=True)
        report = services.issue_own_report(by=agent, entity=entity)
        words = said(report)
        assert "部门共享的记录" in words and "shared among departments only" in words
        assert "协会的记录" in words and "market credit information" in words
        assert "异议核查中的记录" in words and "under objection" in words
        assert "仅在政府部门间共享" in said(report, "zh")

    def test_a_record_that_only_its_body_sees_stands_in_no_report(self, agent, entity):
        RecordFactory(
            entity=entity, record_type=RecordTypeFactory(version__disclosure="own"), title="内部记录"
        )
        assert "内部记录" not in said(services.issue_own_report(by=agent, entity=entity))

    def test_what_the_entity_says_of_a_record_stands_beside_it(self, agent, entity):
        record = RecordFactory(entity=entity)
        write_statement(by=agent, record_id=record.pk, text="Paid the same day.")
        assert "Paid the same day." in said(services.issue_extract(by=ANYBODY, entity=entity))

    def test_being_on_no_list_is_said_too(self, entity):
        RecordTypeFactory(code="abnormal-listing", name_en="Abnormal list")
        words = said(services.issue_extract(by=ANYBODY, entity=entity))
        assert "Abnormal list | not recorded" in words

    def test_a_grade_that_is_not_public_stands_only_in_what_the_entity_allows(self, agent, entity):
        one = install_shipped_schemes()["city-comprehensive"]
        CurrentRatingFactory(entity=entity, version=one.version, grade="B")
        name = one.scheme.name_en
        assert name not in said(services.issue_extract(by=ANYBODY, entity=entity))
        assert name in said(services.issue_own_report(by=agent, entity=entity))
        with_grades = lend(agent, entity, also_unpublished=True)
        without = lend(agent, entity, also_unpublished=True, parts=["penalties"])
        assert name in said(services.open_with_code(by=ANYBODY, secret=with_grades.secret, reader=BANK))
        assert name not in said(services.open_with_code(by=ANYBODY, secret=without.secret, reader=BANK))

    def test_the_address_of_a_household_stands_only_in_its_own_report(self):
        household = EntityFactory(
            credit_code="92339702MX90000G05", legal_form="个体工商户", address="云汀市汀东区河岸路7号"
        )
        agent = AgentFactory(entity=household).user
        assert "河岸路" not in said(services.issue_extract(by=ANYBODY, entity=household))
        assert "河岸路" in said(services.issue_own_report(by=agent, entity=household))

    def test_of_very_many_records_the_newest_are_told_and_how_many_more_there_are(self, entity, monkeypatch):
        monkeypatch.setattr("credit_platform.portal.credit_reports.contents.MOST", 2)
        kind = RecordTypeFactory(code="administrative-penalty")
        body = MemberFactory()
        for number in range(4):
            RecordFactory(entity=entity, record_type=kind, entered_by=body, document_number=f"第{number}号")
        report = services.issue_extract(by=ANYBODY, entity=entity)
        (part,) = (part for part in report.content["parts"] if part["lang"] == "en")
        (penalties,) = (section for section in part["sections"] if section["title"] == "Penalties")
        assert len(penalties["rows"]) == 2
        assert "2 more" in penalties["note"]


class TestThePaper:
    def test_it_is_numbered_typed_signed_and_checked_like_a_letter(self, entity):
        RecordFactory(entity=entity)
        report = services.issue_extract(by=ANYBODY, entity=entity)
        assert re.fullmatch(r"BG-\d{4}-\d{2}-[2-9A-Z]{10}", report.number)
        assert papers.check(report.number) is None
        assert papers.type_waiting() == 1
        report.refresh_from_db()
        with report.document.file.open() as file:
            assert file.read().startswith(b"%PDF-")
        assert papers.check(report.number).verdict == "holds"
        assert report.document.uploaded_by is None

    def test_its_faces_are_in_the_file_and_each_page_has_the_code_that_leads_to_its_check(
        self, client, entity
    ):
        RecordFactory(entity=entity)
        report = services.issue_extract(by=ANYBODY, entity=entity)
        papers.type_waiting()
        report.refresh_from_db()
        with report.document.file.open() as file:
            drawn = file.read()
        assert {"NotoSerifSC-Regular", "NotoSansSC-Regular"} <= faces_of(drawn)
        codes = codes_of(drawn)
        assert len(codes) >= len(report.content["parts"])
        assert set(codes) == {f"https://credit.example{reverse('portal:verify', args=(report.number,))}"}

    def test_anybody_who_checks_its_number_reads_whether_it_is_current_and_not_of_whom_it_tells(
        self, client, entity
    ):
        report = services.issue_extract(by=ANYBODY, entity=entity)
        papers.type_waiting()
        url = reverse("portal:verify", args=(report.number,))
        english = {"accept-language": "en"}
        before = client.get(url, headers=english).text
        RecordFactory(entity=entity)
        after = client.get(url, headers=english).text
        assert before != after
        for page in (before, after):
            assert report.number in page
            assert not any(said in page for said in (entity.name_zh, entity.name_en, entity.credit_code))
        assert client.get(reverse("portal:verify", args=("BG-2026-11-ZZZZZZZZZZ",))).status_code == 404

    def test_a_long_report_runs_over_pages(self, entity):
        kind = RecordTypeFactory(code="administrative-penalty")
        clerk = MemberFactory()
        for number in range(60):
            RecordFactory(entity=entity, record_type=kind, entered_by=clerk, document_number=f"第{number}号")
        services.issue_extract(by=ANYBODY, entity=entity)
        assert papers.type_waiting() == 1

    def test_asked_again_on_the_same_day_it_is_the_same_as_long_as_nothing_changed(self, entity):
        first = services.issue_extract(by=ANYBODY, entity=entity)
        assert services.issue_extract(by=UserFactory(), entity=entity) == first
        RecordFactory(entity=entity)
        assert services.issue_extract(by=ANYBODY, entity=entity) != first

    @pytest.mark.parametrize(
        "change", ["new record", "withdrawn", "objection", "statement", "name", "expired"]
    )
    def test_it_is_no_longer_current_as_soon_as_anything_in_it_would_read_differently(
        self, agent, entity, change
    ):
        record = RecordFactory(entity=entity)
        report = services.issue_extract(by=ANYBODY, entity=entity)
        papers.type_waiting()
        assert papers.check(report.number).verdict == "holds"
        if change == "new record":
            RecordFactory(entity=entity)
        elif change == "withdrawn":
            records.withdraw_record(by=record.entered_by, record_id=record.pk, because="A mistake.")
        elif change == "objection":
            records.mark_objection(by=agent, record_id=record.pk)
        elif change == "statement":
            write_statement(by=agent, record_id=record.pk, text="Paid.")
        elif change == "name":
            entity.name_zh = "云汀市新名有限公司"
            entity.save()
        else:
            record.publish_until = timezone.localdate() - timedelta(days=1)
            record.save()
        assert papers.check(report.number).verdict == "superseded"

    def test_what_does_not_stand_in_an_extract_leaves_it_current(self, entity):
        report = services.issue_extract(by=ANYBODY, entity=entity)
        papers.type_waiting()
        shared_record(entity)
        assert papers.check(report.number).verdict == "holds"

    def test_a_report_without_code_cannot_claim_leave(self, entity):
        report = services.issue_extract(by=ANYBODY, entity=entity)
        report.kind = "authorised"
        with pytest.raises(IntegrityError), transaction.atomic():
            report.save()


class TestCodes:
    def test_a_code_opens_as_much_as_the_entity_allowed(self, agent, entity):
        penalty = RecordTypeFactory(code="administrative-penalty")
        licence = RecordTypeFactory(code="administrative-licence", polarity="neutral")
        RecordFactory(entity=entity, record_type=penalty, title="一项处罚")
        RecordFactory(entity=entity, record_type=licence, title="一项许可")
        shared_record(entity)
        lent = lend(agent, entity, parts=["licences"])
        words = said(services.open_with_code(by=ANYBODY, secret=lent.secret, reader=BANK))
        assert "一项许可" in words
        assert "一项处罚" not in words
        assert "部门共享的记录" not in words
        assert "Li Hua, Yunting Bank" in words

    def test_what_is_suspended_while_an_objection_is_checked_no_code_opens(self, agent, entity):
        RecordFactory(entity=entity, title="异议核查中的记录", objected=True, suspended=True)
        lent = lend(agent, entity, also_unpublished=True)
        assert "异议核查中" not in said(services.open_with_code(by=ANYBODY, secret=lent.secret, reader=BANK))

    def test_however_it_is_typed_it_is_the_same_code(self, agent, entity):
        lent = lend(agent, entity)
        typed = f" {lent.secret.lower().replace('-', ' ')} "
        assert services.open_with_code(by=ANYBODY, secret=typed, reader=BANK).code == lent.code

    def test_only_its_digest_is_kept(self, agent, entity):
        lent = lend(agent, entity)
        kept = " ".join(str(value) for value in LentCode.objects.values_list().get())
        assert lent.secret not in kept
        assert lent.secret.replace("-", "") not in kept

    def test_each_use_is_seen_by_the_entity_and_stands_in_the_log(self, agent, entity):
        lent = lend(agent, entity)
        report = services.open_with_code(by=ANYBODY, secret=lent.secret, reader=BANK)
        services.note_reading(by=ANYBODY, report=report, what=CodeUse.What.FILE)
        services.note_reading(by=agent, report=report, what=CodeUse.What.READ)
        uses = selectors.own_reports(user=agent, entity=entity).uses
        assert [(use.what, use.who, use.why) for use in uses] == [
            ("file", "Li Hua, Yunting Bank", "A loan"),
            ("opened", "Li Hua, Yunting Bank", "A loan"),
        ]
        told = Notice.objects.get(entity=entity, kind="credit_reports.code-used")
        assert "Li Hua, Yunting Bank has read your credit report" in told.text
        assert AuditEvent.objects.filter(verb="credit_reports.code.used").count() == 2

    @pytest.mark.parametrize("end", ["revoked", "over", "unknown"])
    def test_a_code_that_has_ended_opens_nothing_and_says_no_more_than_one_that_never_was(
        self, agent, entity, end
    ):
        lent = lend(agent, entity)
        secret = lent.secret
        if end == "revoked":
            services.revoke_code(by=agent, entity=entity, code_id=lent.code.pk)
        elif end == "over":
            moment = timezone.now() - timedelta(days=9)
            LentCode.objects.update(lent_at=moment, expires_at=moment + timedelta(days=1))
        else:
            secret = "2222-2222-2222-2222"
        with pytest.raises(InvalidInput) as refused:
            services.open_with_code(by=ANYBODY, secret=secret, reader=BANK)
        assert set(refused.value.problems) == {"code"}
        assert "opens nothing" in str(refused.value)

    def test_nobody_reads_without_saying_who_they_are_and_what_for(self, agent, entity):
        lent = lend(agent, entity)
        with pytest.raises(InvalidInput) as refused:
            services.open_with_code(by=ANYBODY, secret=lent.secret, reader=Reader(" ", ""))
        assert set(refused.value.problems) == {"who", "why"}
        assert not CreditReport.objects.exists()

    @pytest.mark.parametrize(
        ("chosen", "field"),
        [({"for_whom": " "}, "for_whom"), ({"parts": []}, "parts"), ({"parts": ["all"]}, "parts"),
         ({"days": 0}, "days"), ({"days": 91}, "days")],
    )  # fmt: skip
    def test_a_code_is_for_somebody_for_something_and_for_a_while(self, agent, entity, chosen, field):
        with pytest.raises(InvalidInput) as refused:
            lend(agent, entity, **chosen)
        assert set(refused.value.problems) == {field}

    def test_nobody_else_lends_or_ends_codes_of_an_entity_or_makes_its_report(self, agent, entity):
        lent = lend(agent, entity)
        for stranger in (AgentFactory().user, MemberFactory(role="supervisor"), UserFactory()):
            with pytest.raises(NotPermitted):
                lend(stranger, entity)
            with pytest.raises(NotPermitted):
                services.issue_own_report(by=stranger, entity=entity)
            with pytest.raises(Missing):
                services.revoke_code(by=stranger, entity=entity, code_id=lent.code.pk)
            with pytest.raises(Missing):
                selectors.own_reports(user=stranger, entity=entity)
        assert LentCode.objects.get().is_good

    def test_a_code_ends_once(self, agent, entity):
        lent = lend(agent, entity)
        services.revoke_code(by=agent, entity=entity, code_id=lent.code.pk)
        with pytest.raises(WrongState):
            services.revoke_code(by=agent, entity=entity, code_id=lent.code.pk)


class TestPages:
    def test_anybody_makes_an_extract_reads_it_and_takes_the_pdf(self, client, entity):
        record = RecordFactory(entity=entity)
        page = client.get(reverse("portal:entity", args=(entity.credit_code,))).content.decode()
        assert reverse("credit_reports:extract", args=(entity.credit_code,)) in page
        answer = client.post(reverse("credit_reports:extract", args=(entity.credit_code,)), follow=True)
        assert record.title in answer.content.decode()
        assert "being typed" in answer.content.decode()
        assert answer["X-Robots-Tag"] == "noindex, noarchive"
        papers.type_waiting()
        url = answer.request["PATH_INFO"]
        assert "Report as PDF" in client.get(url).content.decode()
        assert b"".join(client.get(f"{url}file/").streaming_content).startswith(b"%PDF")

    def test_an_extract_that_is_over_is_not_shown_again_nor_handed_out(self, client, entity):
        record = RecordFactory(entity=entity, title="罚款5000元")
        report = services.issue_extract(by=ANYBODY, entity=entity)
        papers.type_waiting()
        records.withdraw_record(by=record.entered_by, record_id=record.pk, because="A mistake.")
        page = client.get(reverse("credit_reports:report", args=(report.number,))).content.decode()
        assert "罚款5000元" not in page
        assert "No longer current" in page
        assert client.get(reverse("credit_reports:file", args=(report.number,))).status_code == 409

    def test_the_holder_of_a_code_reads_in_their_own_session_until_it_is_ended(self, client, agent, entity):
        lent = lend(agent, entity)
        typed = {"code": lent.secret, "who": "Li Hua", "why": "A tender"}
        answer = client.post(reverse("credit_reports:home"), typed, follow=True)
        url = answer.request["PATH_INFO"]
        assert "Li Hua" in answer.content.decode()
        other = type(client)()
        assert other.get(url).status_code == 404
        services.revoke_code(by=agent, entity=entity, code_id=lent.code.pk)
        assert client.get(url).status_code == 404

    def test_a_wrong_code_keeps_what_was_typed(self, client, db):
        answer = client.post(
            reverse("credit_reports:home"), {"code": "ABCD", "who": "Li Hua", "why": "A loan"}
        )
        assert answer.status_code == 422
        assert "Li Hua" in answer.content.decode()

    def test_nobody_tries_codes_out(self, client, db):
        typed = {"code": "ABCD", "who": "Li Hua", "why": "A loan"}
        answers = [client.post(reverse("credit_reports:home"), typed).status_code for _try in range(21)]
        assert answers == [422] * 20 + [429]

    def test_the_agent_makes_a_report_lends_a_code_and_ends_it(self, client, agent, entity):
        client.force_login(agent)
        own = reverse("credit_reports:own", args=(entity.credit_code,))
        assert "Credit report" in client.post(own, follow=True).content.decode()
        chosen = {"for_whom": "Yunting Bank", "parts": ["penalties"], "days": "7"}
        shown = client.post(
            reverse("credit_reports:lend", args=(entity.credit_code,)), chosen
        ).content.decode()
        assert re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", shown)
        page = client.get(own).content.decode()
        assert "Yunting Bank" in page
        code = LentCode.objects.get()
        client.post(reverse("credit_reports:revoke", args=(entity.credit_code, code.pk)))
        assert "Ended by you" in client.get(own).content.decode()

    def test_the_pages_speak_chinese_as_well(self, client, agent, entity, settings):
        client.force_login(agent)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
        lend(agent, entity)
        assert "信用报告" in client.get(reverse("credit_reports:home")).content.decode()
        assert (
            "授权码" in client.get(reverse("credit_reports:own", args=(entity.credit_code,))).content.decode()
        )

    def test_the_page_of_a_report_stays_within_its_query_budget(self, client, entity, query_budget):
        for _ in range(3):
            RecordFactory(entity=entity)
        report = services.issue_extract(by=ANYBODY, entity=entity)
        with query_budget("credit report"):
            client.get(reverse("credit_reports:report", args=(report.number,)))
