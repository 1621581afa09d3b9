"""The sentences by which departments and entities hear of measures."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "measures.noted",
    _(
        "%(department)s has noted a measure because of your record “%(title)s”, %(number)s: %(measure)s, by %(basis)s. It"
        " ends with the record at the latest."
    ),
)
register_notice(
    "measures.lifted",
    _("%(measure)s, a measure of %(department)s because of your record “%(title)s”, %(number)s, is lifted."),
)
register_notice(
    "measures.fell",
    _(
        "A record of %(entity)s (%(type)s) is over, and with it your measure: %(measure)s. End it at once wherever you"
        " carry it out."
    ),
    urgent=True,
)
register_notice(
    "measures.corrected",
    _(
        "A record of %(entity)s (%(type)s) was corrected. Your measure, %(measure)s, now stands on the correction; look"
        " whether it still fits."
    ),
)
