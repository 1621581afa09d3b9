"""What a person is told of their own roles."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

GIVEN, ENDED = "people.role-given", "people.role-ended"
PASSWORD_CHOSEN = "people.password-chosen"  # noqa: S105

register_notice(GIVEN, _("You now act for %(body)s. Your role: %(role)s."))
register_notice(ENDED, _("You no longer act for %(body)s as: %(role)s. Reason: %(because)s"))
register_notice(
    PASSWORD_CHOSEN,
    _(
        "A new password was chosen for your account by a link. If that was not you, tell the lead credit office at once."
    ),
)
