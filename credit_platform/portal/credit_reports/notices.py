"""The sentence by which an entity hears that somebody read its report."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "credit_reports.code-used",
    _("%(who)s has read your credit report with the code that you lent to %(for_whom)s: %(why)s"),
)
