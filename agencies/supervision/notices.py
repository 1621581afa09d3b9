"""What is told of supervision rules: to whoever may put one in force, and to its writer what became of it."""

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from agencies.supervision.models import SupervisionRule
from entities.models import SubmittingBody
from entities.policies import who_answers_for
from entities.services import feedback
from entities.services.feedback import register_notice

register_notice(
    "supervision.drafted",
    _("%(who)s has drafted the supervision rule “%(name)s”. Somebody else puts it in force."),
)
register_notice("supervision.approved", _("Your supervision rule “%(name)s” is in force from %(day)s."))
register_notice(
    "supervision.discarded", _("%(who)s threw your draft of the supervision rule “%(name)s” away.")
)


def drafted(rule: SupervisionRule) -> None:
    """To the department whose rule it is, or to the lead office."""
    offices = (
        [who_answers_for(rule.body)]
        if rule.body
        else SubmittingBody.objects.filter(kind=SubmittingBody.Kind.LEAD_OFFICE, is_active=True)
    )
    for office in offices:
        _tell("supervision.drafted", rule, who=str(rule.written_by), body=office)


def approved(rule: SupervisionRule) -> None:
    _tell("supervision.approved", rule, day=rule.valid_from.isoformat(), user=rule.written_by)


def discarded(rule: SupervisionRule, by) -> None:
    """To the writer, unless it was the writer."""
    if rule.written_by != by:
        feedback.notify(
            kind="supervision.discarded",
            params={"name": feedback.both_names(rule), "who": str(by)},
            url=reverse("supervision:rules"),
            user=rule.written_by,
        )


def _tell(kind: str, rule: SupervisionRule, *, user=None, body=None, **params) -> None:
    feedback.notify(
        kind=kind,
        params={"name": feedback.both_names(rule), **params},
        url=reverse("supervision:rule", args=(rule.pk,)),
        user=user,
        body=body,
    )
