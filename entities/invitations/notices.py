"""The sentences by which those who act for a business hear who joined them and who left."""

from django.utils.translation import gettext_noop

from entities.services.feedback import register_notice

JOINED, LEFT = "invitations.agent-joined", "invitations.agent-left"

register_notice(JOINED, gettext_noop("%(person)s acts for %(entity)s from now on."))
register_notice(LEFT, gettext_noop("%(person)s no longer acts for %(entity)s."))
