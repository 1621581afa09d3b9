"""What a person is told of their own roles."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

GIVEN, ENDED = "people.role-given", "people.role-ended"

register_notice(GIVEN, _("You now act for %(body)s. Your role: %(role)s."))
register_notice(ENDED, _("You no longer act for %(body)s as: %(role)s. Reason: %(because)s"))
