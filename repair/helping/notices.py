"""The sentences by which members and associations hear of help with filing."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "helping.given", _("%(entity)s lets you prepare and file its repair until %(until)s: %(scope)s.")
)
register_notice("helping.ended", _("%(entity)s has ended the leave to file its repair: %(scope)s."))
register_notice(
    "helping.begun", _("%(association)s has begun the application %(number)s for you, by your leave.")
)
register_notice(
    "helping.to-sign",
    _("%(association)s has prepared the application %(number)s. Read it and sign the commitment letter."),
)
register_notice("helping.signed", _("%(entity)s has signed the application %(number)s; it can be filed."))
