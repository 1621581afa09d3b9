"""The deeds of composing, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    composing__scheme__begun=_("began a draft of a new scheme"),
    composing__draft__begun=_("began a draft of the scheme"),
    composing__draft__changed=_("changed the draft of the scheme"),
    composing__draft__proposed=_("put the draft of the scheme before a colleague"),
    composing__draft__returned=_("returned the draft of the scheme"),
    composing__draft__discarded=_("discarded the draft of the scheme"),
    composing__draft__published=_("published the draft of the scheme"),
    composing__simulation__started=_("started a simulation"),
    composing__simulation__cancelled=_("stopped the simulation"),
    composing__simulation__resumed=_("went on with the simulation"),
    composing__simulation__shared=_("shared the simulation with the departments"),
    composing__simulation__exported=_("took away a table of the simulation as a file"),
    composing__simulation__unshared=_("took the simulation back from the departments"),
)
