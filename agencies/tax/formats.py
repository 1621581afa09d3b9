"""The file of the tax office: its public list of taxpayers of grade A."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entities.drafts import RecordDraft
from entities.intake.formats import Column, SubmissionFormat, register
from entities.intake.rows import CodeField, RowForm, TextField, narrow

#: The evaluation by grades began with Announcement 2014 No. 40.
FIRST_YEAR = 2014
GRADE = "A"


class GradeARow(RowForm):
    """One taxpayer of the list.

    The list has no document number and no day. The record's number is made of the grade, the year and the
    entity's code, so that one entity has one such record a year however often a file is sent. Its day is the
    last one of the year that was evaluated: an evaluation is of a calendar year (Announcement 2025 No. 12
    art. 15). When the record was published is the day on which it came in here.
    """

    credit_code = CodeField()
    entity_name = TextField(max_length=200)
    year = CodeField(max_length=20)
    grade = TextField(max_length=10, required=False)
    authority = TextField(max_length=200)

    def clean_year(self) -> int:
        text = self.cleaned_data["year"].removesuffix("年").removesuffix("年度")
        if not (text.isascii() and text.isdigit() and len(text) == 4 and int(text) >= FIRST_YEAR):
            raise ValidationError(
                _("This is not a year that was evaluated. Write it in four digits, such as 2025.")
            )
        return int(text)

    def clean_grade(self) -> str:
        grade = narrow(self.cleaned_data["grade"]).upper().removesuffix("级")
        if grade not in ("", GRADE):
            raise ValidationError(
                _("This list is for grade A only. Enter other grades by the form for grades.")
            )
        return GRADE

    def key(self) -> str:
        return f"{GRADE}-{self.cleaned_data['year']}-{self.entity_code or self.cleaned_data['credit_code']}"

    def to_draft(self) -> RecordDraft:
        year = self.cleaned_data["year"]
        return RecordDraft(
            document_number=self.key(),
            title=f"{year}年度纳税缴费信用级别 {GRADE}",
            decided_on=date(year, 12, 31),
            authority=self.cleaned_data["authority"],
            details={"year": str(year), "grade": GRADE},
        )


def offer() -> None:
    """Make the file known; called once, when the apps are loaded."""
    register(
        SubmissionFormat(
            code="tax-credit-a-list",
            title=_("Taxpayers of credit grade A"),
            record_type="tax-credit-grade",
            body_codes=frozenset({"tax"}),
            row_form=GradeARow,
            columns=(
                Column(
                    "credit_code",
                    "纳税人识别号",
                    _("Taxpayer number"),
                    aliases=("统一社会信用代码", "社会信用代码", "信用代码"),
                    required=True,
                    example="91339702MX90000157",
                ),
                Column(
                    "entity_name",
                    "纳税人名称",
                    _("Taxpayer"),
                    aliases=("企业名称", "名称"),
                    required=True,
                    example="云汀示例食品有限公司",
                ),
                Column(
                    "year", "评价年度", _("Year evaluated"), aliases=("年度",), required=True, example="2025"
                ),
                Column("grade", "信用级别", _("Grade"), aliases=("纳税信用级别", "评价结果", "等级")),
                Column(
                    "authority",
                    "税务机关",
                    _("Tax authority"),
                    aliases=("主管税务机关",),
                    required=True,
                    example="国家税务总局云汀市税务局",
                ),
            ),
            needs_review=False,
            rules=(
                _("The year is one that was evaluated, 2014 or later, in four digits."),
                _("The list is for grade A only."),
            ),
            note=_(
                "The list names no day: each record is dated to the last day of the year evaluated, and published "
                "at once, because the list is public already."
            ),
        )
    )
