"""The deeds around supervision rules, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    supervision__rule__drafted=_("drafted a supervision rule"),
    supervision__rule__approved=_("put a supervision rule in force"),
    supervision__rule__discarded=_("threw the draft of a supervision rule away"),
    supervision__rule__ended=_("ended a supervision rule"),
    supervision__draw__drawn=_("drew at random whom the department inspects"),
)
