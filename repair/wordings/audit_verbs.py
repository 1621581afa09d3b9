"""The deeds around wordings of decisions, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    wordings__wording__drafted=_("drafted a wording of decisions"),
    wordings__wording__approved=_("put a wording of decisions in force"),
    wordings__wording__discarded=_("threw the draft of a wording away"),
    wordings__wording__ended=_("ended a wording of decisions"),
)
