"""The deeds around the calendar, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    integrity_calendar__entry__added=_("put a day into the calendar"),
    integrity_calendar__entry__taken_out=_("took a day out of the calendar"),
)
