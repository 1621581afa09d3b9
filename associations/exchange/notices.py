"""The sentences by which the two sides hear of each other."""

from django.utils.translation import gettext_noop as _

from entities.services.feedback import register_notice

register_notice(
    "exchange.asked", _("%(department)s asks %(association)s for its opinion by %(due)s: “%(subject)s”.")
)
register_notice("exchange.observed", _("%(association)s tells %(department)s: “%(subject)s”."))
register_notice(
    "exchange.observed-by",
    _("%(association)s tells %(department)s, and wishes an answer by %(due)s: “%(subject)s”."),
)
register_notice(
    "exchange.promised",
    _(
        "%(department)s answers “%(subject)s” of %(association)s by %(due)s: that is the day that it set itself."
    ),
)
register_notice(
    "exchange.answered", _("There is an answer to “%(subject)s” (%(association)s, %(department)s).")
)
register_notice(
    "exchange.closed",
    _("%(department)s says what came of “%(subject)s”, which %(association)s gave its word on."),
)
register_notice(
    "exchange.passed-on",
    _("%(source)s has passed “%(subject)s” of %(association)s on to %(department)s: %(because)s"),
)
register_notice("exchange.withdrawn", _("“%(subject)s” was withdrawn (%(association)s, %(department)s)."))
register_notice(
    "exchange.due-soon",
    _("%(department)s waits until %(due)s for the opinion of %(association)s: “%(subject)s”."),
)
register_notice(
    "exchange.observation-due-soon",
    _("“%(subject)s” of %(association)s is to be answered by %(department)s until %(due)s."),
)
register_notice(
    "exchange.observation-overdue",
    _(
        "The answer of %(department)s to “%(subject)s” of %(association)s was due on %(due)s and has not come."
    ),
)
register_notice(
    "exchange.overdue",
    _(
        "The opinion of %(association)s for %(department)s, “%(subject)s”, was due on %(due)s and has not come."
    ),
)
