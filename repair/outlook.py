"""Whether and from which day a record may be repaired here, whoever decides on it.

Of public credit information the rules of publicity say it (`entities.publicity`), of tax points and levels of customs
those of their sector (`repair.sectors`); of what an association records of its member its own rule does, which is no law
and which it alone applies.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from associations.models import RepairRule
from associations.repair_rules import rules_on
from credit_platform.common.working_days import months_after
from credit_platform.ui.formats import day_long
from entities.models import CreditRecord, RecordType
from entities.publicity import Outlook, OutlookState, RuleBook, repair_outlook, rule_book
from repair import sectors
from repair.models import SectorRule


@dataclass(frozen=True, slots=True)
class Outlooks:
    """The rules of one day, read once and asked without a query."""

    on: date
    book: RuleBook
    #: By the body that recorded something of a member, the rule by which it repairs.
    charters: dict[int, RepairRule] = field(default_factory=dict)
    of_sectors: sectors.SectorBook = field(default_factory=sectors.SectorBook)

    def of(self, record: CreditRecord) -> Outlook:
        """Whether and from which day the record may be repaired."""
        if rule := self.sector_of(record):
            return sectors.outlook(record, rule, self.on)
        outlook = repair_outlook(record, self.on, self.book)
        if record.record_type.family != RecordType.Family.MARKET or _needs_none(record, outlook):
            return outlook
        charter = self.charter_of(record)
        if charter is None:
            said = _("This is market credit information of %(body)s; ask there.")
            return Outlook(OutlookState.NEVER, None, None, said % {"body": record.submitted_by})
        day = months_after(record.decided_on, charter.min_months)
        state = OutlookState.NOW if day <= self.on else OutlookState.FROM
        return Outlook(state, day, None, _by_charter(record, charter, day))

    def charter_of(self, record: CreditRecord) -> RepairRule | None:
        """The association's own rule for a record of it; None for a record of a department, and where it has no rule."""
        if record.record_type.family != RecordType.Family.MARKET:
            return None
        return self.charters.get(record.submitted_by_id)

    def sector_of(self, record: CreditRecord) -> SectorRule | None:
        """The rule of tax or customs for a record in force; None for every other."""
        if record.status != CreditRecord.Status.PUBLISHED:
            return None
        return self.of_sectors.rule_for(record, self.on)


def _needs_none(record: CreditRecord, outlook: Outlook) -> bool:
    """Nothing weighs against the entity in it; that the catalogue asks for no application does not bind an association."""
    return outlook.state == OutlookState.NOT_NEEDED and outlook.rule is None


def _by_charter(record: CreditRecord, charter: RepairRule, day: date) -> str:
    sentence = _(
        "%(body)s decides alone on what it records of its members, by its charter (%(article)s): from %(day)s on."
    )
    said = {"body": record.submitted_by, "article": charter.article, "day": day_long(day)}
    parts = [sentence % said, charter.conditions]
    if charter.course:
        parts.append(_("You attend the course “%(course)s” first.") % {"course": charter.course})
    return " ".join(parts)


def outlooks(records: Iterable[CreditRecord], on: date, book: RuleBook | None = None) -> Outlooks:
    """The rules for these records on a day; those of associations are read only where one of them is an association's."""
    of_associations = {
        record.submitted_by_id for record in records if record.record_type.family == RecordType.Family.MARKET
    }
    charters = rules_on(on, of_associations) if of_associations else {}
    return Outlooks(on, book or rule_book(), charters, sectors.sector_book(records))


def outlook_of(record: CreditRecord, on: date) -> Outlook:
    """Whether and from which day one record may be repaired."""
    return outlooks([record], on).of(record)
