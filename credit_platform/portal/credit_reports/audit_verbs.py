"""The deeds around credit reports, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    credit_reports__report__issued=_("issued a credit report"),
    credit_reports__code__lent=_("lent out a code for credit reports"),
    credit_reports__code__used=_("used a code for a credit report"),
    credit_reports__code__revoked=_("revoked a code for credit reports"),
)
