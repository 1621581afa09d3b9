"""The deeds around reports from the public, as the audit log names them."""

from django.utils.translation import gettext_lazy as _

from credit_platform.audit import verbs

verbs.register(
    public_reports__topic__set=_("set a topic of reports"),
    public_reports__topic__ended=_("ended a topic of reports"),
    public_reports__report__received=_("received a report from the public"),
    public_reports__report__clock_reckoned=_("reckoned the clock anew"),
    public_reports__report__passed_on=_("passed a report from the public on"),
    public_reports__report__put_aside=_("put a report from the public aside"),
    public_reports__report__taken_up=_("took a report from the public up again"),
    public_reports__report__answered=_("answered a report from the public"),
    public_reports__report__taken_into_record=_("takes a report from the public into a record"),
    public_reports__report__became_record=_("entered the record that came of a report from the public"),
)
