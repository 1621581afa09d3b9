"""The deeds around help with filing, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    helping__leave__given=_("let an association file for the entity"),
    helping__leave__ended=_("ended the leave of an association to file"),
    helping__leave__used=_("acted by the leave of an entity"),
)
