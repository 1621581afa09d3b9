"""The deeds around statements, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    statements__statement__written=_("put a statement beside the record"),
    statements__statement__withdrawn=_("withdrew the statement"),
    statements__statement__followed=_("put the statement beside the correction"),
    statements__statement__hidden=_("hid the statement"),
    statements__statement__shown_again=_("showed the statement again"),
)
