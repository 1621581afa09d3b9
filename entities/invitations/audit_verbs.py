"""The deeds around invitations, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    invitations__invitation__sent=_("invited somebody"),
    invitations__invitation__sent_again=_("sent an invitation again"),
    invitations__invitation__asked=_("had an invitation sent to the registered contact"),
    invitations__invitation__withdrawn=_("withdrew an invitation"),
    invitations__invitation__accepted=_("accepted an invitation"),
    invitations__account__made=_("made an account by an invitation"),
    invitations__agent__revoked=_("ended that somebody acts for a business"),
)
