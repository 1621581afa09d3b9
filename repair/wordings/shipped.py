"""The wordings with which the platform comes. The lead office replaces them in the browser; these stay as they are here."""

from dataclasses import dataclass
from datetime import date

from repair.wordings.models import Wording

Use = Wording.Use
#: Since when the Administrative Reconsideration Law of 2023, on which the remedies stand, is in force.
SHIPPED_FROM = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Shipped:
    """One wording in both languages."""

    code: str
    use: Wording.Use
    name_zh: str
    name_en: str
    text_zh: str
    text_en: str
    case_kind: str = ""
    source: str = ""
    family: str = ""


SHIPPED = (
    Shipped(
        code="granted-all-conditions",
        use=Use.GRANT,
        case_kind="repair",
        family="public",
        name_zh="准予：条件全部具备",
        name_en="Grant: all conditions are met",
        text_zh=(
            "该记录已于{day}达到最短公示期。提交的材料（〔…〕）表明，失信行为已纠正，{record}规"
            "定的义务已全部履行完毕。{entity}已于{signed}签署公开信用承诺书。未发现法律、法规"
            "、规章规定的其他不予修复情形。符合《信用修复管理办法》（国家发展改革委令第36号）规定的条件。"
        ),
        text_en=(
            "The shortest publicity of the record ended on "
            "{day}. The papers handed in (〔…〕) show that the "
            "conduct is corrected and that every duty of the "
            "decision {record} is performed in full. {entity} "
            "signed the public credit commitment on {signed}. "
            "Nothing in other laws, regulations or rules "
            "stands against it. The conditions of the Measures "
            "for Credit Repair (NDRC Order 36) are met."
        ),
    ),
    Shipped(
        code="granted-by-sector",
        use=Use.GRANT,
        case_kind="repair",
        family="public",
        name_zh="准予：符合税务或者海关的规定",
        name_en="Grant: the rule of tax or customs is met",
        text_zh=(
            "提交的材料（〔…〕）表明，{record}所涉失信行为已纠正，应尽义务已全部履行完毕。{entity}已于{signed}签署公开信用承诺书"
            "。符合{rule}的规定。"
        ),
        text_en=(
            "The papers handed in (〔…〕) show that the conduct named in {record} is corrected and every duty"
            " performed in full. {entity} signed the public credit commitment on {signed}. The rule {rule} is met."
        ),
    ),
    Shipped(
        code="refused-not-performed",
        use=Use.REFUSE,
        case_kind="repair",
        name_zh="不予：未证明义务已履行",
        name_en="Refuse: duties not shown to be performed",
        text_zh="提交的材料不能证明{record}规定的义务已全部履行完毕。缺少：〔…〕。履行完毕后可以重新申请。",
        text_en=(
            "The papers handed in do not show that every duty "
            "of the decision {record} is performed in full. "
            "What is missing: 〔…〕. Once it is performed, a new "
            "application may be filed."
        ),
    ),
    Shipped(
        code="refused-not-corrected",
        use=Use.REFUSE,
        case_kind="repair",
        name_zh="不予：失信行为未纠正",
        name_en="Refuse: conduct not corrected",
        text_zh="〔…〕核查发现，{record}认定的失信行为尚未纠正：〔…〕。纠正后可以重新申请。",
        text_en=(
            "On 〔…〕 it was found that the conduct named in the "
            "decision {record} is not corrected: 〔…〕. Once it "
            "is corrected, a new application may be filed."
        ),
    ),
    Shipped(
        code="refused-other-condition",
        use=Use.REFUSE,
        case_kind="repair",
        family="public",
        name_zh="不予：不符合法律规定的其他条件",
        name_en="Refuse: another condition in law is not met",
        text_zh="根据〔…〕第〔…〕条，信用修复还应当符合〔…〕。因〔…〕，该条件不具备。",
        text_en=(
            "By 〔…〕, article 〔…〕, the repair further asks for 〔…〕. This is not met, because 〔…〕."
        ),
    ),
    Shipped(
        code="association-granted",
        use=Use.GRANT,
        case_kind="repair",
        family="market",
        name_zh="准予：符合协会章程的条件",
        name_en="Grant: the conditions of the charter are met",
        text_zh=(
            "提交的材料（〔…〕）表明，{entity}已按{record}的要求整改完毕，符合本会章程第〔…〕条规定的修复条件。"
        ),
        text_en=(
            "The papers handed in (〔…〕) show that {entity} has put right what {record} names. The conditions of"
            " our charter, article 〔…〕, are met."
        ),
    ),
    Shipped(
        code="association-refused",
        use=Use.REFUSE,
        case_kind="repair",
        family="market",
        name_zh="不予：不符合协会章程的条件",
        name_en="Refuse: a condition of the charter is not met",
        text_zh="本会章程第〔…〕条要求〔…〕。因〔…〕，该条件尚不具备。具备后可以重新申请。",
        text_en=(
            "Our charter, article 〔…〕, asks for 〔…〕. This is not met, because 〔…〕. Once it is, a new"
            " application may be filed."
        ),
    ),
    Shipped(
        code="objection-corrected",
        use=Use.CORRECT,
        case_kind="objection",
        name_zh="异议成立：记录与决定书不一致",
        name_en="Uphold: the record says something else than the decision",
        text_zh="决定书{record}载明〔…〕，而记录为〔…〕。{entity}的异议成立，对记录予以更正。",
        text_en=(
            "The decision {record} says 〔…〕, the record says "
            "〔…〕. The objection of {entity} is right in this, "
            "and the record is corrected."
        ),
    ),
    Shipped(
        code="objection-ended",
        use=Use.END,
        case_kind="objection",
        name_zh="异议成立：不应列入记录",
        name_en="Uphold: the record should not stand",
        text_zh="{record}涉及的是〔…〕而非{entity}，或者其期限已于〔…〕届满。异议成立，撤回该记录。",
        text_en=(
            "{record} concerns 〔…〕 and not {entity}, or its "
            "time was over on 〔…〕. The objection is right, and "
            "the record is taken back."
        ),
    ),
    Shipped(
        code="objection-dismissed",
        use=Use.DISMISS,
        case_kind="objection",
        name_zh="异议不成立：记录与决定书一致",
        name_en="Dismiss: the record agrees with the decision",
        text_zh=(
            "经将记录与决定书{record}核对：〔…〕。记录与决定书一致。异议所称〔…〕不足以证明相反事实"
            "，因为〔…〕。"
        ),
        text_en=(
            "The record was compared with the decision "
            "{record}: 〔…〕. It says what the decision says. "
            "What the objection brings forward, 〔…〕, does not "
            "show otherwise, because 〔…〕."
        ),
    ),
    Shipped(
        code="basis-removed",
        use=Use.REMOVE,
        case_kind="basis",
        name_zh="撤回：决定已被撤销、变更或确认无效",
        name_en="Remove: the decision was revoked, changed or found void",
        text_zh=(
            "{basis}所涉正是{entity}记录所依据的决定{record}。记录的依据已失效，予以撤"
            "回（《行政处罚法》第四十八条）。"
        ),
        text_en=(
            "{basis} concerns the decision {record}, on which the record of {entity} stands. The basis of "
            "the record has fallen, and it is removed (Administrative Penalty Law, article 48)."
        ),
    ),
    Shipped(
        code="basis-kept",
        use=Use.KEEP,
        case_kind="basis",
        name_zh="维持：所涉为另一决定",
        name_en="Leave: another decision is concerned",
        text_zh="{basis}所涉为〔…〕而非决定{record}，该决定仍然有效。{entity}的记录维持原状。",
        text_en=(
            "{basis} concerns 〔…〕 and not the decision "
            "{record}, which stands. The record of {entity} is "
            "left as it is."
        ),
    ),
    Shipped(
        code="appeal-against-department",
        use=Use.REMIT,
        case_kind="objection",
        name_zh="支持申诉：部门的决定不能成立",
        name_en="Uphold: the decision of the department does not hold",
        text_zh="部门认定〔…〕。案卷材料表明并非如此：〔…〕。",
        text_en=("The department decided that 〔…〕. The papers in the case show otherwise: 〔…〕."),
    ),
    Shipped(
        code="material-receipt",
        use=Use.MATERIAL,
        name_zh="要求提供缴款凭证",
        name_en="Ask for proof of payment",
        text_zh="请提供{record}所处罚款的缴款凭证，票据号码和缴款日期须清晰可辨。",
        text_en=(
            "Please send the receipt for the fine of the decision {record}, with its number and the day of "
            "payment readable."
        ),
    ),
    Shipped(
        code="material-correction",
        use=Use.MATERIAL,
        name_zh="要求提供整改证明",
        name_en="Ask for proof of correction",
        text_zh="请提供能够说明〔…〕自何时起、如何整改的材料或照片。",
        text_en=("Please send papers or photographs which show since when and how 〔…〕 is corrected."),
    ),
    Shipped(
        code="appeal-upheld",
        use=Use.APPEAL_UPHELD,
        case_kind="repair",
        family="public",
        name_zh="支持申诉：不予修复的理由不成立",
        name_en="Uphold: the ground of the refusal does not hold",
        text_zh=(
            "不予修复的理由为〔…〕。案件材料表明情况并非如此：〔…〕。申请符合《信用修复管理办法》（国家发展"
            "改革委令第36号）规定的条件，准予修复。"
        ),
        text_en=(
            "The refusal rests on 〔…〕. The papers in the case "
            "show otherwise: 〔…〕. The conditions of the "
            "Measures for Credit Repair (NDRC Order 36) are "
            "met, and the repair is granted."
        ),
    ),
    Shipped(
        code="appeal-dismissed",
        use=Use.APPEAL_DISMISSED,
        name_zh="驳回申诉：不予修复的理由成立",
        name_en="Dismiss: the refusal holds",
        text_zh="牵头单位核查了〔…〕。不予修复的理由成立，因为〔…〕。",
        text_en=("The lead office has looked at 〔…〕. The ground of the refusal holds, because 〔…〕."),
    ),
    Shipped(
        code="remedy",
        use=Use.REMEDY,
        name_zh="对决定不服的救济",
        name_en="What is open against a decision",
        text_zh=(
            "如不服本决定，可以自知道本决定之日起60日内申请行政复议（《行政复议法》2023年修订，第二十条"
            "），或者提起行政诉讼。"
        ),
        text_en=(
            "If you do not agree, you may apply for administrative reconsideration within 60 days of the day "
            "on which you learned of this decision (Administrative Reconsideration Law, 2023, article 20), "
            "or bring an administrative lawsuit."
        ),
        source="《中华人民共和国行政复议法》（2023年修订）第二十条",
    ),
    Shipped(
        code="remedy-after-appeal",
        use=Use.REMEDY_AFTER_APPEAL,
        name_zh="申诉之后的救济",
        name_en="What is open after an appeal",
        text_zh=(
            "对部门决定的其他救济途径不受影响：可自知道该决定之日起六十日内申请行政复议"
            "（《行政复议法》2023年修订第二十条），或者提起行政诉讼。"
        ),
        text_en=(
            "What is open against the decision of the department stays open: administrative reconsideration"
            " within 60 days of the day on which you learned of it (Administrative Reconsideration Law, 2023,"
            " article 20), or an administrative lawsuit."
        ),
        source="《中华人民共和国行政复议法》（2023年修订）第二十条",
    ),
)
