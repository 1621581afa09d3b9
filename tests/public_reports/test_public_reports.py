"""Anybody reports a problem, the body in charge answers within its term, and the sender reads what became of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from agencies import desk
from agencies.origins import named_in
from agencies.services import enter_record
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.portal.public_reports import selectors, services
from credit_platform.portal.public_reports.models import PublicReport
from credit_platform.portal.public_reports.services import Message
from entities.drafts import RecordDraft
from entities.models import CreditRecord, Notice
from entities.services.records import (
    approve_record,
    ask_for_withdrawal,
    correct_record,
    discard_draft,
    withdraw_record,
)
from repair.models import ClockRule
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TEXT = "On 3 November I bought milk there that was two weeks over its date."


def report(text: str = TEXT, **more) -> PublicReport:
    return services.receive_report(Message(topic=more.pop("topic", "goods"), text=text, **more)).report


def answer(by, one: PublicReport, outcome: str = "upheld") -> PublicReport:
    return services.answer_report(by=by, number=one.number, outcome=outcome, answer="We checked; it is so.")


class TestReceiving:
    def test_it_goes_to_the_body_in_charge_which_is_told_and_has_a_term(self, market, tax):
        one = report()
        assert (one.body, one.state, one.rule) == (market, "open", "report-result-platform")
        assert one.due_on > timezone.localdate() + timedelta(days=14)
        notice = Notice.objects.get(body=market)
        assert "Goods, food, prices" in notice.text and one.number in notice.text
        assert report("The invoice was refused twice.", topic="tax").body == tax

    def test_what_concerns_the_data_or_a_body_that_the_city_has_not_goes_to_the_lead_office(self, office):
        assert report(topic="data").body == office
        assert report("Wages were not paid since May.", topic="work").body == office

    def test_it_goes_to_the_successor_of_a_body_that_is_gone(self, market, tax):
        market.is_active, market.successor = False, tax
        market.save()
        assert report().body == tax

    def test_the_term_is_a_dated_rule(self, market):
        ClockRule.objects.filter(code="report-result-platform").update(value=3, unit="calendar_day")
        assert report().due_on == timezone.localdate() + timedelta(days=3)
        ClockRule.objects.filter(code="report-result-platform").delete()
        with pytest.raises(WrongState):
            report("Another problem at the same shop.")

    def test_name_and_contact_may_be_left_out_or_given(self, market):
        assert report().name == ""
        named = report("The shop sells without a licence.", name=" Li  Hua ", contact="13800000000")
        assert (named.name, named.contact) == ("Li Hua", "13800000000")

    @pytest.mark.parametrize(
        ("message", "field"),
        [
            (Message(topic="weather", text=TEXT), "topic"),
            (Message(topic="goods", text="  "), "text"),
            (Message(topic="goods", text="x" * 3001), "text"),
            (Message(topic="goods", text=TEXT, entity_code="91000000MX00000000"), "entity_code"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(self, market, message, field):
        with pytest.raises(InvalidInput) as refused:
            services.receive_report(message)
        assert set(refused.value.problems) == {field}
        assert not PublicReport.objects.exists()

    def test_what_looks_like_spam_is_put_aside_without_a_word_to_anybody(self, market):
        spam = report("专业信用修复代办，包过，加微信")
        assert spam.state == "put_aside"
        assert not Notice.objects.exists()

    def test_the_same_text_again_is_put_aside(self, market):
        assert report().state == "open"
        assert report(TEXT.replace(" ", "  ")).state == "put_aside"

    def test_only_a_digest_of_the_code_is_kept(self, market):
        received = services.receive_report(Message(topic="goods", text=TEXT))
        assert received.code.replace("-", "") not in str(PublicReport.objects.values().get())
        assert selectors.by_code(received.code.lower()) == received.report
        with pytest.raises(Missing):
            selectors.by_code("2222-2222-2222-2222")


class TestWorking:
    def test_it_is_answered_once_and_the_log_says_whether_in_time(self, clerk):
        done = answer(clerk, report())
        assert (done.state, done.outcome, done.answered_by) == ("answered", "upheld", clerk)
        assert AuditEvent.objects.get(verb="public_reports.report.answered").detail["in_time"] is True
        with pytest.raises(WrongState):
            answer(clerk, done, "not_upheld")

    def test_an_answer_has_an_outcome_and_words(self, clerk):
        one = report()
        with pytest.raises(InvalidInput) as refused:
            services.answer_report(by=clerk, number=one.number, outcome="", answer=" ")
        assert set(refused.value.problems) == {"outcome", "answer"}

    def test_it_is_passed_on_with_a_reason_and_the_clock_runs_on(self, clerk, tax):
        one = report()
        due = one.due_on
        moved = services.pass_on(by=clerk, number=one.number, to="tax", why="It is about invoices.")
        assert (moved.body, moved.due_on) == (tax, due)
        assert "It is about invoices." in Notice.objects.get(body=tax).text
        with pytest.raises(Missing):
            answer(clerk, one)
        answer(MemberFactory(body=tax), one)

    def test_it_is_not_passed_to_itself_to_an_association_or_without_a_reason(self, clerk):
        one = report()
        BodyFactory(code="club", kind="association")
        for to in ("market-supervision", "club", "nobody"):
            with pytest.raises(InvalidInput) as refused:
                services.pass_on(by=clerk, number=one.number, to=to, why="")
            assert set(refused.value.problems) == {"to", "why"}

    def test_what_was_put_aside_is_taken_up_again(self, clerk):
        one = report()
        assert services.put_aside(by=clerk, number=one.number).state == "put_aside"
        with pytest.raises(WrongState):
            services.put_aside(by=clerk, number=one.number)
        assert services.take_up(by=clerk, number=one.number).state == "open"
        with pytest.raises(WrongState):
            services.take_up(by=clerk, number=one.number)

    def test_nobody_else_sees_it_and_the_lead_office_watches_without_acting(self, clerk, tax, office):
        one = report(name="Li Hua")
        for stranger in (MemberFactory(body=tax), UserFactory(), MemberFactory(role="officer")):
            with pytest.raises(Missing):
                answer(stranger, one)
            with pytest.raises(Missing):
                selectors.report_for(user=stranger, number=one.number)
        lead = MemberFactory(body=office, role="lead")
        assert selectors.report_for(user=lead, number=one.number) == one
        with pytest.raises(NotPermitted):
            answer(lead, one)

    def test_an_answer_stands_or_falls_as_a_whole(self, market):
        one = report()
        one.state = "answered"
        with pytest.raises(IntegrityError), transaction.atomic():
            one.save()

    def test_it_lies_on_the_desk_until_it_is_answered(self, clerk):
        one = report(entity_code=EntityFactory().credit_code)
        (row,) = [
            row for lane in desk.lanes_of(clerk) if lane.code == "public-reports" for row in lane.rows(clerk)
        ]
        assert (row.reference, row.due) == (one.number, one.due_on)
        answer(clerk, one)
        assert not selectors.waiting_of(type(clerk).objects.get(pk=clerk.pk)).exists()


class TestIntoARecord:
    def test_what_was_upheld_leads_to_a_record_by_the_decision_of_the_department(self, client, clerk, market):
        entity = EntityFactory()
        kind = RecordTypeFactory(code="administrative-penalty", submitters=[market])
        one = answer(clerk, report(entity_code=entity.credit_code))
        client.force_login(clerk)
        page = client.get(reverse("public_reports:detail", args=(one.number,))).content.decode()
        assert "A report is no evidence" in page
        answered = client.post(
            reverse("public_reports:record", args=(one.number,)), {"record_type": kind.code}
        )
        assert answered.url.startswith(reverse("agencies:enter", args=(kind.code,)))
        assert entity.name in client.get(answered.url).content.decode()
        assert not entity.records.exists()
        assert AuditEvent.objects.get(verb="public_reports.report.taken_into_record").actor == clerk

    @pytest.mark.parametrize("outcome", ["not_upheld", "elsewhere"])
    def test_nothing_else_does(self, clerk, market, outcome):
        kind = RecordTypeFactory(submitters=[market])
        one = answer(clerk, report(entity_code=EntityFactory().credit_code), outcome)
        with pytest.raises(WrongState):
            services.take_into_record(by=clerk, number=one.number, type_code=kind.code)

    def test_nor_does_what_names_no_business(self, clerk, market):
        kind = RecordTypeFactory(submitters=[market])
        with pytest.raises(WrongState):
            services.take_into_record(by=clerk, number=answer(clerk, report()).number, type_code=kind.code)

    def test_only_who_enters_records_of_kinds_that_the_department_submits(self, clerk, market):
        one = answer(clerk, report(entity_code=EntityFactory().credit_code))
        with pytest.raises(InvalidInput):
            services.take_into_record(by=clerk, number=one.number, type_code=RecordTypeFactory().code)
        kind = RecordTypeFactory(submitters=[market])
        with pytest.raises(NotPermitted):
            services.take_into_record(
                by=MemberFactory(body=market, role="reviewer"), number=one.number, type_code=kind.code
            )


class TestTheRecordThatCameOfIt:
    """It and its report know of each other, where the department wrote it on the report's page."""

    @pytest.fixture
    def upheld(self, clerk, market):
        entity, kind = EntityFactory(), RecordTypeFactory(code="administrative-penalty", submitters=[market])
        received = services.receive_report(
            Message(topic="goods", text=TEXT, entity_code=entity.credit_code, name="Li Hua")
        )
        answer(clerk, received.report)
        return received, entity, kind

    def typed(self, entity, kind, **more) -> RecordDraft:
        return RecordDraft(
            document_number="Y-2026-17",
            title="Sold goods over their date",
            legal_basis="Order 1, art. 2",
            decided_on=timezone.localdate(),
            **more,
        )

    def enter(self, by, number: str, entity, kind, send: bool = True):
        return enter_record(
            by=by,
            body=by.memberships.get().body,
            entity=entity,
            record_type=kind,
            draft=self.typed(entity, kind),
            send=send,
            origin=named_in(f"public-report:{number}"),
        )

    def followed(self, client, code: str) -> str:
        return client.post(reverse("public_reports:follow"), {"code": code}).content.decode()

    def test_the_form_to_which_the_clerk_is_sent_names_the_report_and_not_its_sender(
        self, client, clerk, upheld
    ):
        received, _entity, kind = upheld
        client.force_login(clerk)
        sent = client.post(
            reverse("public_reports:record", args=(received.report.number,)), {"record_type": kind.code}
        )
        form = client.get(sent.url).content.decode()
        assert f"This comes of the report {received.report.number}" in form
        assert f'action="{sent.url.replace("&", "&amp;")}"' in form
        assert "Li Hua" not in form

    def test_the_record_stands_on_the_report_and_the_report_beside_the_record(self, client, clerk, upheld):
        received, entity, kind = upheld
        number = received.report.number
        services.take_into_record(by=clerk, number=number, type_code=kind.code)
        for _twice in range(2):
            record = self.enter(clerk, number, entity, kind)
        assert list(received.report.led_to.all()) == [record]
        assert AuditEvent.objects.filter(verb="public_reports.report.became_record").count() == 1
        client.force_login(clerk)
        page = client.get(reverse("public_reports:detail", args=(number,))).content.decode()
        assert "Records that came of it" in page
        assert reverse("entities:record-detail", args=(record.pk,)) in page
        beside = client.get(reverse("public_reports:of-record", args=(record.pk,)))
        assert reverse("public_reports:detail", args=(number,)) in beside.content.decode()
        assert reverse("public_reports:of-record", args=(record.pk,)) in client.get(
            reverse("entities:record-detail", args=(record.pk,))
        ).content.decode()  # fmt: skip

    def test_whom_it_is_about_and_other_departments_learn_of_no_report(self, client, clerk, upheld):
        received, entity, kind = upheld
        services.take_into_record(by=clerk, number=received.report.number, type_code=kind.code)
        record = self.enter(clerk, received.report.number, entity, kind)
        approve_record(by=MemberFactory(body=record.submitted_by, role="reviewer"), record_id=record.pk)
        beside = reverse("public_reports:of-record", args=(record.pk,))
        client.force_login(AgentFactory(entity=entity).user)
        assert client.get(beside).status_code == 404
        assert beside not in client.get(reverse("entities:record-detail", args=(record.pk,))).content.decode()
        client.force_login(MemberFactory(body=BodyFactory()))
        assert received.report.number not in client.get(beside).content.decode()

    def test_its_sender_reads_of_the_record_once_anybody_may_and_no_longer(self, client, clerk, upheld):
        received, entity, kind = upheld
        services.take_into_record(by=clerk, number=received.report.number, type_code=kind.code)
        record = self.enter(clerk, received.report.number, entity, kind)
        assert "Y-2026-17" not in self.followed(client, received.code)
        reviewer = MemberFactory(body=record.submitted_by, role="reviewer")
        approve_record(by=reviewer, record_id=record.pk)
        shown = self.followed(client, received.code)
        assert "Y-2026-17" in shown and reverse("portal:entity", args=(entity.credit_code,)) in shown
        ask_for_withdrawal(by=clerk, record_id=record.pk, because="It was another shop.")
        withdraw_record(by=reviewer, record_id=record.pk, because="It was another shop.")
        assert "Y-2026-17" not in self.followed(client, received.code)

    def test_a_correction_stands_there_in_its_place(self, client, clerk, upheld):
        received, entity, kind = upheld
        services.take_into_record(by=clerk, number=received.report.number, type_code=kind.code)
        record = self.enter(clerk, received.report.number, entity, kind)
        reviewer = MemberFactory(body=record.submitted_by, role="reviewer")
        approve_record(by=reviewer, record_id=record.pk)
        newer = correct_record(
            by=clerk,
            record_id=record.pk,
            draft=self.typed(entity, kind, facts="Two kinds."),
            because="One more.",
        )
        approve_record(by=reviewer, record_id=newer.pk)
        assert selectors.records_of(received.report) == [newer]
        assert list(selectors.public_records_of(received.report)) == [newer]
        assert list(selectors.of_record(user=clerk, record=newer)) == [received.report]

    def test_a_draft_that_is_thrown_away_leaves_the_report(self, clerk, upheld):
        received, entity, kind = upheld
        services.take_into_record(by=clerk, number=received.report.number, type_code=kind.code)
        record = self.enter(clerk, received.report.number, entity, kind, send=False)
        discard_draft(by=clerk, record_id=record.pk)
        assert not received.report.led_to.exists()

    def test_an_address_alone_makes_no_link(self, clerk, upheld):
        received, entity, kind = upheld
        with pytest.raises(WrongState, match="Nobody has decided"):
            self.enter(clerk, received.report.number, entity, kind)
        services.take_into_record(by=clerk, number=received.report.number, type_code=kind.code)
        with pytest.raises(InvalidInput, match=entity.name):
            self.enter(clerk, received.report.number, EntityFactory(), kind)
        with pytest.raises(Missing):
            self.enter(clerk, "JB-none", entity, kind)
        assert not CreditRecord.objects.exists()
        assert named_in("public-report:") is named_in("no-such:1") is named_in("") is None


class TestTheClock:
    def test_the_body_is_reminded_once_and_then_told_once_with_the_lead_office(self, market, office):
        one = report()
        assert services.watch_clocks(today=timezone.localdate()) == 0
        assert services.watch_clocks(today=one.due_on) == 1
        assert services.watch_clocks(today=one.due_on) == 0
        late = one.due_on + timedelta(days=1)
        assert services.watch_clocks(today=late) == 1
        assert services.watch_clocks(today=late) == 0
        assert Notice.objects.filter(body=market).count() == 3
        assert Notice.objects.filter(body=office, kind="public_reports.overdue").count() == 1

    def test_its_day_follows_the_rule_and_is_reminded_of_anew(self, market, office):
        one = report()
        due = one.due_on
        services.watch_clocks(today=due)
        rule = ClockRule.objects.get(code=one.rule)
        ClockRule.objects.filter(code=one.rule).update(value=rule.value + 5)
        assert services.watch_clocks(today=due - timedelta(days=9)) == 0
        one.refresh_from_db()
        assert one.due_on > due
        assert services.watch_clocks(today=one.due_on) == 1
        moved = AuditEvent.objects.get(verb="public_reports.report.clock_reckoned")
        assert (moved.detail["was"], moved.detail["now"]) == (due.isoformat(), one.due_on.isoformat())

    def test_nobody_is_reminded_of_what_is_answered_or_put_aside(self, clerk):
        one, other = report(), report("The shop sells without a licence.")
        answer(clerk, one)
        services.put_aside(by=clerk, number=other.number)
        assert services.watch_clocks(today=one.due_on + timedelta(days=9)) == 0


class TestPages:
    def written(self, client, **more):
        opened = client.get(reverse("public_reports:write")).context["form"]["opened"].value()
        return {"topic": "goods", "text": TEXT, "opened": opened} | more

    def test_somebody_reports_and_follows_it_by_the_code(self, client, clerk, monkeypatch):
        typed = self.written(client)
        monkeypatch.setattr("credit_platform.portal.public_reports.views._open_for", lambda opened: 60.0)
        sent = client.post(reverse("public_reports:write"), typed)
        code = sent.context["received"].code
        assert code in sent.content.decode()
        assert "no-store" in sent["Cache-Control"]
        follow = reverse("public_reports:follow")
        assert "Being checked" in client.post(follow, {"code": code}).content.decode()
        answer(clerk, PublicReport.objects.get())
        shown = client.post(follow, {"code": code}).content.decode()
        assert "We checked; it is so." in shown
        assert str(clerk) not in shown

    def test_a_form_that_is_sent_at_once_is_taken_for_a_program(self, client, market):
        client.post(reverse("public_reports:write"), self.written(client))
        assert PublicReport.objects.get().state == "put_aside"

    def test_a_code_that_no_database_takes_breaks_no_form(self, client, market):
        assert client.get(reverse("public_reports:write"), {"entity": "a\0"}).status_code == 200
        typed = self.written(client) | {"entity_code": "a\0"}
        assert client.post(reverse("public_reports:write"), typed).status_code == 422

    def test_a_business_is_filled_in_from_its_page(self, client, market):
        entity = EntityFactory()
        page = client.get(f"{reverse('public_reports:write')}?entity={entity.credit_code}").content.decode()
        assert f"About {entity.name}" in page

    def test_nobody_floods_the_departments(self, client, market):
        typed = self.written(client)
        answers = [
            client.post(reverse("public_reports:write"), typed | {"text": f"{TEXT} {number}"}).status_code
            for number in range(7)
        ]
        assert answers == [200] * 6 + [429]

    def test_a_wrong_code_says_so(self, client):
        shown = client.post(reverse("public_reports:follow"), {"code": "ABCD"})
        assert shown.status_code == 422
        assert "No report has this code" in shown.content.decode()

    def test_the_department_works_on_its_page(self, client, clerk, tax):
        client.force_login(clerk)
        one, other = report(name="Li Hua"), report("The shop gives no invoices.")
        page = client.get(reverse("public_reports:list")).content.decode()
        assert one.number in page
        url = reverse("public_reports:detail", args=(one.number,))
        assert "Li Hua" in client.get(url).content.decode()
        client.post(f"{url}answer/", {"outcome": "upheld", "answer": "It is so."})
        assert "It is so." in client.get(url).content.decode()
        client.post(
            reverse("public_reports:pass-on", args=(other.number,)), {"to": "tax", "why": "About invoices."}
        )
        other.refresh_from_db()
        assert other.body == tax

    def test_the_lead_office_does_not_read_who_sent_it(self, client, market, office):
        one = report(name="Li Hua", contact="13800000000")
        client.force_login(MemberFactory(body=office, role="lead"))
        page = client.get(reverse("public_reports:detail", args=(one.number,))).content.decode()
        assert TEXT in page
        assert "Li Hua" not in page and "13800000000" not in page

    def test_the_pages_speak_chinese_as_well(self, client, clerk, settings):
        one = report()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
        assert "反映问题" in client.get(reverse("public_reports:write")).content.decode()
        client.force_login(clerk)
        assert "公众反映" in client.get(reverse("public_reports:detail", args=(one.number,))).content.decode()

    def test_the_list_stays_within_its_query_budget(self, client, clerk, query_budget):
        for number in range(4):
            report(f"{TEXT} {number}", entity_code=EntityFactory().credit_code)
        client.force_login(clerk)
        with query_budget("public reports"):
            client.get(reverse("public_reports:list"))
