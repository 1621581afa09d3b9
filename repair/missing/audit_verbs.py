"""The deeds around missing records, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

#: What a step was, told after the name of whoever took it.
DEEDS = {
    "file": _("said that a record is missing"),
    "enter": _("answered with the record that was missing"),
    "refuse": _("answered that no such record is entered"),
    "withdraw": _("no longer asked for the record that was missing"),
    "appeal": _("appealed to the lead office"),
    "withdraw_appeal": _("withdrew the appeal"),
    "remit": _("upheld the appeal; the body answers anew"),
    "dismiss_appeal": _("dismissed the appeal"),
}

verbs.register(
    missing__record__asked_for=DEEDS["file"],
    missing__record__clock_reckoned=_("reckoned the clock anew"),
    missing__record__escalated=_("told the superiors that the time for a step is over"),
    **{f"missing__record__{action}": deed for action, deed in DEEDS.items()},
)
