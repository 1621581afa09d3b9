"""The file of customs: the credit status of its enterprises."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.customs.forms import NEW_IN_282, ORDER_282
from entities.drafts import RecordDraft
from entities.intake.formats import Column, SubmissionFormat, register
from entities.intake.rows import ChoiceField, CodeField, DayField, RowForm, TextField

STATUSES = {
    "advanced-certified": "高级认证企业",
    "certified": "认证企业",
    "regular": "常规企业",
    "dishonest": "失信企业",
    "seriously-dishonest": "严重失信企业",
}
WORDS = {name: code for code, name in STATUSES.items()} | {"其他企业": "regular"}


class StatusRow(RowForm):
    """The status of one enterprise from one day on."""

    credit_code = CodeField()
    entity_name = TextField(max_length=200)
    customs_code = CodeField(max_length=20, required=False)
    customs_status = ChoiceField(words=WORDS)
    document_number = TextField(max_length=128, required=False)
    decided_on = DayField()
    authority = TextField(max_length=200)
    facts = TextField(required=False)

    def clean(self):
        cleaned = super().clean()
        day = cleaned.get("decided_on")
        if cleaned.get("customs_status") in NEW_IN_282 and day and day < ORDER_282:
            self.add_error(
                "customs_status",
                ValidationError(
                    _(
                        "This status came with GACC Order 282 on 1 April 2026; the decision is older. Check the day."
                    )
                ),
            )
        return cleaned

    def key(self) -> str:
        """The number of the decision, or what tells one change of status from the next."""
        said = self.cleaned_data
        code = self.entity_code or said["credit_code"]
        return said["document_number"] or f"{code} {said['decided_on']} {STATUSES[said['customs_status']]}"

    def to_draft(self) -> RecordDraft:
        said = self.cleaned_data
        return RecordDraft(
            document_number=self.key(),
            title=f"海关企业信用等级：{STATUSES[said['customs_status']]}",
            decided_on=said["decided_on"],
            facts=said["facts"],
            authority=said["authority"],
            details={"customs_status": said["customs_status"], "customs_code": said["customs_code"]},
        )


def offer() -> None:
    """Make the file known; called once, when the apps are loaded."""
    register(
        SubmissionFormat(
            code="customs-status",
            title=_("Customs credit status"),
            record_type="customs-credit-status",
            body_codes=frozenset({"customs"}),
            row_form=StatusRow,
            columns=(
                Column(
                    "credit_code",
                    "统一社会信用代码",
                    _("Unified social credit code"),
                    aliases=("信用代码",),
                    required=True,
                    example="91339702MX90000157",
                ),
                Column(
                    "entity_name",
                    "企业名称",
                    _("Enterprise"),
                    aliases=("名称",),
                    required=True,
                    example="云汀示例贸易有限公司",
                ),
                Column(
                    "customs_code",
                    "海关注册编码",
                    _("Customs code"),
                    aliases=("海关编码",),
                    example="3397960001",
                ),
                Column(
                    "customs_status",
                    "信用等级",
                    _("Credit status"),
                    aliases=("海关信用等级", "企业信用等级"),
                    required=True,
                    example="高级认证企业",
                ),
                Column("document_number", "文号", _("Number of the decision")),
                Column(
                    "decided_on",
                    "认定日期",
                    _("Decided on"),
                    aliases=("认定时间",),
                    required=True,
                    example="2026-10-10",
                ),
                Column(
                    "authority",
                    "注册海关",
                    _("Customs house"),
                    aliases=("海关",),
                    required=True,
                    example="云汀海关",
                ),
                Column("facts", "认定原因", _("Reasons")),
            ),
            needs_review=True,
            rules=(
                _("A status that came with GACC Order 282 on 1 April 2026 is not dated before that day."),
            ),
        )
    )
