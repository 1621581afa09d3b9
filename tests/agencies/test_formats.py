"""The files of the departments: columns, units, kinds and classes."""

import pytest

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import Missing, NotPermitted, WrongState
from entities.intake import formats
from entities.intake.matching import Question
from entities.models import CreditRecord, RecordType, SubmittingBody
from entities.services import submissions
from tests.entities.intake.conftest import catalogue, desk, outcomes, row_of, sentences  # noqa: F401  (fixtures)
from tests.factories import EntityFactory, MemberFactory, RecordFactory, invented_code

pytestmark = pytest.mark.django_db
CF = (
    "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_NR_WFFF,CF_NR_ZKDX,CF_JDRQ,"
    "CF_YXQ,CF_GSJZQ,CF_CFJG"
)
PENALTY = {
    "CF_XDR_MC": "禾谷食品", "CF_XDR_LB": "法人及非法人组织", "CF_WSH": "云市监罚〔2026〕1号", "CF_WFXW": "未履行进货查验义务",
    "CF_SY": "未记录三批进货", "CF_YJ": "《食品安全法》第一百二十六条", "CF_CFLB": "罚款", "CF_NR": "罚款2000元",
    "CF_NR_FK": "0.2", "CF_JDRQ": "2026-10-10", "CF_CFJG": "云汀市市场监督管理局",
}  # fmt: skip


@pytest.fixture
def market(desk):  # noqa: F811
    return desk("market-supervision", "market-penalties")


def penalty(entity, **other: str) -> str:
    told = PENALTY | {"CF_XDR_SHXYM": entity.credit_code} | other
    return f"{CF}\n" + ",".join(f'"{told.get(name, "")}"' for name in CF.split(","))


def entity_called(name: str = "禾谷食品"):
    return EntityFactory(name_zh=name)


def test_every_department_has_its_files_and_no_others(catalogue):  # noqa: F811
    from entities.models import SubmittingBody

    offered = {
        body.code: [fmt.code for fmt in formats.formats_for(body)]
        for body in SubmittingBody.objects.order_by("code")
    }
    assert offered == {
        "customs": ["customs-status"],
        "financial-supervision": ["financial-penalties"],
        "lead-office": ["national-evaluations", "provincial-evaluations"],
        "market-supervision": ["market-licences", "market-penalties"],
        "tax": ["tax-credit-a-list"],
    }


def test_the_fine_of_double_publicity_is_in_ten_thousand_yuan(market):
    submission = market.save(market.send(penalty(entity_called())))
    record = CreditRecord.objects.get()
    assert (record.amount, record.status, record.severity_class) == (2000, "waiting", "general")
    assert (record.document_number, record.title) == ("云市监罚〔2026〕1号", "未履行进货查验义务")
    assert record.details == {"penalty_content": "罚款2000元"}
    assert "公示截止期" not in str(submission.notes)


def test_a_fine_that_looks_like_yuan_waits_until_it_is_put_right_or_confirmed(market):
    submission = market.send(penalty(entity_called(), CF_NR_FK="2000"))
    row = row_of(submission)
    assert (row.outcome, row.question) == ("asked", Question.AS_IT_STANDS)
    assert "so 2000 is 20,000,000 yuan; the content names 2,000 yuan. Write 0.2" in sentences(row, "question")
    with pytest.raises(WrongState, match="nothing new in this file to save"):
        market.save(submission)


class TestADifferenceThatSomebodyConfirms:
    """The decision was printed with another amount in its text: the clerk says once that it is right as it stands."""

    @pytest.fixture
    def entity(self, catalogue):  # noqa: F811
        return entity_called()

    @pytest.fixture
    def differs(self, entity) -> str:
        return penalty(entity, CF_NR_FK="0.3")

    def confirm(self, market, submission, number: int = 2):
        return submissions.confirm_row(by=market.clerk, submission_id=submission.pk, number=number)

    def test_the_row_is_then_saved_with_both_and_the_log_says_who_said_so(self, market, differs):
        submission = market.send(differs)
        row = self.confirm(market, submission)
        assert (row.outcome, row.is_confirmed, row.question) == ("new", True, Question.AS_IT_STANDS)
        assert "the content names 2,000 yuan" in sentences(row, "warning")
        market.save(submission)
        record = CreditRecord.objects.get()
        assert (record.amount, record.details["penalty_content"]) == (3_000, "罚款2000元")
        said = AuditEvent.objects.get(verb="entities.submission.row_confirmed")
        assert (said.actor, said.detail["row"]) == (market.clerk, 2)

    def test_the_next_file_with_the_same_record_asks_no_more(self, market, differs):
        submission = market.send(differs)
        self.confirm(market, submission)
        market.save(submission)
        again = market.send(differs, "again.csv")
        assert row_of(again).outcome == "unchanged"
        other = market.send(differs.replace("未履行进货查验义务", "未查验进货"), "other.csv")
        assert row_of(other).outcome == "changed"

    @pytest.mark.parametrize(
        "said", [{"CF_NR_FK": "0.4"}, {"CF_NR": "罚款5000元"}, {"CF_WSH": "云市监罚〔2026〕2号"}]
    )
    def test_of_another_amount_text_or_number_it_is_asked_again(self, market, entity, differs, said):
        submission = market.send(differs)
        self.confirm(market, submission)
        market.save(submission)
        other = market.send(penalty(entity, **({"CF_NR_FK": "0.3"} | said)), "other.csv")
        assert row_of(other).question == Question.AS_IT_STANDS

    def test_what_another_body_was_told_confirms_nothing_here(self, market, entity, differs):
        RecordFactory(
            entity=entity,
            record_type=RecordType.objects.get(code="administrative-penalty"),
            submitted_by=SubmittingBody.objects.get(code="financial-supervision"),
            document_number="云市监罚〔2026〕1号",
            penalty_kinds=["fine"],
            amount=3_000,
            details={"penalty_content": "罚款2000元"},
        )
        assert row_of(market.send(differs)).question == Question.AS_IT_STANDS

    def test_then_it_is_asked_which_entity_is_meant(self, market, entity):
        submission = market.send(penalty(entity, CF_NR_FK="0.3", CF_XDR_MC="禾谷商贸"))
        assert row_of(submission).question == Question.AS_IT_STANDS
        row = self.confirm(market, submission)
        assert (row.outcome, row.question) == ("asked", Question.CODE_OTHER_NAME)
        submissions.choose_entity(by=market.clerk, submission_id=submission.pk, number=2, entity_id=entity.pk)
        assert row_of(submission).outcome == "new"
        market.save(submission)
        assert CreditRecord.objects.get().entity == entity

    def test_an_entity_that_has_to_be_looked_up_first_is_kept(self, market, entity):
        submission = market.send(penalty(entity, CF_NR_FK="0.3", CF_XDR_MC="另一家", CF_XDR_SHXYM="1"))
        assert row_of(submission).question == Question.UNKNOWN
        submissions.choose_entity(by=market.clerk, submission_id=submission.pk, number=2, entity_id=entity.pk)
        assert row_of(submission).question == Question.AS_IT_STANDS
        assert self.confirm(market, submission).outcome == "new"
        assert row_of(submission).entity == entity

    def test_the_entity_is_registered_from_a_row_that_was_confirmed_first(self, market):
        told = penalty(
            entity_called(), CF_NR_FK="0.3", CF_XDR_SHXYM=invented_code(900_001), CF_XDR_MC="新来的"
        )
        submission = market.send(told)
        assert self.confirm(market, submission).question == Question.UNREGISTERED
        assert submissions.register_entities_of_rows(by=market.clerk, submission_id=submission.pk) == 1
        market.save(submission)
        assert CreditRecord.objects.get().entity.name_zh == "新来的"

    def test_what_is_wrong_besides_is_not_confirmed_with_it(self, market, entity):
        row = row_of(market.send(penalty(entity, CF_NR_FK="0.3", CF_JDRQ="2999-01-01")))
        assert (row.outcome, row.question) == ("refused", "")

    def test_it_is_left_out_and_may_still_be_confirmed(self, market, differs):
        submission = market.send(differs)
        row = submissions.leave_row_out(by=market.clerk, submission_id=submission.pk, number=2)
        assert row.outcome == "refused"
        assert self.confirm(market, submission).outcome == "new"

    def test_nobody_confirms_where_nothing_is_asked_or_only_which_entity(self, market, entity):
        fine = market.send(penalty(entity))
        with pytest.raises(WrongState, match="Nothing is asked"):
            self.confirm(market, fine)
        other = market.send(penalty(entity, CF_XDR_MC="禾谷商贸"), "other.csv")
        with pytest.raises(WrongState, match="say which entity"):
            self.confirm(market, other)

    def test_a_reviewer_and_a_stranger_do_not_confirm(self, market, differs):
        submission = market.send(differs)
        reviewer = MemberFactory(body=market.body, role="reviewer")
        for person, refusal in ((reviewer, NotPermitted), (MemberFactory(), Missing)):
            with pytest.raises(refusal):
                submissions.confirm_row(by=person, submission_id=submission.pk, number=2)
        assert row_of(submission).outcome == "asked"

    @pytest.mark.parametrize(
        ("language", "asks", "stands", "done"),
        [
            ("en", "Is this right as it stands?", "It is right as it stands", "confirmed as it stands"),
            ("zh-hans", "这样填写是否无误？", "确认无误，按此保存", "已确认无误"),
        ],
    )
    def test_the_page_asks_and_takes_the_answer(self, client, market, differs, language, asks, stands, done):
        submission = market.send(differs)
        client.force_login(market.clerk)
        client.cookies["django_language"] = language
        address = f"/submissions/{submission.pk}/"
        shown = client.get(address).content.decode()
        assert asks in shown and stands in shown and "2,000" in shown
        empty = client.post(f"{address}rows/2/", {})
        assert empty.status_code == 422
        wrong = client.post(f"{address}rows/2/", {"choice": "register"})
        assert wrong.status_code == 422 and row_of(submission).outcome == "asked"
        assert client.post(f"{address}rows/2/", {"choice": "as-it-stands"}).status_code == 302
        assert row_of(submission).outcome == "new"
        assert done in client.get(address, {"view": "good"}).content.decode()
        # The answer can still be changed.
        assert stands in client.get(address, {"view": "good", "row": "2"}).content.decode()
        assert client.post(f"{address}rows/2/", {"choice": "leave-out"}).status_code == 302
        assert row_of(submission).outcome == "refused"

    def test_it_comes_back_with_the_rest_as_long_as_nobody_has_confirmed_it(self, client, market, entity):
        submission = market.send(penalty(entity, CF_NR_FK="0.3"))
        client.force_login(market.clerk)
        rest = client.get(f"/submissions/{submission.pk}/rest/")
        returned = b"".join(rest.streaming_content).decode("utf-8-sig")
        assert "the content names 2,000 yuan" in returned or "2,000" in returned

    def test_the_page_of_the_format_says_that_it_is_asked(self, client, market):
        client.force_login(market.clerk)
        shown = client.get("/submissions/formats/market-penalties/").content.decode()
        asked = shown[shown.index("Is asked") :]
        assert "somebody has to say that it is right as it stands" in asked


def test_a_large_fine_that_no_text_confirms_is_doubted_and_may_be_saved(market):
    row = row_of(market.send(penalty(entity_called(), CF_NR_FK="2000", CF_NR="处以罚款")))
    assert row.outcome == "new"
    assert "Is that what was decided?" in sentences(row, "warning")


def test_of_a_column_that_the_file_does_not_have_its_name_in_the_template_is_told(market):
    text = penalty(entity_called(), CF_NR="处以罚款").replace("CF_NR_FK", "备注")
    [problem] = row_of(market.send(text)).problems
    assert problem["en"] == "A fine is among the kinds of penalty, but its amount is missing."
    assert (problem["at"], problem["column"]) == (None, "罚款金额(万元)")


def test_a_fine_without_an_amount_is_pointed_out(market):
    row = row_of(market.send(penalty(entity_called(), CF_NR_FK="", CF_NR="处以罚款")))
    assert (row.outcome, sentences(row)) == (
        "new", "A fine is among the kinds of penalty, but its amount is missing.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kinds", "kept", "severity"),
    [
        ("警告", ["warning"], "minor"),
        ("警告,罚款", ["warning", "fine"], "general"),
        ("罚款、没收违法所得", ["fine", "gains-confiscated"], "general"),
        ("罚款；吊销许可证件", ["fine", "permit-revoked"], "serious"),
    ],
)
def test_the_class_is_the_usual_one_of_the_kinds(market, kinds, kept, severity):
    row = row_of(market.send(penalty(entity_called(), CF_CFLB=kinds)))
    assert (row.draft["penalty_kinds"], row.draft["severity_class"]) == (kept, severity)


def test_a_class_in_the_file_goes_before_the_usual_one(market):
    told = penalty(entity_called()).replace("CF_GSJZQ", "失信严重程度").replace('"","云汀', '"严重","云汀')
    assert row_of(market.send(told)).draft["severity_class"] == "serious"


def test_a_kind_that_the_law_does_not_name_is_kept_as_other_and_pointed_out(market):
    row = row_of(market.send(penalty(entity_called(), CF_CFLB="罚款,暂扣安全生产许可证30天")))
    assert row.draft["penalty_kinds"] == ["fine", "other"]
    assert "“暂扣安全生产许可证30天” is no kind of penalty" in sentences(row, "warning")


def test_natural_persons_are_refused(market):
    row = row_of(market.send(penalty(entity_called(), CF_XDR_LB="自然人")))
    assert row.outcome == "refused"
    assert "natural person" in sentences(row)


def test_an_organisation_code_beside_the_name_finds_the_party(market):
    entity = entity_called()
    told = penalty(entity, CF_XDR_SHXYM="", CF_YXQ="").replace("CF_GSJZQ", "CF_XDR_ZZJG")
    told = told.replace('"","云汀', f'"{entity.credit_code[8:16]}-{entity.credit_code[16]}","云汀')
    row = row_of(market.send(told))
    assert (row.outcome, row.match, row.entity) == ("new", "organisation_code", entity)


def test_licences_are_in_force_once_confirmed(desk):  # noqa: F811
    licences = desk("market-supervision", "market-licences")
    entity = entity_called()
    licences.save(
        licences.send(
            "行政相对人名称,统一社会信用代码,行政许可决定文书号,行政许可决定文书名称,许可类别,许可内容,许可决定日期,有效期自,有效期至,许可机关\n"
            f"禾谷食品,{entity.credit_code},云食许1号,食品经营许可,核准,热食,2026年3月1日,2026/3/1,20310228,市场监管局\n"
        )
    )
    record = CreditRecord.objects.get()
    assert (record.status, str(record.decided_on)) == ("published", "2026-03-01")
    assert record.details == {
        "licence_kind": "approval", "content": "热食", "valid_from": "2026-03-01", "valid_until": "2031-02-28",
    }  # fmt: skip


def test_financial_penalties_name_parties_by_name_and_are_asked_about(desk):  # noqa: F811
    finance = desk("financial-supervision", "financial-penalties")
    entity_called("云汀银行股份有限公司")
    submission = finance.send(
        "seq,party,party_type,penalty_date,penalty_types,fine_and_confiscation_yuan,facts,head_office,authority,legal_basis\n"
        "1,云汀银行股份有限公司,法人机构,2026-01-02,罚款,300000,内控不健全,云汀银行股份有限公司,某分局,某法\n"
        "2,云汀银行股份有限公司汀东支行,其他营业网点,2026-01-02,罚款,300000,内控不健全,云汀银行股份有限公司,某分局,某法\n"
    )
    assert [row.question for row in submission.rows.order_by("number")] == [
        Question.NAME,
        Question.HEAD_OFFICE,
    ]
    assert row_of(submission).draft["amount"] == "300000.00"
    assert row_of(submission).draft["details"]["party_kind"] == "legal-person"


def test_two_decisions_of_one_day_about_one_party_are_told_apart_by_their_facts(desk):  # noqa: F811
    finance = desk("financial-supervision", "financial-penalties")
    entity_called("云汀银行")
    submission = finance.send(
        "party,penalty_date,penalty_types,facts,authority,legal_basis\n"
        "云汀银行,2026-01-02,罚款,内控不健全,某分局,某法\n云汀银行,2026-01-02,罚款,超比例放款,某分局,某法\n云汀银行,2026-01-02,罚款,内控不健全,某分局,某法\n"
    )
    assert outcomes(submission) == {2: "asked", 3: "asked", 4: "refused"}


@pytest.mark.parametrize(
    ("status", "day", "says"),
    [
        ("高级认证企业", "2026-05-01", ""),
        ("失信企业", "2025-05-01", ""),
        ("其他企业", "2025-05-01", ""),
        ("认证企业", "2026-03-31", "came with GACC Order 282"),
        ("优秀企业", "2026-05-01", "not one of the values"),
        ("常规企业", "2020-05-01", "The catalogue had no entry"),
    ],
)
def test_a_customs_status_follows_the_order_in_force_on_its_day(desk, status, day, says):  # noqa: F811
    customs = desk("customs", "customs-status")
    entity = entity_called()
    submission = customs.send(
        f"企业名称,统一社会信用代码,海关注册编码,信用等级,认定日期,注册海关\n禾谷食品,{entity.credit_code},3397960001,{status},{day},云汀海关\n"
    )
    row = row_of(submission)
    assert (row.outcome == "new") == (not says)
    assert says in sentences(row)


@pytest.mark.parametrize(("grade", "outcome"), [("A", "new"), ("Ａ级", "new"), ("", "new"), ("B", "refused")])
def test_the_list_of_grade_a_takes_no_other_grade(desk, grade, outcome):  # noqa: F811
    tax = desk("tax", "tax-credit-a-list")
    entity = entity_called()
    submission = tax.send(
        f"纳税人识别号,纳税人名称,评价年度,税务机关,信用级别\n{entity.credit_code},禾谷食品,2025年度,某局,{grade}\n"
    )
    assert outcomes(submission) == {2: outcome}


def test_the_example_of_every_template_is_understood(desk, media):  # noqa: F811
    from entities.models import SubmittingBody

    for body in SubmittingBody.objects.all():
        for fmt in formats.formats_for(body):
            sender = desk(body.code, fmt.code)
            head = ",".join(column.zh for column in fmt.columns)
            example = ",".join(column.example for column in fmt.columns)
            row = row_of(sender.send(f"{head}\n{example}\n"))
            assert row.question in (Question.UNREGISTERED, Question.UNKNOWN), (fmt.code, row.problems)
            assert not [
                one for one in row.problems if one["column"] != "被处罚当事人名称" and one["level"] == "error"
            ]
