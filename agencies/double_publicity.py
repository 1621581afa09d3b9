"""Files of penalties and licences by the national field list of double publicity, edition of 2018.

Column names are those of the list, in Chinese or as its codes (CF_…, XK_…). Amounts are in 10,000 yuan there,
which is the commonest mistake in such files, so every amount is compared with the text of the decision.
"""

import re
from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.forms import TEN_THOUSAND, grouped, plain
from agencies.penalties import findings_of_fine, fine_in_words, usual_class
from entities.drafts import RecordDraft
from entities.intake.findings import QUESTION
from entities.intake.formats import Column
from entities.intake.rows import AmountField, ChoiceField, CodeField, DayField, RowForm, TextField, narrow
from entities.models import CreditRecord
from entities.penalty_kinds import CHINESE, PenaltyKind

SeverityClass = CreditRecord.SeverityClass
PERSON, ORGANISATION, HOUSEHOLD = "person", "organisation", "household"
PARTY_WORDS = {
    "法人及非法人组织": ORGANISATION,
    "法人": ORGANISATION,
    "非法人组织": ORGANISATION,
    "个体工商户": HOUSEHOLD,
    "自然人": PERSON,
}
#: The edition of 2015 had a column for the class with these values; 0 is "not determined".
CLASS_WORDS: dict[str, str] = {
    "轻微": SeverityClass.MINOR,
    "一般": SeverityClass.GENERAL,
    "严重": SeverityClass.SERIOUS,
    "minor": SeverityClass.MINOR,
    "general": SeverityClass.GENERAL,
    "serious": SeverityClass.SERIOUS,
}
#: From how many yuan on an amount that the text does not confirm is doubted: 100 typed where the unit is 10,000 yuan.
ASKS_FROM = Decimal(1_000_000)
IN_ITS_UNIT = _(
    "The unit is 10,000 yuan, so %(typed)s is %(fine)s yuan; the content names %(named)s yuan. "
    "Write %(use)s if the content is right."
)
BETWEEN_KINDS = re.compile(r"[,，、;；&/|\s]+")
CLASS_NOTE = _(
    "Where a row names no class, it gets the one that its kinds of penalty usually have (published summary of NDRC "
    "Order 36); the reviewer sees it and may return the record."
)


FINE_QUESTIONS = (
    _(
        "The fine is what the content of the decision says; where the two differ, somebody has to say that it is right "
        "as it stands. Who has said so once of a record is not asked again while both stay the same."
    ),
)
FINE_RULES = (
    _("The party is not a natural person."),
    _("A kind of penalty that the law does not name is kept as “other” and pointed out."),
)


def kinds_of(text: str) -> tuple[list[str], list[str]]:
    """The kinds of penalty that a cell names, and the words in it that name none."""
    words = [word for word in BETWEEN_KINDS.split(narrow(text)) if word]
    kinds = [CHINESE[word] for word in words if word in CHINESE]
    return list(dict.fromkeys(kinds)), [word for word in words if word not in CHINESE]


class PenaltyKindsRow(RowForm):
    """What penalty files of all departments share: the kinds of penalty, and the class."""

    penalty_kinds = TextField(max_length=200)
    severity_class = ChoiceField(words=CLASS_WORDS, required=False)

    def clean_penalty_kinds(self) -> list[str]:
        """The kinds of the law; what is none of them is kept as "other" and pointed out."""
        kinds, unknown = kinds_of(self.cleaned_data["penalty_kinds"])
        if unknown:
            self.warn(
                "penalty_kinds",
                _("“%(words)s” is no kind of penalty by its name in the law; it is kept as “other”."),
                words="、".join(unknown),
            )
            kinds = [*kinds, PenaltyKind.OTHER]
        return kinds

    def class_of(self) -> str:
        """The class that the row names, or the usual one."""
        return self.cleaned_data.get("severity_class") or usual_class(self.cleaned_data["penalty_kinds"], "")


class PenaltyRow(PenaltyKindsRow):
    """One administrative penalty of the list of 2018."""

    entity_name = TextField(max_length=200)
    party_kind = ChoiceField(words=PARTY_WORDS, required=False)
    credit_code = CodeField(required=False)
    registration_number = CodeField(required=False)
    organisation_code = CodeField(required=False)
    tax_number = CodeField(required=False)
    document_number = TextField(max_length=128)
    title = TextField(max_length=300)
    facts = TextField()
    legal_basis = TextField(max_length=500)
    penalty_content = TextField()
    fine = AmountField(unit=TEN_THOUSAND, required=False)
    confiscated = AmountField(unit=TEN_THOUSAND, required=False)
    permit = TextField(max_length=200, required=False)
    decided_on = DayField()
    valid_until = DayField(required=False)
    authority = TextField(max_length=200)

    def clean_party_kind(self) -> str:
        kind = self.cleaned_data["party_kind"]
        if kind == PERSON:
            raise ValidationError(
                _("This is about a natural person. Only market entities are kept here; take the row out.")
            )
        return kind

    def clean(self):
        cleaned = super().clean()
        if not self.has_error("fine"):
            self._check_fine(
                cleaned.get("fine"),
                cleaned.get("penalty_kinds") or (),
                cleaned.get("penalty_content") or "",
            )
        return cleaned

    def _check_fine(self, fine: Decimal | None, kinds: Collection[str], content: str) -> None:
        """What is found of every penalty, in the unit of the column; a large one that no text confirms is doubted."""
        for finding in findings_of_fine(fine, kinds, content):
            message, params = finding.message, dict(finding.params)
            if fine is not None and (named := fine_in_words(content)) is not None:
                message = IN_ITS_UNIT
                params |= {"typed": plain(fine / TEN_THOUSAND), "use": plain(named / TEN_THOUSAND)}
            note = self.ask if finding.level == QUESTION else self.warn
            note("fine", message, **params)
        if fine is not None and fine >= ASKS_FROM and fine_in_words(content) is None:
            self.warn(
                "fine",
                _("The unit is 10,000 yuan, so %(typed)s is %(fine)s yuan. Is that what was decided?"),
                typed=plain(fine / TEN_THOUSAND),
                fine=grouped(fine),
            )

    def to_draft(self) -> RecordDraft:
        said = self.cleaned_data
        return RecordDraft(
            document_number=said["document_number"],
            title=said["title"],
            decided_on=said["decided_on"],
            facts=said["facts"],
            legal_basis=said["legal_basis"],
            authority=said["authority"],
            severity_class=self.class_of(),
            penalty_kinds=tuple(said["penalty_kinds"]),
            amount=said["fine"],
            details={
                "penalty_content": said["penalty_content"],
                "confiscated": "" if said["confiscated"] is None else str(said["confiscated"]),
                "permit": said["permit"],
                "valid_until": said["valid_until"].isoformat() if said["valid_until"] else "",
            },
        )


class LicenceRow(RowForm):
    """One administrative licence of the list of 2018."""

    KINDS = {
        "普通": "ordinary", "特许": "concession", "认可": "recognition", "核准": "approval", "登记": "registration",
        "其他": "other",
    }  # fmt: skip
    entity_name = TextField(max_length=200)
    party_kind = ChoiceField(words=PARTY_WORDS, required=False)
    credit_code = CodeField(required=False)
    registration_number = CodeField(required=False)
    organisation_code = CodeField(required=False)
    tax_number = CodeField(required=False)
    document_number = TextField(max_length=128)
    title = TextField(max_length=300)
    licence_kind = ChoiceField(words=KINDS, required=False)
    certificate = TextField(max_length=200, required=False)
    certificate_number = TextField(max_length=100, required=False)
    content = TextField()
    decided_on = DayField()
    valid_from = DayField(required=False)
    valid_until = DayField(required=False)
    authority = TextField(max_length=200)

    clean_party_kind = PenaltyRow.clean_party_kind

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("valid_from"), cleaned.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", ValidationError(_("The licence would end before it begins.")))
        return cleaned

    def to_draft(self) -> RecordDraft:
        said = self.cleaned_data
        return RecordDraft(
            document_number=said["document_number"],
            title=said["title"],
            decided_on=said["decided_on"],
            authority=said["authority"],
            details={
                "licence_kind": said["licence_kind"],
                "certificate": said["certificate"],
                "certificate_number": said["certificate_number"],
                "content": said["content"],
                "valid_from": said["valid_from"].isoformat() if said["valid_from"] else "",
                "valid_until": said["valid_until"].isoformat() if said["valid_until"] else "",
            },
        )


def _party(prefix: str) -> tuple[Column, ...]:
    """The columns that say whom a decision concerns; the list has them alike for penalties and licences."""
    return (
        Column(
            "entity_name",
            "行政相对人名称",
            _("Party"),
            aliases=(f"{prefix}_XDR_MC",),
            required=True,
            example="云汀示例食品有限公司",
        ),
        Column(
            "party_kind",
            "行政相对人类别",
            _("Kind of party"),
            aliases=(f"{prefix}_XDR_LB",),
            example="法人及非法人组织",
        ),
        Column(
            "credit_code",
            "统一社会信用代码",
            _("Unified social credit code"),
            aliases=(f"{prefix}_XDR_SHXYM", "行政相对人代码_1(统一社会信用代码)"),
            example="91339702MX90000157",
        ),
        Column(
            "registration_number",
            "工商注册号",
            _("Business registration number"),
            aliases=(f"{prefix}_XDR_GSZC",),
        ),
        Column("organisation_code", "组织机构代码", _("Organisation code"), aliases=(f"{prefix}_XDR_ZZJG",)),
        Column("tax_number", "税务登记号", _("Tax registration number"), aliases=(f"{prefix}_XDR_SWDJ",)),
    )


PENALTY_COLUMNS = (
    *_party("CF"),
    Column(
        "document_number",
        "行政处罚决定书文号",
        _("Number of the decision"),
        aliases=("CF_WSH", "处罚决定书文号"),
        required=True,
        example="云市监罚〔2026〕1号",
    ),
    Column(
        "title",
        "违法行为类型",
        _("Type of unlawful act"),
        aliases=("CF_WFXW",),
        required=True,
        example="未履行进货查验义务",
    ),
    Column(
        "facts",
        "违法事实",
        _("Facts"),
        aliases=("CF_SY", "处罚事由"),
        required=True,
        example="未记录三批进货",
    ),
    Column(
        "legal_basis",
        "处罚依据",
        _("Legal basis"),
        aliases=("CF_YJ",),
        required=True,
        example="《中华人民共和国食品安全法》第一百二十六条",
    ),
    Column(
        "penalty_kinds",
        "处罚类别",
        _("Kinds of penalty"),
        aliases=("CF_CFLB",),
        required=True,
        example="罚款",
    ),
    Column(
        "penalty_content",
        "处罚内容",
        _("Content of the penalty"),
        aliases=("CF_NR",),
        required=True,
        example="罚款2000元",
    ),
    Column(
        "fine", "罚款金额(万元)", _("Fine (10,000 yuan)"), aliases=("CF_NR_FK", "罚款金额"), example="0.2"
    ),
    Column(
        "confiscated",
        "没收违法所得、没收非法财物的金额(万元)",
        _("Confiscated (10,000 yuan)"),
        aliases=("CF_NR_WFFF",),
    ),
    Column("permit", "暂扣或吊销证照名称及编号", _("Permit concerned"), aliases=("CF_NR_ZKDX",)),
    Column("severity_class", "失信严重程度", _("Class"), aliases=("CF_SXYZCD", "失信等级"), example="一般"),
    Column(
        "decided_on",
        "处罚决定日期",
        _("Decided on"),
        aliases=("CF_JDRQ",),
        required=True,
        example="2026-10-10",
    ),
    Column("valid_until", "处罚有效期", _("In effect until"), aliases=("CF_YXQ",)),
    Column(
        "authority",
        "处罚机关",
        _("Deciding authority"),
        aliases=("CF_CFJG",),
        required=True,
        example="云汀市市场监督管理局",
    ),
)
LICENCE_COLUMNS = (
    *_party("XK"),
    Column(
        "document_number",
        "行政许可决定文书号",
        _("Number of the decision"),
        aliases=("XK_WSH", "许可决定书文号"),
        required=True,
        example="云食许〔2026〕1号",
    ),
    Column(
        "title",
        "行政许可决定文书名称",
        _("Name of the decision"),
        aliases=("XK_XKWS", "项目名称", "XK_XMMC"),
        required=True,
        example="食品经营许可决定书",
    ),
    Column("licence_kind", "许可类别", _("Kind of licence"), aliases=("XK_XKLB",), example="核准"),
    Column("certificate", "许可证书名称", _("Certificate"), aliases=("XK_XKZS",), example="食品经营许可证"),
    Column(
        "certificate_number",
        "许可编号",
        _("Certificate number"),
        aliases=("XK_XKBH",),
        example="JY13397020000001",
    ),
    Column(
        "content",
        "许可内容",
        _("Content of the licence"),
        aliases=("XK_NR",),
        required=True,
        example="热食类食品制售",
    ),
    Column(
        "decided_on",
        "许可决定日期",
        _("Decided on"),
        aliases=("XK_JDRQ",),
        required=True,
        example="2026-10-10",
    ),
    Column("valid_from", "有效期自", _("Valid from"), aliases=("XK_YXQZ",), example="2026-10-10"),
    Column("valid_until", "有效期至", _("Valid until"), aliases=("XK_YXQZI",), example="2031-10-09"),
    Column(
        "authority",
        "许可机关",
        _("Licensing authority"),
        aliases=("XK_XKJG",),
        required=True,
        example="云汀市市场监督管理局",
    ),
)
