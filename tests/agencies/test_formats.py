"""The files of the departments: columns, units, kinds and classes."""

import pytest

from entities.intake import formats
from entities.intake.matching import Question
from entities.models import CreditRecord
from tests.entities.intake.conftest import catalogue, desk, outcomes, row_of, sentences  # noqa: F401  (fixtures)
from tests.factories import EntityFactory

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


def test_a_fine_that_looks_like_yuan_must_be_put_right(market):
    row = row_of(market.send(penalty(entity_called(), CF_NR_FK="2000")))
    assert row.outcome == "refused"
    assert "so 2000 is 20,000,000 yuan; the content names 2,000 yuan. Write 0.2" in sentences(row)


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
