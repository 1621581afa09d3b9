"""The deeds in cases, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs
from repair.notices import DEEDS

verbs.register(
    repair__case__opened=_("began an application"),
    repair__case__draft_saved=_("saved the draft of the application"),
    repair__case__document_added=_("added a document to the case"),
    repair__case__document_removed=_("took a document out of the draft"),
    repair__case__commitment_signed=_("signed the commitment letter"),
    repair__case__clock_reckoned=_("reckoned the clock of the case anew"),
    repair__profile__chosen=_("chose the local regulation that the city follows"),
    repair__case__lent=_("lent the case to a person"),
    repair__case__taken_back=_("ended the lending of the case"),
    **{f"repair__case__{action}": deed for action, deed in DEEDS.items()},
)
