"""The sentences by which bodies and entities hear of commitments."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "commitments.given", _("%(entity)s commits itself: %(template)s, %(number)s. Check it by %(due)s.")
)
register_notice(
    "commitments.taken-in",
    _(
        "A department has handed in a commitment signed for you: %(template)s, %(number)s. It is checked by %(due)s."
    ),
)
register_notice(
    "commitments.taken-back",
    _(
        "The commitment %(number)s of %(entity)s, %(template)s, was handed in by mistake and taken back: %(because)s"
    ),
)
register_notice(
    "commitments.check-taken-back",
    _(
        "%(body)s has taken back what it found of your commitment %(number)s, %(template)s, and checks it again: %(because)s"
    ),
)
register_notice("commitments.due-soon", _("Your commitment %(number)s, %(template)s, is checked on %(due)s."))
register_notice(
    "commitments.overdue",
    _("Whether the commitment %(number)s of %(entity)s was kept was to be checked by %(due)s."),
)
register_notice("commitments.kept", _("%(body)s has found your commitment %(number)s, %(template)s, kept."))
register_notice(
    "commitments.broken",
    _("%(body)s has found your commitment %(number)s, %(template)s, broken: %(finding)s"),
)
