"""The associations' deeds, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    associations__member__joined=_("entered the member"),
    associations__member__changed=_("changed what is noted of the member"),
    associations__member__left=_("ended the membership"),
)
