"""The deeds around missing records, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    missing__record__asked_for=_("said that a record is missing"),
    missing__record__entered=_("answered with the record that was missing"),
    missing__record__refused=_("answered that no such record is entered"),
    missing__record__withdrawn=_("no longer asked for the record that was missing"),
    missing__record__escalated=_("told the superiors that the time for a step is over"),
)
