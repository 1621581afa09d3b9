"""The sentence by which an agent hears that the file is there."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "held_data.ready", _("The file of all that is held about %(entity)s is ready until %(until)s.")
)
