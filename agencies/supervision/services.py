"""Writing supervision rules and putting them in force: two persons, and nothing that holds is ever changed."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.supervision import notices, policies
from agencies.supervision.models import SupervisionRule
from agencies.supervision.rules import scale_of
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.ui.formats import day_long, listed
from entities.models import LegalInstrument, SubmittingBody
from evaluation.models import Scheme

Kind, State = SupervisionRule.Kind, SupervisionRule.State
#: The figures of a rule of inspections, each with the least and the most that it may be.
FIGURES = {
    "share_least": (0, 100),
    "share_most": (0, 100),
    "every_months": (1, 240),
    "apart_months": (1, 240),
}
TEXTS = ("code", "name_zh", "name_en", "text_zh", "text_en", "article")
#: Who writes or approves a rule holds this advisory lock to the end of the transaction: two must not fit one grade.
RULES_LOCK = 0x5AFE


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a rule says."""

    code: str
    kind: str
    scheme: Scheme
    grades: tuple[str, ...]
    body: SubmittingBody | None
    name_zh: str
    name_en: str
    text_zh: str
    text_en: str
    instrument: LegalInstrument | None
    article: str
    valid_from: date
    listed_as: str = ""
    source: str = ""
    verification: str = SupervisionRule.Verification.BACKGROUND
    share_least: int | None = None
    share_most: int | None = None
    every_months: int | None = None
    apart_months: int | None = None

    def problems(self, today: date) -> dict[str, list[str]]:
        """Everything wrong with it by itself, at once, by field."""
        found: dict[str, list[str]] = {}
        for name in TEXTS:
            if not getattr(self, name).strip():
                found[name] = [_("This is needed.")]
        if self.instrument is None:
            found["instrument"] = [
                _("Name the law on which this stands: nothing follows from a grade without.")
            ]
        elif self.instrument.in_force_to is not None and self.instrument.in_force_to < self.valid_from:
            found["instrument"] = [
                _("This instrument ends on %(day)s.") % {"day": day_long(self.instrument.in_force_to)}
            ]
        if self.valid_from < today:
            found["valid_from"] = [_("This day is over; what followed until today stands.")]
        unknown = sorted(set(self.grades) - set(scale_of(self.scheme, self.valid_from)))
        if not self.grades:
            found["grades"] = [_("Choose from which grades this follows.")]
        elif unknown:
            found["grades"] = [_("The scheme has no such grade: %(grades)s.") % {"grades": listed(unknown)}]
        return found | self._of_its_kind()

    def _of_its_kind(self) -> dict[str, list[str]]:
        """What is wrong with it as the kind of rule that it is."""
        found: dict[str, list[str]] = {}
        if self.kind != Kind.INSPECTION:
            if self.scheme.family == Scheme.Family.RISK:
                found["kind"] = [
                    _(
                        "An internal risk class steers inspections only; it neither rewards nor restricts anybody."
                    )
                ]
            for name in FIGURES:
                if getattr(self, name) is not None:
                    found[name] = [_("Only a rule of inspections says how often.")]
        else:
            found |= self._of_figures()
        if self.kind == Kind.RESTRICTION and not self.listed_as.strip():
            found["listed_as"] = [
                _("Only what stands in a list of punishment measures may be applied. Name its entry.")
            ]
        return found

    def _of_figures(self) -> dict[str, list[str]]:
        """What is wrong with how often it says that entities are inspected."""
        found: dict[str, list[str]] = {}
        if all(getattr(self, name) is None for name in FIGURES):
            found["every_months"] = [_("Say how many are drawn, or how often they are inspected.")]
        for name, (least, most) in FIGURES.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                found[name] = [_("From %(least)s to %(most)s.") % {"least": least, "most": most}]
        if None not in (self.share_least, self.share_most) and self.share_least > self.share_most:
            found["share_most"] = [_("The most is less than the least.")]
        if None not in (self.every_months, self.apart_months) and self.apart_months > self.every_months:
            found["apart_months"] = [_("Nobody could be inspected by the time it is due.")]
        return found

    def said(self) -> dict[str, Any]:
        """The fields of the rule, without spaces around."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: value.strip() if isinstance(value, str) else list(value) if name == "grades" else value
            for name, value in values.items()
        }


@transaction.atomic
def draft_rule(*, by, draft: Draft) -> SupervisionRule:
    """Keep a draft, in the place of the one that there is under its code; whoever saved it last is its writer.

    Raises:
        InvalidInput: with everything wrong, by field.
        NotPermitted: the rule is not theirs to keep.
    """
    policies.may_write_rules(by).require()
    policies.may_keep_rule(by, body=draft.body, kind=draft.kind).require()
    _lock_rules()
    problems = draft.problems(timezone.localdate())
    rows = list(SupervisionRule.objects.select_for_update(of=("self",)).filter(code=draft.code.strip()))
    for one in rows:
        if (one.kind, one.scheme_id, one.body_id) != (
            draft.kind,
            draft.scheme.pk,
            draft.body and draft.body.pk,
        ):
            problems.setdefault("code", []).append(_("Under this code stands a rule for something else."))
            break
    for name, why in _why_not(draft.said(), rows).items():
        problems.setdefault(name, []).append(why)
    if problems:
        raise InvalidInput(problems)
    rule = next((one for one in rows if one.state == State.DRAFT), None) or SupervisionRule()
    said = draft.said()
    if (
        rule.pk
        and rule.written_by == by
        and all(getattr(rule, name) == value for name, value in said.items())
    ):
        return rule
    for name, value in said.items():
        setattr(rule, name, value)
    rule.written_by = by
    rule.save()
    audit.record(actor=by, verb="supervision.rule.drafted", target=rule, code=rule.code, text=rule.text_zh)
    notices.drafted(rule)
    return rule


@transaction.atomic
def approve_rule(*, by, rule_id: int) -> SupervisionRule:
    """Put a draft in force from its day on; the version before ends the day before. Doing it again changes nothing.

    Raises:
        Missing: there is no such rule.
        NotPermitted: whoever wrote it, and whose rule it is not.
        WrongState: its day is over, or another rule says already what follows from one of its grades.
    """
    policies.may_write_rules(by).require()
    _lock_rules()
    rule = _locked(rule_id)
    if rule.state == State.APPROVED and rule.approved_by_id == by.pk:
        return rule
    _require_draft(rule)
    policies.may_approve(by, rule).require()
    if rule.valid_from < timezone.localdate():
        raise WrongState(
            _("It was to hold from %(day)s, which is over. Draft it anew with a later day.")
            % {"day": day_long(rule.valid_from)}
        )
    versions = list(SupervisionRule.objects.filter(code=rule.code, state=State.APPROVED))
    for why in _why_not({name: getattr(rule, name) for name in _TOLD_APART}, versions).values():
        raise WrongState(why)
    for one in versions:
        if one.valid_to is None or one.valid_to >= rule.valid_from:
            one.valid_to = rule.valid_from - timedelta(days=1)
            one.save(update_fields=("valid_to",))
    rule.state, rule.approved_by, rule.approved_at = State.APPROVED, by, timezone.now()
    rule.save(update_fields=("state", "approved_by", "approved_at"))
    audit.record(
        actor=by,
        verb="supervision.rule.approved",
        target=rule,
        code=rule.code,
        valid_from=rule.valid_from.isoformat(),
    )
    notices.approved(rule)
    return rule


@transaction.atomic
def discard_draft(*, by, rule_id: int) -> None:
    """Throw a draft away; no harm if it is gone already."""
    policies.may_write_rules(by).require()
    rule = SupervisionRule.objects.select_for_update(of=("self",)).filter(pk=rule_id).first()
    if rule is None:
        return
    policies.may_keep_rule(by, body=rule.body, kind=rule.kind).require()
    _require_draft(rule)
    audit.record(actor=by, verb="supervision.rule.discarded", target=rule, code=rule.code, text=rule.text_zh)
    notices.discarded(rule, by)
    rule.delete()


@transaction.atomic
def end_rule(*, by, rule_id: int) -> SupervisionRule:
    """Let a rule hold until today and no longer; doing it again changes nothing.

    Raises:
        WrongState: it is not in force.
    """
    policies.may_write_rules(by).require()
    rule = _locked(rule_id)
    policies.may_keep_rule(by, body=rule.body, kind=rule.kind).require()
    today = timezone.localdate()
    if not rule.holds_on(today):
        raise WrongState(_("It is not in force."))
    if rule.valid_to == today:
        return rule
    rule.valid_to = today
    rule.save(update_fields=("valid_to",))
    audit.record(actor=by, verb="supervision.rule.ended", target=rule, code=rule.code)
    return rule


#: What tells whether two rules of inspections speak of the same.
_TOLD_APART = ("code", "kind", "scheme", "body", "grades", "valid_from")


def _why_not(said: dict[str, Any], versions: list[SupervisionRule]) -> dict[str, str]:
    """Why such a rule cannot stand beside those that are approved, by field."""
    found = {}
    approved = [one for one in versions if one.state == State.APPROVED]
    last = max((one.valid_from for one in approved), default=None)
    if last is not None and said["valid_from"] <= last:
        found["valid_from"] = _("The version before begins on %(day)s; this one begins later.") % {
            "day": day_long(last)
        }
    if said["kind"] == Kind.INSPECTION:
        others = SupervisionRule.objects.filter(
            kind=Kind.INSPECTION,
            state=State.APPROVED,
            scheme=said["scheme"],
            body=said["body"],
            grades__overlap=said["grades"],
        ).exclude(code=said["code"].strip())
        for one in others.order_by("pk"):
            if one.valid_to is None or one.valid_to >= said["valid_from"]:
                found["grades"] = _("“%(rule)s” says already how often such entities are inspected.") % {
                    "rule": one
                }
    return found


def _lock_rules() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RULES_LOCK])


def _locked(rule_id: int) -> SupervisionRule:
    rule = SupervisionRule.objects.select_for_update(of=("self",)).select_related("body", "scheme")
    found = rule.filter(pk=rule_id).first()
    if found is None:
        raise Missing
    return found


def _require_draft(rule: SupervisionRule) -> None:
    if rule.state != State.DRAFT:
        raise WrongState(_("This rule is no draft any more."))
