"""The deeds around stories, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    stories__story__proposed=_("proposed a story of an honest entity"),
    stories__story__consented=_("consented to a story"),
    stories__story__consent_noted=_("noted the consent to a story"),
    stories__story__published=_("published a story"),
    stories__story__returned=_("returned a story"),
    stories__story__taken_down=_("took a story down"),
    stories__story__ended=_("ended a story that no longer holds"),
)
