"""The sentences by which bodies hear of what they watch."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "sharing.digest",
    _("Watch list “%(list)s”, %(day)s: %(changes)s changes at %(entities)s entities."),
)
register_notice(
    "sharing.digest-grades",
    _(
        "Watch list “%(list)s”, %(day)s: %(changes)s changes at %(entities)s entities; %(grades)s of them are other grades."
    ),
)
register_notice(
    "sharing.serious",
    _(
        "Watch list “%(list)s”: %(body)s has published serious misconduct of %(entity)s: “%(title)s”, %(number)s."
    ),
)
register_notice(
    "sharing.serious-shared",
    _(
        "Watch list “%(list)s”: %(body)s has submitted serious misconduct of %(entity)s that is shared with you."
    ),
)
register_notice(
    "sharing.serious-many",
    _("Watch list “%(list)s”: serious misconduct is told of in %(count)s new records."),
)
register_notice(
    "sharing.list-passed-on",
    _("Your body follows “%(list)s” now, a watch list of %(body)s, whose successor it is."),
)
register_notice(
    "sharing.list-ended",
    _(
        "“%(list)s”, a watch list of %(body)s, has ended with that body: it followed a group that your body does not have."
    ),
)
register_notice(
    "sharing.receiver-ended",
    _(
        "Nothing is sent to %(url)s any more: it belonged to %(body)s, whose successor your body is. Add it anew where it "
        "is to receive your changes."
    ),
)
register_notice(
    "sharing.message-given-up",
    _("A message to %(url)s was not taken for days and is no longer tried. It can be sent again."),
)
