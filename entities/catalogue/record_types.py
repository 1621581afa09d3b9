"""The record types of the catalogue, each with what holds from which day.

A type's fields are common to all who submit it; each department's form and file take theirs.
"""

from datetime import date

from entities.catalogue.bodies import (
    CATERING_ASSOCIATION,
    CUSTOMS,
    DEPARTMENTS,
    FINANCIAL_SUPERVISION,
    MARKET_SUPERVISION,
    TAX,
)


def text(name: str, zh: str, en: str, *, required: bool = False) -> dict:
    return {"name": name, "type": "text", "label_zh": zh, "label_en": en, "required": required}


def day(name: str, zh: str, en: str) -> dict:
    return text(name, zh, en) | {"type": "date"}


def money(name: str, zh: str, en: str) -> dict:
    return text(name, zh, en) | {"type": "money"}


def code(name: str, zh: str, en: str, *choices: tuple[str, str, str], required: bool = False) -> dict:
    """A field with fixed values: (code, Chinese, English)."""
    return text(name, zh, en, required=required) | {
        "type": "code",
        "choices": [
            {"code": value, "label_zh": label_zh, "label_en": label_en}
            for value, label_zh, label_en in choices
        ],
    }


def only_for(body: str, field: dict) -> dict:
    """A field that only one body fills in; the others' forms leave it out."""
    return field | {"bodies": [body]}


#: Field list of double publicity, 2018 edition, and what single departments add.
PENALTY_FIELDS = [
    code(
        "procedure",
        "处罚程序",
        "Procedure",
        ("ordinary", "普通程序", "Ordinary procedure"),
        ("summary", "简易程序", "Summary procedure"),
    ),
    text("penalty_content", "处罚内容", "Content of the penalty"),
    money("confiscated", "没收违法所得、没收非法财物的金额", "Confiscated"),
    text("permit", "暂扣或吊销证照名称及编号", "Permit concerned"),
    day("valid_until", "处罚有效期", "Penalty in effect until"),
    only_for(
        MARKET_SUPERVISION,
        code(
            "registered_in",
            "当事人登记地",
            "Where the party is registered",
            ("same-province", "本省", "Same province"),
            ("other-province", "外省", "Another province"),
        ),
    ),
    only_for(TAX, text("tax_period", "所属期", "Tax period")),
    only_for(TAX, text("tax_indicator", "纳税缴费信用指标代码", "Tax credit indicator")),
    only_for(
        CUSTOMS,
        code(
            "customs_registration",
            "海关注册登记",
            "Registered with customs",
            ("registered", "已注册登记或备案", "Registered or filed"),
            ("by-reference", "未注册登记，参照适用", "Not registered, by reference"),
        ),
    ),
    only_for(
        FINANCIAL_SUPERVISION,
        code(
            "party_kind",
            "当事人机构类型",
            "Kind of institution",
            ("legal-person", "法人机构", "Legal person"),
            ("first-branch", "一级分行", "First-level branch"),
            ("second-branch", "二级分行", "Second-level branch"),
            ("outlet", "其他营业网点", "Other outlet"),
        ),
    ),
    only_for(FINANCIAL_SUPERVISION, text("domain", "违规领域", "Field of business")),
]

LICENCE_FIELDS = [
    code(
        "licence_kind",
        "许可类别",
        "Kind of licence",
        ("ordinary", "普通", "Ordinary"),
        ("concession", "特许", "Concession"),
        ("recognition", "认可", "Recognition"),
        ("approval", "核准", "Approval"),
        ("registration", "登记", "Registration"),
        ("other", "其他", "Other"),
    ),
    text("certificate", "许可证书名称", "Certificate"),
    text("certificate_number", "许可编号", "Certificate number"),
    text("content", "许可内容", "Content of the licence"),
    day("valid_from", "有效期自", "Valid from"),
    day("valid_until", "有效期至", "Valid until"),
]

INSPECTION_FIELDS = [
    code(
        "inspection_kind",
        "检查类型",
        "Kind of inspection",
        ("double-random", "双随机抽查", "Double-random"),
        ("planned", "计划检查", "Planned"),
        ("complaint", "投诉举报核查", "After a complaint"),
        ("special", "专项检查", "Special campaign"),
    ),
    code(
        "finding",
        "检查结果",
        "Result",
        ("none", "未发现问题", "Nothing found"),
        ("corrected", "发现问题已责令改正", "Problems found, correction ordered"),
        ("further", "发现问题待后续处理", "Problems found, to be dealt with"),
        ("unreachable", "通过登记的住所无法联系", "Not reachable at the registered address"),
        ("refused", "不配合检查", "Inspection refused"),
    ),
]

#: The four grounds of 国市监信规〔2021〕3号.
ABNORMAL_FIELDS = [
    code(
        "ground",
        "列入原因",
        "Ground",
        ("annual-report", "未按期公示年度报告", "Annual report not published in time"),
        ("immediate-information", "未按规定公示即时信息", "Immediate information not published"),
        ("false-information", "公示信息隐瞒真实情况、弄虚作假", "False or concealed information"),
        ("unreachable", "通过登记的住所或者经营场所无法联系", "Not reachable at the registered address"),
        required=True,
    ),
]

SERIOUS_LIST_FIELDS = [
    text("ground", "列入原因", "Ground"),
    text("penalty_number", "行政处罚决定书文号", "Number of the penalty decision"),
]

#: Only grade A is announced; the others are shared with who may supervise.
TAX_GRADE_FIELDS = [
    text("year", "评价年度", "Year", required=True),
    code(
        "grade",
        "信用级别",
        "Grade",
        ("A", "A级", "A"),
        ("B", "B级", "B"),
        ("M", "M级", "M"),
        ("C", "C级", "C"),
        ("D", "D级", "D"),
        required=True,
    )
    | {"public_values": ["A"]},
    text("points", "得分", "Points"),
]

_CUSTOMS_ADVANCED = ("advanced-certified", "高级认证企业", "Advanced certified enterprise")
_CUSTOMS_DISHONEST = ("dishonest", "失信企业", "Dishonest enterprise")
_CUSTOMS_CODE = text("customs_code", "海关注册编码", "Customs code")
CUSTOMS_FIELDS_251 = [
    code(
        "customs_status",
        "海关信用等级",
        "Customs credit status",
        _CUSTOMS_ADVANCED,
        ("regular", "其他企业", "Other enterprise"),
        _CUSTOMS_DISHONEST,
        required=True,
    ),
    _CUSTOMS_CODE,
]
CUSTOMS_FIELDS_282 = [
    code(
        "customs_status",
        "海关信用等级",
        "Customs credit status",
        _CUSTOMS_ADVANCED,
        ("certified", "认证企业", "Certified enterprise"),
        ("regular", "常规企业", "Regular enterprise"),
        _CUSTOMS_DISHONEST,
        ("seriously-dishonest", "严重失信企业", "Seriously dishonest enterprise"),
        required=True,
    ),
    _CUSTOMS_CODE,
]

COMMENDATION_FIELDS = [
    code(
        "level",
        "级别",
        "Level",
        ("national", "国家级", "National"),
        ("province", "省级", "Province"),
        ("city", "市级", "City"),
        ("county", "县级", "County"),
        required=True,
    ),
    day("valid_until", "有效期至", "Valid until"),
]

MEMBER_RATING_FIELDS = [
    text("grade", "等级", "Grade", required=True),
    day("valid_until", "有效期至", "Valid until"),
]

#: By code: fields of `RecordType`, who submits, and the versions, oldest first, each until the next begins.
RECORD_TYPES: dict[str, dict] = {
    "administrative-penalty": {
        "name_zh": "行政处罚",
        "name_en": "Administrative penalty",
        "polarity": "negative",
        "submitters": DEPARTMENTS,
        "versions": [
            {
                "valid_from": date(1996, 3, 17),
                "instrument": "penalty-law",
                "disclosure": "public",
                "extra_fields": PENALTY_FIELDS,
            },
            {
                "valid_from": date(2018, 7, 25),
                "instrument": "ndrc-2018-424",
                "disclosure": "public",
                "submit_within_days": 7,
                "extra_fields": PENALTY_FIELDS,
            },
        ],
    },
    "administrative-licence": {
        "name_zh": "行政许可",
        "name_en": "Administrative licence",
        "polarity": "neutral",
        "submitters": DEPARTMENTS,
        "versions": [
            {
                "valid_from": date(2015, 1, 1),
                "instrument": "gbf-2015-51",
                "disclosure": "public",
                "extra_fields": LICENCE_FIELDS,
            },
            {
                "valid_from": date(2018, 7, 25),
                "instrument": "ndrc-2018-424",
                "disclosure": "public",
                "submit_within_days": 7,
                "extra_fields": LICENCE_FIELDS,
            },
        ],
    },
    "inspection-result": {
        "name_zh": "检查结果",
        "name_en": "Inspection result",
        "polarity": "neutral",
        "submitters": (MARKET_SUPERVISION, TAX, CUSTOMS, FINANCIAL_SUPERVISION),
        "versions": [
            {
                "valid_from": date(2019, 7, 9),
                "instrument": "gbf-2019-35",
                "disclosure": "public",
                "extra_fields": INSPECTION_FIELDS,
            },
        ],
    },
    "abnormal-listing": {
        "name_zh": "列入经营异常名录",
        "name_en": "Entry in the abnormal operation list",
        "polarity": "negative",
        "submitters": (MARKET_SUPERVISION,),
        "versions": [
            {
                "valid_from": date(2014, 10, 1),
                "instrument": "sc-654",
                "disclosure": "public",
                "extra_fields": ABNORMAL_FIELDS,
            },
        ],
    },
    "serious-violation-listing": {
        "name_zh": "列入严重违法失信名单",
        "name_en": "Entry in the list of serious violations",
        "polarity": "negative",
        "submitters": (MARKET_SUPERVISION,),
        "versions": [
            {
                "valid_from": date(2021, 9, 1),
                "instrument": "samr-44",
                "article": "第二条",
                "disclosure": "public",
                "extra_fields": SERIOUS_LIST_FIELDS,
            },
        ],
    },
    "tax-credit-grade": {
        "name_zh": "纳税缴费信用级别",
        "name_en": "Tax credit grade",
        "polarity": "neutral",
        "submitters": (TAX,),
        "versions": [
            {
                "valid_from": date(2014, 1, 1),
                "instrument": "sta-2014-40",
                "disclosure": "public",
                "extra_fields": TAX_GRADE_FIELDS,
            },
            {
                "valid_from": date(2025, 7, 1),
                "instrument": "sta-2025-12",
                "article": "第十六条",
                "disclosure": "public",
                "extra_fields": TAX_GRADE_FIELDS,
            },
        ],
    },
    "customs-credit-status": {
        "name_zh": "海关企业信用等级",
        "name_en": "Customs credit status",
        "polarity": "neutral",
        "submitters": (CUSTOMS,),
        "versions": [
            {
                "valid_from": date(2021, 11, 1),
                "instrument": "gacc-251",
                "disclosure": "shared",
                "extra_fields": CUSTOMS_FIELDS_251,
                "source": "Whether and how far it is public was not verified; shared until it is.",
            },
            {
                "valid_from": date(2026, 4, 1),
                "instrument": "gacc-282",
                "disclosure": "shared",
                "extra_fields": CUSTOMS_FIELDS_282,
                "source": "Whether and how far it is public was not verified; shared until it is.",
            },
        ],
    },
    "commendation": {
        "name_zh": "表彰荣誉",
        "name_en": "Commendation",
        "polarity": "positive",
        "submitters": DEPARTMENTS,
        "versions": [
            {
                "valid_from": date(2016, 1, 1),
                "instrument": "gf-2016-33",
                "disclosure": "public",
                "extra_fields": COMMENDATION_FIELDS,
            },
        ],
    },
    "member-commendation": {
        "name_zh": "会员表彰",
        "name_en": "Commendation of a member",
        "polarity": "positive",
        "family": "market",
        "submitters": (CATERING_ASSOCIATION,),
        "versions": [
            {"valid_from": date(2017, 10, 1), "instrument": "association-charter", "disclosure": "shared"},
        ],
    },
    "member-warning": {
        "name_zh": "会员警示",
        "name_en": "Warning to a member",
        "polarity": "negative",
        "family": "market",
        "submitters": (CATERING_ASSOCIATION,),
        "versions": [
            {"valid_from": date(2017, 10, 1), "instrument": "association-charter", "disclosure": "shared"},
        ],
    },
    "member-rating": {
        "name_zh": "会员评级",
        "name_en": "Rating of a member",
        "polarity": "neutral",
        "family": "market",
        "submitters": (CATERING_ASSOCIATION,),
        "versions": [
            {
                "valid_from": date(2017, 10, 1),
                "instrument": "association-charter",
                "disclosure": "shared",
                "extra_fields": MEMBER_RATING_FIELDS,
            },
        ],
    },
}
