"""The sentences by which bodies and entities hear of statements."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "statements.written",
    _("%(entity)s has put a statement beside the record “%(title)s”, %(number)s."),
)
register_notice(
    "statements.hidden",
    _("%(body)s has hidden your statement beside the record “%(title)s”, %(number)s: %(because)s"),
)
register_notice(
    "statements.shown-again",
    _("%(body)s shows your statement beside the record “%(title)s”, %(number)s, again."),
)
register_notice(
    "statements.followed",
    _(
        "The record “%(title)s”, %(number)s, was corrected, and your statement stands beside the correction now. Read"
        " whether it still fits."
    ),
)
