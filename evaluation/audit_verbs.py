"""The deeds of evaluation, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    evaluation__scheme__published=_("published the scheme"),
    evaluation__scheme__changed=_("changed who sees the scheme, or what it is called"),
)
