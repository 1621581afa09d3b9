"""The deeds around files of what is held, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    held_data__file__asked=_("asked for all that is held about the entity"),
    held_data__file__made=_("put all that is held about the entity into a file"),
    held_data__file__taken=_("took the file of all that is held about the entity"),
)
