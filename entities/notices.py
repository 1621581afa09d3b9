"""The sentences by which the registry tells bodies and entities what happened to a record."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "entities.record-published",
    _("%(body)s has put a record about %(entity)s into the registry: “%(title)s”, %(number)s."),
)
register_notice("entities.record-expired", _("The publicity of the record “%(title)s”, %(number)s, is over."))
register_notice(
    "entities.record-withdrawn", _("%(body)s has withdrawn the record “%(title)s”, %(number)s: %(because)s")
)
register_notice(
    "entities.withdrawal-asked",
    _(
        "%(person)s asks that “%(title)s”, %(number)s, about %(entity)s be withdrawn: %(because)s A reviewer must agree."
    ),
)
register_notice(
    "entities.withdrawal-declined",
    _("%(person)s has had “%(title)s”, %(number)s, about %(entity)s stay in force: %(because)s"),
)
register_notice(
    "entities.file-saving-asked",
    _("%(person)s asks that the file “%(file)s” be saved, %(rows)s rows. A reviewer must agree."),
)
register_notice(
    "entities.file-take-back-asked",
    _("%(person)s asks that the file “%(file)s” be taken back: %(because)s A reviewer must agree."),
)
register_notice(
    "entities.file-declined",
    _("%(person)s has declined what was asked of the file “%(file)s”: %(because)s"),
)
register_notice(
    "entities.record-returned",
    _("A reviewer has returned “%(title)s”, %(number)s, about %(entity)s: %(note)s"),
)
