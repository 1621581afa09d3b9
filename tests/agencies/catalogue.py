"""A small catalogue for the tests of the departments: four of them, their record types with extra fields, two rules."""

from dataclasses import dataclass
from datetime import date

from entities.models import RecordType, SubmittingBody
from tests.factories import BodyFactory, PublicityRuleFactory, RecordTypeFactory


def code(name: str, label: str, *choices: str) -> dict:
    return {
        "name": name, "label_zh": label, "label_en": name.replace("_", " ").capitalize(), "type": "code",
        "choices": [{"code": choice, "label_zh": choice, "label_en": choice.capitalize()} for choice in choices],
    }


def text(name: str, label: str, kind: str = "text") -> dict:
    return {"name": name, "label_zh": label, "label_en": name.replace("_", " ").capitalize(), "type": kind}


EXTRA_FIELDS = {
    "administrative-penalty": [
        code("procedure", "程序", "ordinary", "summary"),
        text("penalty_content", "处罚内容"),
        text("confiscated", "没收金额", "money"),
        text("permit", "暂扣或吊销证照名称及编号"),
        code("registered_in", "登记地", "here", "elsewhere"),
        text("tax_period", "税款所属期"),
        code("tax_indicator", "指标", "010101", "010102"),
        code("customs_registration", "海关备案", "registered", "by-reference"),
        code("party_kind", "被处罚机构类型", "institution", "first-branch", "outlet"),
        text("domain", "违规领域"),
    ],
    "administrative-licence": [
        code("licence_kind", "许可类别", "ordinary", "approval"),
        text("certificate", "许可证书名称"),
        text("certificate_number", "许可编号"),
        text("content", "许可内容"),
        text("valid_from", "有效期自", "date"),
        text("valid_until", "有效期至", "date"),
    ],
    "inspection-result": [
        code("inspection_kind", "检查类型", "random", "special"),
        code("finding", "检查结果", "none", "corrected", "further"),
    ],
    "abnormal-listing": [code("ground", "列入原因", "annual-report", "unreachable")],
    "serious-violation-listing": [code("ground", "列入情形", "heavy-fine", "permit"), text("penalty_number", "处罚文号")],
    "tax-credit-grade": [
        text("year", "评价年度"), code("grade", "级别", "A", "B", "M", "C", "D") | {"public_values": ["A"]},
        text("points", "得分"),
    ],
    "customs-credit-status": [
        code("customs_status", "信用等级", "advanced-certified", "certified", "regular", "dishonest"),
        text("customs_code", "海关编码"),
    ],
    "commendation": [code("level", "级别", "national", "city"), text("valid_until", "有效期至", "date")],
}
POSITIVE = ("commendation",)
NEUTRAL = ("administrative-licence", "inspection-result", "tax-credit-grade", "customs-credit-status")
SUBMITTED = {
    "market-supervision": (
        "administrative-penalty", "administrative-licence", "inspection-result", "abnormal-listing",
        "serious-violation-listing", "commendation",
    ),
    "tax": ("administrative-penalty", "tax-credit-grade", "commendation"),
    "customs": ("administrative-penalty", "customs-credit-status", "commendation"),
    "financial-supervision": ("administrative-penalty", "administrative-licence", "commendation"),
}
NAMES = {
    "market-supervision": ("云汀市市场监督管理局", "Yunting Market Supervision Bureau"),
    "tax": ("云汀市税务局", "Yunting Tax Bureau"),
    "customs": ("云汀海关", "Yunting Customs"),
    "financial-supervision": ("云汀金融监管分局", "Yunting Financial Supervision Bureau"),
}
TYPE_NAMES = {
    "administrative-penalty": ("行政处罚", "Administrative penalty"),
    "administrative-licence": ("行政许可", "Administrative licence"),
    "inspection-result": ("抽查检查结果", "Inspection result"),
    "abnormal-listing": ("经营异常名录", "Abnormal-operation listing"),
    "serious-violation-listing": ("严重违法失信名单", "Serious-violation listing"),
    "tax-credit-grade": ("纳税缴费信用级别", "Tax credit grade"),
    "customs-credit-status": ("海关信用等级", "Customs credit status"),
    "commendation": ("表彰荣誉", "Commendation"),
}


@dataclass(frozen=True)
class City:
    """The departments and record types by their codes."""

    bodies: dict[str, SubmittingBody]
    types: dict[str, RecordType]


def departments() -> City:
    """The four departments with what each submits; penalties are public three months to a year when general."""
    bodies = {
        body_code: BodyFactory(code=body_code, name_zh=NAMES[body_code][0], name_en=NAMES[body_code][1])
        for body_code in SUBMITTED
    }
    types = {}
    for type_code, (zh, en) in TYPE_NAMES.items():
        polarity = "positive" if type_code in POSITIVE else "neutral" if type_code in NEUTRAL else "negative"
        types[type_code] = RecordTypeFactory(
            code=type_code, name_zh=zh, name_en=en, polarity=polarity,
            submitters=[body for body_code, body in bodies.items() if type_code in SUBMITTED[body_code]],
        )
        types[type_code].versions.update(
            extra_fields=EXTRA_FIELDS[type_code], submit_within_days=7 if polarity == "negative" else None
        )
    for severity, months in (("minor", (None, 3)), ("general", (3, 12)), ("serious", (12, 36))):
        PublicityRuleFactory(
            code=f"order-36-{severity}", severity_class=severity, min_months=months[0], max_months=months[1],
            valid_from=date(2026, 4, 1),
            record_types=[types["administrative-penalty"], types["serious-violation-listing"]],
        )
    return City(bodies, types)
