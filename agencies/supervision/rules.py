"""The rules in force on a day, asked without a query: which one holds for a grade and a department."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from agencies.supervision.models import SupervisionRule
from credit_platform.common.working_days import months_after
from evaluation.models import Scheme
from evaluation.schemes.in_force import published_by

Kind = SupervisionRule.Kind


def scale_of(scheme: Scheme, day: date) -> tuple[str, ...]:
    """The grades that a scheme gives on a day, the best first; none where no version of it is in force."""
    return next((one.compiled.letters for one in published_by(day) if one.scheme == scheme), ())


def scales_of(scheme: Scheme | None = None) -> dict[Scheme, tuple[str, ...]]:
    """The grades of each scheme, or of one, as published for today and for the days to come; the best first."""
    found: dict[Scheme, tuple[str, ...]] = {}
    for day in (timezone.localdate(), date.max):
        for one in published_by(day):
            if scheme in (None, one.scheme):
                letters = (*found.get(one.scheme, ()), *one.compiled.letters)
                found[one.scheme] = tuple(dict.fromkeys(letters))
    return found


def due_on(rule: SupervisionRule, *, last: date | None, registered: date | None) -> date | None:
    """By when an entity is to be inspected; None where the rule sets no such term. A list says the same in the database.

    The term runs from the last inspection, or from registration where there was none. Nothing is due before the rule holds.
    """
    if rule.every_months is None:
        return None
    since = last or registered
    if since is None:
        return rule.valid_from
    return max(months_after(since, rule.every_months), rule.valid_from)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules of one day."""

    rules: tuple[SupervisionRule, ...]

    def following(self, scheme_id: int, grade: str) -> list[SupervisionRule]:
        """All that follows from a grade of a scheme: inspections, incentives, restrictions."""
        order = Kind.values
        found = [one for one in self.rules if one.scheme_id == scheme_id and grade in one.grades]
        return sorted(found, key=lambda one: (order.index(one.kind), one.code))

    def inspections(self, scheme_id: int, body_id: int | None) -> dict[str, SupervisionRule]:
        """By grade, how often a department inspects: by its own rule, or by the one for every department."""
        found: dict[str, SupervisionRule] = {}
        for one in sorted(self._of_inspections(scheme_id), key=lambda one: one.body_id is not None):
            if one.body_id in (None, body_id):
                found |= dict.fromkeys(one.grades, one)
        return found

    def _of_inspections(self, scheme_id: int) -> Iterable[SupervisionRule]:
        return (one for one in self.rules if one.kind == Kind.INSPECTION and one.scheme_id == scheme_id)

    def schemes_of_inspections(self, body_id: int | None) -> list[int]:
        """The schemes by whose grades the department inspects."""
        found = (one for one in self.rules if one.kind == Kind.INSPECTION and one.body_id in (None, body_id))
        return list(dict.fromkeys(one.scheme_id for one in found))


def rules_on(day: date) -> RuleBook:
    """The rules that hold on a day, in one small query."""
    found = SupervisionRule.objects.holding_on(day).select_related("scheme", "body", "instrument")
    return RuleBook(tuple(found.order_by("scheme", "code", "pk")))
