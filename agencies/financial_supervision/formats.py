"""The file of financial supervision: its published table of penalties.

The table names parties by name alone, and has no document numbers. Which entity a name means is therefore always
for a person to say, a branch and its head office above all.
"""

import hashlib

from django.utils.translation import gettext_lazy as _

from agencies.double_publicity import CLASS_NOTE, PenaltyKindsRow
from entities.drafts import RecordDraft
from entities.intake.formats import Column, SubmissionFormat, register
from entities.intake.rows import AmountField, ChoiceField, CodeField, DayField, TextField

PARTY_KINDS = {
    "法人机构": "legal-person",
    "一级分行": "first-branch",
    "二级分行": "second-branch",
    "其他营业网点": "outlet",
}


class FinancialPenaltyRow(PenaltyKindsRow):
    """One penalty of the table."""

    entity_name = TextField(max_length=200)
    credit_code = CodeField(required=False)
    party_kind = ChoiceField(words=PARTY_KINDS, required=False)
    head_office = TextField(max_length=200, required=False)
    document_number = TextField(max_length=128, required=False)
    decided_on = DayField()
    amount = AmountField(required=False)
    domain = TextField(max_length=200, required=False)
    facts = TextField()
    authority = TextField(max_length=200)
    legal_basis = TextField(max_length=500)

    def key(self) -> str:
        return self.number()

    def number(self) -> str:
        """The document number; where the table gives none, one made of what does not change when it is sent again.

        Authority, day and party, and six places that tell apart decisions of one day about one party by
        their facts. A corrected amount therefore corrects the record; corrected facts make another one.
        """
        said = self.cleaned_data
        if said["document_number"]:
            return said["document_number"]
        facts = hashlib.sha256(said["facts"].encode()).hexdigest()[:6]
        return f"{said['authority'][:30]} {said['decided_on']} {said['entity_name'][:70]} {facts}"

    def to_draft(self) -> RecordDraft:
        said = self.cleaned_data
        return RecordDraft(
            document_number=self.number(),
            title=said["domain"] or said["facts"][:60],
            decided_on=said["decided_on"],
            facts=said["facts"],
            legal_basis=said["legal_basis"],
            authority=said["authority"],
            severity_class=self.class_of(),
            penalty_kinds=tuple(said["penalty_kinds"]),
            amount=said["amount"],
            details={"party_kind": said["party_kind"], "domain": said["domain"]},
        )


COLUMNS = (
    Column(
        "entity_name",
        "被处罚当事人名称",
        _("Party"),
        aliases=("party", "当事人", "当事人名称", "机构名称"),
        required=True,
        example="云汀示例银行股份有限公司",
    ),
    Column("credit_code", "统一社会信用代码", _("Unified social credit code"), aliases=("uscc",)),
    Column(
        "party_kind",
        "机构类型",
        _("Kind of institution"),
        aliases=("party_type", "当事人类型"),
        example="法人机构",
    ),
    Column(
        "head_office",
        "所属总行",
        _("Head office"),
        aliases=("head_office",),
        example="云汀示例银行股份有限公司",
    ),
    Column(
        "document_number", "行政处罚决定书文号", _("Number of the decision"), aliases=("document_number",)
    ),
    Column(
        "decided_on",
        "处罚决定日期",
        _("Decided on"),
        aliases=("penalty_date", "处罚日期"),
        required=True,
        example="2026-10-10",
    ),
    Column(
        "penalty_kinds",
        "处罚类别",
        _("Kinds of penalty"),
        aliases=("penalty_types", "处罚类型"),
        required=True,
        example="罚款",
    ),
    Column(
        "amount",
        "罚没金额(元)",
        _("Fine and confiscation (yuan)"),
        aliases=("fine_and_confiscation_yuan",),
        example="20000",
    ),
    Column("severity_class", "失信严重程度", _("Class"), example="一般"),
    Column(
        "domain", "违规领域", _("Field of business"), aliases=("violation_domains",), example="内控制度不健全"
    ),
    Column(
        "facts",
        "主要违法违规事实",
        _("Facts"),
        aliases=("facts", "违规事实"),
        required=True,
        example="内部控制不健全",
    ),
    Column(
        "authority",
        "作出处罚决定的机关名称",
        _("Deciding authority"),
        aliases=("处理机构", "authority"),
        required=True,
        example="云汀金融监督管理局",
    ),
    Column(
        "legal_basis",
        "行政处罚依据",
        _("Legal basis"),
        aliases=("legal_basis", "法律依据"),
        required=True,
        example="《中华人民共和国银行业监督管理法》第四十六条",
    ),
)


def offer() -> None:
    """Make the file known; called once, when the apps are loaded."""
    register(
        SubmissionFormat(
            code="financial-penalties",
            title=_("Penalties of financial supervision"),
            record_type="administrative-penalty",
            body_codes=frozenset({"financial-supervision"}),
            row_form=FinancialPenaltyRow,
            columns=COLUMNS,
            needs_review=True,
            note=CLASS_NOTE,
        )
    )
