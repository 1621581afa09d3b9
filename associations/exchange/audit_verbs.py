"""The deeds between departments and associations, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    exchange__exchange__sent=_("sent the question or observation"),
    exchange__exchange__promised=_("said by when it answers the observation"),
    exchange__consultation__asked=_("asked several associations for their opinion"),
    exchange__exchange__answered=_("answered it"),
    exchange__exchange__passed_on=_("passed it on to the department in charge"),
    exchange__exchange__closed=_("said what came of it"),
    exchange__exchange__withdrawn=_("withdrew it"),
)
