"""Keeping the topics of reports: a new topic, a new version of one, the end of one."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.portal.public_reports import policies
from credit_platform.portal.public_reports.models import ReportTopic
from entities.models import SubmittingBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """All that a version of a topic says. `days` are working days; None lets the rule of clocks for reports hold."""

    code: str
    name_zh: str
    body_code: str
    valid_from: date
    name_en: str = ""
    days: int | None = None
    basis: str = ""
    place: int = 100


@transaction.atomic
def set_topic(*, by, wording: Wording) -> ReportTopic:
    """Put a topic into the form, or a new version in the place of the one in force, which ends the day before.

    Raises:
        InvalidInput: a day that is over or not after the version in force began, no such department, or no day to answer.
    """
    policies.may_keep_topics(by).require()
    problems: dict[str, list[str]] = {}
    if wording.valid_from < timezone.localdate():
        problems["valid_from"] = [_("This day is over; what was reported until today keeps its topic.")]
    bodies = SubmittingBody.objects.filter(is_active=True).exclude(kind=SubmittingBody.Kind.ASSOCIATION)
    if not bodies.filter(code=wording.body_code).exists():
        problems["body_code"] = [_("Choose the department that is in charge.")]
    if wording.days is not None and wording.days < 1:
        problems["days"] = [_("The department has at least a day.")]
    standing = ReportTopic.objects.select_for_update().filter(code=wording.code)
    standing = standing.filter(Q(valid_to=None) | Q(valid_to__gte=wording.valid_from))
    if any(one.valid_from >= wording.valid_from for one in standing):
        problems.setdefault("valid_from", []).append(
            _("A version of this topic begins on this day or later.")
        )
    if problems:
        raise InvalidInput(problems)
    standing.update(valid_to=wording.valid_from - timedelta(days=1))
    said = {name: getattr(wording, name) for name in wording.__dataclass_fields__}
    topic = ReportTopic.objects.create(set_by=by, **said)
    audit.record(
        actor=by,
        verb="public_reports.topic.set",
        target=topic,
        code=topic.code,
        body=topic.body_code,
        valid_from=str(topic.valid_from),
    )
    return topic


@transaction.atomic
def end_topic(*, by, topic_id: int) -> ReportTopic:
    """Let nobody choose a topic after today.

    Raises:
        Missing: no such topic is in force.
        WrongState: it ends already, or nothing would be left to choose.
    """
    policies.may_keep_topics(by).require()
    today = timezone.localdate()
    going_on = list(ReportTopic.objects.select_for_update().in_force_on(today))
    topic = next((one for one in going_on if one.pk == topic_id), None)
    if topic is None:
        raise Missing
    if topic.valid_to is not None:
        raise WrongState(_("This topic ends already."))
    if not any(one.valid_to is None and one.pk != topic_id for one in going_on):
        raise WrongState(_("Something has to be left to choose: put another topic in first."))
    topic.valid_to = today
    topic.save(update_fields=("valid_to",))
    audit.record(actor=by, verb="public_reports.topic.ended", target=topic, code=topic.code)
    return topic
