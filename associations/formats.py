"""The files of an association: its members, and its records about them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from associations import services
from associations.models import Member
from associations.selectors import memberships_of_body
from entities.drafts import RecordDraft
from entities.intake.checks import Context, Finding, Row
from entities.intake.formats import Column, SubmissionFormat, register
from entities.intake.rows import ChoiceField, CodeField, DayField, RowForm, TextField
from entities.models import SubmittingBody

BASIS_WORDS = {
    "会员同意": Member.Basis.CONSENT,
    "同意": Member.Basis.CONSENT,
    "consent": Member.Basis.CONSENT,
    "协会章程": Member.Basis.CHARTER,
    "章程": Member.Basis.CHARTER,
    "charter": Member.Basis.CHARTER,
}
KIND_WORDS = {
    "会员表彰": "member-commendation",
    "表彰": "member-commendation",
    "commendation": "member-commendation",
    "会员警示": "member-warning",
    "警示": "member-warning",
    "警告": "member-warning",
    "warning": "member-warning",
    "会员评级": "member-rating",
    "评级": "member-rating",
    "评价": "member-rating",
    "rating": "member-rating",
}
ENTITY_COLUMNS = (
    Column(
        "credit_code",
        "统一社会信用代码",
        _("Unified social credit code"),
        aliases=("社会信用代码", "信用代码", "credit code"),
        example="91339702MX90000157",
    ),
    Column(
        "entity_name",
        "会员名称",
        _("Member"),
        aliases=("企业名称", "单位名称", "名称", "member", "name"),
        required=True,
        example="云汀示例餐饮有限公司",
    ),
)


class MemberRow(RowForm):
    """One member as the association's list has it."""

    credit_code = CodeField(required=False)
    entity_name = TextField(max_length=200)
    member_number = TextField(max_length=40, required=False)
    joined_on = DayField()
    left_on = DayField(required=False)
    basis = ChoiceField(words=BASIS_WORDS)

    def key(self) -> str:
        """An entity stands once in a list of members."""
        return self.cleaned_data.get("credit_code") or self.cleaned_data.get("entity_name") or ""

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("joined_on") and cleaned.get("basis"):
            for name, sentences in self._draft().problems().items():
                self.add_error(name, ValidationError(sentences))
        return cleaned

    def _draft(self) -> services.MemberDraft:
        said = self.cleaned_data.get
        return services.MemberDraft(
            joined_on=said("joined_on"),
            left_on=said("left_on"),
            basis=said("basis"),
            member_number=said("member_number") or "",
        )

    def to_draft(self) -> dict:
        return self._draft().to_json()


class MemberRecordRow(RowForm):
    """One commendation, warning or rating of a member."""

    credit_code = CodeField(required=False)
    entity_name = TextField(max_length=200)
    kind = ChoiceField(words=KIND_WORDS)
    document_number = TextField(max_length=128)
    title = TextField(max_length=300)
    decided_on = DayField()
    grade = TextField(max_length=20, required=False)
    legal_basis = TextField(max_length=500, required=False)
    facts = TextField(required=False)

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind == "member-rating" and not cleaned.get("grade"):
            self.add_error("grade", ValidationError(_("A rating needs its grade.")))
        if kind == "member-warning" and not cleaned.get("legal_basis"):
            self.add_error(
                "legal_basis",
                ValidationError(_("A warning needs its basis: name the article of the charter.")),
            )
        return cleaned

    def to_draft(self) -> dict:
        said = self.cleaned_data
        return {
            "kind": said["kind"],
            "document_number": said["document_number"],
            "title": said["title"],
            "decided_on": said["decided_on"].isoformat(),
            "legal_basis": said["legal_basis"],
            "facts": said["facts"],
            "details": {"grade": said["grade"]} if said["grade"] else {},
        }


def is_about_a_member(row: Row, context: Context) -> Iterator[Finding]:
    """The entity was a member of the association on the day of the record."""
    day = row.cleaned.get("decided_on")
    if row.match.entity is None or day is None:
        return
    if "memberships" not in context.memo:
        context.memo["memberships"] = memberships_of_body(context.body)
    spans = context.memo["memberships"].get(row.match.entity.pk, ())
    if not any(joined <= day and (left is None or day <= left) for joined, left in spans):
        yield Finding(
            "entity_name",
            _("It was not a member on %(day)s. An association keeps records of its members only."),
            {"day": day.isoformat()},
        )


def record_draft(kept: Mapping) -> RecordDraft:
    """A member record as the registry takes it, from what `MemberRecordRow.to_draft` keeps."""
    return RecordDraft(
        document_number=kept["document_number"],
        title=kept["title"],
        decided_on=date.fromisoformat(kept["decided_on"]),
        legal_basis=kept["legal_basis"],
        facts=kept["facts"],
        details=kept["details"],
    )


def compare_records(*, body: SubmittingBody, rows: Sequence) -> Mapping[int, str]:
    """For the preview: what saving each row would do."""
    return services.compare_member_records(body=body, rows=_record_rows(rows))


def save_records(*, by, submission, rows: Sequence) -> Mapping[str, int]:
    """Save one batch of confirmed member records."""
    return services.save_member_records(by=by, submission=submission, rows=_record_rows(rows))


def _record_rows(rows: Sequence) -> list[services.MemberRecordRow]:
    return [(row.number, row.entity_id, row.draft["kind"], record_draft(row.draft)) for row in rows]


MEMBERS = SubmissionFormat(
    code="members",
    title=_("Members"),
    body_kind=SubmittingBody.Kind.ASSOCIATION,
    row_form=MemberRow,
    columns=(
        *ENTITY_COLUMNS,
        Column(
            "member_number", "会员编号", _("Member number"), aliases=("编号", "number"), example="YTC-0001"
        ),
        Column(
            "joined_on",
            "入会日期",
            _("Joined on"),
            aliases=("入会时间", "joined"),
            required=True,
            example="2021-03-01",
        ),
        Column("left_on", "退会日期", _("Left on"), aliases=("退会时间", "left")),
        Column("basis", "数据依据", _("Basis"), aliases=("依据", "basis"), required=True, example="协会章程"),
    ),
    needs_review=False,
    compare=services.compare_members,
    save=services.save_members,
    note=_("Whoever is missing from the list stays a member until a day of leaving is given."),
)
MEMBER_RECORDS = SubmissionFormat(
    code="member-records",
    title=_("Member records"),
    body_kind=SubmittingBody.Kind.ASSOCIATION,
    row_form=MemberRecordRow,
    columns=(
        *ENTITY_COLUMNS,
        Column("kind", "记录类别", _("Kind"), aliases=("类别", "kind"), required=True, example="表彰"),
        Column(
            "document_number",
            "文号",
            _("Document number"),
            aliases=("编号", "number"),
            required=True,
            example="云餐协〔2026〕1号",
        ),
        Column(
            "title",
            "内容",
            _("What was decided"),
            aliases=("标题", "title"),
            required=True,
            example="明厨亮灶示范单位",
        ),
        Column(
            "decided_on",
            "作出日期",
            _("Decided on"),
            aliases=("日期", "date"),
            required=True,
            example="2026-03-01",
        ),
        Column("grade", "评级结果", _("Grade"), aliases=("等级", "grade")),
        Column("legal_basis", "依据条款", _("Basis"), aliases=("依据", "basis")),
        Column("facts", "事实", _("Facts"), aliases=("说明", "facts")),
    ),
    needs_review=False,
    compare=compare_records,
    save=save_records,
    checks=(is_about_a_member,),
    rules=(
        _("A rating has its grade."),
        _("A warning names the article of the charter on which it stands."),
    ),
    note=_(
        "Commendations and ratings stand at once; a warning waits for a second person of the association."
    ),
)


def offer() -> None:
    """Make the association's files known; called once, when the apps are loaded."""
    register(MEMBERS)
    register(MEMBER_RECORDS)
