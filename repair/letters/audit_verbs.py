"""The deeds around letters, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    letters__letter__issued=_("issued a letter"),
    letters__key__revoked=_("revoked a signing key"),
)
