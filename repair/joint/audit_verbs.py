"""The deeds around joint filings, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    joint__filing__begun=_("began a joint filing"),
    joint__filing__saved=_("saved the draft of a joint filing"),
    joint__filing__signed=_("signed a commitment letter for several records"),
    joint__filing__filed=_("filed about several records together"),
    joint__filing__withdrawn=_("withdrew a joint filing"),
    joint__filing__done=_("every case of a joint filing is over"),
)
