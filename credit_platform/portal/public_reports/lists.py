"""Reports from the public as a file, without who wrote them."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.portal.public_reports import policies, selectors
from credit_platform.portal.public_reports.models import PublicReport, ReportTopic
from entities.sharing import exports


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    exports.register(
        exports.Export(
            code="public-reports",
            title=gettext_lazy("Reports from the public"),
            rows=reports_asked,
            columns=_columns,
        )
    )

    exports.register(
        exports.Export(
            code="report-topics",
            title=gettext_lazy("Topics of reports"),
            rows=topics_asked,
            columns=_columns_of_topics,
        )
    )


def topics_asked(user, params: QueryDict) -> QuerySet[ReportTopic]:
    """All topics and their versions; `Missing` for who has no reports to answer."""
    if not policies.may_see_reports(user):
        raise Missing
    return selectors.topics_for_list()


def state_asked(params: QueryDict) -> str:
    """The state that the address names; those that are being checked without one."""
    state = params.get("state", "")
    return state if state in PublicReport.State.values else PublicReport.State.OPEN


def reports_asked(user, params: QueryDict) -> QuerySet[PublicReport]:
    """The reports in that state; `Missing` for who has none to answer."""
    if not policies.may_see_reports(user):
        raise Missing
    return selectors.reports_for_list(user=user, state=state_asked(params))


def _columns() -> list[Column]:
    return [
        Column("number", _("Number"), lambda report: report.number),
        Column("topic", _("Subject"), lambda report: str(report.topic_label)),
        Column("text", _("Report"), lambda report: report.text),
        Column(
            "credit_code",
            _("Unified social credit code"),
            lambda report: report.entity.credit_code if report.entity else "",
        ),
        Column("entity", _("Entity"), lambda report: report.entity.name if report.entity else ""),
        Column("body", _("In charge"), lambda report: str(report.body)),
        Column("received_at", _("Received"), lambda report: report.received_at, Kind.MOMENT),
        Column("due_on", _("Answer by"), lambda report: report.due_on, Kind.DAY),
        Column("state", _("State"), lambda report: report.get_state_display()),
        Column(
            "outcome",
            _("Result of the check"),
            lambda report: report.get_outcome_display() if report.outcome else "",
        ),
    ]


def _columns_of_topics() -> list[Column]:
    return [
        Column("code", _("Code"), lambda topic: topic.code),
        Column("name_zh", _("Name in Chinese"), lambda topic: topic.name_zh),
        Column("name_en", _("Name in English"), lambda topic: topic.name_en),
        Column("body", _("In charge"), lambda topic: topic.body_code),
        Column("days", _("Working days to answer"), lambda topic: topic.days, Kind.WHOLE),
        Column("basis", _("Basis"), lambda topic: topic.basis),
        Column("valid_from", _("Valid from"), lambda topic: topic.valid_from, Kind.DAY),
        Column("valid_to", _("Valid to"), lambda topic: topic.valid_to, Kind.DAY),
    ]
