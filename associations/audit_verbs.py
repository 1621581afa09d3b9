"""The associations' deeds, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    associations__member__joined=_("entered the member"),
    associations__member__changed=_("changed what is noted of the member"),
    associations__profile__changed=_("changed what is noted of the association"),
    associations__officer__named=_("noted the officer of the association"),
    associations__officer__ended=_("noted the end of an office"),
    associations__member__left=_("ended the membership"),
    associations__repair_rule__set=_("set the rule by which the association repairs"),
)
