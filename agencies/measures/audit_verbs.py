"""The deeds around measures, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    measures__measure__noted=_("noted a measure because of the record"),
    measures__measure__lifted=_("lifted the measure"),
    measures__measure__followed=_("put the measure on the correction"),
)
