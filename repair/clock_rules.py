"""Which term runs in which case: the rows of `ClockRule`, read once and asked without a query.

Of several rows that fit, the one limited to a department and types goes first, then that of the city's profile,
then that of a national instrument, and last the platform's own procedure. Where the profile sets a term for the
decision or the result of a kind of case, the platform's own terms for the two give way to it together: half of
one procedure does not mix with half of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _, ngettext

from repair.deadlines import Unit
from repair.models import ClockRule, DatedRule, PaperRule, Profile, ProfileChoice

TOGETHER = (ClockRule.Clock.RESULT, ClockRule.Clock.DECISION)


@dataclass(frozen=True, slots=True)
class ClockBook:
    """All rules of clocks and all choices of a profile, the last choice first."""

    rules: tuple[ClockRule, ...]
    choices: tuple[ProfileChoice, ...] = ()

    def profile_on(self, day: date) -> str:
        """The regulation that the city follows on that day; "" for none but the national rules."""
        return profile_on(self.choices, day)

    def rule_for(
        self,
        clock: str,
        *,
        case_kind: str,
        on: date,
        body_code: str = "",
        type_code: str = "",
        by_charter: bool = False,
    ) -> ClockRule | None:
        """The rule in force on a day for a case about a record of this type of this department; None: no such term.

        Args:
            by_charter: an association repairs by its own charter; no instrument read sets it a term for that.
        """
        if by_charter:
            own = ClockBook(tuple(rule for rule in self.rules if rule.instrument_id is None))
            return own.rule_for(clock, case_kind=case_kind, on=on)
        profile = self.profile_on(on)
        fitting = [
            rule
            for rule in self.rules
            if rule.clock == clock
            and fits(
                rule, case_kind=case_kind, profile=profile, on=on, body_code=body_code, type_code=type_code
            )
            and not (rule.instrument_id is None and self._gives_way(clock, case_kind, profile, on))
        ]
        return min(fitting, key=precedence, default=None)

    def suspends(self, *, case_kind: str, on: date) -> ClockRule | None:
        """The rule of the profile by which a record is not disclosed while a case of the kind runs."""
        profile = self.profile_on(on)
        return next(
            (
                rule
                for rule in self.rules
                if rule.suspends
                and rule.case_kind == case_kind
                and rule.profile in ("", profile)
                and _in_force(rule, on)
            ),
            None,
        )

    def by_code(self, code: str) -> ClockRule:
        """The row that a clock was set by."""
        return next(rule for rule in self.rules if rule.code == code)

    def _gives_way(self, clock: str, case_kind: str, profile: str, on: date) -> bool:
        return clock in TOGETHER and any(
            rule.profile == profile != Profile.NATIONAL
            and rule.case_kind == case_kind
            and rule.clock in TOGETHER
            and _in_force(rule, on)
            for rule in self.rules
        )


def _in_force(rule: DatedRule, on: date) -> bool:
    return rule.valid_from <= on and (rule.valid_to is None or on <= rule.valid_to)


def profile_on(choices: Sequence[ProfileChoice], day: date) -> str:
    """The regulation that the city follows on that day, the last choice standing first; "" for none but the national rules."""
    return next((choice.profile for choice in choices if choice.since <= day), Profile.NATIONAL)


def fits(rule: DatedRule, *, case_kind: str, profile: str, on: date, body_code: str, type_code: str) -> bool:
    """Whether the rule speaks on that day of such a case about a record of this type of this department."""
    return (
        rule.case_kind in ("", case_kind)
        and rule.profile in ("", profile)
        and _in_force(rule, on)
        and (not rule.body_code or (rule.body_code == body_code and type_code in rule.type_codes))
    )


def precedence(rule: DatedRule) -> tuple:
    """Of several rules that fit, the smallest goes first."""
    return not rule.body_code, not rule.profile, rule.instrument_id is None, -rule.valid_from.toordinal()


def clock_book() -> ClockBook:
    """The rules as the tables now have them, in two small queries."""
    return ClockBook(
        tuple(ClockRule.objects.select_related("instrument")),
        tuple(ProfileChoice.objects.select_related("chosen_by")),
    )


def in_words(value: int, unit: str) -> str:
    """A term in words: “3 working days”."""
    sentences = {
        Unit.WORKING_DAY: ngettext("%(n)d working day", "%(n)d working days", value),
        Unit.CALENDAR_DAY: ngettext("%(n)d day", "%(n)d days", value),
        Unit.MONTH: ngettext("%(n)d month", "%(n)d months", value),
        Unit.YEAR: ngettext("%(n)d year", "%(n)d years", value),
    }
    return sentences[Unit(unit)] % {"n": value}


def says(rule: ClockRule) -> str:
    """The rule in a sentence for the page."""
    sentences = {
        ClockRule.Clock.RESULT: _("The applicant has the result within %(term)s of the application."),
        ClockRule.Clock.DECISION: _("The department decides within %(term)s of receiving the case."),
        ClockRule.Clock.ANSWER: _("The applicant answers a request for material within %(term)s."),
        ClockRule.Clock.APPEAL: _("The lead office decides an appeal within %(term)s."),
        ClockRule.Clock.MARK: _("The record is marked within %(term)s of the objection."),
        ClockRule.Clock.CHECK: _("The platform checks what it holds itself within %(term)s."),
        ClockRule.Clock.FORWARD: _("The objection is passed on to the department within %(term)s."),
        ClockRule.Clock.REMOVAL: _("What was decided is carried out within %(term)s."),
        ClockRule.Clock.WITHDRAWAL: _(
            "Once its basis is revoked, changed or void, the record is taken out within %(term)s."
        ),
    }
    at_once = rule.value == 0
    sentence = sentences[ClockRule.Clock(rule.clock)]
    if at_once:
        sentence = {
            ClockRule.Clock.MARK: _("The record is marked at once."),
            ClockRule.Clock.FORWARD: _("The objection is passed on to the department at once."),
        }.get(ClockRule.Clock(rule.clock), sentence)
    if rule.compares:
        sentence = _(
            "The platform compares what it shows with what was sent within %(term)s and tells what came of it."
        )
    return sentence % {"term": in_words(rule.value, rule.unit)}


def basis(rule: DatedRule) -> str:
    """On what the rule stands: instrument and article, or that it is this platform's own procedure."""
    if rule.instrument is None:
        if isinstance(rule, PaperRule):
            return _("Procedure of this platform, where no instrument read so far names it")
        return _("Procedure of this platform; no instrument read so far sets this term")
    return f"{rule.instrument.number or rule.instrument} {rule.article}".strip()
