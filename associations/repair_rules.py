"""An association's own rule for the repair of what it recorded: kept by its officers, dated, read by all whom it concerns."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from associations import policies
from associations.models import Association, RepairRule
from associations.profiles import locked_association
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput

#: What is kept of misconduct is kept five years by the local regulations that were read; a longer wait opens nothing.
LONGEST = 60


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as it is proposed; `valid_from` is today or later."""

    article: str
    min_months: int
    conditions_zh: str
    conditions_en: str
    course: str
    valid_from: date

    def problems(self, today: date) -> dict[str, list[str]]:
        """Everything wrong with it, at once, by field."""
        found: dict[str, list[str]] = {}
        if not self.article.strip():
            found["article"] = [_("Name the article of the charter by which you repair.")]
        if not self.conditions_zh.strip():
            found["conditions_zh"] = [_("Say what a member has to have done.")]
        if self.min_months > LONGEST:
            found["min_months"] = [_("At most %(most)d months.") % {"most": LONGEST}]
        if self.valid_from < today:
            found["valid_from"] = [_("A rule is not made for days that are over.")]
        return found


@transaction.atomic
def set_repair_rule(*, by, association_id: int, draft: RuleDraft) -> RepairRule:
    """Write down the rule that holds from a day on; the one before ends the day before. The same again changes nothing.

    Raises:
        Missing: there is no such association.
        InvalidInput: with everything wrong, by field.
    """
    association = locked_association(association_id)
    policies.may_keep_profile(by, association).require()
    if problems := draft.problems(timezone.localdate()):
        raise InvalidInput(problems)
    said = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(draft).items()}
    last = association.repair_rules.filter(valid_to=None).first()
    if last is not None:
        if all(getattr(last, name) == value for name, value in said.items()):
            return last
        if last.valid_from >= draft.valid_from:
            raise InvalidInput(
                {
                    "valid_from": [
                        _("The rule before begins on %(day)s; this one begins later.")
                        % {"day": last.valid_from}
                    ]
                }
            )
        last.valid_to = draft.valid_from - timedelta(days=1)
        last.save(update_fields=("valid_to",))
    rule = RepairRule.objects.create(association=association, **said)
    audit.record(
        actor=by, verb="associations.repair_rule.set", target=rule, valid_from=rule.valid_from.isoformat()
    )
    return rule


def rules_on(day: date, bodies: Iterable[int]) -> dict[int, RepairRule]:
    """By body, the rule in force on the day, of those bodies that have one; in one query."""
    rules = RepairRule.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=day), association__body__in=set(bodies), valid_from__lte=day
    )
    return {rule.association.body_id: rule for rule in rules.select_related("association")}


def rules_of(association: Association) -> list[RepairRule]:
    """All of an association's rules, the newest first."""
    return list(association.repair_rules.all())
