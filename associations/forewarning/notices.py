"""The sentences by which a member and its association hear of a prior notice."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "forewarning.told",
    _(
        "%(body)s means to record “%(title)s”, %(number)s, of %(entity)s. It does not count yet: put it right by %(due)s"
        " and say so here, and it is not recorded."
    ),
)
register_notice(
    "forewarning.to-deliver",
    _(
        "Nobody acts for %(entity)s on this platform. Deliver the notice of “%(title)s”, %(number)s, on paper and note"
        " the day: the time to put it right runs from there."
    ),
)
register_notice(
    "forewarning.claimed",
    _(
        "%(entity)s says that “%(title)s”, %(number)s, is put right. It does not count until you have answered."
    ),
)
register_notice(
    "forewarning.unanswered",
    _(
        "%(entity)s waits for your answer: it said that “%(title)s”, %(number)s, is put right. The time ended on %(due)s."
    ),
)
register_notice(
    "forewarning.put-right",
    _("%(body)s has confirmed that “%(title)s”, %(number)s, is put right. It is not recorded."),
)
register_notice(
    "forewarning.declined",
    _(
        "%(body)s does not agree that “%(title)s”, %(number)s, is put right: %(because)s The time ends on %(due)s."
    ),
)
register_notice(
    "forewarning.taken-back", _("%(body)s has taken back its notice of “%(title)s”, %(number)s: %(because)s")
)
register_notice(
    "forewarning.counts",
    _("The time of %(entity)s to put “%(title)s”, %(number)s, right is over; the record is in force."),
)
register_notice(
    "forewarning.returned",
    _("“%(title)s”, %(number)s, of %(entity)s could not be recorded and is returned to you: %(because)s"),
)
