"""A small world in which every address means something: two departments, a lead office, an association, an entity."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from agencies.measures.models import Measure
from agencies.supervision.models import DrawnEntity, InspectionDraw, SupervisionRule
from associations.courses.models import Course, SignUp
from associations.exchange.models import Consultation, Exchange
from associations.forewarning.models import PriorNotice
from associations.models import Association, Member, Officer
from credit_platform.portal.credit_checks import services as credit_checks
from credit_platform.portal.credit_reports import services as credit_reports
from credit_platform.portal.held_data import services as held_data
from credit_platform.portal.integrity_calendar.models import CalendarEntry
from credit_platform.portal.public_reports.models import PublicReport, ReportTopic
from credit_platform.portal.stories import services as stories
from credit_platform.portal.stories.models import Story
from entities.commitments import services as commitments
from entities.invitations import mail as invitation_mail, services as invitations
from entities.models import (
    CatalogueProposal,
    ColumnMapping,
    CreditRecord,
    Document,
    EntityMove,
    LegalInstrument,
    NearDuplicate,
    Notice,
    RecordType,
    SubmissionRow,
    SubmittingBody,
)
from entities.retention import services as retention
from entities.sharing.models import WatchList, Webhook, WebhookMessage
from entities.statements.models import Statement
from entities.systems.services import connect_system
from evaluation.composing import services as composing, simulating
from evaluation.models import Scheme
from repair.helping import services as helping
from repair.letters import signing
from repair.letters.models import Letter, SigningKey
from repair.models import CaseDocument, CaseStep, JointFiling
from repair.proof.models import Confirmation, Effect
from repair.sections import services as sections
from repair.wordings.models import Wording
from tests import factories
from tests.associations.factories import CourseFactory, SignUpFactory
from tests.browser.city import build_city
from tests.permissions.routes import routes

ROUTES = dict(routes())
#: Pages of an association, found by its code.
ASSOCIATIONS_OWN = {
    f"associations:{page}"
    for page in ("profile", "profile-edit", "repair-rule", "officer-add", "officer-end", "industry")
}


class World:
    """The people of `table.ROLES` by name, and what each address is asked about.

    All things belong to one department (market supervision), one entity and one association: the clerk,
    reviewer and supervisor are that department's, the agent is that entity's, the officer that association's.
    The other clerk, the other agent and the stranger have nothing to do with them.
    """

    def __init__(self) -> None:
        city = build_city()
        self.body, self.entity = city.bodies["market-supervision"], city.hegu
        self.people = {
            "public": None,
            "stranger": factories.UserFactory(),
            "clerk": city.people["market-supervision clerk"],
            "reviewer": city.people["market-supervision reviewer"],
            "supervisor": city.people["market-supervision supervisor"],
            "other clerk": city.people["tax clerk"],
            "lead": city.people["lead"],
            "officer": city.people["officer"],
            "agent": city.people["agent"],
            "other agent": factories.AgentFactory(entity=city.leasing).user,
        }
        self.today = timezone.localdate()
        penalty = RecordType.objects.get(code="administrative-penalty")

        def record(number: int, **facts):
            return factories.RecordFactory(
                document_number=f"云市监罚〔2026〕8{number}号",
                entity=self.entity,
                submitted_by=self.body,
                record_type=penalty,
                type_version=penalty.versions.order_by("-valid_from").first(),
                decided_on=timezone.localdate() - timedelta(days=150),
                penalty_kinds=["fine"],
                **{"entered_by": self.people["clerk"]} | facts,
            )

        record(5, status="expired", ended_on=self.today - timedelta(days=1), archived_on=self.today)
        retention.work_through_nights(today=self.today)
        self.record = record(1)
        self.draft = record(2, status="draft")
        self.waiting = record(3, status="waiting", entered_by=city.people["market-supervision colleague"])
        self.repairable = record(4)
        self.submission = factories.SubmissionFactory(
            body=self.body,
            uploaded_by=self.people["clerk"],
            format_code="market-penalties",
            document=self._document("penalties.csv", "text/csv", "clerk"),
            encoding="utf-8",
            header=["CF_WSH"],
            layout={"kind": "csv", "delimiter": ",", "columns": {}},
        )
        self.system = connect_system(
            by=self.people["supervisor"], body=self.body, name="case system", scopes=["records:read"]
        ).system
        self.mapping = ColumnMapping.objects.create(
            body=self.body,
            format_code="market-penalties",
            names={"文号": "document_number"},
            changed_by=self.people["clerk"],
        )
        SubmissionRow.objects.create(
            submission=self.submission, number=2, cells=["1"], outcome="asked", question="unregistered"
        )
        self._cases(record(5))
        self.paper = CaseDocument.objects.create(
            case=self.case, document=self._document("receipt.pdf", "application/pdf", "agent"), kind="proof"
        )
        effect = Effect.objects.create(case=self.case, record=self.record, how="repaired")
        self.confirmation = Confirmation.objects.create(
            effect=effect, kind="body", body=self.body, why="told"
        )
        self.letter = self._letter()
        self._what_the_public_gets()
        self.missing = factories.MissingRecordFactory(
            entity=self.entity,
            body=self.body,
            opened_by=self.people["agent"],
            paper=self._document("commendation.pdf", "application/pdf", "agent"),
        )
        association = Association.objects.get(body__kind=SubmittingBody.Kind.ASSOCIATION)
        self.member = Member.objects.create(
            association=association, entity=self.entity, joined_on=timezone.localdate(), basis="charter"
        )
        self._work_of(association)
        self.notice = Notice.objects.create(
            body=self.body, kind="entities.record-published", template="", params={}
        )
        self.proposal = CatalogueProposal.objects.create(
            kind="record_type",
            act="end",
            code="administrative-penalty",
            target=penalty.versions.last().pk,
            content={"valid_to": (timezone.localdate() + timedelta(days=30)).isoformat()},
            reason="a new law",
            drafted_by=factories.MemberFactory(body=city.people["lead"].memberships.get().body, role="lead"),
        )
        self.move = EntityMove.objects.create(
            kind="merge",
            source=factories.EntityFactory(),
            target=city.leasing,
            because="one licence",
            proposed_by=self.proposal.drafted_by,
        )
        self.pair = NearDuplicate.objects.create(
            first=min(self.move.source, city.leasing, key=lambda one: one.pk),
            second=max(self.move.source, city.leasing, key=lambda one: one.pk),
            reasons=["same_name"],
        )
        self.done_move = EntityMove.objects.create(
            kind="merge",
            source=factories.EntityFactory(),
            target=city.leasing,
            because="one licence",
            state="done",
            proposed_by=self.proposal.drafted_by,
            decided_by=self.people["lead"],
        )
        self.scheme = Scheme.objects.get(code="city-comprehensive")
        colleague = self.proposal.drafted_by
        self.scheme_draft = composing.begin_draft(by=colleague, code=self.scheme.code)
        self.simulation = composing.start_simulation(by=colleague, draft_id=self.scheme_draft.pk)
        simulating.work_on(self.simulation.pk)
        self.waiting_simulation = composing.start_simulation(by=colleague, draft_id=self.scheme_draft.pk)
        self.stopped_simulation = composing.start_simulation(
            by=colleague, draft_id=self.scheme_draft.pk, inspections={"A": 1}
        )
        composing.cancel_simulation(by=colleague, simulation_id=self.stopped_simulation.pk)
        self.sent_draft = composing.begin_draft(by=colleague, code=self.scheme.code)
        composing.save_draft(
            by=colleague,
            draft_id=self.sent_draft.pk,
            document=self.sent_draft.document | {"floor": "5"},
            name_zh=self.sent_draft.name_zh,
            name_en=self.sent_draft.name_en,
            effective_from=self.sent_draft.effective_from,
            reason="a new law",
        )
        simulating.work_on(composing.start_simulation(by=colleague, draft_id=self.sent_draft.pk).pk)
        composing.send_draft(by=colleague, draft_id=self.sent_draft.pk)
        self.watch_list = WatchList.objects.create(
            body=self.body, name="Kitchens", kind="picked", created_by=self.people["clerk"]
        )
        self.watch_list.picked.create(entity=self.entity)
        self.statement = Statement.objects.create(
            record=self.record, text="Put right at once.", written_by=self.people["agent"]
        )
        self.hidden_statement = Statement.objects.create(
            record=self.repairable,
            text="They are fools.",
            written_by=self.people["agent"],
            state="hidden",
            hidden_because="It insults.",
        )
        self.measure = Measure.objects.create(
            record=self.record,
            body=self.body,
            title="不得参加政府采购活动",
            legal_basis="《中华人民共和国政府采购法》第二十二条",
            noted_by=self.people["supervisor"],
        )
        self.webhook = Webhook.objects.create(
            body=self.body, url="https://example.org/changes", created_by=self.people["supervisor"]
        )
        self.message = WebhookMessage.objects.create(
            webhook=self.webhook, body="{}", given_up_at=timezone.now()
        )

    def _cases(self, another: CreditRecord) -> None:
        """A case that is filed together with others, one that is a draft, and a joint filing that is a draft too."""
        self.section = sections.open_section(
            by=self.people["supervisor"], body_id=self.body.pk, name_zh="信用修复科"
        )
        self.case = factories.CaseFactory(record=self.record, opened_by=self.people["agent"])
        self.case_draft = factories.CaseFactory(
            record=self.repairable, opened_by=self.people["agent"], state="draft"
        )
        made_by = {"entity": self.entity, "opened_by": self.people["agent"]}
        self.joint = JointFiling.objects.create(
            number="HB-2026-11-0001", submitted_at=timezone.now(), **made_by
        )
        self.case.joint = self.joint
        self.case.save(update_fields=("joint",))
        self.joint_draft = JointFiling.objects.create(number="HB-2026-11-0002", **made_by)
        factories.CaseFactory(
            record=another, opened_by=self.people["agent"], state="draft", joint=self.joint_draft
        )
        self.wording = Wording.objects.filter(use="grant").first()
        self.wording_draft = Wording.objects.create(
            code="another-wording", use="grant", name_zh="准予", name_en="Grant", text_zh="准予修复。",
            text_en="Granted.", valid_from=self.today, written_by=factories.UserFactory(),
        )  # fmt: skip
        self.rule_draft, self.rule = self._supervision_rules()
        self.draw = InspectionDraw.objects.create(
            body=self.body, scheme=self.rule.scheme, purpose="秋季抽查", drawn_on=self.today, seed="5eed", each=0,
            drawn_by=self.people["supervisor"], pots={"C": {"share": 20, "of": 5, "drawn": 1, "digest": "d1"}},
        )  # fmt: skip
        DrawnEntity.objects.create(draw=self.draw, number=1, entity=self.entity, grade="C", rule=self.rule)

    def _supervision_rules(self) -> tuple[SupervisionRule, SupervisionRule]:
        """One that waits for a second person, and one in force, by which risk class C is inspected once a year."""
        said = {
            "scheme": Scheme.objects.get(code="risk-class"),
            "instrument": LegalInstrument.objects.get(code="registration-rules-2022"),
            "article": "第六十五条",
            "text_zh": "每年检查一次。",
            "text_en": "Inspected once a year.",
            "valid_from": self.today,
            "written_by": factories.UserFactory(),
            "kind": "inspection",
            "every_months": 12,
        }
        draft = SupervisionRule.objects.create(
            code="of-d", grades=["D"], name_zh="重点检查", name_en="Closer watch", **said
        )
        in_force = SupervisionRule.objects.create(
            code="of-c", grades=["C"], name_zh="常规检查", name_en="Regular inspection",
            state="approved", approved_by=factories.UserFactory(), **said,
        )  # fmt: skip
        return draft, in_force

    def _work_of(self, association: Association) -> None:
        """What the association has told its members, asked and noted of itself."""
        warning = RecordType.objects.get(code="member-warning")
        self.prior_notice = PriorNotice.objects.create(
            record=factories.RecordFactory(
                document_number="云餐协警〔2026〕1号",
                entity=self.entity,
                status="announced",
                submitted_by=association.body,
                record_type=warning,
                type_version=warning.versions.get(),
                entered_by=self.people["officer"],
            ),
            entity=self.entity,
            body=association.body,
            record_type=warning,
            document_number="云餐协警〔2026〕1号",
            title="未公示价目",
            decided_on=self.today,
            days=15,
            counting="working",
            state="running",
            told_on=self.today,
            due_on=self.today + timedelta(days=21),
        )
        self.association = association
        self.course, self.sign_up, self.attended = self._courses_of(association)
        self.leave = helping.give_leave(
            by=self.people["agent"],
            entity=self.entity,
            member_id=self.association.members.get(entity=self.entity).pk,
            until=self.today + timedelta(days=30),
            record_id=self.repairable.pk,
        )
        self.officer = Officer.objects.create(
            association=association, name="林甲", office="会长", since=self.today - timedelta(days=90)
        )
        self.consultation = Consultation.objects.create(
            department=self.body, subject="New kitchen", asked_by=self.people["clerk"]
        )
        self.exchange = Exchange.objects.create(
            kind="member",
            association=association,
            consultation=self.consultation,
            department=self.body,
            entity=self.entity,
            subject="New kitchen",
            text="How do you know them?",
            paper=self._document("draft.pdf", "application/pdf", "clerk"),
            due_on=self.today + timedelta(days=10),
            sent_by=self.people["clerk"],
        )

    def _letter(self) -> Letter:
        key = SigningKey.objects.create(code="0123456789abcdef", public_pem=signing.current_key().public_pem)
        step = CaseStep.objects.create(
            case=self.case, actor_name="x", action="submit", source="draft", target="submitted", version=0
        )
        return Letter.objects.create(
            number="SL-2026-11-ABCDEFGHJK",
            kind="acceptance",
            case=self.case,
            step=step,
            asked_by=self.people["clerk"],
            issued_at=timezone.now(),
            content={"parts": [], "seal": ""},
            statement="{}",
            signature="AAAA",
            key=key,
            document=self._document("letter.pdf", "application/pdf", "clerk"),
        )

    def _courses_of(self, association: Association) -> tuple[Course, SignUp, SignUp]:
        """A course that comes, who signed up for it, and who attended another."""
        people = {"entity": self.entity, "signed_up_by": self.people["agent"]}
        course, over = (
            CourseFactory(association=association, starts_at=timezone.now() + timedelta(days=days))
            for days in (3, -3)
        )
        attended = SignUpFactory(
            course=over,
            state="attended",
            certificate="PX-2026-11-0000000A",
            confirmed_by=self.people["officer"],
            confirmed_at=timezone.now(),
            **people,
        )
        return course, SignUpFactory(course=course, **people), attended

    def _what_the_public_gets(self) -> None:
        self.invitation = invitations.invite_member(
            by=self.people["lead"], body=self.body, role="clerk", email="new@example.org"
        )
        self.invited_agent = invitations.invite_agent(
            by=self.people["agent"], entity=self.entity, email="new@example.org"
        )
        self.template = commitments.add_template(
            by=self.people["lead"],
            wording=commitments.Wording(
                code="safe-food",
                name_zh="食品安全承诺",
                name_en="Safe food",
                matter_zh="食品经营许可",
                text_zh="本单位承诺依法经营。",
                checked_by=self.body,
                check_within_days=30,
                valid_from=self.today,
            ),
        )
        self.commitment = commitments.give_commitment(
            by=self.people["agent"],
            entity=self.entity,
            template_id=self.template.pk,
            signed_as="Pei Huaijin",
        )
        # As if it had been handed in at the window of the department.
        type(self.commitment).objects.filter(pk=self.commitment.pk).update(through=self.body)
        self.credit_report = credit_reports.issue_own_report(by=self.people["agent"], entity=self.entity)
        self.held_data = held_data.ask_for_everything(by=self.people["agent"], entity=self.entity)
        held_data.make_waiting()
        self.credit_check = credit_checks.ask_for_check(
            by=self.people["clerk"],
            purpose="tender",
            upload=SimpleUploadedFile("list.csv", f"name,code\n,{self.entity.credit_code}\nX,\n".encode()),
        )
        credit_checks.check_waiting()
        self.lent_code = credit_reports.lend_code(
            by=self.people["agent"],
            entity=self.entity,
            for_whom="Yunting Bank",
            parts=["penalties"],
            also_unpublished=False,
            days=7,
        ).code
        self.public_report = self._public_report("open", entity=self.entity)
        self.upheld_report = self._public_report(
            "answered",
            entity=self.entity,
            outcome="upheld",
            answer="It is so.",
            answered_by=self.people["clerk"],
            answered_at=timezone.now(),
        )
        self.report_put_aside = self._public_report("put_aside")
        self.story = self._story()

    def _story(self) -> Story:
        """A story that everybody reads, of the entity and by the department."""
        praise = RecordType.objects.get(code="commendation")
        record = factories.RecordFactory(
            entity=self.entity,
            submitted_by=self.body,
            record_type=praise,
            type_version=praise.versions.order_by("-valid_from").first(),
            severity_class="",
        )
        draft = stories.Draft(
            title_zh="每一份合同都按期履行",
            title_en="Every contract kept on its day",
            text_zh="十年间，每一份供货合同都按期履行。",
            text_en="For ten years it has kept each of its contracts on the day.",
            records=[record.pk],
            shown_until=self.today + timedelta(days=365),
        )
        number = stories.propose_story(
            by=self.people["clerk"], body=self.body, entity=self.entity, draft=draft
        ).number
        stories.give_consent(by=self.people["agent"], number=number, signed_as="Pei Huaijin")
        return stories.publish_story(by=self.people["lead"], number=number)

    def _public_report(self, state: str, **facts) -> PublicReport:
        return PublicReport.objects.create(
            number=f"JB-2026-11-{state}",
            digest=state,
            topic=ReportTopic.objects.get(code="goods"),
            text="The milk was two weeks over its date.",
            body=self.body,
            state=state,
            rule="report-result-platform",
            due_on=timezone.localdate() + timedelta(days=9),
            **facts,
        )

    def _document(self, name: str, content_type: str, whose: str) -> Document:
        return factories.DocumentFactory(
            name=name,
            content_type=content_type,
            uploaded_by=self.people[whose],
            created_on=timezone.localdate(),
            file=ContentFile(b"%PDF-1.7\n%%EOF\n", name=name),
        )

    def address_of(self, route: str) -> str:
        """The address at which the thing of this world is asked about by this route."""
        pattern = ROUTES[route].pattern
        names = set(pattern.converters) or set(pattern.regex.groupindex)
        with translation.override("en"):
            return reverse(route, kwargs=self.arguments_of(route, names)) + self.query_of(route)

    def arguments_of(self, route: str, names: set[str]) -> dict[str, Any]:
        """What stands in the address: for each name the thing of this world, with the exceptions of a few routes."""
        usual = {
            "credit_code": self.entity.credit_code,
            "record_id": self.record.pk,
            "pk": self.record.pk,
            "notice_id": self.notice.pk,
            "submission_id": self.submission.pk,
            "mapping_id": self.mapping.pk,
            "system_id": self.system.pk,
            "person_id": self.people["clerk"].pk,
            "role_id": self.people["clerk"].memberships.get().pk,
            "number": self.case.number,
            "member_id": self.member.pk,
            "proposal_id": self.proposal.pk,
            "section": "types",
            "pair_id": self.pair.pk,
            "move_id": self.move.pk,
            "act": "version",
            "key": self.paper.document_id,
            "type_code": "administrative-penalty",
            "format_code": self.submission.format_code,
            "code": self.scheme.code,
            "kind": "penalties",
            "action": "ask_material",
            "question": "name",
            "watch_list_id": self.watch_list.pk,
            "webhook_id": self.webhook.pk,
            "draft_id": self.scheme_draft.pk,
            "simulation_id": self.simulation.pk,
            "table": "migration",
            "file_format": "csv",
            "statement_id": self.statement.pk,
            "measure_id": self.measure.pk,
            "exchange_id": self.exchange.pk,
            "consultation_id": self.consultation.pk,
            "officer_id": self.officer.pk,
            "code_id": self.lent_code.pk,
            "section_id": self.section.pk,
            "template_id": self.template.pk,
            "wording_id": self.wording.pk,
            "rule_id": self.rule.pk,
            "draw_id": self.draw.pk,
            "night": self.today.isoformat(),
            "file_id": self.held_data.pk,
            "check_id": self.credit_check.pk,
            "agent_id": self.entity.agents.get(user=self.people["agent"]).pk,
            "invitation_id": self.invited_agent.pk,
            "invitation_code": invitation_mail.unsealed(self.invitation),
        }
        special = {
            "supervision:approve": {"rule_id": self.rule_draft.pk},
            "supervision:discard": {"rule_id": self.rule_draft.pk},
            "wordings:approve": {"wording_id": self.wording_draft.pk},
            "wordings:discard": {"wording_id": self.wording_draft.pk},
            "composing:publish": {"draft_id": self.sent_draft.pk},
            "composing:return": {"draft_id": self.sent_draft.pk},
            "composing:progress": {"simulation_id": self.waiting_simulation.pk},
            "composing:cancel": {"simulation_id": self.waiting_simulation.pk},
            "composing:resume": {"simulation_id": self.stopped_simulation.pk},
            "api-catalogue-type-detail": {"code": "administrative-penalty"},
            "api-catalogue-rule-detail": {"code": "order-36-general"},
            "api-catalogue-instrument-detail": {"code": "ndrc-36"},
            "entities:catalogue-entry": {"code": "administrative-penalty"},
            "entities:catalogue-compare": {"code": "administrative-penalty"},
            "entities:catalogue-propose": {"code": "administrative-penalty"},
            "people:withdraw": {"invitation_id": self.invitation.pk},
            "people:send-again": {"invitation_id": self.invitation.pk},
            "people:new-password": {"uidb64": "MQ", "token": "no-token"},
            "statements:show-again": {"statement_id": self.hidden_statement.pk},
            "exchange:act": {"code": "answer"},
            "exchange:settle": {"code": "close"},
            "forewarning:notice": {"notice_id": self.prior_notice.pk},
            "forewarning:act": {"notice_id": self.prior_notice.pk, "code": "take-back"},
            "entities:move-undo": {"move_id": self.done_move.pk},
            "entities:record-send": {"record_id": self.draft.pk},
            "entities:record-discard": {"record_id": self.draft.pk},
            "entities:record-approve": {"record_id": self.waiting.pk},
            "entities:record-return": {"record_id": self.waiting.pk},
            "entities:submission-decide": {"number": 2},
            "agencies:edit": {"record_id": self.draft.pk},
            "agencies:review-record": {"record_id": self.waiting.pk},
            "agencies:review-decide-one": {"record_id": self.waiting.pk},
            "repair:case-draft": {"number": self.case_draft.number},
            "repair:case-confirm": {"action": "withdraw"},
            "api-submission-detail": {"pk": self.submission.pk},
            "api-submission-decline": {"pk": self.submission.pk},
            "api-submission-confirm": {"pk": self.submission.pk},
            "api-submission-problems": {"pk": self.submission.pk},
            "api-submission-cancel": {"pk": self.submission.pk},
            "api-submission-check-again": {"pk": self.submission.pk},
            "api-submission-rest": {"pk": self.submission.pk},
            "api-submission-stop": {"pk": self.submission.pk},
            "api-submission-take-back": {"pk": self.submission.pk},
            "api-case-draft": {"number": self.case_draft.number},
            "api-case-commitment": {"number": self.case_draft.number},
            "api-case-documents": {"number": self.case_draft.number},
            **{
                f"{space}{act}": {"number": self.joint.number}
                for space, acts in (
                    ("joint:", ("detail", "withdraw")),
                    ("api-joint-", ("detail", "withdrawal")),
                )
                for act in acts
            },
            **{
                route: {"number": self.joint_draft.number}
                for route in ("joint:draft", "api-joint-draft", "api-joint-documents", "api-joint-filing")
            },
            "proof:confirm": {"key": self.confirmation.key},
            "proof:excuse": {"key": self.confirmation.key},
            "api-confirmation-confirm": {"key": self.confirmation.key},
            "missing:detail": {"number": self.missing.number},
            "missing:act": {"number": self.missing.number},
            "api-missing-detail": {"number": self.missing.number},
            "api-missing-steps": {"number": self.missing.number},
            "missing:paper": {"number": self.missing.number},
            "portal:list": {"code": "abnormal-listing"},
            "portal:list-feed": {"code": "abnormal-listing"},
            "portal:sitemap-entities": {"part": 0},
            "portal:dataset": {"code": "penalties", "file_format": "csv"},
            **{
                route: {"number": self.commitment.number}
                for route in (
                    "commitments:detail",
                    "commitments:take-back",
                    "commitments:take-check-back",
                    "api-commitment-detail",
                    "api-commitment-take-back",
                )
            },
            "api-commitment-template-detail": {"code": self.template.code},
            "portal:promise": {"template_id": self.template.pk},
            "credit_reports:report": {"number": self.credit_report.number},
            "credit_reports:file": {"number": self.credit_report.number},
            **{
                f"public_reports:{act}": {"number": self.public_report.number}
                for act in ("answer", "aside", "detail", "pass-on")
            },
            "public_reports:topic-end": {"topic_id": ReportTopic.objects.get(code="goods").pk},
            "public_reports:record": {"number": self.upheld_report.number},
            "public_reports:take-up": {"number": self.report_put_aside.number},
            "courses:certificate": {"number": self.attended.certificate},
            **{
                f"courses:{page}": {"course_id": self.course.pk}
                for page in ("attendance", "cancel", "course")
            },
            "courses:withdraw": {"sign_up_id": self.sign_up.pk},
            **{f"stories:{page}": {"number": self.story.number} for page in ("detail", "story")},
            "stories:act": {"number": self.story.number, "act": "take-down"},
            "integrity_calendar:take-out": {"entry_id": CalendarEntry.objects.first().pk},
            "helping:end": {"leave_id": self.leave.pk},
            "letters:letter": {"letter": self.letter.number},
            "letters:statement": {"letter": self.letter.number},
            "letters:signature": {"letter": self.letter.number},
            "portal:verify": {"number": self.letter.number},
            "portal:verify-file": {"number": self.letter.number},
            "portal:verify-key": {"code": self.letter.key_id},
            "quality:body": {"code": self.body.code},
            "sections:new": {"code": self.body.code},
            "quality:records": {"code": self.body.code},
            "quality:refused": {"code": self.body.code},
            "sharing:export": {"code": "records", "file_format": "csv"},
            "sharing:message-again": {"key": self.message.key},
        }
        if route in ASSOCIATIONS_OWN:
            special[route] = {"code": self.association.body.code}
        return {name: (usual | special.get(route, {}))[name] for name in names}

    def query_of(self, route: str) -> str:
        """What follows the address where it means nothing without."""
        about_a_record = {"repair:case-new", "repair:objection-new", "repair:basis-new"}
        if route == "stories:new":
            return f"?entity={self.entity.credit_code}"
        return f"?record={self.repairable.pk}" if route in about_a_record else ""

    def query_of_list(self, code: str) -> str:
        """What a list that may be taken away is asked with, where it is the list of something."""
        entity, watch_list = f"?entity={self.entity.credit_code}", f"?list={self.watch_list.pk}"
        return {
            "entities": f"?q={self.entity.credit_code}",
            "entity-records": entity,
            "credit-check": f"?check={self.credit_check.pk}",
            "grade-records": entity,
            "who-looked": entity,
            "catalogue-versions": "?kind=record_type&entry=administrative-penalty",
            "receiver-messages": f"?receiver={self.webhook.pk}",
            "watch-changes": watch_list,
            "watched": watch_list,
            "drawn-entities": f"?draw={self.draw.pk}",
            "supervised": f"?rule={self.rule.pk}",
            "quality-records": f"?body={self.body.code}",
            "quality-types": f"?body={self.body.code}",
            "refused-rows": f"?body={self.body.code}",
            "submission-rows": f"?submission={self.submission.pk}&view=decide",
        }.get(code, "")


@contextmanager
def one_world(blocker) -> Iterator[World]:
    """A world for many tests, in one transaction; nothing of it stays."""
    with blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def sessions_of(world: World) -> dict[str, str]:
    """By role the session of its reader, signed in once for all tests that share the world; "" for the public."""
    sessions = {}
    for role, person in world.people.items():
        client = Client()
        if person:
            client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        sessions[role] = client.session.session_key if person else ""
    return sessions
