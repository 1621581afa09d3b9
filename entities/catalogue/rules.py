"""How long records are public and from when they may be repaired.

Precedence, where several rules fit one record (the smallest number governs on this platform):

* 10, Credit China: Order 36, before it Order 58. Where third parties differ, Credit China prevails.
* 20, the market-supervision system (NECIPS): Order 107, before it 国市监信规〔2021〕3号.
* 30, the same system: Order 45, whose three years contradict the one year that Order 107 gives to general
  violations. Order 107 is the later, so it goes first; whether Order 45 was amended is not known.

A ban on early repair and a ban on publication hold whichever rule governs.

Not modelled, because the sources do not settle it: which penalty falls into which class (Order 36 arts 8 to
11 were not read, so whoever submits chooses); the lower fines of Order 45 art. 13, whose limit each
province sets; the year that food, drugs and special equipment had to wait under the older rules.
"""

from datetime import date

from entities.catalogue.bodies import MARKET_SUPERVISION
from entities.penalty_kinds import NEVER_EARLY, PenaltyKind

CREDIT_CHINA, NECIPS = "CreditChina", "NECIPS"
PENALTY, SERIOUS_LIST, ABNORMAL_LIST = (
    "administrative-penalty",
    "serious-violation-listing",
    "abnormal-listing",
)

ORDER_36 = {
    "instrument": "ndrc-36",
    "publishing_system": CREDIT_CHINA,
    "precedence": 10,
    "start": "decision",
    "valid_from": date(2026, 4, 1),
    "verification": "P",
    "conditions_zh": "达到最短公示期；纠正失信行为并履行全部义务；公开信用承诺；符合法律、法规和规章的其他条件。",
    "conditions_en": "Shortest publicity reached; behaviour corrected and all duties performed; public credit "
    "commitment; other conditions of law, regulation or ministry rule.",
    "source": "toubiaole.com/news/xingyexinwen/887.html; yuhaojiang.com/redian/1328015.html",
}
ORDER_107 = {
    "instrument": "samr-107",
    "publishing_system": NECIPS,
    "precedence": 20,
    "start": "publicity",
    "valid_from": date(2025, 12, 25),
    "verification": "P",
    "submitters": (MARKET_SUPERVISION,),
    "source": "seahonor.com/en/industry/info/compliance-77-EN. Start of the period not read; taken from Order 45.",
}
SAMR_2021_3 = {
    "instrument": "samr-2021-3",
    "publishing_system": NECIPS,
    "precedence": 20,
    "start": "publicity",
    "valid_from": date(2021, 9, 1),
    "valid_to": date(2025, 12, 24),
    "verification": "P",
    "submitters": (MARKET_SUPERVISION,),
    "source": "chinalawtranslate.com/en/samr-credit-restoration/",
}
ORDER_45 = {
    "instrument": "samr-45",
    "publishing_system": NECIPS,
    "precedence": 30,
    "start": "publicity",
    "valid_from": date(2021, 9, 1),
    "verification": "V",
    "submitters": (MARKET_SUPERVISION,),
    "record_types": (PENALTY,),
    "source": "Full text of 2021-07-30",
}
ABNORMAL_CONDITIONS = {
    "conditions_zh": "补报年度报告并公示；公示即时信息；更正虚假信息；变更住所或者可以重新取得联系。",
    "conditions_en": "Late annual report filed; immediate information published; false information corrected; "
    "address changed or reachable again.",
}

#: Fields of `PublicityRule`, by code.
RULES: dict[str, dict] = {
    "order-58": {
        "instrument": "ndrc-58",
        "publishing_system": CREDIT_CHINA,
        "precedence": 10,
        "start": "decision",
        "record_types": (PENALTY,),
        "min_months": 3,
        "max_months": 36,
        "valid_from": date(2023, 5, 1),
        "valid_to": date(2026, 3, 31),
        "verification": "P",
        "conditions_zh": "特种设备、安全生产、消防等领域最短一年，未在此列出。",
        "conditions_en": "Special equipment, work safety and fire: at least a year; not told apart here.",
        "source": "csrcare.com/Law/LawShowEn?id=229067",
    },
    "order-36-minor": ORDER_36
    | {
        "record_types": (PENALTY,),
        "severity_class": "minor",
        "min_months": 0,
        "max_months": 3,
        "withholds": True,
        "conditions_zh": "原则上不予公示；确有必要的，最长三个月，履行义务后即可修复。",
        "conditions_en": "In principle not published; if need be, three months at most; repaired on fulfilment.",
    },
    "order-36-general": ORDER_36
    | {
        "record_types": (PENALTY,),
        "severity_class": "general",
        "min_months": 3,
        "max_months": 12,
    },
    "order-36-serious": ORDER_36
    | {
        "record_types": (PENALTY, SERIOUS_LIST),
        "severity_class": "serious",
        "min_months": 12,
        "max_months": 36,
    },
    "samr-107-minor": ORDER_107
    | {
        "record_types": (PENALTY,),
        "severity_class": "minor",
        "max_months": 3,
        "conditions_zh": "到期自动停止，无需申请。",
        "conditions_en": "Stops by itself, no application.",
    },
    "samr-107-general": ORDER_107
    | {
        "record_types": (PENALTY,),
        "severity_class": "general",
        "min_months": 3,
        "max_months": 12,
    },
    "samr-107-serious": ORDER_107
    | {
        "record_types": (PENALTY, SERIOUS_LIST),
        "severity_class": "serious",
        "min_months": 12,
        "max_months": 36,
    },
    "samr-107-warning": ORDER_107
    | {
        "record_types": (PENALTY,),
        "penalty_kinds": [PenaltyKind.WARNING],
        "withholds": True,
        "conditions_zh": "仅受到警告的不予公示。",
        "conditions_en": "Only a warning: not published.",
    },
    "samr-107-abnormal": ORDER_107
    | ABNORMAL_CONDITIONS
    | {"record_types": (ABNORMAL_LIST,), "min_months": 0},
    "samr-2021-3-penalty": SAMR_2021_3
    | {
        "record_types": (PENALTY,),
        "min_months": 6,
        "max_months": 36,
        "conditions_zh": "三年自公示之日起（第45号令第十三条）；食品、药品、特种设备最短一年，未在此列出。",
        "conditions_en": "Three years from publicity (Order 45 art. 13); food, drugs, special equipment: at least a "
        "year, not told apart here.",
    },
    "samr-2021-3-serious-list": SAMR_2021_3
    | {
        "record_types": (SERIOUS_LIST,),
        "min_months": 12,
        "max_months": 36,
        "verification": "B",
        "conditions_zh": "满三年自动移出一项未核实。",
        "conditions_en": "Removal by itself after three years is not verified.",
    },
    "samr-2021-3-abnormal": SAMR_2021_3
    | ABNORMAL_CONDITIONS
    | {"record_types": (ABNORMAL_LIST,), "min_months": 0},
    "samr-45-warning": ORDER_45
    | {
        "article": "第二条",
        "penalty_kinds": [PenaltyKind.WARNING],
        "withholds": True,
        "conditions_zh": "仅受到警告行政处罚的不予公示。",
        "conditions_en": "Only a warning: not published.",
    },
    "samr-45-criticism": ORDER_45
    | {
        "article": "第十三条",
        "penalty_kinds": [PenaltyKind.CRITICISM],
        "max_months": 3,
        "conditions_zh": "较低数额罚款同此，数额由省级规定，未在此列出。",
        "conditions_en": "The same holds for lower fines; their limit is set by the province and not told here.",
    },
    "samr-45-other": ORDER_45
    | {
        "article": "第十三条",
        "max_months": 36,
        "conditions_zh": "依法被限制超过三年的，按实际限制期限。",
        "conditions_en": "Where a restriction lasts longer than three years, its own period.",
    },
    "samr-45-never-early": ORDER_45
    | {
        "article": "第十四条",
        "penalty_kinds": list(NEVER_EARLY),
        "never_early": True,
    },
}
