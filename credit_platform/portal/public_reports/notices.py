"""The sentences by which bodies hear of reports from the public."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "public_reports.received", _("Somebody has reported a problem: %(topic)s, %(number)s. Answer by %(due)s.")
)
register_notice(
    "public_reports.passed-on",
    _("%(body)s passes the report %(number)s on to you: %(why)s Answer by %(due)s."),
)
register_notice(
    "public_reports.due-soon", _("The report %(number)s from the public is to be answered by %(due)s.")
)
register_notice(
    "public_reports.overdue", _("The report %(number)s from the public was to be answered by %(due)s.")
)
