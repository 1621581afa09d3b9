"""The terms that are shipped: those of the nation, those of six local regulations, and the platform's own.

Fields of `ClockRule` by code. What no instrument that was read sets is the platform's own procedure; it has no
instrument and says so. The articles of the local regulations were read in full. They bind the places that made
them; a city that follows one chooses it as its profile.

The check of the platform itself (Shanghai art. 36 (1), Shandong 39, Henan 41, Shenzhen 51, Taizhou 13) is the term for
what it answers for itself, without a department: an objection to a record of the lead office, which keeps the
platform, is decided within it. Of a department's record the platform holds what the department handed in and nothing
else, so the objection is passed on and the record marked in the moment of filing; those terms are always kept. Where the
regulation has what is shown compared with what was sent, that is done and told in the same moment (`repair/checking.py`).

Not given, because no source gives a figure: the extension of the 10 working days of 国办发〔2025〕22号, the terms of
GACC Orders 251 and 282.
"""

from datetime import date

FULL_TEXT = "Full text read"
GBF = {
    "case_kind": "repair",
    "instrument": "gbf-2025-22",
    "source": "cf0099.com/hyzx/202506/27/13482.html",
    "verification": "P",
    "valid_from": date(2025, 6, 22),
}
OWN = {"instrument": None, "source": "", "verification": "", "valid_from": date(2025, 6, 22)}


def _local(profile: str, valid_from: date) -> dict:
    return {
        "profile": profile,
        "instrument": profile,
        "source": FULL_TEXT,
        "verification": "V",
        "valid_from": valid_from,
    }


SHANGHAI = _local("shanghai-2017", date(2017, 10, 1))
SHANDONG = _local("shandong-2020", date(2020, 10, 1))
HENAN = _local("henan-2019", date(2020, 5, 1))
ZHEJIANG = _local("zhejiang-2017", date(2018, 1, 1))
SHENZHEN = _local("shenzhen-2023", date(2023, 3, 1))
TAIZHOU = _local("taizhou-2020", date(2020, 7, 1)) | {
    "remark": "The article speaks of market credit information only."
}
OBJECTION, REPAIR, BASIS = {"case_kind": "objection"}, {"case_kind": "repair"}, {"case_kind": "basis"}

#: Fields of `ClockRule`, by code.
CLOCK_RULES: dict[str, dict] = {
    "result-gbf-2025-22": GBF | {"clock": "result", "value": 10},
    "decision-gbf-2025-22": GBF | {"clock": "decision", "value": 3},
    "decision-samr-107": REPAIR
    | {
        "clock": "decision",
        "value": 7,
        "instrument": "samr-107",
        "source": "seahonor.com/en/industry/info/compliance-77-EN",
        "verification": "P",
        "valid_from": date(2025, 12, 25),
        "body_code": "market-supervision",
        "type_codes": ["administrative-penalty", "serious-violation-listing"],
    },
    "decision-samr-2021-3": REPAIR
    | {
        "clock": "decision",
        "value": 15,
        "instrument": "samr-2021-3",
        "source": "seahonor.com/en/industry/info/compliance-77-EN, on what Order 107 shortened",
        "verification": "P",
        "valid_from": date(2021, 9, 1),
        "valid_to": date(2025, 12, 24),
        "body_code": "market-supervision",
        "type_codes": ["administrative-penalty", "serious-violation-listing"],
    },
    "answer-platform": OWN | {"case_kind": "", "clock": "answer", "value": 10},
    "appeal-platform": OWN | REPAIR | {"clock": "appeal", "value": 10},
    # Of what an association repairs by its charter; everywhere else an instrument goes first.
    "repair-result-platform": OWN | REPAIR | {"clock": "result", "value": 10},
    "repair-decision-platform": OWN | REPAIR | {"clock": "decision", "value": 7},
    "objection-appeal-platform": OWN | OBJECTION | {"clock": "appeal", "value": 10},
    "basis-appeal-platform": OWN | BASIS | {"clock": "appeal", "value": 10},
    "objection-result-platform": OWN | OBJECTION | {"clock": "result", "value": 7},
    "objection-decision-platform": OWN | OBJECTION | {"clock": "decision", "value": 5},
    "removal-platform": OWN | {"case_kind": "", "clock": "removal", "value": 3},
    "report-result-platform": OWN | {"case_kind": "report", "clock": "result", "value": 15},
    "basis-penalty-law": BASIS
    | {
        "clock": "withdrawal",
        "value": 3,
        "instrument": "penalty-law",
        "article": "第四十八条、第八十五条",
        "source": FULL_TEXT,
        "verification": "V",
        "valid_from": date(2021, 7, 15),
    },
    "basis-samr-45": BASIS
    | {
        "clock": "withdrawal",
        "value": 3,
        "instrument": "samr-45",
        "article": "第十一条",
        "source": FULL_TEXT,
        "verification": "V",
        "valid_from": date(2021, 9, 1),
        "body_code": "market-supervision",
        "type_codes": ["administrative-penalty"],
    },
    # Shanghai
    "shanghai-mark": SHANGHAI | OBJECTION | {"article": "第三十六条", "clock": "mark", "value": 1},
    "shanghai-check": SHANGHAI | OBJECTION | {"article": "第三十六条", "clock": "check", "value": 5},
    "shanghai-forward": SHANGHAI | OBJECTION | {"article": "第三十六条", "clock": "forward", "value": 2},
    "shanghai-decision": SHANGHAI | OBJECTION | {"article": "第三十六条", "clock": "decision", "value": 5},
    "shanghai-removal": SHANGHAI | REPAIR | {"article": "第三十八条", "clock": "removal", "value": 3},
    "shanghai-basis": SHANGHAI | BASIS | {"article": "第三十七条", "clock": "withdrawal", "value": 3},
    # Shandong
    "shandong-check": SHANDONG | OBJECTION | {"article": "第三十九条", "clock": "check", "value": 3},
    "shandong-result": SHANDONG | OBJECTION | {"article": "第三十九条", "clock": "result", "value": 7},
    "shandong-basis": SHANDONG | BASIS | {"article": "第四十条", "clock": "withdrawal", "value": 3},
    # Henan
    "henan-mark": HENAN | OBJECTION | {"article": "第四十一条", "clock": "mark", "value": 0},
    "henan-check": HENAN | OBJECTION | {"article": "第四十一条", "clock": "check", "value": 3},
    "henan-decision": HENAN | OBJECTION | {"article": "第四十一条", "clock": "decision", "value": 3},
    "henan-result": HENAN | OBJECTION | {"article": "第四十一条", "clock": "result", "value": 7},
    "henan-removal": HENAN | REPAIR | {"article": "第四十三条", "clock": "removal", "value": 1},
    "henan-basis": HENAN | BASIS | {"article": "第四十二条", "clock": "withdrawal", "value": 1},
    # Zhejiang
    "zhejiang-mark": ZHEJIANG | OBJECTION | {"article": "第三十条", "clock": "mark", "value": 0},
    "zhejiang-result": ZHEJIANG
    | OBJECTION
    | {"article": "第三十一条", "clock": "result", "value": 5, "extend_by": 15, "at_most": 20},
    # Shenzhen
    "shenzhen-mark": SHENZHEN | OBJECTION | {"article": "第五十条", "clock": "mark", "value": 0},
    "shenzhen-check": SHENZHEN
    | OBJECTION
    | {"article": "第五十一条", "clock": "check", "value": 1, "compares": True},
    "shenzhen-forward": SHENZHEN | OBJECTION | {"article": "第五十一条", "clock": "forward", "value": 0},
    "shenzhen-decision": SHENZHEN
    | OBJECTION
    | {"article": "第五十一条", "clock": "decision", "value": 2, "extend_by": 3},
    "shenzhen-repair-decision": SHENZHEN
    | REPAIR
    | {"article": "第八十二条", "clock": "decision", "value": 3, "extend_by": 3},
    # Taizhou
    "taizhou-mark": TAIZHOU | OBJECTION | {"article": "第十三条", "clock": "mark", "value": 0},
    "taizhou-check": TAIZHOU
    | OBJECTION
    | {"article": "第十三条", "clock": "check", "value": 2, "compares": True},
    "taizhou-forward": TAIZHOU
    | OBJECTION
    | {"article": "第十三条", "clock": "forward", "value": 2, "suspends": True},
    "taizhou-decision": TAIZHOU | OBJECTION | {"article": "第十三条", "clock": "decision", "value": 5},
    "taizhou-removal": TAIZHOU | OBJECTION | {"article": "第十三条", "clock": "removal", "value": 2},
}
