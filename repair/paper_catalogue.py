"""The papers that are shipped as asked for: those of the nation, of two local regulations, and the platform's own.

Fields of `PaperRule` by code. What no instrument that was read names is the platform's own procedure; it has no
instrument and says so.

* NDRC Order 58 asked for five; 国办发〔2025〕22号 leaves two of them and bids departments fetch proof themselves.
* NDRC Order 36 keeps these two, as its second and third condition, and adds what other law asks for, as its fourth.
* SAMR 2021 No. 3 asked for four, of what market supervision records. Of Order 107, which took its place, no list of
  papers was read; what it repairs follows the rules for all.
* Henan, Shandong, Shenzhen and Taizhou have an objection come as an application, Taizhou in writing and with its
  reasons; Henan and Shenzhen ask for evidence with it. Shanghai and Zhejiang name no paper.

Not given, because no source names them: the papers of the tax and of the customs authorities. What is repaired by their
rules is asked for by the platform's own.
"""

from datetime import date

FULL_TEXT = "Full text read"
REPAIR, OBJECTION, BASIS = {"case_kind": "repair"}, {"case_kind": "objection"}, {"case_kind": "basis"}
OWN = {"instrument": None, "source": "", "verification": "", "valid_from": date(2021, 9, 1)}
ORDER_58 = REPAIR | {
    "instrument": "ndrc-58",
    "source": "csrcare.com/Law/LawShowEn?id=229067; senqisrq.com (guidance of the Shenzhen housing bureau)",
    "verification": "P",
    "valid_from": date(2023, 5, 1),
    "valid_to": date(2026, 3, 31),
}
GBF = REPAIR | {
    "instrument": "gbf-2025-22",
    "source": "cf0099.com/hyzx/202506/27/13482.html",
    "verification": "P",
    "valid_from": date(2025, 6, 22),
}
ORDER_36 = REPAIR | {
    "instrument": "ndrc-36",
    "source": "toubiaole.com/news/xingyexinwen/887.html; yuhaojiang.com/redian/1328015.html",
    "verification": "P",
    "valid_from": date(2026, 4, 1),
}
SAMR_2021 = REPAIR | {
    "instrument": "samr-2021-3",
    "source": "yuanjiang.gov.cn/21773/21775/content_1999679.html; chinalawtranslate.com/en/samr-credit-restoration/",
    "verification": "P",
    "valid_from": date(2021, 9, 1),
    "valid_to": date(2025, 12, 24),
    "body_code": "market-supervision",
    "type_codes": ["administrative-penalty", "serious-violation-listing", "abnormal-listing"],
}
HENAN = OBJECTION | {
    "profile": "henan-2019",
    "instrument": "henan-2019",
    "article": "第四十一条",
    "source": FULL_TEXT,
    "verification": "V",
    "valid_from": date(2020, 5, 1),
}
SHANDONG = OBJECTION | {
    "profile": "shandong-2020",
    "instrument": "shandong-2020",
    "article": "第三十九条",
    "source": FULL_TEXT,
    "verification": "V",
    "valid_from": date(2020, 10, 1),
}
TAIZHOU = OBJECTION | {
    "profile": "taizhou-2020",
    "instrument": "taizhou-2020",
    "article": "第十三条",
    "remark": "The article speaks of market credit information only.",
    "source": FULL_TEXT,
    "verification": "V",
    "valid_from": date(2020, 7, 1),
}
SHENZHEN = OBJECTION | {
    "profile": "shenzhen-2023",
    "instrument": "shenzhen-2023",
    "article": "第四十八条",
    "source": FULL_TEXT,
    "verification": "V",
    "valid_from": date(2023, 3, 1),
}

#: Fields of `PaperRule`, by code.
PAPER_RULES: dict[str, dict] = {
    "papers-58-application": ORDER_58 | {"paper": "application"},
    "papers-58-proof": ORDER_58 | {"paper": "proof"},
    "papers-58-commitment": ORDER_58 | {"paper": "commitment"},
    "papers-58-licence": ORDER_58 | {"paper": "licence"},
    "papers-58-identity": ORDER_58 | {"paper": "identity"},
    "papers-gbf-2025-22-proof": GBF | {"paper": "proof"},
    "papers-gbf-2025-22-commitment": GBF | {"paper": "commitment"},
    "papers-36-proof": ORDER_36 | {"paper": "proof"},
    "papers-36-commitment": ORDER_36 | {"paper": "commitment"},
    "papers-36-other": ORDER_36 | {"paper": "other"},
    "papers-samr-2021-3-application": SAMR_2021 | {"paper": "application"},
    "papers-samr-2021-3-proof": SAMR_2021 | {"paper": "proof"},
    "papers-samr-2021-3-commitment": SAMR_2021 | {"paper": "commitment"},
    "papers-samr-2021-3-other": SAMR_2021 | {"paper": "other"},
    "papers-henan-application": HENAN | {"paper": "application"},
    "papers-henan-evidence": HENAN | {"paper": "evidence"},
    "papers-shandong-application": SHANDONG | {"paper": "application"},
    "papers-shenzhen-application": SHENZHEN | {"paper": "application"},
    "papers-shenzhen-evidence": SHENZHEN | {"paper": "evidence"},
    "papers-taizhou-application": TAIZHOU | {"paper": "application"},
    # Without words nobody can decide; what is repaired by a charter or by the rules of a sector comes with these three.
    "papers-repair-application": OWN | REPAIR | {"paper": "application"},
    "papers-repair-proof": OWN | REPAIR | {"paper": "proof"},
    "papers-repair-commitment": OWN | REPAIR | {"paper": "commitment"},
    "papers-objection-application": OWN | OBJECTION | {"paper": "application"},
    "papers-basis-decision": OWN | BASIS | {"paper": "decision"},
}
