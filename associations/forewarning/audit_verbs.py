"""The deeds around prior notices, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    forewarning__notice__written=_("wrote the prior notice"),
    forewarning__notice__told=_("told the member"),
    forewarning__notice__claimed=_("said that it is put right"),
    forewarning__notice__put_right=_("confirmed that it is put right"),
    forewarning__notice__declined=_("did not agree that it is put right"),
    forewarning__notice__taken_back=_("took the prior notice back"),
    forewarning__notice__ran_out=_("let the record in when the time was over"),
    forewarning__notice__returned=_("returned the record, which could not be let in"),
    forewarning__term__set=_("set how long members have to put things right"),
)
