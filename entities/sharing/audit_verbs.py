"""The deeds of sharing, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    sharing__list__exported=_("took a list away as a file"),
    sharing__list__begun=_("began a watch list"),
    sharing__list__changed=_("changed the watch list"),
    sharing__list__added_to=_("added entities to the watch list"),
    sharing__list__taken_from=_("took entities from the watch list"),
    sharing__list__passed_on=_("passed the watch list on to the successor of its body"),
    sharing__list__ended=_("ended the watch list"),
    sharing__webhook__added=_("added a receiver of changes"),
    sharing__webhook__removed=_("removed the receiver of changes"),
    sharing__webhook__paused=_("paused the receiver of changes"),
    sharing__webhook__resumed=_("resumed the receiver of changes"),
    sharing__webhook__secret_changed=_("changed the receiver's secret"),
    sharing__message__sent_again=_("had a message sent again"),
)
