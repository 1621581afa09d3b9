"""How long a record is public, whether at all, and from when it may be repaired early.

The rules are rows (`PublicityRule`); this module only reads them. Which rule fits:

* it is in force on the day of the question, so a change of law moves the dates of what is already here;
* it names the record's type, and its submitter and class where it is limited to some;
* where it names kinds of penalty, the record has no other kinds ("only a warning", 仅受到警告).
  A rule against early repair fits already when one of the kinds is named.

Several rules may fit, because a penalty is shown in more than one publishing system. On this platform
the one with the smallest `precedence` governs: Order 36 (Credit China) comes before the rules of the
market-supervision system. A ban on early repair holds whichever rule governs, because Order 36 itself
asks that the conditions of ministry rules be met too; and what one system may not publish, this one
does not publish in its stead.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.working_days import months_after
from credit_platform.ui.formats import day_long
from entities.models import CreditRecord, PublicityRule, RecordType

#: What the codes of publishing systems in the catalogue stand for.
SYSTEMS = {
    "CreditChina": gettext_lazy("Credit China and this platform"),
    "NECIPS": gettext_lazy("National Enterprise Credit Information Publicity System"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a rule looks at in a record."""

    type_id: int
    body_id: int | None
    severity_class: str
    penalty_kinds: frozenset[str]

    @classmethod
    def about(cls, record: CreditRecord) -> "Question":
        return cls(
            record.record_type_id,
            record.submitted_by_id,
            record.severity_class,
            frozenset(record.penalty_kinds),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule with the keys of what it is limited to."""

    rule: PublicityRule
    type_ids: frozenset[int]
    body_ids: frozenset[int]

    def in_force(self, on: date) -> bool:
        return self.rule.valid_from <= on and (self.rule.valid_to is None or on <= self.rule.valid_to)

    def fits(self, question: Question) -> bool:
        rule, kinds = self.rule, frozenset(self.rule.penalty_kinds)
        if question.type_id not in self.type_ids or (self.body_ids and question.body_id not in self.body_ids):
            return False
        if rule.severity_class and rule.severity_class != question.severity_class:
            return False
        if not kinds:
            return True
        if rule.never_early:
            return bool(kinds & question.penalty_kinds)
        return bool(question.penalty_kinds) and question.penalty_kinds <= kinds


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All publicity rules, read once and then asked without a query."""

    entries: tuple[Entry, ...]

    def fitting(self, question: Question, on: date) -> list[PublicityRule]:
        """The rules that fit, the governing one first: by precedence, then the narrower, then the newer."""
        found = [entry.rule for entry in self.entries if entry.in_force(on) and entry.fits(question)]
        return sorted(
            found,
            key=lambda rule: (
                rule.precedence,
                not rule.penalty_kinds,
                not rule.severity_class,
                -rule.valid_from.toordinal(),
                rule.code,
            ),
        )

    def governing(self, question: Question, on: date) -> PublicityRule | None:
        """The rule that gives the record its dates on this platform."""
        return next((rule for rule in self.fitting(question, on) if _sets_a_period(rule)), None)

    def ban_on_early_repair(self, question: Question, on: date) -> PublicityRule | None:
        """The rule that forbids early repair, whichever rule governs; None when no rule does."""
        return next((rule for rule in self.fitting(question, on) if rule.never_early), None)

    def withholding(self, question: Question, on: date) -> PublicityRule | None:
        """The rule by which the record is not made public, whichever rule governs; None when no rule does."""
        return next((rule for rule in self.fitting(question, on) if rule.withholds), None)

    def needs_class(self, type_id: int, on: date) -> bool:
        """Whether a record of the type cannot be dated without a class."""
        return any(
            entry.rule.severity_class and type_id in entry.type_ids and entry.in_force(on)
            for entry in self.entries
        )


def _sets_a_period(rule: PublicityRule) -> bool:
    """Whether a rule says anything on time: some only forbid early repair or publication."""
    return rule.min_months is not None or rule.max_months is not None


def rule_book() -> RuleBook:
    """The rules as the tables now have them, in one small query. Read once for each act, however many records it has."""
    rules = PublicityRule.objects.select_related("instrument").annotate(
        type_ids=ArraySubquery(
            PublicityRule.record_types.through.objects.filter(publicityrule=OuterRef("pk")).values(
                "recordtype"
            )
        ),
        body_ids=ArraySubquery(
            PublicityRule.submitters.through.objects.filter(publicityrule=OuterRef("pk")).values(
                "submittingbody"
            )
        ),
    )
    return RuleBook(tuple(Entry(rule, frozenset(rule.type_ids), frozenset(rule.body_ids)) for rule in rules))


def rule_for(
    *,
    record_type: RecordType,
    severity_class: str,
    penalty_kinds: Collection[str],
    on: date,
    body=None,
    book: RuleBook | None = None,
) -> PublicityRule | None:
    """The rule that governs such a record on that day; None when the catalogue has none.

    Without `body` only the rules that hold for every body are asked.
    """
    question = Question(record_type.pk, body.pk if body else None, severity_class, frozenset(penalty_kinds))
    return (book or rule_book()).governing(question, on)


def publicity_dates(
    rule: PublicityRule | None, decided_on: date, published_on: date | None
) -> tuple[date | None, date | None]:
    """From which day the record may be repaired, and the last day on which it is public.

    A period of months ends with the day of the same number (6 May 2026 and a year: 6 May 2027 is
    the last day), or with the last day of a month that has no such day. Each of the two is None
    where the rule does not set it, and both while a period that counts from publication has not begun.
    """
    if rule is None:
        return None, None
    start = decided_on if rule.start == PublicityRule.Start.DECISION else published_on
    if start is None:
        return None, None
    return (
        None if rule.min_months is None else months_after(start, rule.min_months),
        None if rule.max_months is None else months_after(start, rule.max_months),
    )


class OutlookState(StrEnum):
    """Whether a record can be repaired: now, from a day, never, or there is no need."""

    NOW = "now"
    FROM = "from"
    NEVER = "never"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an entity is told beforehand about repairing a record.

    `day` is the day from which it may (states `now` and `from`), or the day on which publicity ends
    by itself (states `never` and `not_needed`), where there is one.
    """

    state: OutlookState
    day: date | None
    rule: PublicityRule | None
    sentence: str


def repair_outlook(record: CreditRecord, on: date, book: RuleBook | None = None) -> Outlook:
    """Whether and from which day the record may be repaired, by the rules in force on the day `on`.

    Hand in a `book` when asking for many records.
    """
    if not _weighs_against(record, on):
        return Outlook(OutlookState.NOT_NEEDED, None, None, _("This record needs no repair."))
    question, book = Question.about(record), book or rule_book()
    rule = book.governing(question, on)
    earliest, last_day = publicity_dates(rule, record.decided_on, record.published_on)
    if ban := book.ban_on_early_repair(question, on):
        sentence = _("By %(rule)s a penalty of this kind is not repaired early.") % {"rule": citation(ban)}
        return Outlook(OutlookState.NEVER, last_day, ban, _with_end(sentence, last_day))
    if rule is None:
        return Outlook(
            OutlookState.NEVER, None, None, _("The catalogue has no rule by which it could be repaired.")
        )
    if earliest is None:
        sentence = _("By %(rule)s it needs no application.") % {"rule": citation(rule)}
        return Outlook(OutlookState.NOT_NEEDED, last_day, rule, _with_end(sentence, last_day))
    if last_day is not None and earliest > last_day:
        return Outlook(OutlookState.NOT_NEEDED, last_day, rule, _with_end("", last_day))
    if earliest > on:
        sentence = _("It may be repaired from %(day)s (%(rule)s).")
        state = OutlookState.FROM
    else:
        sentence = _("It may be repaired since %(day)s (%(rule)s).")
        state = OutlookState.NOW
    return Outlook(state, earliest, rule, sentence % {"day": day_long(earliest), "rule": citation(rule)})


def _weighs_against(record: CreditRecord, on: date) -> bool:
    in_force = record.status == CreditRecord.Status.PUBLISHED
    over = record.publish_until is not None and record.publish_until < on
    return in_force and not over and record.record_type.polarity == RecordType.Polarity.NEGATIVE


def _with_end(sentence: str, last_day: date | None) -> str:
    if last_day is None:
        return sentence
    end = _("Its publicity ends by itself after %(day)s.") % {"day": day_long(last_day)}
    return f"{sentence} {end}".strip()


def citation(rule: PublicityRule) -> str:
    """The instrument and the article, as a reader cites them."""
    name = rule.instrument.number or str(rule.instrument)
    return f"{name}, {rule.article}" if rule.article else name


@dataclass(frozen=True, slots=True)
class SystemDates:
    """The dates of one record in one publishing system; a banned one is not repaired early in any."""

    rule: PublicityRule
    governs: bool
    banned: bool
    repairable_from: date | None
    last_day: date | None

    @property
    def system(self) -> str:
        """The publishing system as people call it."""
        return str(SYSTEMS.get(self.rule.publishing_system, self.rule.publishing_system))


def dates_by_system(record: CreditRecord, on: date, book: RuleBook) -> list[SystemDates]:
    """The record's dates in every publishing system whose rules fit, the governing one first."""
    question = Question.about(record)
    governing, seen, dates = book.governing(question, on), set(), []
    banned = book.ban_on_early_repair(question, on) is not None
    for rule in book.fitting(question, on):
        if rule.publishing_system in seen or not _sets_a_period(rule):
            continue
        seen.add(rule.publishing_system)
        earliest, last_day = publicity_dates(rule, record.decided_on, record.published_on)
        dates.append(SystemDates(rule, rule == governing, banned, earliest, last_day))
    return dates
