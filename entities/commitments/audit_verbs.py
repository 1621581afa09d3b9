"""The deeds around commitments, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    commitments__template__added=_("added a template of a commitment"),
    commitments__template__named=_("named a template of a commitment in English"),
    commitments__template__ended=_("ended a template of a commitment"),
    commitments__commitment__given=_("gave a commitment"),
    commitments__commitment__taken_back=_("took back a commitment that was handed in by mistake"),
    commitments__commitment__check_taken_back=_("took back what a check of a commitment found"),
    commitments__commitment__kept=_("found a commitment kept"),
    commitments__commitment__broken=_("found a commitment broken"),
)
