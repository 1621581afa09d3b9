"""What reports from the public offer on the desks."""

from django.utils.translation import gettext_lazy as _

from agencies import origins
from agencies.desk import register_lane
from credit_platform.portal.public_reports import policies, selectors, services
from entities.panels import RECORD, register_panel


def offer() -> None:
    """Called once, when the apps are loaded."""
    register_lane(
        "public-reports",
        _("Reports from the public"),
        count=lambda user: selectors.waiting_of(user).count(),
        rows=selectors.desk_rows,
        order=70,
        visible=policies.may_see_reports,
    )
    register_panel(
        "public_reports:of-record",
        40,
        title=_("Reports from the public"),
        page=RECORD,
        visible=policies.may_see_reports,
    )
    origins.register(
        origins.Origin(code="public-report", told=selectors.told_above_form, note=services.note_record)
    )
