"""The one notice of its own: that a number is to be confirmed, which the owner of the account reads in the inbox too."""

from django.utils.translation import gettext_noop

from entities.services.feedback import register_notice

CODE = "texting.code"

register_notice(
    CODE,
    gettext_noop(
        "A code was sent to %(number)s, so that text messages go there. If you did not ask for this, change your password."
    ),
)
