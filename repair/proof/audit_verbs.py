"""The deeds of the proof, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    proof__effect__begun=_("asked every place to confirm"),
    proof__effect__widened=_("asked who was being given the record at the time"),
    proof__effect__clock_reckoned=_("reckoned the clock anew"),
    proof__effect__closed=_("closed the case: every place has confirmed"),
    proof__confirmation__confirmed=_("confirmed that the record is gone"),
    proof__confirmation__excused=_("excused a confirmation"),
)
