"""The deeds around courses, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    courses__course__offered=_("offered a course"),
    courses__course__cancelled=_("called a course off"),
    courses__signup__made=_("signed up for a course"),
    courses__signup__withdrawn=_("no longer takes part in a course"),
    courses__signup__attended=_("confirmed that somebody attended a course"),
    courses__signup__absent=_("said that somebody did not attend a course"),
)
