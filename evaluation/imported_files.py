"""The files in which the lead office brings in what the nation or the province evaluated."""

from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entities import two_persons
from entities.catalogue.bodies import LEAD
from entities.corrections import Details, Following, register as register_corrections
from entities.drafts import RecordDraft
from entities.grade_words import own_word, words_of
from entities.intake.formats import Column, SubmissionFormat, register
from entities.intake.rows import ChoiceField, CodeField, DayField, RowForm, TextField, narrow
from evaluation.imported import TITLES, Level, known_grades


def is_off_scale(said: Details) -> bool:
    """Whether a grade is none of those that are named as its scale."""
    grade, scale = said.get("grade"), words_of(said.get("scale") or "")
    return bool(grade and scale and not own_word(grade, scale))


class ResultRow(RowForm):
    """One entity's result, as it was given. Its number is made of its day and the entity where the list has none."""

    credit_code = CodeField()
    entity_name = TextField(max_length=200)
    grade: forms.Field = TextField(max_length=40)
    decided_on = DayField()
    period = TextField(max_length=60, required=False)
    document_number = TextField(max_length=128, required=False)
    authority = TextField(max_length=200)

    #: How the title begins.
    called = ""

    def clean_decided_on(self):
        day = self.cleaned_data["decided_on"]
        if day > timezone.localdate():
            raise ValidationError(
                _("This day has not come yet. Write the day on which the result was given.")
            )
        return day

    def key(self) -> str:
        """The number of the list, or what makes two rows the same result."""
        said = self.cleaned_data
        code = self.entity_code or said["credit_code"]
        return f"{said['document_number'] or said['decided_on']} {code}"

    def to_draft(self) -> RecordDraft:
        said = self.cleaned_data
        return RecordDraft(
            document_number=self.key(),
            title=f"{self.called}：{said['grade']}",
            decided_on=said["decided_on"],
            authority=said["authority"],
            details=self.details(),
        )

    def details(self) -> dict[str, str]:
        """The fields of the record type."""
        return {name: self.cleaned_data[name] for name in ("grade", "period")}


class NationalRow(ResultRow):
    """A national result; which grades there are on its day the catalogue says."""

    called = TITLES[Level.NATION]
    grade = ChoiceField(
        words={
            word: letter
            for letter in known_grades(Level.NATION)
            for word in (letter, f"{letter}级", f"{letter}等")
        }
    )


class ProvincialRow(ResultRow):
    """A provincial result; each province has grades of its own, so they stand as they were given."""

    called = TITLES[Level.PROVINCE]
    scale = TextField(max_length=200, required=False)

    def clean_grade(self) -> str:
        return narrow(self.cleaned_data["grade"])

    def clean(self):
        cleaned = super().clean()
        if is_off_scale(cleaned):
            self.add_error(
                "grade", ValidationError(_("The grade is not among those that the row names as its scale."))
            )
        return cleaned

    def details(self) -> dict[str, str]:
        return super().details() | {"scale": self.cleaned_data["scale"]}


#: The columns before the grade, and behind it and what belongs to it.
WHO = (
    Column(
        "credit_code",
        "统一社会信用代码",
        _("Unified social credit code"),
        aliases=("社会信用代码", "信用代码"),
        required=True,
        example="91339702MX90000157",
    ),
    Column(
        "entity_name",
        "企业名称",
        _("Enterprise"),
        aliases=("名称", "主体名称"),
        required=True,
        example="云汀示例食品有限公司",
    ),
)
WHEN = (
    Column(
        "decided_on",
        "评价日期",
        _("Day of the result"),
        aliases=("评价时间", "结果日期"),
        required=True,
        example="2026-09-30",
    ),
    Column("period", "评价周期", _("Period evaluated"), aliases=("评价年度",), example="2026"),
    Column("document_number", "批次号", _("Number of the list"), aliases=("文号", "批次")),
    Column(
        "authority",
        "评价单位",
        _("Evaluated by"),
        aliases=("评价机构",),
        required=True,
        example="示例评价单位",
    ),
)
SCALE = Column(
    "scale", "等级由高到低", _("Grades of its scale, best first"), aliases=("评价标准",), example="A B C D"
)
NOTE = _(
    "Results are taken over as they were given: nothing is decided here. Two persons save such a file, and two take"
    " it back: one asks for it, a reviewer who is another person agrees. They change no grade"
    " that this platform works out, and are public only where the catalogue says so."
)


def _grade(example: str) -> Column:
    return Column(
        "grade",
        "评价等级",
        _("Grade"),
        aliases=("评价结果", "信用等级", "等级"),
        required=True,
        example=example,
    )


def _title(begins: str, details: Details) -> str:
    return f"{begins}：{details.get('grade', '')}"


def _off_scale(details: Details) -> dict[str, str]:
    if not is_off_scale(details):
        return {}
    return {"grade": str(_("The grade is not among those that stand as its scale."))}


def offer() -> None:
    """Make both files known, and how a result is corrected by hand; called once, when the apps are loaded."""
    labels = {"decided_on": _("Day of the result"), "authority": _("Evaluated by")}
    for level, begins in TITLES.items():
        two_persons.register(level)
        register_corrections(
            level,
            Following(
                title=partial(_title, begins),
                problems=_off_scale,
                labels=labels,
            ),
        )
    formats = (
        (
            "national-evaluations",
            _("National comprehensive evaluations"),
            Level.NATION,
            NationalRow,
            (_grade("A"),),
            _("The grade is one of the national scale on the day of the result."),
        ),
        (
            "provincial-evaluations",
            _("Provincial comprehensive evaluations"),
            Level.PROVINCE,
            ProvincialRow,
            (_grade("B"), SCALE),
            _("Where the row names the grades of the scale, its grade is among them."),
        ),
    )
    for code, title, level, row_form, columns, rule in formats:
        register(
            SubmissionFormat(
                code=code,
                title=title,
                record_type=level,
                body_codes=frozenset({LEAD}),
                row_form=row_form,
                columns=(*WHO, *columns, *WHEN),
                needs_review=False,
                note=NOTE,
                rules=(rule, _("The day of the result is not in the future.")),
            )
        )
