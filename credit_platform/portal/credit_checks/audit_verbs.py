"""The deeds around credit checks, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    credit_checks__check__asked=_("had a list of entities checked"),
)
