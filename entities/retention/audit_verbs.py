"""The deeds of retention, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    retention__record__archived=_("archived the record"),
    retention__record__deleted=_("deleted the record"),
    retention__papers__deleted=_("deleted papers whose time is over"),
    retention__period__set=_("set for how long papers are kept"),
)
