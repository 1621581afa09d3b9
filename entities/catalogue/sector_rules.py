"""How tax and customs repair: rules of systems of their own, beside those of publicity (`entities.catalogue.rules`).

A tax grade follows from points, and points come back by a table for what is corrected. The tables are those of the
published schemes (`evaluation/schemes`), which a rule names: there alone they are written, there they are computed.
What no source gives is not here: a waiting time of customs, conditions of GACC Orders 251 and 282, points back for the
other indicators of annex 6. The effects:

* points: the record stays and says from the decision on which day the department found it corrected.
* level: the record ends; the department says which level holds instead, but none that is `barred`.
* follows: nothing is asked for about the record itself, it follows from others.
* none: what was read gives nothing back.

A rule with `absent_field` fits only where that field says nothing: a tax grade without points was given directly.
"""

from datetime import date

BREACHES_WITH_POINTS = ["accounting-filing", "late-filing", "late-withholding", "bank-accounts"]
BREACHES_NOT_READ = [
    "false-commitment",
    "personal-income-tax-of-representative",
    "export-refund-verification",
]

TAX_BREACH = {"record_type": "tax-breach", "field_name": "breach"}
TAX_GRADE = {"record_type": "tax-credit-grade", "field_name": "grade", "effect": "follows"}
DIRECT = TAX_GRADE | {"values": ["D"], "absent_field": "points", "effect": "level"}
CUSTOMS = {"record_type": "customs-credit-status", "field_name": "customs_status", "effect": "level"}
STA_2021 = {"instrument": "sta-2021-31", "valid_from": date(2022, 1, 1), "valid_to": date(2025, 6, 30)}
STA_2025 = {"instrument": "sta-2025-12", "valid_from": date(2025, 7, 1)}

#: Fields of `repair.models.SectorRule`, by code.
SECTOR_RULES: dict[str, dict] = {
    "tax-2021-31-points": TAX_BREACH
    | STA_2021
    | {
        "values": BREACHES_WITH_POINTS,
        "effect": "points",
        "scheme": "tax-credit-2014",
        "verification": "P",
        "source": "cqbzxh.com/Item/Show.asp?d=6537&m=1; admin.cairuijun.com. The first day is not verified: the first "
        "on which an announcement of 2021 surely held.",
    },
    "tax-2021-31-not-read": TAX_BREACH
    | STA_2021
    | {
        "values": BREACHES_NOT_READ,
        "effect": "none",
        "verification": "B",
        "source": "The table was read for four breaches only; whether it has others is not known.",
    },
    "tax-2021-31-grade": TAX_GRADE
    | STA_2021
    | {
        "values": ["B", "M", "C", "D"],
        "verification": "P",
        "source": "cqbzxh.com/Item/Show.asp?d=6537&m=1; admin.cairuijun.com",
    },
    "tax-2021-31-direct": DIRECT
    | STA_2021
    | {
        "barred": ["A"],
        "verification": "P",
        "conditions_zh": "非正常户在次年年底前解除的，重新评价，但不得评为A级；此后解除的，须连续12个月无失信行为。",
        "conditions_en": "A household taken off the list of non-normal ones before the end of the next year is graded anew, "
        "but never A; later it needs 12 months without a breach.",
        "source": "admin.cairuijun.com; not read in the announcement itself.",
    },
    "tax-2025-12-points": TAX_BREACH
    | STA_2025
    | {
        "article": "附6",
        "values": BREACHES_WITH_POINTS,
        "effect": "points",
        "scheme": "tax-credit-2025",
        "verification": "P",
        "source": "cqbzxh.com/Item/Show.asp?d=6537&m=1; reportify.ai/social-media/786104434243881. A third page says that "
        "after 90 days nothing comes back: reportify.ai/social-media/721817019795348.",
    },
    "tax-2025-12-not-read": TAX_BREACH
    | STA_2025
    | {
        "article": "附6",
        "values": BREACHES_NOT_READ,
        "effect": "none",
        "verification": "B",
        "source": "Annex 6 was read for four breaches only; whether it has others is not known.",
    },
    "tax-2025-12-grade": TAX_GRADE
    | STA_2025
    | {
        "article": "第十六条、附6",
        "values": ["B", "M", "C", "D"],
        "verification": "P",
        "conditions_zh": "整体修复：连续无失信行为的，每满一个月加1分，最多11分；条件未读到。",
        "conditions_en": "Overall repair: a point for each month without a breach, 11 at most; its conditions were not read.",
        "source": "ai-tax.cn/page01?pagenum=2; overall repair: reportify.ai/social-media/723624722656559",
    },
    "tax-2025-12-direct": DIRECT
    | STA_2025
    | {
        "article": "第十六条",
        "verification": "B",
        "conditions_zh": "据一处来源，按逃避缴纳税款数额等待3个月、6个月或者12个月；未在办法正文中读到，是否不得评为A级也未读到。",
        "conditions_en": "By one source one waits 3, 6 or 12 months by the size of the evasion; that was not read in the text "
        "itself, nor whether A is shut out.",
        "source": "reportify.ai/social-media/723624722656559",
    },
    "customs-251": CUSTOMS
    | {
        "instrument": "gacc-251",
        "values": ["dishonest"],
        "valid_from": date(2021, 11, 1),
        "valid_to": date(2026, 3, 31),
        "verification": "B",
        "source": "desk33.com/d-995592.html has the levels. From when and on which conditions one is lifted was not read.",
    },
    "customs-282": CUSTOMS
    | {
        "instrument": "gacc-282",
        "values": ["dishonest", "seriously-dishonest"],
        "barred": ["seriously-dishonest"],
        "valid_from": date(2026, 4, 1),
        "verification": "B",
        "source": "cceeccic.org/435861947.html has the levels. Figures were not found; from when and on which conditions "
        "one is lifted was not read. That a repair ends in no worse level is this platform's own rule.",
    },
}
#: The types of record that these rules are about.
SECTOR_TYPES = frozenset(rule["record_type"] for rule in SECTOR_RULES.values())
