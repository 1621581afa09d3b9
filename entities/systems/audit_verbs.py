"""What is done with connected systems, as the audit log names it. What a system does itself has the verbs of the deed."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    systems__system__connected=_("connected the system"),
    systems__system__renewed=_("gave the system a new secret"),
    systems__system__revoked=_("disconnected the system"),
)
