"""What a record will do once it is approved, and what about it looks doubtful: for the clerk and for the reviewer.

Both see the same, computed by the registry's own rules from the same facts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _, ngettext

from agencies.forms import grouped
from agencies.penalties import SUMMARY_PROCEDURE, WEIGHT, fine_in_words, usual_class
from credit_platform.common.working_days import WorkingCalendar, working_days_after, working_days_between
from credit_platform.ui.formats import day_long, listed
from entities.catalogue.sector_rules import SECTOR_TYPES
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion
from entities.publicity import (
    Outlook,
    Question,
    RuleBook,
    SystemDates,
    citation,
    dates_by_system,
    publicity_dates,
    repair_outlook,
)

#: Administrative Penalty Law art. 51: the most that an organisation can be fined on the spot.
MOST_ON_THE_SPOT = Decimal(3_000)


@dataclass(frozen=True, slots=True)
class Preview:
    """What approving the record on a day would start.

    `last_day` is None where no rule ends the publicity; `why_not` says why the public does not see it at all.
    """

    on: date
    level: int | None
    why_not: str
    first_day: date
    last_day: date | None
    governed_by: str
    start: str
    outlook: Outlook | None
    other_systems: tuple[SystemDates, ...]
    over_already: bool


def preview_of(record: CreditRecord, *, on: date, book: RuleBook) -> Preview:
    """The dates that the record gets when it is approved on `on`. The record may be unsaved and is not changed."""
    shadow = CreditRecord(
        record_type=record.record_type,
        submitted_by_id=record.submitted_by_id,
        type_version=record.type_version,
        severity_class=record.severity_class,
        penalty_kinds=record.penalty_kinds,
        decided_on=record.decided_on,
        published_on=record.replaces.published_on if record.replaces_id else on,
        status=CreditRecord.Status.PUBLISHED,
    )
    rule = book.governing(Question.about(shadow), on)
    last_day = publicity_dates(rule, shadow.decided_on, shadow.published_on)[1]
    shadow.publish_until = last_day
    over = last_day is not None and last_day < on
    return Preview(
        on=on,
        level=WEIGHT.get(record.severity_class),
        why_not=_why_not_shown(record, rule),
        first_day=shadow.published_on,
        last_day=last_day,
        governed_by=citation(rule) if rule else "",
        start=rule.get_start_display() if rule else "",
        outlook=repair_outlook(shadow, on, book) if _is_repaired_by_publicity(record.record_type) else None,
        other_systems=tuple(dates for dates in dates_by_system(shadow, on, book) if not dates.governs),
        over_already=over,
    )


def _is_repaired_by_publicity(record_type: RecordType) -> bool:
    """Whether it weighs against an entity and the rules of publicity say when that ends; tax and customs have others."""
    return record_type.polarity == RecordType.Polarity.NEGATIVE and record_type.code not in SECTOR_TYPES


def _why_not_shown(record: CreditRecord, rule) -> str:
    if rule and rule.withholds:
        return _("By %(rule)s it is not made public; it is shared within government.") % {
            "rule": citation(rule)
        }
    match record.type_version.disclosure:
        case RecordTypeVersion.Disclosure.SHARED:
            return _("The catalogue has this type shared within government, not made public.")
        case RecordTypeVersion.Disclosure.OWN:
            return _("The catalogue keeps this type to the submitting body.")
    for extra in record.type_version.extra_fields:
        if "public_values" in extra and record.details.get(extra["name"]) not in extra["public_values"]:
            return _("The catalogue makes only some values public; this one is shared within government.")
    return ""


# Doubts: never refusals


Check = Callable[["Facts"], Iterator[str]]
_checks: list[Check] = []


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at."""

    record: CreditRecord
    entity: Entity | None
    on: date
    calendar: WorkingCalendar
    on_file: tuple[CreditRecord, ...]


def doubts_about(facts: Facts) -> list[str]:
    """What a careful reader would ask about the record, one sentence each; none of it keeps it from being saved."""
    return [sentence for check in _checks for sentence in check(facts)]


def _check(function: Check) -> Check:
    _checks.append(function)
    return function


@_check
def lighter_than_usual(facts: Facts) -> Iterator[str]:
    """The class chosen is lighter than such kinds of penalty usually have."""
    record = facts.record
    usual = usual_class(record.penalty_kinds, record.details.get("procedure", ""))
    if usual and record.severity_class and WEIGHT[record.severity_class] < WEIGHT[usual]:
        yield _(
            "Such a penalty is usually classed “%(usual)s” (summary of NDRC Order 36); “%(chosen)s” is chosen."
        ) % {
            "usual": CreditRecord.SeverityClass(usual).label,
            "chosen": record.get_severity_class_display(),
        }


@_check
def more_than_on_the_spot(facts: Facts) -> Iterator[str]:
    """Summary procedure allows an organisation to be fined 3,000 yuan at most."""
    record = facts.record
    on_the_spot = record.details.get("procedure") == SUMMARY_PROCEDURE
    if on_the_spot and record.amount is not None and record.amount > MOST_ON_THE_SPOT:
        yield _(
            "On the spot an organisation is fined at most %(most)s yuan (Administrative Penalty Law art. 51); "
            "this is %(amount)s yuan."
        ) % {"most": grouped(MOST_ON_THE_SPOT), "amount": grouped(record.amount)}


@_check
def words_and_figure_differ(facts: Facts) -> Iterator[str]:
    """The content of the penalty names another fine than the field."""
    record = facts.record
    named = fine_in_words(record.details.get("penalty_content", ""))
    if named is not None and record.amount is not None and named != record.amount:
        yield _("The content names a fine of %(named)s yuan, the field says %(amount)s yuan.") % {
            "named": grouped(named),
            "amount": grouped(record.amount),
        }


@_check
def out_of_business(facts: Facts) -> Iterator[str]:
    """The entity is gone."""
    entity = facts.entity
    if entity and entity.status != Entity.Status.ACTIVE:
        yield _("%(entity)s is no longer in business: %(status)s.") % {
            "entity": entity,
            "status": entity.get_status_display(),
        }


@_check
def late(facts: Facts) -> Iterator[str]:
    """The catalogue's deadline for publishing is over."""
    record = facts.record
    days = record.type_version.submit_within_days
    if days is None or record.replaces_id:
        return
    due = working_days_after(record.decided_on, days, facts.calendar)
    if due.day < facts.on:
        over = working_days_between(due.day, facts.on, facts.calendar)
        yield ngettext(
            "It was due by %(day)s, %(days)d working days after the decision: %(over)d working day ago.",
            "It was due by %(day)s, %(days)d working days after the decision: %(over)d working days ago.",
            over,
        ) % {"day": day_long(due.day), "days": days, "over": over}


@_check
def perhaps_twice(facts: Facts) -> Iterator[str]:
    """Another record of the same type and day on the same entity says much the same, under another number."""
    record = facts.record
    alike = [
        other.document_number
        for other in facts.on_file
        if other.pk != record.replaces_id
        and other.decided_on == record.decided_on
        and other.document_number != record.document_number
        and (other.title == record.title or (other.amount is not None and other.amount == record.amount))
    ]
    if alike:
        yield _("Much the same is already on file, of the same day: %(numbers)s.") % {
            "numbers": listed(alike)
        }
