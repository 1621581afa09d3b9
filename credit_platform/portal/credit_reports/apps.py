from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditReportsConfig(AppConfig):
    """Credit reports: for the entity itself, for whom it lends a code, and as an extract for everybody."""

    name = "credit_platform.portal.credit_reports"
    label = "credit_reports"
    verbose_name = _("Credit reports")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from credit_platform.portal.credit_reports import selectors
        from credit_platform.portal.credit_reports.models import CreditReport
        from repair.letters import papers

        register_by_importing(self, "audit_verbs", "held", "moves", "notices")
        papers.register(
            papers.PaperKind(
                CreditReport,
                still_holds=selectors.still_holds,
                holds_says=_(
                    "It was issued here, its signature fits, and what it covers stands on record today as it says."
                ),
                superseded_says=_(
                    "It was issued here and its signature fits, but what it covers has changed since: something was "
                    "added, corrected or repaired, or has ended. Ask for a report of today."
                ),
            )
        )
