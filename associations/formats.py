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
#: What is held against a member: it names its basis, waits for a second person, and the member is told first.
TOLD_FIRST = ("member-warning", "member-complaint", "member-contract-broken")
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
OUTCOME_WORDS = {
    "履约": "member-contract-kept",
    "已履行": "member-contract-kept",
    "kept": "member-contract-kept",
    "违约": "member-contract-broken",
    "未履行": "member-contract-broken",
    "broken": "member-contract-broken",
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


class RecordRow(RowForm):
    """What every record of a member says; each sheet adds its own."""

    #: The kind of record, where the whole sheet is of one.
    record_kind = ""
    basis_missing = _("What is held against a member needs its basis: name the article of the charter.")
    #: Columns that are kept as details of the record, under the same names.
    detail_names: tuple[str, ...] = ()

    credit_code = CodeField(required=False)
    entity_name = TextField(max_length=200)
    document_number = TextField(max_length=128)
    title = TextField(max_length=300)
    decided_on = DayField()
    legal_basis = TextField(max_length=500, required=False)
    facts = TextField(required=False)

    def kind(self) -> str:
        return self.record_kind

    def clean(self):
        cleaned = super().clean()
        if self.kind() in TOLD_FIRST and not cleaned.get("legal_basis"):
            self.add_error(
                "legal_basis",
                ValidationError(self.basis_missing),
            )
        return cleaned

    def to_draft(self) -> dict:
        said = self.cleaned_data
        details = {name: said.get(name) for name in self.detail_names}
        return {
            "kind": self.kind(),
            "document_number": said["document_number"],
            "title": said["title"],
            "decided_on": said["decided_on"].isoformat(),
            "legal_basis": said["legal_basis"],
            "facts": said["facts"],
            "details": {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in details.items()
                if value
            },
        }


class MemberRecordRow(RecordRow):
    """One commendation, warning or rating of a member."""

    detail_names = ("grade",)
    basis_missing = _("A warning needs its basis: name the article of the charter.")

    kind_of_record = ChoiceField(words=KIND_WORDS)
    grade = TextField(max_length=20, required=False)

    def kind(self) -> str:
        return self.cleaned_data.get("kind_of_record") or ""

    def clean(self):
        cleaned = super().clean()
        if self.kind() == "member-rating" and not cleaned.get("grade"):
            self.add_error("grade", ValidationError(_("A rating needs its grade.")))
        return cleaned


class ComplaintRow(RecordRow):
    """One complaint that the association looked into and found to be right."""

    record_kind = "member-complaint"
    detail_names = ("received_on",)

    received_on = DayField(required=False)

    def clean(self):
        cleaned = super().clean()
        received_on, decided_on = cleaned.get("received_on"), cleaned.get("decided_on")
        if received_on and decided_on and decided_on < received_on:
            self.add_error(
                "decided_on", ValidationError(_("A complaint is not upheld before it was received."))
            )
        return cleaned


class TrainingRow(RecordRow):
    """One course that a member attended to its end."""

    record_kind = "member-training"
    detail_names = ("hours", "held_from")

    hours = TextField(max_length=20, required=False)
    held_from = DayField(required=False)

    def clean(self):
        cleaned = super().clean()
        held_from, decided_on = cleaned.get("held_from"), cleaned.get("decided_on")
        if held_from and decided_on and decided_on < held_from:
            self.add_error("decided_on", ValidationError(_("A course does not end before it begins.")))
        return cleaned


class ContractRow(RecordRow):
    """One contract that a member kept or broke, as the association found."""

    detail_names = ("due_on",)

    outcome = ChoiceField(words=OUTCOME_WORDS)
    due_on = DayField(required=False)

    def kind(self) -> str:
        return self.cleaned_data.get("outcome") or ""


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


def _columns(
    what: tuple[str, str], day: tuple[str, str], *own: Column, number: str, example: str, basis: str = ""
) -> tuple[Column, ...]:
    """The columns of a sheet of records: what was found and on which day, by the words of its kind."""
    return (
        *ENTITY_COLUMNS,
        Column(
            "document_number",
            "文号",
            _("Document number"),
            aliases=("编号", "number"),
            required=True,
            example=number,
        ),
        Column("title", what[0], what[1], aliases=("内容", "标题", "title"), required=True, example=example),
        Column(
            "decided_on",
            day[0],
            day[1],
            aliases=("作出日期", "日期", "date"),
            required=True,
            example="2026-03-01",
        ),
        *own,
        Column("legal_basis", "依据条款", _("Basis"), aliases=("依据", "basis"), example=basis),
        Column("facts", "事实", _("Facts"), aliases=("说明", "facts")),
    )


def _sheet(
    code: str, title, row_form: type[RecordRow], columns: tuple[Column, ...], rules: tuple, note
) -> SubmissionFormat:
    return SubmissionFormat(
        code=code,
        title=title,
        body_kind=SubmittingBody.Kind.ASSOCIATION,
        row_form=row_form,
        columns=columns,
        needs_review=False,
        compare=compare_records,
        save=save_records,
        checks=(is_about_a_member,),
        rules=rules,
        note=note,
    )


WAITS = _(
    "It waits for a second person of the association. Then the member is told and has time to put it right."
)
MEMBER_RECORDS = _sheet(
    "member-records",
    _("Member records"),
    MemberRecordRow,
    _columns(
        ("内容", _("What was decided")),
        ("作出日期", _("Decided on")),
        Column(
            "kind_of_record", "记录类别", _("Kind"), aliases=("类别", "kind"), required=True, example="表彰"
        ),
        Column("grade", "评级结果", _("Grade"), aliases=("等级", "grade")),
        number="云餐协〔2026〕1号",
        example="明厨亮灶示范单位",
    ),
    (
        _("A rating has its grade."),
        _("A warning names the article of the charter on which it stands."),
        _("Once a second person has approved a warning, the member is told and has time to put it right."),
    ),
    _("Commendations and ratings stand at once; a warning waits for a second person of the association."),
)
MEMBER_COMPLAINTS = _sheet(
    "member-complaints",
    _("Complaints upheld"),
    ComplaintRow,
    _columns(
        ("查实内容", _("What was found")),
        ("查实日期", _("Upheld on")),
        Column("received_on", "投诉收到日期", _("Complaint received on"), aliases=("收到日期", "received")),
        number="云餐协诉〔2026〕1号",
        example="未按约定退还订金",
        basis="《章程》第十二条",
    ),
    (_("A complaint names the article of the charter on which it was upheld."),),
    WAITS,
)
MEMBER_TRAINING = _sheet(
    "member-training",
    _("Training attended"),
    TrainingRow,
    _columns(
        ("课程", _("Course")),
        ("结业日期", _("Finished on")),
        Column("held_from", "开始日期", _("Held from"), aliases=("开课日期", "from")),
        Column("hours", "学时", _("Hours"), aliases=("课时", "hours"), example="8"),
        number="云餐协训〔2026〕1号",
        example="食品安全培训",
    ),
    (),
    _(
        "One row for each member and course. A course that is a condition of a repair is confirmed in this way."
    ),
)
MEMBER_CONTRACTS = _sheet(
    "member-contracts",
    _("Contracts kept and broken"),
    ContractRow,
    _columns(
        ("合同", _("Contract")),
        ("认定日期", _("Found on")),
        Column(
            "outcome", "履行结果", _("Outcome"), aliases=("结果", "outcome"), required=True, example="履约"
        ),
        Column("due_on", "约定履行日期", _("Due by the contract"), aliases=("履行期限", "due")),
        number="云餐协约〔2026〕1号",
        example="年度食材供应合同",
    ),
    (_("A broken contract names the article of the charter on which it is recorded."),),
    _(
        "A contract kept stands at once. A broken one waits for a second person, and then the member is told first."
    ),
)
SHEETS = (MEMBERS, MEMBER_RECORDS, MEMBER_COMPLAINTS, MEMBER_TRAINING, MEMBER_CONTRACTS)


def offer() -> None:
    """Make the association's files known; called once, when the apps are loaded."""
    for sheet in SHEETS:
        register(sheet)
