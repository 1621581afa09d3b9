"""The sentences by which entities and associations hear of courses."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice("courses.signed-up", _("%(entity)s has signed %(attendee)s up for the course “%(course)s”."))
register_notice("courses.cancelled", _("The course “%(course)s” on %(day)s is called off."))
register_notice(
    "courses.attended",
    _("%(association)s confirms that %(attendee)s attended “%(course)s”: certificate %(number)s."),
)
