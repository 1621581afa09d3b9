"""The record types of the catalogue, each with what holds from which day.

A type's fields are common to all who submit it; each department's form and file take theirs.
"""

from datetime import date

from entities.catalogue.bodies import (
    CATERING_ASSOCIATION,
    CUSTOMS,
    DEPARTMENTS,
    FINANCIAL_SUPERVISION,
    HUMAN_RESOURCES,
    LEAD,
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


#: 行政相对人类别 of both editions. Natural persons are not collected here, so they are no choice.
PARTY_CATEGORY = code(
    "party_category",
    "行政相对人类别",
    "Kind of party",
    ("organisation", "法人及非法人组织", "Legal person or other organisation"),
    ("self-employed", "个体工商户", "Self-employed household"),
)


def with_later(fields: list[dict], later: list[dict]) -> list[dict]:
    """Fields of an edition, and those that only a later one has: old decisions are reported today in its form."""
    names = {field["name"] for field in fields}
    return [*fields, *(field for field in later if field["name"] not in names)]


REMARK = text("remark", "备注", "Remark")

#: Field list of double publicity as a municipal platform had it from 2015 to 2017 (CF_…, XK_…). What records have anyhow
#: (number, title, facts, basis, authority, days, kinds of penalty) is not repeated, and the names and numbers of
#: persons in both lists are not collected.
PENALTY_FIELDS_2015 = [
    text("item_code", "行政处罚编码", "Code of the penalty"),
    text("penalty_content", "处罚结果", "Result of the penalty"),
    code(
        "decision_state",
        "当前状态",
        "State of the decision",
        ("0", "正常", "Normal"),
        ("1", "撤销", "Revoked"),
        ("2", "异议", "Under objection"),
        ("3", "其他", "Other"),
    ),
    code(
        "use_scope",
        "信息使用范围",
        "Scope of use",
        ("0", "公示", "Published"),
        ("1", "仅政府内部共享", "Shared within government only"),
        ("2", "仅授权查询", "By authorised query only"),
    )
    | {"public_values": ["0"]},
    code(
        "dishonesty",
        "失信严重程度",
        "Degree of dishonesty",
        ("0", "未定", "Not determined"),
        ("1", "一般", "General"),
        ("2", "较重", "Heavier"),
        ("3", "严重", "Serious"),
    ),
    day("declared_until", "公示截止期", "End of publicity as declared"),
    text("local_code", "地方编码", "Local code"),
    REMARK,
]

LICENCE_FIELDS_2015 = [
    text("item_code", "行政许可编码", "Code of the licence"),
    code(
        "licence_kind",
        "审批类别",
        "Kind of approval",
        ("ordinary", "普通", "Ordinary"),
        ("concession", "特许", "Concession"),
        ("recognition", "认可", "Recognition"),
        ("approval", "核准", "Approval"),
        ("registration", "登记", "Registration"),
        ("other", "其他", "Other"),
    ),
    text("content", "许可内容", "Content of the licence"),
    day("valid_until", "许可截止期", "Valid until"),
    *(
        field
        for field in PENALTY_FIELDS_2015
        if field["name"] in {"decision_state", "use_scope", "local_code"}
    ),
    REMARK,
]

#: Field list of double publicity, 2018 edition, and what single departments add.
PENALTY_FIELDS = [
    PARTY_CATEGORY,
    text("violation_type", "违法行为类型", "Type of unlawful act"),
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
    day("declared_until", "公示截止期", "End of publicity as declared"),
    text("authority_code", "处罚机关统一社会信用代码", "Code of the deciding authority"),
    REMARK,
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
    PARTY_CATEGORY,
    text("decision_name", "行政许可决定文书名称", "Title of the decision"),
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
    code(
        "decision_state",
        "当前状态",
        "State of the licence",
        ("valid", "有效", "Valid"),
        ("invalid", "无效", "Not valid"),
    ),
    text("authority_code", "许可机关统一社会信用代码", "Code of the deciding authority"),
    REMARK,
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

#: What the tables of tax credit know of a breach (`evaluation/schemes`), in their words: deductions of annex 1, points back of
#: annex 6. The day of the decision is the day on which it happened.
TAX_BREACH_FIELDS = [
    code(
        "breach",
        "失信行为",
        "Breach",
        (
            "accounting-filing",
            "财务会计制度备案、财务报表报送逾期",
            "Late filing of the accounting system or statements",
        ),
        ("late-filing", "未按规定期限纳税缴费申报", "Late filing of tax or fees"),
        ("late-withholding", "未按规定期限代扣代缴", "Late withholding"),
        ("bank-accounts", "未报告全部银行账户", "Not reporting all bank accounts"),
        ("false-commitment", "虚假承诺", "False commitment"),
        (
            "personal-income-tax-of-representative",
            "法定代表人等未办理个人所得税综合所得年度汇算",
            "Unfiled annual income tax of the legal representative",
        ),
        ("export-refund-verification", "出口退税核查", "Export refund verification"),
        required=True,
    ),
    text("months", "月数", "Months"),
    money("tax_amount", "涉及税费金额", "Tax concerned"),
    day("corrected_on", "纠正日期", "Corrected on"),
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

#: The nation's evaluation has one scale after the other, province by province there are others; both are given
#: elsewhere and only imported here.
_EVALUATED = text("period", "评价周期", "Period evaluated")
NATIONAL_EVALUATION_FIELDS_2019 = [
    code(
        "grade",
        "评价等级",
        "Grade",
        ("优", "优", "Excellent"),
        ("良", "良", "Good"),
        ("中", "中", "Medium"),
        ("差", "差", "Poor"),
        required=True,
    ),
    _EVALUATED,
]
NATIONAL_EVALUATION_FIELDS_2026 = [
    code(
        "grade",
        "评价等级",
        "Grade",
        ("A", "A", "A"),
        ("B", "B", "B"),
        ("C", "C", "C"),
        ("D", "D", "D"),
        required=True,
    ),
    _EVALUATED,
]
PROVINCIAL_EVALUATION_FIELDS = [
    text("grade", "评价等级", "Grade", required=True),
    text("scale", "评价等级由高到低", "Grades of its scale, best first"),
    _EVALUATED,
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

CONTRACT_FIELDS = [
    text("contract_number", "合同编号", "Contract number", required=True),
    text("counterparty", "合同相对方", "Other party"),
    text("breach", "未履行的义务", "Duty not performed", required=True),
    money("contract_amount", "合同金额", "Amount of the contract"),
    day("due_on", "应履行日期", "Due on"),
]

ARREARS_FIELDS = [
    text("period", "费款所属期", "Period", required=True),
    code(
        "insurance",
        "险种",
        "Insurance",
        ("pension", "基本养老保险", "Basic pension insurance"),
        ("medical", "基本医疗保险", "Basic medical insurance"),
        ("injury", "工伤保险", "Work injury insurance"),
        ("unemployment", "失业保险", "Unemployment insurance"),
        ("several", "多个险种", "Several"),
    ),
    money("arrears", "欠缴金额", "Arrears"),
]

MEMBER_RATING_FIELDS = [
    text("grade", "等级", "Grade", required=True),
    day("valid_until", "有效期至", "Valid until"),
]

MEMBER_COMPLAINT_FIELDS = [day("received_on", "投诉收到日期", "Complaint received on")]
MEMBER_TRAINING_FIELDS = [text("hours", "学时", "Hours"), day("held_from", "开始日期", "Held from")]
MEMBER_CONTRACT_FIELDS = [day("due_on", "约定履行日期", "Due by the contract")]


def member_record(zh: str, en: str, polarity: str, fields: list[dict]) -> dict:
    """A kind of record that an association keeps of its members: market credit information, never public."""
    version = {
        "valid_from": date(2017, 10, 1),
        "instrument": "association-charter",
        "disclosure": "shared",
        "extra_fields": fields,
        "source": "Market credit information by local laws (Shanghai arts 8 and 13); a city enters its own basis.",
        "verification": "B",
    }
    return {
        "name_zh": zh,
        "name_en": en,
        "polarity": polarity,
        "family": "market",
        "category": "association",
        "submitters": (CATERING_ASSOCIATION,),
        "versions": [version],
    }


#: By code: fields of `RecordType`, who submits, and the versions, oldest first, each until the next begins.
RECORD_TYPES: dict[str, dict] = {
    "administrative-penalty": {
        "name_zh": "行政处罚",
        "name_en": "Administrative penalty",
        "polarity": "negative",
        "category": "administration",
        "submitters": DEPARTMENTS,
        "versions": [
            {
                "valid_from": date(1996, 3, 17),
                "instrument": "penalty-law",
                "article": "第九条",
                "disclosure": "public",
                "extra_fields": PENALTY_FIELDS,
                "source": "Kinds of penalty: art. 9 of the 2021 revision. The law gives no field list; the fields are those of "
                "2018.",
                "verification": "V",
            },
            {
                "valid_from": date(2015, 1, 1),
                "instrument": "gbf-2015-51",
                "disclosure": "public",
                "submit_within_days": 7,
                "extra_fields": with_later(PENALTY_FIELDS_2015, PENALTY_FIELDS),
                "source": "Fields as a municipal platform loaded them, 2015 to 2017; title and number of the standard's annex "
                "were not found. Seven working days: known of 2018, taken for 2015.",
                "verification": "B",
            },
            {
                "valid_from": date(2018, 7, 25),
                "instrument": "ndrc-2018-424",
                "disclosure": "public",
                "submit_within_days": 7,
                "extra_fields": PENALTY_FIELDS,
                "source": "7 working days: zh.wikisource.org; credit.shiyan.gov.cn/660/2459.html. Fields as found in public code "
                "of 2018; the annex of the standard itself was not found.",
                "verification": "P",
            },
        ],
    },
    "administrative-licence": {
        "name_zh": "行政许可",
        "name_en": "Administrative licence",
        "polarity": "neutral",
        "category": "administration",
        "submitters": DEPARTMENTS,
        "versions": [
            {
                "valid_from": date(2015, 1, 1),
                "instrument": "gbf-2015-51",
                "disclosure": "public",
                "extra_fields": with_later(LICENCE_FIELDS_2015, LICENCE_FIELDS),
                "source": "Fields as a municipal platform loaded them, 2015 to 2017; title and number of the standard's annex "
                "were not found.",
                "verification": "B",
            },
            {
                "valid_from": date(2018, 7, 25),
                "instrument": "ndrc-2018-424",
                "disclosure": "public",
                "submit_within_days": 7,
                "extra_fields": LICENCE_FIELDS,
                "source": "7 working days: zh.wikisource.org; credit.shiyan.gov.cn/660/2459.html. Chinese names of the fields "
                "partly not verified, as are the states of a licence.",
                "verification": "P",
            },
        ],
    },
    "inspection-result": {
        "name_zh": "检查结果",
        "name_en": "Inspection result",
        "polarity": "neutral",
        "category": "administration",
        "submitters": (MARKET_SUPERVISION, TAX, CUSTOMS, FINANCIAL_SUPERVISION),
        "versions": [
            {
                "valid_from": date(2019, 7, 9),
                "instrument": "gbf-2019-35",
                "disclosure": "public",
                "extra_fields": INSPECTION_FIELDS,
                "source": "chinalawinsight.com, 2019-11. The lists of kinds and results are not from a text that was read.",
                "verification": "P",
            },
        ],
    },
    "abnormal-listing": {
        "name_zh": "列入经营异常名录",
        "name_en": "Entry in the abnormal operation list",
        "polarity": "negative",
        "category": "abnormal",
        "submitters": (MARKET_SUPERVISION,),
        "versions": [
            {
                "valid_from": date(2014, 10, 1),
                "instrument": "sc-654",
                "disclosure": "public",
                "extra_fields": ABNORMAL_FIELDS,
                "source": "Text of 2014 read; the amendment of 2024 (Order 777) was read in summaries only. Grounds: "
                "国市监信规〔2021〕3号 as published by yuanjiang.gov.cn.",
                "verification": "P",
            },
        ],
    },
    "serious-violation-listing": {
        "name_zh": "列入严重违法失信名单",
        "name_en": "Entry in the list of serious violations",
        "polarity": "negative",
        "category": "other",
        "submitters": (MARKET_SUPERVISION,),
        "versions": [
            {
                "valid_from": date(2021, 9, 1),
                "instrument": "samr-44",
                "article": "第二条",
                "disclosure": "public",
                "extra_fields": SERIOUS_LIST_FIELDS,
                "severity_classes": ["serious"],
                "source": "precisegraphic.com; leetsai.com. Whether the revision drafted in 2025 is final: not found.",
                "verification": "P",
            },
        ],
    },
    "tax-credit-grade": {
        "name_zh": "纳税缴费信用级别",
        "name_en": "Tax credit grade",
        "polarity": "neutral",
        "category": "other",
        "submitters": (TAX,),
        "versions": [
            {
                "valid_from": date(2014, 1, 1),
                "instrument": "sta-2014-40",
                "disclosure": "public",
                "extra_fields": TAX_GRADE_FIELDS,
                "source": "Named as replaced by Announcement 2025 No. 12. That only grade A is announced is not from its text.",
                "verification": "B",
            },
            {
                "valid_from": date(2025, 7, 1),
                "instrument": "sta-2025-12",
                "article": "第十六条",
                "disclosure": "public",
                "extra_fields": TAX_GRADE_FIELDS,
                "source": "ai-tax.cn/page01?pagenum=2, arts 12 to 17. That only grade A is announced is not from its text.",
                "verification": "P",
            },
        ],
    },
    "tax-breach": {
        "name_zh": "纳税缴费失信行为扣分",
        "name_en": "Tax credit points taken off",
        "polarity": "negative",
        "category": "other",
        "submitters": (TAX,),
        "versions": [
            {
                "valid_from": date(2014, 1, 1),
                "instrument": "sta-2014-40",
                "disclosure": "shared",
                "extra_fields": TAX_BREACH_FIELDS,
                "source": "Named as replaced by Announcement 2025 No. 12; indicators as that has them. Whether points are public "
                "was not read; shared until it is.",
                "verification": "B",
            },
            {
                "valid_from": date(2025, 7, 1),
                "instrument": "sta-2025-12",
                "article": "附1",
                "disclosure": "shared",
                "extra_fields": TAX_BREACH_FIELDS,
                "source": "Annex 1 read in part: fusiontax.cn. Whether points are public was not read; shared until it is.",
                "verification": "P",
            },
        ],
    },
    "customs-credit-status": {
        "name_zh": "海关企业信用等级",
        "name_en": "Customs credit status",
        "polarity": "neutral",
        "category": "other",
        "submitters": (CUSTOMS,),
        "versions": [
            {
                "valid_from": date(2021, 11, 1),
                "instrument": "gacc-251",
                "disclosure": "shared",
                "extra_fields": CUSTOMS_FIELDS_251,
                "verification": "P",
                "source": "Whether and how far it is public was not verified; shared until it is.",
            },
            {
                "valid_from": date(2026, 4, 1),
                "instrument": "gacc-282",
                "disclosure": "shared",
                "extra_fields": CUSTOMS_FIELDS_282,
                "verification": "P",
                "source": "Whether and how far it is public was not verified; shared until it is.",
            },
        ],
    },
    "national-credit-evaluation": {
        "name_zh": "全国公共信用综合评价结果",
        "name_en": "National comprehensive credit evaluation",
        "polarity": "neutral",
        "category": "other",
        "submitters": (LEAD,),
        "versions": [
            {
                "valid_from": date(2019, 9, 1),
                "instrument": "ndrc-2019-885",
                "disclosure": "shared",
                "extra_fields": NATIONAL_EVALUATION_FIELDS_2019,
                "source": "Four grades as reported of 发改办财金〔2019〕885号. Whether a city may publish them was not found; shared "
                "until it is.",
                "verification": "P",
            },
            {
                "valid_from": date(2026, 3, 29),
                "instrument": "gbf-2026-8",
                "disclosure": "shared",
                "extra_fields": NATIONAL_EVALUATION_FIELDS_2026,
                "source": "Grades A to D: seahonor.com/en/industry/info/compliance-79. Whether a city may publish them was not "
                "read; shared until it is.",
                "verification": "P",
            },
        ],
    },
    "provincial-credit-evaluation": {
        "name_zh": "省级公共信用综合评价结果",
        "name_en": "Provincial comprehensive credit evaluation",
        "polarity": "neutral",
        "category": "other",
        "submitters": (LEAD,),
        "versions": [
            {
                "valid_from": date(2019, 7, 9),
                "instrument": "gbf-2019-35",
                "disclosure": "shared",
                "extra_fields": PROVINCIAL_EVALUATION_FIELDS,
                "source": "Each province has its own scale (Shandong: seven grades, hqjrqm.com, 2023-03) and its own basis, which "
                "a city enters. Shared until that is verified.",
                "verification": "B",
            },
        ],
    },
    "commendation": {
        "name_zh": "表彰荣誉",
        "name_en": "Commendation",
        "polarity": "positive",
        "category": "other",
        "submitters": DEPARTMENTS,
        "versions": [
            {
                "valid_from": date(2016, 1, 1),
                "instrument": "gf-2016-33",
                "disclosure": "public",
                "extra_fields": COMMENDATION_FIELDS,
                "source": "Joint incentive is the subject of the opinion; its text was not read.",
                "verification": "B",
            },
        ],
    },
    "contract-breach": {
        "name_zh": "合同违约",
        "name_en": "Breach of contract",
        "polarity": "negative",
        "category": "other",
        "submitters": DEPARTMENTS,
        "versions": [
            {
                "valid_from": date(2024, 5, 6),
                "instrument": "national-catalogue-2024",
                "disclosure": "shared",
                "extra_fields": CONTRACT_FIELDS,
                "source": "That the catalogue has contracts among its kinds was not read; nor was a field list. Shared until "
                "that is verified.",
                "verification": "B",
            },
        ],
    },
    "social-insurance-arrears": {
        "name_zh": "欠缴社会保险费",
        "name_en": "Arrears of social insurance",
        "polarity": "negative",
        "category": "administration",
        "submitters": (HUMAN_RESOURCES, TAX),
        "versions": [
            {
                "valid_from": date(2017, 10, 1),
                "instrument": "local-credit-rules",
                "disclosure": "shared",
                "extra_fields": ARREARS_FIELDS,
                "source": "Arrears of social insurance: Shanghai 2017 art. 9 (1), Shandong 2020 art. 13 (1), both read and "
                "binding there only. No field list was found. Shared until the city's own law is entered.",
                "verification": "B",
            },
        ],
    },
    "member-commendation": member_record("会员表彰", "Commendation of a member", "positive", []),
    "member-warning": member_record("会员警示", "Warning to a member", "negative", []),
    "member-rating": member_record("会员评级", "Rating of a member", "neutral", MEMBER_RATING_FIELDS),
    "member-complaint": member_record(
        "会员投诉查实", "Complaint against a member upheld", "negative", MEMBER_COMPLAINT_FIELDS
    ),
    "member-training": member_record(
        "会员培训", "Training attended by a member", "neutral", MEMBER_TRAINING_FIELDS
    ),
    "member-contract-kept": member_record(
        "会员合同履约", "Contract kept by a member", "positive", MEMBER_CONTRACT_FIELDS
    ),
    "member-contract-broken": member_record(
        "会员合同违约", "Contract broken by a member", "negative", MEMBER_CONTRACT_FIELDS
    ),
}
