"""What is done about text messages, as the audit log names it."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    texting__number__asked=_("asked for a code on a telephone"),
    texting__number__confirmed=_("confirmed a telephone number for text messages"),
    texting__number__refused=_("gave a wrong code for a telephone number"),
    texting__number__removed=_("ended text messages"),
)
