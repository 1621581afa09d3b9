"""Repairs by the rules of a sector: tax points, and levels of customs. Which rule fits a record, what it says, what it asks for.

The rules are rows (`SectorRule`). How many points come back is worked out by the scheme that the rule names
(`repair.points`); what granting does to the record is done by the registry, in the transaction of the decision.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.common.bilingual import in_readers_language
from credit_platform.common.errors import InvalidInput, WrongState
from credit_platform.ui.formats import day_long
from entities.catalogue.instruments import INSTRUMENTS
from entities.catalogue.sector_rules import SECTOR_RULES, SECTOR_TYPES
from entities.corrections import following_of
from entities.drafts import RecordDraft, version_on
from entities.models import CreditRecord, LegalInstrument
from entities.publicity import Outlook, OutlookState
from entities.services import records
from repair import points
from repair.models import Case, SectorRule

Effect = SectorRule.Effect
#: Before the name of a field of the type, as corrections have it.
DETAIL = "details."
CORRECTED_ON = f"{DETAIL}corrected_on"


@transaction.atomic
def seed_sector_rules() -> int:
    """Write the shipped rules that are not there yet, and the instruments that they name; returns how many rules.

    What is there stays as it is, so seeding again changes nothing.
    """
    there = set(SectorRule.objects.values_list("code", flat=True))
    missing = {code: fields for code, fields in SECTOR_RULES.items() if code not in there}
    instruments = {
        code: LegalInstrument.objects.get_or_create(code=code, defaults=INSTRUMENTS[code])[0]
        for code in {fields["instrument"] for fields in missing.values()}
    }
    SectorRule.objects.bulk_create(
        SectorRule(code=code, **fields | {"instrument": instruments[fields["instrument"]]})
        for code, fields in missing.items()
    )
    return len(missing)


# Which rule


@dataclass(frozen=True, slots=True)
class SectorBook:
    """All rules of sectors, read once and asked without a query."""

    rules: tuple[SectorRule, ...] = ()

    def rule_for(self, record: CreditRecord, on: date) -> SectorRule | None:
        """The rule in force on a day for what the record says, the narrower of two; None for every other record."""
        fitting = (
            rule
            for rule in self.rules
            if rule.record_type == record.record_type.code
            and record.details.get(rule.field_name) in rule.values
            and not (rule.absent_field and record.details.get(rule.absent_field))
            and rule.valid_from <= on
            and (rule.valid_to is None or on <= rule.valid_to)
        )
        return min(fitting, key=lambda rule: not rule.absent_field, default=None)


def sector_book(records: Iterable[CreditRecord]) -> SectorBook:
    """The rules, in one small query, where one of these records is of a sector; else none."""
    if not any(record.record_type.code in SECTOR_TYPES for record in records):
        return SectorBook()
    return SectorBook(tuple(SectorRule.objects.select_related("instrument")))


def rule_of(case: Case) -> SectorRule | None:
    """The rule by which a case was filed, or would be filed today; None for a repair by the rules of publicity."""
    if case.kind != Case.Kind.REPAIR:
        return None
    if case.sector_rule:
        return SectorRule.objects.select_related("instrument").get(code=case.sector_rule)
    if case.submitted_at is not None:
        return None
    return sector_book([case.record]).rule_for(case.record, timezone.localdate())


def asks_for_the_day(rule: SectorRule | None) -> bool:
    """Whether the applicant has to say on which day it was corrected, for points come back by it."""
    return rule is not None and rule.effect == Effect.POINTS


def gives_points_back(case: Case) -> bool:
    """Whether granting leaves the record in force, which then says when it was corrected."""
    return asks_for_the_day(rule_of(case))


# Before it is filed


def outlook(record: CreditRecord, rule: SectorRule, on: date) -> Outlook:
    """Whether the record may be repaired by the rule of its sector, on any day: no wait was read in a text in force."""
    match rule.effect:
        case Effect.POINTS:
            return _outlook_of_points(record, rule, on)
        case Effect.LEVEL:
            said = _(
                "%(body)s decides by %(rule)s. From which day and on which conditions, was not read in its text; so you may"
                " ask on any day, and hear the reasons."
            )
            parts = [said % {"body": record.submitted_by, "rule": rule.cited}, rule.conditions]
            return Outlook(OutlookState.NOW, None, None, " ".join(filter(None, parts)))
        case Effect.FOLLOWS:
            said = _(
                "A grade is not repaired by itself, it follows from points. Ask for points back for each breach that %(body)s"
                " has entered here; the grade that follows is entered here too."
            )
            parts = [said % {"body": record.submitted_by}, rule.conditions]
            return Outlook(OutlookState.NOT_NEEDED, None, None, " ".join(filter(None, parts)))
    said = _("As far as %(rule)s was read, no points come back for this breach.")
    return Outlook(OutlookState.NEVER, None, None, said % {"rule": rule.cited})


def _outlook_of_points(record: CreditRecord, rule: SectorRule, on: date) -> Outlook:
    corrected = corrected_on(record)
    came = points_for(record, rule, corrected or on)
    names = {"off": shown(came.off), "back": shown(came.back), "rule": rule.cited}
    if corrected:
        said = _("It was corrected on %(day)s: of %(off)s points %(back)s came back (%(rule)s).")
        return Outlook(OutlookState.NOT_NEEDED, None, None, said % (names | {"day": day_long(corrected)}))
    if on > points.last_day(record.decided_on):
        said = _("It lies so far back that no grade counts it any more (%(rule)s).")
        return Outlook(OutlookState.NOT_NEEDED, None, None, said % names)
    said = _(
        "It took %(off)s points off. The sooner it is corrected, the more come back: %(back)s for what is corrected today"
        " (%(rule)s). It may be asked for since %(day)s."
    )
    said %= names | {"day": day_long(record.decided_on)}
    return Outlook(OutlookState.NOW, None, None, said)


def corrected_on(record: CreditRecord) -> date | None:
    """The day on which the record says that it was corrected."""
    said = record.details.get("corrected_on")
    return date.fromisoformat(said) if said else None


def points_for(record: CreditRecord, rule: SectorRule, corrected: date | None) -> points.Points:
    """What the record takes off and what comes back of it for whoever corrected it on that day."""
    return points.points_of(rule.scheme, record.details, record.decided_on, corrected)


def table_for(record: CreditRecord, rule: SectorRule | None) -> list[points.Step]:
    """By when this record has to be corrected for how many points; empty where none come back."""
    if not asks_for_the_day(rule):
        return []
    return points.table_of(rule.scheme, record.details, record.decided_on)


def shown(value: Decimal | None) -> str:
    """Points as tables write them: 4, 2.4; a dash where nobody knows."""
    return "–" if value is None else f"{value.normalize():f}"


def what_is_missing(case: Case, today: date) -> dict[str, list[str]]:
    """What a draft lacks for the rule of its sector, by field; empty when it is complete."""
    if not asks_for_the_day(rule_of(case)):
        return {}
    problem = _wrong_day(case.corrected_on, case.record, today)
    return {"corrected_on": [problem]} if problem else {}


def _wrong_day(day: date | None, record: CreditRecord, today: date) -> str:
    if day is None:
        return _("Say on which day it was corrected; the points come back by it.")
    if day > today:
        return _("This day is still to come.")
    if day < record.decided_on:
        return _("This day lies before the breach.")
    return ""


# What the department found


@dataclass(frozen=True, slots=True)
class Asked:
    """What the department has to say when it proposes to grant: a day, or one of these levels; and the field's name."""

    name: str
    levels: tuple[tuple[str, str], ...] | None = None


def asked_of_department(case: Case) -> Asked | None:
    """What has to be said to propose the grant; None where the reasons are enough."""
    rule = rule_of(case)
    if rule is None:
        return None
    if rule.effect == Effect.POINTS:
        return Asked(CORRECTED_ON)
    return Asked(DETAIL + rule.field_name, tuple(_levels(case.record, rule)))


def _levels(record: CreditRecord, rule: SectorRule) -> Iterable[tuple[str, str]]:
    """The levels of today's catalogue without the one that the record says and those that are shut out, by code."""
    version = version_on(record.record_type.versions.all(), timezone.localdate())
    fields = version.extra_fields if version else []
    out = {record.details.get(rule.field_name), *rule.barred}
    for choice in next((one["choices"] for one in fields if one["name"] == rule.field_name), []):
        if choice["code"] not in out:
            yield choice["code"], in_readers_language(choice["label_zh"], choice["label_en"])


def found(case: Case, said: Mapping[str, str]) -> dict[str, list[str]]:
    """By field, what the record says and what it is to say once the repair is granted.

    Raises:
        InvalidInput: the day or the level is missing, or cannot be.
    """
    asked = asked_of_department(case)
    if asked is None:
        return {}
    new = str(said.get(asked.name, "")).strip()
    old = str(case.record.details.get(asked.name.removeprefix(DETAIL), ""))
    if asked.levels is None:
        problem = _wrong_text_of_day(new, case.record)
    else:
        problem = "" if new in dict(asked.levels) else _("Choose the level that holds instead.")
    if problem:
        raise InvalidInput({asked.name: [problem]})
    return {asked.name: [old, new]}


def _wrong_text_of_day(new: str, record: CreditRecord) -> str:
    try:
        day = date.fromisoformat(new) if new else None
    except ValueError:
        return _("Write the day as 2026-05-06.")
    if day is None:
        return _("Say on which day you found it corrected; the points come back by it.")
    return _wrong_day(day, record, timezone.localdate())


# Granting


def carry_out(case: Case, *, by) -> None:
    """Do to the record what granting the repair means: end it, say when it was corrected, or put another level in its place.

    Runs in the transaction of the decision. On appeal the applicant's own day holds, where the department found none.
    """
    because, rule = _("Credit repair granted, case %(number)s.") % {"number": case.number}, rule_of(case)
    if asks_for_the_day(rule):
        day = day_that_counts(case)
        if day is None:
            raise WrongState(
                _("On which day it was corrected, was not proposed. Send the case back, so that it is.")
            )
        # The record may have been corrected since the day was said, and the breach lie on another day now.
        if problem := _wrong_day(day, case.record, timezone.localdate()):
            raise WrongState(" ".join([problem, _("Send the case back, so that another one is proposed.")]))
        records.say_corrected(
            by=by, record_id=case.record_id, details={"corrected_on": day.isoformat()}, because=because
        )
        return
    records.end_by_repair(by=by, record_id=case.record_id, because=because)
    if level := level_after(case, rule):
        records.enter_after_repair(
            by=by, record_id=case.record_id, draft=_of_level(case, rule, level), because=because
        )


def _of_level(case: Case, rule: SectorRule, level: str) -> RecordDraft:
    details = {**case.record.details, rule.field_name: level}
    following = following_of(rule.record_type)
    return RecordDraft(
        document_number=case.number,
        title=following.title(details) if following else case.record.title,
        decided_on=timezone.localdate(),
        legal_basis=rule.cited,
        authority=case.record.authority,
        details=details,
    )


def day_that_counts(case: Case) -> date | None:
    """The day of correction: as the department found it, else as the applicant says."""
    proposed = case.correction.get(CORRECTED_ON)
    return date.fromisoformat(proposed[1]) if proposed else case.corrected_on


def level_after(case: Case, rule: SectorRule | None) -> str:
    """The code of the level that the department put in the place of the old one; "" where it said none."""
    return case.correction.get(DETAIL + rule.field_name, ["", ""])[1] if rule else ""


def says_granted(case: Case, day: date) -> str:
    """What a decision to grant brings about, in the reader's language."""
    rule = rule_of(case)
    if asks_for_the_day(rule):
        corrected = day_that_counts(case)
        came = points_for(case.record, rule, corrected)
        said = _(
            "From %(day)s the record says that it was corrected on %(corrected)s: of %(off)s points %(back)s come back."
        )
        return said % {
            "day": day_long(day),
            "corrected": day_long(corrected),
            "off": shown(came.off),
            "back": shown(came.back),
        }
    said = _("From %(day)s the record is no longer public, shared or counted in ratings.") % {
        "day": day_long(day)
    }
    level = level_after(case, rule)
    if not level:
        return said
    names = {"body": case.deciding_body, "level": dict(_levels(case.record, rule)).get(level, level)}
    instead = _("%(body)s now says: %(level)s.") % names
    return f"{said} {instead}"
