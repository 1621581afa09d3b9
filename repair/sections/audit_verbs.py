"""The deeds around sections, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    sections__section__opened=_("opened a section"),
    sections__section__closed=_("closed a section"),
    sections__section__superior_named=_("named the superior of a section"),
    sections__task__given=_("gave cases to a section"),
    sections__task__ended=_("took cases from a section"),
    sections__member__assigned=_("assigned somebody to a section"),
    sections__member__released=_("released somebody from a section"),
    sections__case__moved=_("moved a case to another section"),
    sections__case__routed=_("routed a case within its body"),
)
