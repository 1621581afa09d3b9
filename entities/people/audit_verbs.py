"""What is done about who acts for a body, as the audit log names it."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    people__role__given=_("gave a role"),
    people__role__ended=_("ended a role"),
    people__account__closed=_("closed the account"),
    people__account__reopened=_("reopened the account"),
    people__password__link_sent=_("sent a link for a new password"),
    people__password__link_asked=_("had a link for a new password sent"),
    people__password__chosen=_("chose a new password by a link"),
    people__account__made=_("made the first account of the lead office"),
)
